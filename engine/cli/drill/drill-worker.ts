// One of the threads of a drill: takes numbers of cells and answers with their verdicts. Started by `drill.ts`.

import { parentPort, workerData } from "node:worker_threads";
import { registryOf } from "../../runbook/build.ts";
import type { Json } from "../../value/json.ts";
import { putConsoleAside } from "../console-aside.ts";
import { loadFile, type RunbookFile } from "../runbook-file.ts";
import { type Baseline, tryCell } from "./drill-cells.ts";
import { prepareDrill } from "./drill-world.ts";

export interface DrillOrder {
  readonly file: Omit<RunbookFile, "readFile">;
  /** The runbooks that it calls: text by path. */
  readonly calls: ReadonlyMap<string, string>;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly seed: string;
  readonly baseline: Baseline;
}

putConsoleAside();
const port = parentPort!;
const { file, calls, inputs, seed, baseline } = workerData as DrillOrder;

async function begin(): Promise<void> {
  const { runbook } = await loadFile({ ...file, readFile: (path) => calls.get(path) });
  const subject = { runbook: runbook!, registry: registryOf(runbook!), inputs, seed };
  await prepareDrill();
  port.on("message", (index: number) => {
    void tryCell(subject, baseline.cells[index]!, baseline).then((verdict) => port.postMessage({ index, verdict }));
  });
  port.postMessage("ready");
}

// A rejection ends the thread with an error, which its starter hears of.
void begin();
