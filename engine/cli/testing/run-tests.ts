// Runs the tests of files: several at a time, told in the order written.

import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { authoredIn } from "../../runbook/build.ts";
import type { PlacedMessage } from "../../source/diagnostic.ts";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { loadFile, readRunbookFile, shownPath } from "../runbook-file.ts";
import { unmet } from "./expectations.ts";
import { registryOf } from "../../runbook/build.ts";
import { performTest, type Runnable, TestTrouble } from "./perform-test.ts";
import { checkAgainst, loadTests, type RunbookTest, type TestFile } from "./test-file.ts";

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

/** A file with what it takes to run it. */
interface Ready {
  readonly file: TestFile;
  readonly runnable: Runnable;
  readonly runbookAt: (path: string) => Runnable;
}

export async function runTestFile(path: string, { concurrency, grep }: TestRunOptions, io: Io): Promise<FileOutcome> {
  const reads: string[] = [path];
  const shown = shownPath(path, io.cwd);
  const opened = await openTestFile(path, reads, io);
  if ("problems" in opened) return { path: shown, problems: opened.problems, tests: [], reads };
  const { file } = opened;
  const chosen = file.tests.filter(({ name }) => grep === undefined || name.value.includes(grep));
  const tests = await several(chosen, concurrency, (test) => runTest(test, opened, io));
  return { path: shown, problems: [], tests, reads };
}

async function openTestFile(
  path: string,
  reads: string[],
  io: Io,
): Promise<Ready | { readonly problems: readonly PlacedMessage[] }> {
  const { file, diagnostics } = loadTests(readFileSync(path, "utf8"), shownPath(path, io.cwd));
  if (file === undefined) return { problems: diagnostics };
  const loaded = new Map<string, Runnable>();
  const load = async (
    given: string,
    span: { readonly start: number; readonly end: number },
  ): Promise<readonly PlacedMessage[]> => {
    const found = join(dirname(path), given);
    reads.push(found);
    try {
      const read = readRunbookFile(relative(io.cwd, found), io);
      const { runbook, diagnostics: wrong } = await loadFile(read);
      if (runbook === undefined) return wrong;
      reads.push(...[...runbook.calls.keys()].map((called) => resolve(io.cwd, called)));
      loaded.set(given, { runbook, registry: registryOf(runbook) });
      return [];
    } catch (thrown) {
      if (!(thrown instanceof CliError)) throw thrown;
      const { message, hint } = thrown;
      return [
        { code: "runbook", severity: "error", message, source: file.source, span, ...(hint !== undefined && { hint }) },
      ];
    }
  };
  const beside = path.slice(dirname(path).length + 1).replace(/\.test(\.ya?ml)$/i, "$1");
  const own = file.runbook?.value ?? beside;
  const wanted = [
    { path: own, span: file.runbook?.span ?? { start: 0, end: 1 } },
    ...file.tests.flatMap(({ before }) =>
      before.flatMap((one) => (one.kind === "run" ? [{ path: one.runbook.value, span: one.runbook.span }] : [])),
    ),
  ];
  const distinct = new Map(wanted.toReversed().map((one) => [one.path, one]));
  const problems: PlacedMessage[] = [];
  for (const one of [...distinct.values()].toReversed()) problems.push(...(await load(one.path, one.span)));
  if (problems.length > 0) return { problems };
  const runnable = loaded.get(own)!;
  const wrong = checkAgainst(file, runnable.runbook, [...authoredIn(runnable.runbook).outputs.keys()]);
  return wrong.length > 0 ? { problems: wrong } : { file, runnable, runbookAt: (given) => loaded.get(given)! };
}

async function runTest(test: RunbookTest, { file, runnable, runbookAt }: Ready, io: Io): Promise<TestOutcome> {
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
