// What a start costs, as multiples of `node -e 0`, in processor time and in wall time: `npm run build && node bench/start.mjs`.
// Whole processes, taken in turns; medians. Nothing here fails a test.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../dist/bundle/cli/bin.js", import.meta.url));
const turns = Number(process.argv[2] ?? 9);
const works = [
  ["node -e 0", ["-e", "0"]],
  ["--version", [bin, "--version"]],
  ["check the tutorial", [bin, "check"]],
  ["plan it on a fresh state", [bin, "plan"]],
  ["plan it after a run", [bin, "plan"], [bin, "run", "--yes"]],
  ["run it on a fresh state", [bin, "run", "--yes"]],
];
const measured = new Map(works.map(([name]) => [name, []]));
for (let turn = 0; turn < turns; turn++) {
  for (const [name, argv, before] of works) {
    const cwd = mkdtempSync(join(tmpdir(), "bench-"));
    if (before) run(before, cwd);
    measured.get(name).push(run(argv, cwd));
    rmSync(cwd, { recursive: true });
  }
}
const [base] = works;
const of = (name, what) => median(measured.get(name).map((one) => one[what]));
for (const [name] of works) {
  const ratio = (what) => (of(name, what) / of(base[0], what)).toFixed(1).padStart(6);
  process.stdout.write(
    `${name.padEnd(26)} processor ${ratio("cpuMs")}   wall ${ratio("wallMs")}   (${Math.round(of(name, "wallMs"))} ms here)\n`,
  );
}

function run(argv, cwd) {
  const began = performance.now();
  // The shell's `times` tells what its children took, in its second line.
  const script = '"$@" >/dev/null 2>&1 || exit; times';
  const given = ["-c", script, "bash", process.execPath, ...argv];
  const { status, stdout } = spawnSync("bash", given, { cwd, encoding: "utf8", env: { PATH: process.env.PATH } });
  const wallMs = performance.now() - began;
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}`);
  const [user, system] = stdout.trim().split("\n").at(-1).split(" ").map(msOf);
  return { wallMs, cpuMs: user + system };
}

/** `0m1.234s` */
function msOf(text) {
  const [minutes, seconds] = text.replace("s", "").split("m");
  return (Number(minutes) * 60 + Number(seconds)) * 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
