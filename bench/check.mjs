// Measures `check` and the language server: the tutorial against a bare Node, growth up to 10,000 steps, and completion in
// a file of 500 steps. `node bench/check.mjs [rounds]`; rounds: 15.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { completionAt } from "../dist/engine/runbook/editing/completion.js";
import { loadRunbook } from "../dist/engine/runbook/load.js";
import { runbookSchema } from "../dist/engine/runbook/schema.js";
import { builtinSteps } from "../dist/engine/steps/builtin/index.js";

const rounds = Number(process.argv[2] ?? 15);
const bin = fileURLToPath(new URL("../dist/bundle/cli/bin.js", import.meta.url));
const say = (text) => process.stdout.write(`${text}\n`);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Processor time in milliseconds: a busy machine changes it less than the time on the wall. */
function cpuOf(work) {
  const { user, system } = process.cpuUsage();
  work();
  const after = process.cpuUsage();
  return (after.user + after.system - user - system) / 1000;
}

function processOf(argv) {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, argv, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

say(`Node ${process.versions.node}, medians of ${rounds} rounds in turns`);
const bare = [];
const check = [];
for (let round = 0; round <= rounds; round++) {
  const [one, other] = [processOf(["-e", "0"]), processOf([bin, "check"])];
  // The first of each fills the caches.
  if (round === 0) continue;
  bare.push(one);
  check.push(other);
}
const ratio = (a, b) => (median(a) / median(b)).toFixed(2);
say(`check of the tutorial: ${ratio(check, bare)} times \`node -e 0\``);

const stepsOf = (count) =>
  `version: 1\nname: steps\ninputs:\n  location: { type: string, default: eastus }\nsteps:\n${Array.from(
    { length: count },
    (_, n) => {
      const name = n % 10 === 0 ? `group${n}` : `"\${{ steps.s${n - 1}.outputs.name }}x"`;
      const needs = n > 1 && n % 7 === 0 ? `    needs: [s${n - 2}]\n` : "";
      return `  - id: s${n}\n    uses: create-rg\n${needs}    with:\n      name: ${name}\n      location: \${{ inputs.location }}\n`;
    },
  ).join("")}`;
const options = { file: "steps.yaml", registry: builtinSteps };
loadRunbook(stepsOf(500), options);
const times = new Map();
for (const count of [1250, 2500, 5000, 10_000]) {
  const text = stepsOf(count);
  times.set(count, median([1, 2, 3].map(() => cpuOf(() => loadRunbook(text, options)))) / count);
}
const per = [...times].map(([count, ms]) => `${count}: ${(ms / times.get(1250)).toFixed(2)}`);
say(`check, time per step as a multiple of that with 1,250 steps: ${per.join(" · ")}`);

const text = stepsOf(500);
const schema = runbookSchema(builtinSteps);
const places = ["steps.s", "inputs.", "    uses: create", "      name: "].map(
  (part) => text.lastIndexOf(part) + part.length,
);
for (const offset of places) completionAt(text, offset, builtinSteps, schema);
const asked = Array.from({ length: 40 }, (_, n) =>
  cpuOf(() => completionAt(text, places[n % places.length], builtinSteps, schema)),
);
say(
  `completion in 500 steps: ${median(asked).toFixed(1)} ms, the slowest of ${asked.length} ${Math.max(...asked).toFixed(1)} ms`,
);
