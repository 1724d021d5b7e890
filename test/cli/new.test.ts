import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { projectFile } from "../support/project.ts";
import { expectEnd, Rig } from "../support/rig.ts";
import { hasPseudoTerminals, TerminalSession } from "../support/terminal-session.ts";

const TEMPLATES = readdirSync(projectFile("runbooks/templates"))
  .filter((name) => /(?<!\.test)\.yaml$/.test(name))
  .map((name) => name.replace(".yaml", ""));
const BIN = fileURLToPath(new URL("../../bundle/cli/bin.js", import.meta.url));

const NEXT = (file: string): string =>
  [
    "",
    `  runbook check ${file}`,
    "    says what is wrong with it",
    `  runbook test ${file}`,
    "    runs its tests",
    `  runbook plan ${file}`,
    "    shows what it would do",
    `  runbook run ${file}`,
    "    does it, on the emulator",
    "",
  ].join("\n");

describe("runbook new", () => {
  for (const template of TEMPLATES) {
    it(`${template}: is checked, planned, tested, formatted and run as it is written`, async () => {
      await using rig = await Rig.open();
      expectEnd(await rig.cli(["new", "ops/first-lab", "--template", template]), {
        stdout: "wrote ops/first-lab.yaml\nwrote ops/first-lab.test.yaml\n",
        stderr: NEXT("ops/first-lab.yaml"),
      });
      const file = "ops/first-lab.yaml";
      expectEnd(await rig.cli(["check", file]), { stderr: "1 runbook checked: no problems\n" });
      for (const argv of [
        ["plan", file],
        ["test", file],
        ["run", file],
        ["run", file],
        ["plan", file, ...(template === "read-existing" ? [] : ["--detailed-exitcode"])],
        ["fmt", "--check", file],
        ["destroy", "--yes"],
      ]) {
        const { code, stdout, stderr } = await rig.cli(argv);
        expect(code, `${argv.join(" ")}\n${stdout}${stderr}`).equal(0);
      }
      for (const text of [await rig.read(file), await rig.read("ops/first-lab.test.yaml")]) {
        expect(text).not.include("myRunbook").and.not.include("yaml-language-server");
      }
    }).timeout(120_000);
  }

  it("begins with the empty template where nobody can be asked", async () => {
    await using rig = await Rig.open();
    expectEnd(await rig.cli(["new", "lab.yaml"]), {
      stdout: "wrote lab.yaml\nwrote lab.test.yaml\n",
      stderr: NEXT("lab.yaml"),
    });
    expect(await rig.read("lab.yaml")).match(/^version: 1\nname: lab\n/);
  });

  it("writes over nothing, and then writes nothing at all", async () => {
    await using rig = await Rig.open({ "lab.test.yaml": "mine" });
    expectEnd(await rig.cli(["new", "lab"]), {
      code: 64,
      stderr: "error: lab.test.yaml is there already\nhint: take another name, or another folder\n",
    });
    expect([...(await rig.files()).values()]).eql(["mine"]);
  });

  const wrong: readonly (readonly [argv: readonly string[], stderr: string])[] = [
    [[], "a name is missing\nhint: for example `runbook new lab`"],
    [
      ["a b"],
      '"a b" is no name for a runbook, expected letters, digits, `-` and `_`, at most 60, with a letter or digit first',
    ],
    [["lab", "-t", "empti"], 'there is no template "empti"\nhint: did you mean "empty"?'],
  ];
  for (const [argv, stderr] of wrong) {
    it(`refuses ${argv.join(" ") || "no name"}`, async () => {
      await using rig = await Rig.open();
      expectEnd(await rig.cli(["new", ...argv]), { code: 64, stderr: `error: ${stderr}\n` });
    });
  }

  it("asks at a terminal, and shows what each template is", async function () {
    if (!hasPseudoTerminals()) return this.skip();
    await using rig = await Rig.open();
    const session = new TerminalSession([process.execPath, BIN, "new"], rig.directory);
    await session.until("Name of the runbook");
    session.type("a b\r");
    await session.until("expected letters");
    session.type("\u007f\u007f\u007flab\r");
    await session.until("What it begins with");
    session.type("\u001b[B");
    await session.until("An identity that somebody approves");
    session.type("\r");
    await session.until("wrote lab.test.yaml");
    expect(await session.ended).equal(0);
    expect(await rig.read("lab.yaml")).include("uses: approve");
  }).timeout(40_000);
});
