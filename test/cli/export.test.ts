import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { expectGolden } from "../support/golden.ts";
import { readProjectFile } from "../support/project.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const CANARY = "Pl4nted-canary-password";
const LEFT_OUT =
  "left out: token: it asks inside a VM, with a script of the runbook's own whose answer is sealed\n" +
  "left out: read: it asks inside a VM, with a script of the runbook's own whose answer is sealed\n";
const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

describe("runbook export", function () {
  this.timeout(60_000);
  let rig: Rig;
  before(async () => {
    rig = await Rig.open({ "odd.yaml": readProjectFile("test/exports/odd.yaml"), "password.txt": CANARY });
  });
  after(() => rig[Symbol.asyncDispose]());

  for (const [to, ending] of [
    ["az", "sh"],
    ["bicep", "bicep"],
  ] as const) {
    it(`writes the tutorial for ${to}, says what it leaves out, and keeps nothing`, async () => {
      const { code, stdout, stderr } = await rig.cli(["export", "--to", to]);
      expectGolden(`test/exports/tutorial.${ending}`, stdout);
      expect([code, stderr]).eql([0, LEFT_OUT]);
      expect([...(await rig.files()).keys()].filter((path) => path.includes(".runbook"))).eql([]);
    });
    it(`writes for ${to} what loops, what is skipped, and characters that mean something there`, async () => {
      const argv = ["export", "odd.yaml", "--to", to, "-o", `odd.${ending}`, "--secret-file", "password=password.txt"];
      const { code, stdout, stderr } = await rig.cli(argv);
      expect([code, stdout]).eql([0, ""]);
      const text = await rig.read(`odd.${ending}`);
      expectGolden(`test/exports/odd.${ending}`, text);
      expect(text + stderr).not.include(CANARY);
    });
  }

  it("writes scripts that shellcheck has nothing to say about, and that bash can read", async function () {
    if (!has("shellcheck")) return this.skip();
    for (const name of ["tutorial", "odd"]) {
      const script = readProjectFile(`test/exports/${name}.sh`);
      for (const [program, ...argv] of [
        ["shellcheck", "-"],
        ["bash", "-n"],
      ] as const) {
        const { status, stdout, stderr } = spawnSync(program, argv, { input: script, encoding: "utf8" });
        expect([status, stdout, stderr]).eql([0, "", ""]);
      }
    }
  });

  it("takes a group for one, however its name is written on the wire", async () => {
    const named = readProjectFile("test/exports/odd.yaml").replace("{ name: lab,", '{ name: "(my_Group).x-1",');
    await rig.write("named.yaml", named);
    const argv = ["export", "named.yaml", "--to", "bicep", "--secret-file", "password=password.txt"];
    const { code, stdout, stderr } = await rig.cli(argv);
    expect(code, stderr).equal(0);
    const plain = readProjectFile("test/exports/odd.bicep");
    expect(stdout).equal(
      plain.replaceAll("--name lab", "--name '(my_Group).x-1'").replace("-group lab", "-group '(my_Group).x-1'"),
    );
  });

  it("escapes every character of a secret that JSON does not take as it is", async function () {
    const script = readProjectFile("test/exports/odd.sh");
    const json = /^json\(\) \{[^]*?^\}$/m.exec(script)![0];
    const secret = 'tab\t, line\n, "quote", back\\slash, & and \u0001';
    const { stdout } = spawnSync("bash", ["-c", `${json}\njson "$1"`, "bash", secret], { encoding: "utf8" });
    expect(JSON.parse(`"${stdout}"`)).equal(secret);
  });

  it("asks for the group where a runbook has several", async () => {
    await rig.write(
      "two.yaml",
      `version: 1
name: two
steps:
  - { id: a, uses: create-rg, with: { name: a, location: eastus } }
  - { id: b, uses: create-rg, with: { name: b, location: eastus } }
  - { id: ia, uses: create-uami, with: { resourceGroup: "\${{ steps.a.outputs.name }}", name: ida, location: eastus } }
  - { id: ib, uses: create-uami, with: { resourceGroup: "\${{ steps.b.outputs.name }}", name: idb, location: eastus } }
`,
    );
    expectEnd(await rig.cli(["export", "two.yaml", "--to", "bicep"]), {
      code: 64,
      stderr: "error: the plan makes resources in 2 resource groups\nhint: choose one with --group: a, b\n",
    });
    expectEnd(await rig.cli(["export", "two.yaml", "--to", "bicep", "--group", "c"]), {
      code: 64,
      stderr: 'error: the runbook makes nothing in "c"\nhint: choose one with --group: a, b\n',
    });
    const { stdout } = await rig.cli(["export", "two.yaml", "--to", "bicep", "--group", "B"]);
    expect(stdout).include("resource ib ").and.not.include("resource ia ");
    expect(stdout).include('// - the step "ia": its PUT is outside of this resource group');
  });

  const wrong: readonly (readonly [argv: readonly string[], code: number, stderr: string])[] = [
    [
      ["export"],
      64,
      "error: required option '--to <format>' not specified\nhint: `runbook export --help` shows what there is\n",
    ],
    [["export", "--to", "az", "--group", "g"], 64, "error: --group means something only with --to bicep\n"],
  ];
  for (const [argv, code, stderr] of wrong) {
    it(`refuses ${argv.join(" ")}`, async () => expectEnd(await rig.cli(argv), { code, stderr }));
  }
});
