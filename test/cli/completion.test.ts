import { spawnSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { COMMANDS } from "../../engine/cli/commands.ts";
import { SHELLS } from "../../engine/cli/completion/scripts.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const RUNBOOK = `version: 1
name: own
inputs:
  location: { type: string, default: eastus, description: Where. }
  size: { type: string, enum: [small, large] }
  isOpen: { type: boolean, default: false }
  adminPassword: { type: string, secret: true }
steps:
  - { id: group, uses: create-rg, with: { name: "g\${{ inputs.size }}", location: "\${{ inputs.location }}" } }
`;
const FILES = {
  "own.yaml": RUNBOOK,
  "own.test.yaml": "",
  "plan.json": "{}",
  "notes.txt": "",
  "folder/deep file.yaml": RUNBOOK,
  ".runbook/runs/20260101-000000-abc/journal.jsonl": '{"kind":"header","runbook":{"name":"own"}}\n',
};
const SHIPPED = [
  "guarded-network",
  "linux-fleet",
  "linux-vm-system-assigned-identity",
  "windows-vm-user-assigned-identity",
];

describe("what may come next on the command line", () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.open(FILES);
  });
  after(() => rig[Symbol.asyncDispose]());

  const values = async (words: readonly string[], shell = "fish"): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await rig.cli(["completion", "--words", shell, "--", ...words]);
    expect([code, stderr]).eql([0, ""]);
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t", 1)[0]!);
  };

  const cases: readonly (readonly [words: readonly string[], values: readonly string[]])[] = [
    [["ru"], ["run", "runs"]],
    [[""], [...COMMANDS.map(({ name }) => name), "help"]],
    [["--v"], ["--version"]],
    [
      ["help", "s"],
      ["show", "steps", "schema"],
    ],
    [["frobnicate", ""], []],
    [["run", "o"], ["own.yaml"]],
    [["run", "fold"], ["folder/"]],
    [["run", "folder/"], ["folder/deep file.yaml"]],
    [["run", "own.yaml", ""], []],
    [["check", "own.yaml", "o"], ["own.yaml"]],
    [
      ["show", ""],
      ["folder/", "plan.json"],
    ],
    [["run", "--lat"], ["--latency"]],
    [
      ["run", "--latency", ""],
      ["fast", "real"],
    ],
    [["run", "--latency=f"], ["--latency=fast"]],
    [["run", "--latency", "real", "--lat"], []],
    [
      ["run", "-i", "a=b", "--inp"],
      ["--input", "--inputs-file"],
    ],
    [["run", "--", "--lat"], []],
    [["run", "--subscription", ""], []],
    [
      ["run", "own.yaml", "-i", ""],
      ["location=", "size=", "isOpen="],
    ],
    [["run", "own.yaml", "-i", "size=l"], ["size=large"]],
    [
      ["run", "own.yaml", "--input=isOpen="],
      ["--input=isOpen=true", "--input=isOpen=false"],
    ],
    [["run", "own.yaml", "--secret-stdin", ""], ["adminPassword"]],
    [["run", "own.yaml", "--secret-file", "adminPassword=no"], ["adminPassword=notes.txt"]],
    [["report", "2026"], ["20260101-000000-abc"]],
    [["steps", "create-r"], ["create-rg"]],
    [["completion", ""], SHELLS],
  ];
  for (const [words, expected] of cases) {
    it(`${words.join(" ")}_: ${expected.slice(0, 3).join(", ") || "nothing"}`, async () => {
      expect(await values(words)).eql(expected);
    });
  }

  it("names the runbooks of the package beside the files", async () => {
    expect(await values(["plan", ""])).eql(["folder/", "own.yaml", ...SHIPPED]);
  });
  it("gives bash what takes the place of the last piece", async () => {
    expect(await values(["run", "--latency", "=", "f"], "bash")).eql(["fast"]);
    expect(await values(["run", "--latency", "="], "bash")).eql(["fast", "real"]);
    expect(await values(["run", "own.yaml", "-i", "size", "=", ""], "bash")).eql([]);
    expect(await values(["run", "own.yaml", "-i", "size", "="], "bash")).eql(["small", "large"]);
  });
  it("refuses a shell that it has no script for", async () => {
    expectEnd(await rig.cli(["completion", "tcsh"]), {
      code: 64,
      stderr: "error: expected the name of a shell\nhint: one of bash, zsh, fish\n",
    });
  });
});

const BIN = fileURLToPath(new URL("../../bundle/cli/bin.js", import.meta.url));
const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

/** Stands on the path as `runbook`: answers what completes, and prints what else it is asked to do. */
const PROGRAM = `#!/bin/sh
if [ "$1" = completion ]; then exec "${process.execPath}" "${BIN}" "$@"; fi
printf 'typed:'
printf ' <%s>' "$@"
printf '\\n'
`;

/** Types into an interactive shell in a pseudo-terminal; gives what the commands were run with. */
function typeInto(shell: string, rc: string, typed: string, rig: Rig): readonly string[] {
  const command = shell === "bash" ? `bash --noprofile --rcfile ${rc} -i` : `ZDOTDIR=${rig.directory}/zsh zsh -i`;
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
    cwd: rig.directory,
    env: {
      PATH: `${rig.directory}/bin${delimiter}${process.env["PATH"]}`,
      HOME: rig.directory,
      TERM: "dumb",
      LC_ALL: "C",
    },
    input: typed,
    timeout: 280_000,
    encoding: "utf8",
  });
  return stdout.split(/\r?\n/).filter((line) => line.startsWith("typed:"));
}

/** Left: keys, with a tab where the person presses it. Right: what the program is then run with. */
const SESSIONS: readonly (readonly [keys: string, typed: string])[] = [
  ["runbook run own.y\t--lat\tre\t", "typed: <run> <own.yaml> <--latency> <real>"],
  ["runbook run own.yaml -i size=la\t", "typed: <run> <own.yaml> <-i> <size=large>"],
  ["runbook run folder/deep\\ fi\t", "typed: <run> <folder/deep file.yaml>"],
  ["runbook steps grant\t", "typed: <steps> <grant-role>"],
];

describe("completion in real shells", function () {
  this.timeout(300_000);
  let rig: Rig;
  before(async () => {
    rig = await Rig.open({
      ...FILES,
      "bin/runbook": PROGRAM,
      bashrc: "PS1=\nset +o history\nbind 'set enable-bracketed-paste off'\nsource <(runbook completion bash)\n",
      "zsh/.zshrc":
        "PS1=\nunsetopt zle_bracketed_paste 2>/dev/null\nautoload -U compinit; compinit -u -D\nsource <(runbook completion zsh)\n",
    });
    await chmod(join(rig.directory, "bin/runbook"), 0o755);
  });
  after(() => rig[Symbol.asyncDispose]());

  for (const shell of ["bash", "zsh"]) {
    it(`completes in ${shell}`, function () {
      if (!has(shell) || !has("script")) return this.skip();
      const keys = SESSIONS.map(([line]) => `${line}\n`).join("");
      expect(typeInto(shell, "bashrc", `${keys}exit\n`, rig)).eql(SESSIONS.map(([, typed]) => typed));
    });
  }
  it("completes in fish", function () {
    if (!has("fish")) return this.skip();
    const complete = (line: string): string => {
      const script = `${rig.directory}/bin/runbook completion fish | source; complete -C "${line}"`;
      const env = { PATH: `${rig.directory}/bin${delimiter}${process.env["PATH"]}`, HOME: rig.directory };
      const { stdout } = spawnSync("fish", ["--no-config", "-c", script], {
        cwd: rig.directory,
        env,
        encoding: "utf8",
      });
      return stdout;
    };
    expect(complete("runbook comp")).equal("completion\tprint the script with which a shell completes what is typed\n");
    expect(complete("runbook run --target=az")).equal("--target=azure\n");
    expect(complete("runbook check own.")).equal("own.yaml\n");
  });
  it("is loaded without a word by each shell's own check of its syntax, and by shellcheck", async function () {
    if (!has("shellcheck")) return this.skip();
    const { stdout } = await rig.cli(["completion", "bash"]);
    await rig.write("completion.bash", stdout);
    const { status, stdout: found } = spawnSync("shellcheck", ["-s", "bash", "completion.bash"], {
      cwd: rig.directory,
      encoding: "utf8",
    });
    expect([status, found]).eql([0, ""]);
  });
});
