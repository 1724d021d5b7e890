// Measures the command line against other tools, in turns and in one run, and states ratios. A tool that is not installed
// is left out and named. `node bench/other-tools.mjs [rounds]`; rounds: 5.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 5);
const runbook = [process.execPath, fileURLToPath(new URL("../dist/bundle/cli/bin.js", import.meta.url))];
const folder = mkdtempSync(join(tmpdir(), "runbook-bench-"));
const say = (text) => process.stdout.write(`${text}\n`);
const numbers = (count) => Array.from({ length: count }, (_, index) => index);

/** The same work written for each tool: `count` steps that ask nothing of anybody, each after the last if `isChain`. */
const written = {
  runbook: (count, isChain) => [
    "steps.yaml",
    `version: 1\nname: steps\nsteps:\n${numbers(count)
      .map((n) => {
        const needs = isChain && n > 0 ? `\n    needs: [s${n - 1}]` : "";
        return `  - id: s${n}\n    uses: assert${needs}\n    with:\n      conditions:\n        - { that: true, message: step ${n} }`;
      })
      .join("\n")}\n`,
  ],
  terraform: (count, isChain) => [
    "main.tf",
    numbers(count)
      .map((n) => {
        const needs = isChain && n > 0 ? `\n  depends_on = [terraform_data.s${n - 1}]` : "";
        return `resource "terraform_data" "s${n}" {\n  input = "step ${n}"${needs}\n}\n`;
      })
      .join(""),
  ],
  ansible: (count) => [
    "play.yaml",
    `- hosts: localhost\n  gather_facts: false\n  connection: local\n  tasks:\n${numbers(count)
      .map((n) => `    - name: step ${n}\n      ansible.builtin.assert: { that: true, quiet: true }`)
      .join("\n")}\n`,
  ],
};

const tools = {
  runbook: { version: [...runbook, "--version"], left: [".runbook"] },
  terraform: { version: ["terraform", "version"], left: ["terraform.tfstate", "terraform.tfstate.backup"] },
  ansible: { version: ["ansible-playbook", "--version"], left: [] },
  az: { version: ["az", "version"], left: [] },
};
const here = Object.keys(tools).filter((tool) => spawnSync(tools[tool].version[0], ["--version"]).status === 0);

function measured(argv, cwd) {
  // The operating system's own accounting of the finished process.
  const told = spawnSync("/usr/bin/time", ["-f", "%e %U %S %M", ...argv], { cwd, encoding: "utf8" });
  if (told.status !== 0) throw new Error(`${argv.join(" ")} ended with ${told.status}: ${told.stderr}`);
  const [wall, user, system, memory] = told.stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return { wall, cpu: user + system, memory: memory / 1024 };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** `commands` by tool. Turns are taken, so that what else the machine does meets all alike. */
function compare(title, commands) {
  const rows = new Map(Object.keys(commands).map((tool) => [tool, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [tool, { argv, cwd }] of Object.entries(commands)) {
      for (const path of tools[tool].left) rmSync(join(cwd, path), { recursive: true, force: true });
      const figures = measured(argv, cwd);
      if (round > 0) rows.get(tool).push(figures);
    }
  }
  const figure = (tool, name) => median(rows.get(tool).map((figures) => figures[name]));
  say(`\n${title}`);
  say("  tool         wall  processor     memory   (as a multiple of runbook's)");
  for (const tool of rows.keys()) {
    const ratio = (name) => `${(figure(tool, name) / figure("runbook", name)).toFixed(2)}×`.padStart(9);
    say(`  ${tool.padEnd(8)}${ratio("wall")}  ${ratio("cpu")}  ${ratio("memory")}`);
  }
}

/** A folder with the work written for a tool. */
function prepared(tool, count, isChain) {
  const cwd = join(folder, `${tool}-${count}-${isChain}`);
  const [name, text] = written[tool](count, isChain);
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), text);
  if (tool === "terraform") execFileSync("terraform", ["init", "-input=false"], { cwd, stdio: "ignore" });
  return cwd;
}

const checking = {
  runbook: [...runbook, "check", "steps.yaml"],
  terraform: ["terraform", "validate"],
  ansible: ["ansible-playbook", "--syntax-check", "play.yaml"],
};
const running = {
  runbook: [...runbook, "run", "steps.yaml", "--yes", "--quiet"],
  terraform: ["terraform", "apply", "-auto-approve", "-input=false"],
  ansible: ["ansible-playbook", "play.yaml"],
};
const work = (commands, count, isChain) =>
  Object.fromEntries(
    Object.keys(commands)
      .filter((tool) => here.includes(tool))
      .map((tool) => [tool, { argv: commands[tool], cwd: prepared(tool, count, isChain) }]),
  );

try {
  const missing = Object.keys(tools).filter((tool) => !here.includes(tool));
  if (missing.length > 0) say(`not installed here, and left out: ${missing.join(", ")}`);
  say(`medians of ${rounds} rounds, taken in turns after one that is not counted`);
  compare(
    "start: say the version",
    Object.fromEntries(here.map((tool) => [tool, { argv: tools[tool].version, cwd: folder }])),
  );
  compare("check a file of 500 steps", work(checking, 500, false));
  compare("run 200 steps that ask nothing of anybody", work(running, 200, false));
  compare("run a chain of 200 such steps", work(running, 200, true));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
