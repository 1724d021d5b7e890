// Tries all cells of a drill, on as many threads as there are processors, and gives their verdicts in the cells' order.

import { Worker } from "node:worker_threads";
import type { Verdict } from "./drill-cells.ts";
import type { DrillOrder } from "./drill-worker.ts";

export async function tryCells(
  order: DrillOrder,
  threads: number,
  onVerdict: (done: number) => void,
): Promise<readonly Verdict[]> {
  const { cells } = order.baseline;
  const verdicts: Verdict[] = [];
  let next = 0;
  let done = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./drill-worker.js", import.meta.url), { workerData: order });
      worker.once("error", reject);
      worker.once("exit", () => resolve());
      worker.on("message", (message: "ready" | { readonly index: number; readonly verdict: Verdict }) => {
        if (message !== "ready") {
          verdicts[message.index] = message.verdict;
          onVerdict(++done);
        }
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        if (next < cells.length) worker.postMessage(next++);
        else void worker.terminate();
      });
    });
  await Promise.all(Array.from({ length: Math.min(threads, cells.length) }, work));
  return verdicts;
}
