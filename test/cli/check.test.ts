import { readFile, writeFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { expectGolden } from "../support/golden.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const GOOD = `version: 1
name: good
steps:
  - id: group
    uses: create-rg
    with: { name: a, location: eastus }
`;
const BAD = GOOD.replace("create-rg", "create-gr");
const UNUSED = GOOD.replace("steps:", "inputs:\n  never: { type: string, default: a }\nsteps:");
const TOLD = `bad.yaml:5:11: error: "create-gr" is no step type [unknown-step-type]
  |
5 |     uses: create-gr
  |           ~~~~~~~~~
hint: did you mean "create-rg"?
`;

const TWICE = `${GOOD}  - id: group
    uses: create-rg
    with: { name: b, location: eastus }
`;

describe("runbook check", () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.open({
      "good.yaml": GOOD,
      "bad.yaml": BAD,
      "unused.yaml": UNUSED,
      "folder/a.yaml": GOOD,
      "folder/inner/b.yml": BAD,
      "folder/inner/inputs.yaml": "location: eastus\n",
      "folder/inner/b.test.yaml": "steps: []\n",
      "folder/node_modules/c.yaml": BAD,
      "folder/.hidden/d.yaml": BAD,
      "folder/none/notes.md": "steps:\n",
      "twice.yaml": TWICE,
    });
  });
  after(() => rig[Symbol.asyncDispose]());

  it("says of a file in another encoding that it is", async () => {
    await using rig = await Rig.open();
    await writeFile(`${rig.directory}/latin.yaml`, Buffer.from("name: caf\u00e9\nsteps: []\n", "latin1"));
    await writeFile(`${rig.directory}/other.yaml`, Buffer.from("name: caf\u00e9\n", "latin1"));
    await rig.write("bad.yaml", BAD);
    const told =
      "latin.yaml:1:10: error: the file is not text in UTF-8 [yaml-syntax]\n  |\n" +
      "1 | name: caf\uFFFD\n  |          ~\nhint: save it in the encoding UTF-8\n";
    expectEnd(await rig.cli(["check", "latin.yaml"]), {
      code: 65,
      stdout: told,
      stderr: "\n1 runbook checked: 1 error\n",
    });
    expectEnd(await rig.cli(["fmt", "latin.yaml"]), { code: 65, stderr: told });
    // With others it is one problem among theirs, whoever reads them.
    const { code, stdout } = await rig.cli(["check", ".", "--format", "github"]);
    const annotated = stdout.match(/^::error file=[^,]*/gm);
    expect([code, annotated]).eql([65, ["::error file=bad.yaml", "::error file=latin.yaml"]]);
    expectEnd(await rig.cli(["plan", "latin.yaml"]), {
      code: 65,
      stderr: "error: latin.yaml is not text in UTF-8\nhint: save it in the encoding UTF-8\n",
    });
  });
  it("finds nothing wrong with a good runbook", async () => {
    expectEnd(await rig.cli(["check", "good.yaml"]), { stderr: "1 runbook checked: no problems\n" });
  });
  it("checks the tutorial when no file is named", async () => {
    expectEnd(await rig.cli(["check"]), { stderr: "1 runbook checked: no problems\n" });
  });
  it("checks a runbook that comes with the package by its name", async () => {
    expectEnd(await rig.cli(["check", "linux-vm-system-assigned-identity"]), {
      stderr: "1 runbook checked: no problems\n",
    });
  });
  it("tells what is wrong, as data, and ends with 65", async () => {
    expectEnd(await rig.cli(["check", "bad.yaml"]), {
      code: 65,
      stdout: TOLD,
      stderr: "\n1 runbook checked: 1 error\n",
    });
  });
  it("checks several, each once", async () => {
    const ended = await rig.cli(["check", "good.yaml", "bad.yaml", "unused.yaml", "bad.yaml"]);
    expect(ended.stdout).match(/^bad\.yaml:5:11: error: [^]*\n\nunused\.yaml:4:3: warning: /);
    expect([ended.code, ended.stderr]).eql([65, "\n3 runbooks checked: 1 error, 1 warning\n"]);
  });
  it("does not fail for a warning", async () => {
    const { code, stderr } = await rig.cli(["check", "unused.yaml"]);
    expect([code, stderr]).eql([0, "\n1 runbook checked: 1 warning\n"]);
  });
  it("paints on a terminal what it says without colours elsewhere", async () => {
    const { stdout } = await rig.cli(["check", "bad.yaml"], { columns: 80 });
    expect(stdout).include("\u001b[31m~~~~~~~~~\u001b[39m").and.include("\u001b[36mhint:\u001b[39m");
    expect(stripVTControlCharacters(stdout)).equal(TOLD);
  });
  it("tells programs in JSON", async () => {
    const { code, stdout, stderr } = await rig.cli(["check", "bad.yaml", "good.yaml", "--format", "json"]);
    expect([code, stderr]).eql([65, ""]);
    expect(JSON.parse(stdout)).eql({
      format: "runbook.diagnostics",
      version: 1,
      diagnostics: [
        {
          file: "bad.yaml",
          line: 5,
          column: 11,
          endLine: 5,
          endColumn: 20,
          severity: "error",
          code: "unknown-step-type",
          message: '"create-gr" is no step type',
          hint: 'did you mean "create-rg"?',
        },
      ],
    });
  });
  it("checks what stands on standard input", async () => {
    expectEnd(await rig.cli(["check", "-"], { stdin: BAD }), {
      code: 65,
      stdout: TOLD.replace("bad.yaml", "<stdin>"),
      stderr: "\n1 runbook checked: 1 error\n",
    });
  });
  it("checks the runbooks of a folder, and nothing else in it", async () => {
    expectEnd(await rig.cli(["check", "folder", "good.yaml"]), {
      code: 65,
      stdout: TOLD.replace("bad.yaml", "folder/inner/b.yml"),
      stderr:
        "\npassed over, as it does not look like a runbook: folder/inner/inputs.yaml\n" +
        "3 runbooks checked, 1 other file passed over: 1 error\n",
    });
  });
  for (const [pattern, count] of [
    ["folder/**/*.yml", "1 runbook"],
    ["**/[a-z]*.yaml", "5 runbooks"],
    ["[bg]*.yaml", "2 runbooks"],
    ["[!bg]*.yaml", "2 runbooks"],
    ["{[b]?d,g*}.yaml", "2 runbooks"],
    ["[d-f]*.yaml", "0"],
    ["*d.yaml", "3 runbooks"],
    ["{good,unused}.yaml", "2 runbooks"],
    ["?????.yaml", "1 runbook"],
    ["folder/*", "1 runbook"],
    ["folder/**", "2 runbooks"],
    ["folder/../bad.yaml", "1 runbook"],
  ] as const) {
    it(`takes the pattern ${pattern}`, async () => {
      const { stderr } = await rig.cli(["check", pattern]);
      expect(stderr).match(count === "0" ? /^error: there is no runbook at/ : new RegExp(`(^|\\n)${count} checked`));
    });
  }
  it("takes for a runbook what is meant as one, whatever is wrong at its top", async () => {
    await using broken = await Rig.open({
      "key.yaml": GOOD.replace("steps:", "step:"),
      "tab.yaml": GOOD.replace("steps:", "\tsteps:"),
      "flow.yaml": '{ version: 1, name: a, steps: [{ id: b, uses: "wiat" }] }\n',
      "json.yaml": '{\n  "version": 1,\n  "name": "a",\n  "stages": []\n}\n',
      "other-word.yaml": GOOD.replace("steps:", "tasks:"),
      "list.yaml": "- id: a\n  uses: create-rg\n",
      "compose.yaml": "version: '3'\nname: a\nservices:\n  a: { image: b }\n",
      "chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
      "helm.yaml": "a:\n{{- range .b }}\n{{- end }}\n",
      "empty.yaml": "",
    });
    const { code, stdout, stderr } = await broken.cli(["check", "*.yaml", "--format", "github"]);
    const told = [...stdout.matchAll(/file=([\w.-]+),line=\d+.*?title=([\w-]+)/g)].map(([, file, about]) => [
      file,
      about,
    ]);
    expect(told.filter(([file], index) => file !== told[index - 1]?.[0])).eql([
      ["flow.yaml", "unknown-step-type"],
      ["json.yaml", "unknown-key"],
      ["key.yaml", "unknown-key"],
      ["list.yaml", "wrong-type"],
      ["other-word.yaml", "unknown-key"],
      ["tab.yaml", "yaml-syntax"],
    ]);
    const passedOver = ["chart.yaml", "compose.yaml", "empty.yaml", "helm.yaml"];
    expect([code, stderr]).eql([
      65,
      passedOver.map((name) => `passed over, as it does not look like a runbook: ${name}\n`).join(""),
    ]);
  });
  it("tells GitHub in annotations", async () => {
    const { code, stdout, stderr } = await rig.cli(["check", "twice.yaml", "unused.yaml", "--format", "github"]);
    expect([code, stderr]).eql([65, ""]);
    expect(stdout).equal(
      [
        "::error file=twice.yaml,line=7,endLine=7,col=9,endColumn=13,title=duplicate-id (runbook)::" +
          'a second step is named "group"%0Aline 4: the first is here%0Ahint: give one of them another id',
        "::warning file=unused.yaml,line=4,endLine=4,col=3,endColumn=7,title=unused-input (runbook)::" +
          'nothing reads input "never"%0Ahint: remove it, or use it',
        "",
      ].join("\n"),
    );
  });
  it("tells code hosts in SARIF", async () => {
    const { code, stdout, stderr } = await rig.cli(["check", "twice.yaml", "unused.yaml", "--format", "sarif"]);
    expect([code, stderr]).eql([65, ""]);
    expectGolden("test/cli/check.sarif", stdout.replace(/"semanticVersion": "[^"]*"/, '"semanticVersion": "0.0.0"'));
  });
  it("says what it could not read", async () => {
    const cases = {
      "god.yaml": 'there is no file god.yaml\nhint: did you mean "good.yaml"?',
      "windows-vm-user-asigned-identity":
        'there is no file windows-vm-user-asigned-identity\nhint: did you mean "windows-vm-user-assigned-identity"?',
      "nowhere/at/all":
        "there is no file nowhere/at/all\nhint: leave it out to take the tutorial that comes with the package",
      "folder/none":
        "there is no runbook in the folder folder/none\nhint: runbooks end in .yaml or .yml and have `steps:`",
      "b*.yml": "there is no runbook at b*.yml\nhint: runbooks end in .yaml or .yml and have `steps:`",
    };
    for (const [file, told] of Object.entries(cases)) {
      expectEnd(await rig.cli(["check", file]), { code: 64, stderr: `error: ${told}\n` });
    }
  });
});

describe("runbook graph", () => {
  it("shows the waves of the tutorial", async () => {
    await using rig = await Rig.open();
    expectEnd(await rig.cli(["graph"]), {
      stdout: [
        "wave 1: group",
        "wave 2: vm ← group · identity ← group",
        "wave 3: assign ← vm, identity · grant ← identity, group",
        "wave 4: token ← assign, vm, identity",
        "wave 5: read ← grant, vm, token, group",
        "",
      ].join("\n"),
    });
  });
  it("tells why it cannot draw a bad one", async () => {
    await using rig = await Rig.open({ "bad.yaml": BAD });
    expectEnd(await rig.cli(["graph", "bad.yaml"]), { code: 65, stderr: TOLD });
  });
});

describe("runbook schema", () => {
  it("prints the schema that the package carries", async () => {
    await using rig = await Rig.open();
    expectEnd(await rig.cli(["schema"]), { stdout: await readFile("schemas/runbook.schema.json", "utf8") });
  });
});
