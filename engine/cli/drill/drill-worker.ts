// One of the threads of a drill: takes numbers of cells and answers with their verdicts. Started by `drill.ts`.

import { parentPort, workerData } from "node:worker_threads";
import { loadRunbook } from "../../runbook/load.ts";
import { builtinSteps } from "../../steps/builtin/index.ts";
import type { Json } from "../../value/json.ts";
import { type Baseline, tryCell } from "./drill-cells.ts";
import { prepareDrill } from "./drill-world.ts";

export interface DrillOrder {
  readonly text: string;
  readonly file: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly seed: string;
  readonly baseline: Baseline;
}

const port = parentPort!;
const { text, file, inputs, seed, baseline } = workerData as DrillOrder;
const { runbook } = loadRunbook(text, { file, registry: builtinSteps });
const subject = { runbook: runbook!, registry: builtinSteps, inputs, seed };
await prepareDrill();
port.on("message", (index: number) => {
  void tryCell(subject, baseline.cells[index]!, baseline).then((verdict) => port.postMessage({ index, verdict }));
});
port.postMessage("ready");
