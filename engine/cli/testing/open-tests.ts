// Reads a test file and the runbooks that it is about, and finds all that can be known to be wrong before any test is run.

import { dirname, join, relative, resolve } from "node:path";
import { authoredIn, registryOf } from "../../runbook/build.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { loadFile, readRunbookFile, type RunbookFile } from "../runbook-file.ts";
import { checkAgainst } from "./check-tests.ts";
import type { Runnable } from "./perform-test.ts";
import { loadTests, type TestFile } from "./test-file.ts";

/** A file with what it takes to run it. */
export interface ReadyTests {
  readonly file: TestFile;
  readonly runnable: Runnable;
  readonly runbookAt: (path: string) => Runnable;
}

/** `reads` is added every file that is read for it. */
export async function openTestFile(
  { path, shown, text }: Pick<RunbookFile, "path" | "shown" | "text">,
  reads: string[],
  io: Io,
): Promise<ReadyTests | { readonly problems: readonly Diagnostic[] }> {
  const { file, diagnostics } = loadTests(text, shown);
  if (file === undefined) return { problems: diagnostics };
  const loaded = new Map<string, Runnable>();
  const load = async (
    given: string,
    span: { readonly start: number; readonly end: number },
  ): Promise<readonly Diagnostic[]> => {
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
      return [diagnosticAt(file.source, span, "called-runbook", message, { hint })];
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
  const problems: Diagnostic[] = [];
  for (const one of [...distinct.values()].toReversed()) problems.push(...(await load(one.path, one.span)));
  if (problems.length > 0) return { problems };
  const runnable = loaded.get(own)!;
  const runbookAt = (given: string): Runnable => loaded.get(given)!;
  const outputs = [...authoredIn(runnable.runbook).outputs.keys()];
  const wrong = checkAgainst(file, runnable.runbook, outputs, (given) => runbookAt(given).runbook);
  return wrong.length > 0 ? { problems: wrong } : { file, runnable, runbookAt };
}
