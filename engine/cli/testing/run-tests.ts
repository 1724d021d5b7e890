// Runs the tests of files: several at a time, told in the order written.

import { readFileSync } from "node:fs";
import type { PlacedMessage } from "../../source/diagnostic.ts";
import type { Io } from "../io.ts";
import { shownPath } from "../runbook-file.ts";
import { unmet } from "./expectations.ts";
import { openTestFile, type ReadyTests } from "./open-tests.ts";
import { performTest, TestTrouble } from "./perform-test.ts";
import type { RunbookTest } from "./test-file.ts";

export interface TestOutcome {
  readonly name: string;
  /** Why it does not pass; empty when it does. */
  readonly failures: readonly PlacedMessage[];
  readonly ms: number;
}

export interface FileOutcome {
  /** As messages show it. */
  readonly path: string;
  /** What is wrong with the file or its runbook, which then was not run. */
  readonly problems: readonly PlacedMessage[];
  readonly tests: readonly TestOutcome[];
  /** Every file that was read for it. */
  readonly reads: readonly string[];
}

export interface TestRunOptions {
  readonly concurrency: number;
  /** Only tests whose name holds this. */
  readonly grep?: string;
}

export async function runTestFile(path: string, { concurrency, grep }: TestRunOptions, io: Io): Promise<FileOutcome> {
  const reads: string[] = [path];
  const shown = shownPath(path, io.cwd);
  const opened = await openTestFile({ path, shown, text: readFileSync(path, "utf8") }, reads, io);
  if ("problems" in opened) return { path: shown, problems: opened.problems, tests: [], reads };
  const { file } = opened;
  const chosen = file.tests.filter(({ name }) => grep === undefined || name.value.includes(grep));
  const tests = await several(chosen, concurrency, (test) => runTest(test, opened, io));
  return { path: shown, problems: [], tests, reads };
}

async function runTest(test: RunbookTest, { file, runnable, runbookAt }: ReadyTests, io: Io): Promise<TestOutcome> {
  const from = io.clock.now();
  const end = (failures: readonly PlacedMessage[]): TestOutcome => ({
    name: test.name.value,
    failures,
    ms: io.clock.now() - from,
  });
  try {
    const observed = await performTest({ ...runnable, test, runbookAt });
    return end(unmet(test, observed, file.source));
  } catch (thrown) {
    if (!(thrown instanceof TestTrouble)) throw thrown;
    const { message, span } = thrown;
    return end([{ code: "before", severity: "error", message, source: file.source, span }]);
  }
}

/** Results in the order of the items, of which at most `limit` are worked on at once. */
export async function several<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
