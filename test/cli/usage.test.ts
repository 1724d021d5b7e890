import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { COMMANDS } from "../../engine/cli/commands.ts";
import { expectEnd, Rig } from "../support/rig.ts";

describe("the command line", () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.open();
  });
  after(() => rig[Symbol.asyncDispose]());

  it("shows its overview when nothing is asked for", async () => {
    const asked = await rig.cli(["--help"]);
    expectEnd(await rig.cli([]), asked);
    expect(asked.stdout).match(/^Examples:\n {2}runbook run +the tutorial, on the embedded emulator\n/);
    for (const { name, summary } of COMMANDS) expect(asked.stdout).include(`  ${name} `).and.include(summary);
    expect([asked.code, asked.stderr]).eql([0, ""]);
  });

  for (const { name } of COMMANDS) {
    it(`shows real lines first in the help of ${name}`, async () => {
      const { code, stdout, stderr } = await rig.cli([name, "--help"]);
      expect(stdout).match(new RegExp(`^Examples:\\n {2}runbook ${name}`));
      expect(stdout).include(`\nUsage: runbook ${name} `).and.not.include("[]").and.not.include("false");
      expectEnd({ code, stdout: "", stderr }, {});
      expectEnd(await rig.cli(["help", name]), { stdout });
    });
  }

  it("tells its version", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expectEnd(await rig.cli(["--version"]), { stdout: `${version}\n` });
  });

  const wrong: readonly (readonly [argv: readonly string[], stderr: string])[] = [
    [["chekc"], "error: unknown command 'chekc'\nhint: did you mean check?\n"],
    [["frobnicate"], "error: unknown command 'frobnicate'\nhint: `runbook --help` shows what there is\n"],
    [["run", "--taget", "azure"], "error: unknown option '--taget'\nhint: did you mean --target?\n"],
    [
      ["run", "--target", "aws"],
      "error: option '-t, --target <target>' argument 'aws' is invalid. Allowed choices are emulator, azure.\n" +
        "hint: `runbook run --help` shows what there is\n",
    ],
    [
      ["run", "--concurrency", "0"],
      "error: option '-c, --concurrency <n>' argument '0' is invalid. Expected a whole number from 1.\n" +
        "hint: `runbook run --help` shows what there is\n",
    ],
    [
      ["run", "a.yaml", "b.yaml"],
      "error: too many arguments for 'run'. Expected 1 argument but got 2: a.yaml, b.yaml.\n" +
        "hint: `runbook run --help` shows what there is\n",
    ],
    [["run", "--cloud", "china"], "error: --cloud means something only with --target azure\n"],
    [
      ["run", "-t", "azure", "-y", "--latency", "real"],
      "error: --latency means something only with --target emulator\n",
    ],
    [
      ["run", "--json", "--quiet"],
      "error: option '-q, --quiet' cannot be used with option '--json'\nhint: `runbook run --help` shows what there is\n",
    ],
    [["run", "-i", "secret"], "error: an input is given as name=value\nhint: for example `--input location=eastus`\n"],
  ];
  for (const [argv, stderr] of wrong) {
    it(`refuses ${argv.join(" ")}`, async () => {
      expectEnd(await rig.cli(argv), { code: 64, stderr });
    });
  }

  it("does not let a name that it repeats command the terminal", async () => {
    const { stderr } = await rig.cli(["check", "\u001b[2Jno.yaml"]);
    expect(stderr).include("\ufffd[2Jno.yaml").and.not.include("\u001b");
  });
});

describe("colours", () => {
  const coloured = "\u001b[1m\u001b[31merror:\u001b[39m\u001b[22m";
  const cases: readonly (readonly [
    what: string,
    env: Record<string, string>,
    columns: number | undefined,
    is: boolean,
  ])[] = [
    ["are used on a terminal", {}, 80, true],
    ["are not used elsewhere", {}, undefined, false],
    ["are not used with NO_COLOR", { NO_COLOR: "1" }, 80, false],
    ["are used with an empty NO_COLOR", { NO_COLOR: "" }, 80, true],
    ["are used with FORCE_COLOR", { FORCE_COLOR: "1" }, undefined, true],
    ["are not used with FORCE_COLOR=0", { FORCE_COLOR: "0" }, 80, false],
    ["are not used with both", { FORCE_COLOR: "1", NO_COLOR: "1" }, 80, false],
    ["are not used on a dumb terminal", { TERM: "dumb" }, 80, false],
  ];
  for (const [what, env, columns, is] of cases) {
    it(what, async () => {
      await using rig = await Rig.open();
      const { stderr } = await rig.cli(["chekc"], { env, ...(columns !== undefined && { columns }) });
      expect(stderr.startsWith(coloured)).equal(is);
      expect(stderr.includes("\u001b")).equal(is);
    });
  }
});
