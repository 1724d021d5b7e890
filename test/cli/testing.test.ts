import { readdirSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { junitXml } from "../../engine/cli/testing/junit.ts";
import { testSchema } from "../../engine/cli/testing/test-schema.ts";
import { loadTests } from "../../engine/cli/testing/test-file.ts";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { SourceText } from "../../engine/source/source-text.ts";
import { projectFile, readProjectFile } from "../support/project.ts";
import { expectGolden } from "../support/golden.ts";
import { expectEnd, Rig } from "../support/rig.ts";
import { vmRunbook } from "../support/vm-runbook.ts";

const GROUP = `version: 1
name: group
inputs:
  name: { type: string, default: lab }
  location: { type: string, default: eastus }
  password: { type: string, secret: true }
steps:
  - id: group
    uses: create-rg
    with: { name: "\${{ inputs.name }}", location: "\${{ inputs.location }}", tags: { owner: me } }
  - id: identity
    uses: create-uami
    if: \${{ inputs.name != 'bare' }}
    with: { resourceGroup: "\${{ steps.group.outputs.name }}", name: own, location: "\${{ inputs.location }}" }
outputs:
  id: \${{ steps.group.outputs.id }}
  list: [one, two]
`;

const SCRIPT = `${vmRunbook("vm")}  - id: check
    uses: run-command
    with: { vm: "\${{ steps.vm.outputs.id }}", script: systemctl is-active web, exitCodes: [0, 3] }
  - id: then
    uses: create-uami
    if: \${{ steps.check.outputs.stdout == 'active' }}
    with: { resourceGroup: "\${{ steps.group.outputs.name }}", name: own, location: eastus }
`;

const PASSING = `version: 1
tests:
  - name: makes a group
    expect:
      plan: { group: create, identity: create }
      steps: { group: create, identity: create }
      outputs:
        id: { $matches: "/resourceGroups/lab$" }
        list: [one, { $any: true }]
      state:
        - get: resourceGroups/lab
          body: { location: eastus, tags: { owner: me }, managedBy: { $exists: false } }
        - get: resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/own
      calls: { "PUT */resourceGroups/lab": 1, "Microsoft.ManagedIdentity/userAssignedIdentities/write": 1 }
      again: no changes
  - name: leaves the identity out
    inputs: { name: bare }
    expect: { steps: { identity: skipped } }
  - name: keeps the tags of another
    before:
      - put: resourceGroups/lab
        body: { location: eastus, tags: { other: theirs } }
    expect:
      plan: { group: update }
      state: [{ get: resourceGroups/lab, body: { tags: { other: theirs, owner: me } } }]
  - name: changes nothing the second time
    before: [{ runbook: group.yaml, inputs: { name: lab } }]
    expect: { plan: { group: none, identity: none }, calls: { "PUT *": 0 } }
  - name: goes on after a broken connection
    faults: [reset PUT */resourceGroups/* when=after]
    expect: { status: done }
  - name: tells Azure's code
    faults: [fail PUT */userAssignedIdentities/* status=403 code=AuthorizationFailed message=no times=always]
    expect: { failure: { step: identity, code: AuthorizationFailed, message: no }, steps: { group: create, identity: failed } }
`;

describe("runbook test", function () {
  this.timeout(60_000);
  it("passes what holds", async () => {
    await using rig = await Rig.open({ "group.yaml": GROUP, "group.test.yaml": PASSING });
    const names = [...PASSING.matchAll(/- name: (.*)/g)].map(([, name]) => `  ✓ ${name}\n`);
    expectEnd(await rig.cli(["test"]), {
      stdout: `group.test.yaml\n${names.join("")}`,
      stderr: "6 tests in 1 file: 6 passed\n",
    });
    expect([...(await rig.files()).keys()].map((path) => path.slice(rig.directory.length + 1)).toSorted()).eql([
      "group.test.yaml",
      "group.yaml",
    ]);
  });

  it("tells every difference at its place", async () => {
    await using rig = await Rig.open({
      "group.yaml": GROUP,
      "failing.test.yaml": readProjectFile("test/tests/failing.test.yaml"),
    });
    const { code, stdout, stderr } = await rig.cli(["test", "failing.test.yaml"]);
    expectGolden("test/tests/failing.out", stdout);
    expect([code, stderr]).eql([1, "10 tests in 1 file: 10 failed\n"]);
  });

  it("tells what is wrong with a file as with a runbook", async () => {
    await using rig = await Rig.open({
      "group.yaml": GROUP,
      "mistakes.test.yaml": readProjectFile("test/tests/mistakes.test.yaml"),
      "values.test.yaml": readProjectFile("test/tests/values.test.yaml"),
      "against.test.yaml": readProjectFile("test/tests/against.test.yaml"),
      "none.test.yaml": "version: 1\nrunbook: grup.yaml\ntests: [{ name: one }]\n",
    });
    const { code, stdout } = await rig.cli(["test", "mistakes.test.yaml"]);
    expectGolden("test/tests/mistakes.out", stdout);
    expect(code).equal(65);
    expect((await rig.cli(["check", "mistakes.test.yaml"])).code).equal(65);
    expectGolden("test/tests/values.out", (await rig.cli(["test", "values.test.yaml"])).stdout);
    expectGolden("test/tests/against.out", (await rig.cli(["test", "against.test.yaml"])).stdout);
    // `check` tells the same of a file that it is given.
    const told = readProjectFile("test/tests/against.out").split("\n").slice(2).join("\n");
    expect((await rig.cli(["check", "against.test.yaml"])).stdout).equal(told.slice(0, -1));
    const none = await rig.cli(["test", "none.test.yaml"]);
    expectEnd(none, {
      code: 65,
      stdout:
        "none.test.yaml\n\nnone.test.yaml:2:10: error: there is no file grup.yaml [called-runbook]\n  |\n2 | runbook: grup.yaml\n" +
        '  |          ~~~~~~~~~\nhint: did you mean "group.yaml"?\n\n',
      stderr: "0 tests in 1 file: 1 file could not be run\n",
    });
  });

  it("reads a file without tests, and one that is no YAML", () => {
    const told = (text: string) => loadTests(text, "t.test.yaml").diagnostics.map(renderDiagnostic).join("\n");
    expect(told("# nothing\n")).match(/: error: the file holds no tests \[empty-file\]/);
    expect(told("tests: [\n")).match(/^t\.test\.yaml:\d+:\d+: error: .* \[yaml-syntax\]/);
  });

  it("runs those that are asked for", async () => {
    const more = "version: 1\nrunbook: ../group.yaml\ntests: [{ name: alone }]\n";
    await using rig = await Rig.open({
      "group.yaml": GROUP,
      "group.test.yaml": "version: 1\ntests: [{ name: one }, { name: two }]\n",
      "more/other.test.yaml": more,
      "node_modules/x/other.test.yaml": more,
      "empty/none.txt": "",
      "plain.yaml": GROUP,
    });
    const passed = (count: string): string => `${count}: ${count[0]} passed\n`;
    expectEnd(await rig.cli(["test"]), {
      stdout: "group.test.yaml\n  ✓ one\n  ✓ two\nmore/other.test.yaml\n  ✓ alone\n",
      stderr: passed("3 tests in 2 files"),
    });
    expectEnd(await rig.cli(["test", "group.yaml", "-g", "tw"]), {
      stdout: "group.test.yaml\n  ✓ two\n",
      stderr: passed("1 test in 1 file"),
    });
    expectEnd(await rig.cli(["test", "more", "group.test.yaml", "-g", "alone"]), {
      stdout: "more/other.test.yaml\n  ✓ alone\ngroup.test.yaml\n",
      stderr: passed("1 test in 2 files"),
    });
    const usage = [
      [
        ["empty"],
        "there are no tests in empty\nhint: the tests of vm.yaml are in vm.test.yaml beside it; `runbook new` writes both",
      ],
      [["plain.yaml"], "plain.yaml has no tests\nhint: they would be in plain.test.yaml"],
      [["gone.yaml"], "there is no file gone.yaml"],
    ] as const;
    for (const [argv, message] of usage) {
      expectEnd(await rig.cli(["test", ...argv]), { code: 64, stderr: `error: ${message}\n` });
    }
  });

  it("lets scripts say what a test says, and runs none", async () => {
    await using rig = await Rig.open({
      "vm.yaml": SCRIPT,
      "vm.test.yaml": `version: 1
tests:
  - name: goes on when the service runs
    scripts: [{ contains: is-active, stdout: active }]
    expect:
      plan: { check: opaque, then: create }
      steps: { check: run, then: create }
  - name: stays when it does not
    scripts: [{ contains: is-active, vm: vm, stdout: unknown, exitCode: 3 }, { contains: reboot }]
    expect: { steps: { then: skipped } }
  - name: knows every script
    scripts: [{ contains: reboot }]
    expect: { failure: { step: check } }
`,
    });
    const { code, stdout } = await rig.cli(["test"]);
    expect(code).equal(1);
    expect(stdout.replaceAll(/\d+ ms|[\d.]+ s/g, "t")).equal(`vm.test.yaml
  ✓ goes on when the service runs
  ✗ stays when it does not
  ✗ knows every script

vm.test.yaml:9:90: error: no script holds "reboot" [scripts]
  |
9 |     scripts: [{ contains: is-active, vm: vm, stdout: unknown, exitCode: 3 }, { contains: reboot }]
  |                                                                                          ~~~~~~

vm.test.yaml:12:27: error: no script holds "reboot" [scripts]
   |
12 |     scripts: [{ contains: reboot }]
   |                           ~~~~~~

`);
  });

  it("writes JUnit's XML", async () => {
    await using rig = await Rig.open({
      "group.yaml": GROUP,
      "group.test.yaml": 'version: 1\ntests: [{ name: "a < b" }, { name: bad, expect: { plan: { group: none } } }]\n',
      "wrong.test.yaml": "version: 1\ntests: []\n",
    });
    expect((await rig.cli(["test", "--junit", "results.xml"])).code).equal(65);
    const xml = (await rig.read("results.xml")).replaceAll(/time="[\d.]+"/g, 'time="0.000"');
    expectGolden("test/tests/junit.xml", xml);
    const source = new SourceText("x", "a: b\n");
    const failure = {
      code: "x",
      severity: "error",
      message: 'a "\u0001"',
      source,
      span: { start: 0, end: 1 },
    } as const;
    const hostile = { path: "<x>", problems: [], reads: [], tests: [{ name: "&", ms: 1, failures: [failure] }] };
    expect(junitXml([hostile]))
      .include('name="&amp;"')
      .and.include("&quot;\ufffd&quot;")
      .and.not.include("\u0001");
  });

  it("runs again when a file has changed, until it is stopped", async () => {
    await using rig = await Rig.open({
      "group.yaml": GROUP,
      "group.test.yaml": "version: 1\ntests: [{ name: one, expect: { plan: { group: none } } }]\n",
    });
    let interrupt = (): void => {};
    let isChanged = false;
    const ended = rig.cli(["test", "--watch", "--junit", "results.xml"], {
      onListening: (stop) => (interrupt = stop),
      onWrite: (text) => {
        // While the tests run for the second time.
        if (isChanged && text.includes("group.test.yaml")) interrupt();
        if (isChanged || !text.includes("waiting for a change")) return;
        isChanged = true;
        const test = "version: 1\ntests: [{ name: one, expect: { plan: { group: create } } }]\n";
        void rig
          .write("changed", test)
          .then(() => rename(join(rig.directory, "changed"), join(rig.directory, "group.test.yaml")));
      },
    });
    const { code, stdout, stderr } = await ended;
    expect(code).equal(130);
    expect(stdout).match(/^group\.test\.yaml\n {2}✗ one\n[\s\S]*\ngroup\.test\.yaml\n {2}✓ one\n/);
    expect(stderr).match(/waiting for a change; Ctrl-C ends it\n$/);
    expect(await rig.read("results.xml")).include('failures="0"');
  });

  it("never shows a secret", async () => {
    const canary = "Pl4nted-canary-password";
    await using rig = await Rig.open({
      "vm.yaml": `version: 1
name: vm
inputs: { password: { type: string, secret: true } }
steps:
  - id: group
    uses: create-rg
    with: { name: lab, location: eastus }
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: vm
      location: eastus
      image: Win2022Datacenter
      adminUsername: azureuser
      adminPassword: \${{ inputs.password }}
`,
      "vm.test.yaml": `version: 1
tests:
  - name: one
    inputs: { password: ${canary} }
    faults: [fail PUT */virtualMachines/* message=no-${canary} times=always status=403]
`,
    });
    const { stdout } = await rig.cli(["test", "--junit", "results.xml"]);
    expect(stdout).include('step "vm" failed: no-(secret)').and.not.include(canary);
    expect(await rig.read("results.xml")).not.include(canary);
  });

  it("has its schema in the repository", () => {
    const schema: unknown = JSON.parse(readProjectFile("schemas/test.schema.json"));
    expect(schema).eql(JSON.parse(JSON.stringify(testSchema())));
  });
});

describe("the tests of the runbooks that are shipped", () => {
  it("pass, and there are some for each", async () => {
    await using rig = await Rig.open();
    const folder = new URL("runbooks", projectFile("x"));
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const tests = files.filter((name) => name.endsWith(".test.yaml"));
    const runbooks = files.filter((name) => /(?<!\.test)\.yaml$/.test(name));
    expect(tests.map((name) => name.replace(".test.yaml", ".yaml")).toSorted()).eql(runbooks.toSorted());
    const { code, stdout, stderr } = await rig.cli(["test", fileURLToPath(folder)]);
    expect([code, stdout.includes("✗")], stdout).eql([0, false]);
    expect(stderr).match(new RegExp(`^\\d\\d tests in ${runbooks.length} files: \\d\\d passed\n$`));
  }).timeout(120_000);
});
