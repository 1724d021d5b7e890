// Runs the tests that stand beside runbooks, each on an emulator of its own.

import { watch as watchFolder } from "node:fs";
import { dirname } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { CliCommand } from "../command.ts";
import { countText, tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { writeText } from "../plan-output.ts";
import { Terminal } from "../terminal.ts";
import { findTests } from "../testing/find-tests.ts";
import type { FileOutcome } from "../testing/run-tests.ts";

export interface TestOptions {
  /** Empty: all below the current folder. */
  readonly files: readonly string[];
  readonly grep?: string;
  readonly junit?: string;
  readonly watch: boolean;
  readonly concurrency: number;
}

export const testCommand: CliCommand = {
  examples: [
    ["runbook test", "every *.test.yaml below this folder"],
    ["runbook test vm.yaml --watch", "those of vm.yaml, again after each change"],
    ["runbook test --junit results.xml", "for a build server"],
  ],
  configure: (command) => {
    command
      .argument("[files...]", "test files, runbooks or folders; absent: this folder")
      .option("-g, --grep <text>", "only tests whose name holds the text")
      .option("--junit <file>", "write the results as JUnit's XML too")
      .option("-w, --watch", "run them again when a file has changed, until Ctrl-C")
      .option("-c, --concurrency <n>", "how many tests run at once", wholeNumber, 4);
  },
  run: (command, io) => test(optionsOf(command), io),
};

function optionsOf(command: Command): TestOptions {
  const [files] = command.processedArgs as [string[]];
  const { grep, junit, watch, concurrency } = command.opts<{
    grep?: string;
    junit?: string;
    watch?: true;
    concurrency: number;
  }>();
  return {
    files,
    ...(grep !== undefined && { grep }),
    ...(junit !== undefined && { junit }),
    watch: watch === true,
    concurrency,
  };
}

export async function test(options: TestOptions, io: Io): Promise<ExitCode> {
  const paths = findTests(options.files, io);
  const outcomes = await runAll(paths, options, io);
  return options.watch ? watch(paths, outcomes, options, io) : exitCodeOf(outcomes);
}

async function runAll(paths: readonly string[], options: TestOptions, io: Io): Promise<readonly FileOutcome[]> {
  const { runTestFile } = await import("../testing/run-tests.ts");
  const outcomes: FileOutcome[] = [];
  for (const path of paths) {
    const outcome = await runTestFile(path, options, io);
    outcomes.push(outcome);
    tell(outcome, new Terminal(io.stdout, io.env));
  }
  new Terminal(io.stderr, io.env).line(totals(outcomes));
  if (options.junit !== undefined) {
    const { junitXml } = await import("../testing/junit.ts");
    writeText(options.junit, junitXml(outcomes), io);
  }
  return outcomes;
}

function tell({ path, problems, tests }: FileOutcome, out: Terminal): void {
  out.line(out.paint("bold", path));
  for (const { name, failures } of tests) {
    const [color, sign] =
      failures.length === 0 ? (["green", out.symbols.done] as const) : (["red", out.symbols.failed] as const);
    out.line(`  ${out.paint(color, sign)} ${name}`);
  }
  const all = [...problems, ...tests.flatMap(({ failures }) => failures)];
  if (all.length > 0) {
    out.line();
    tellDiagnostics(all, out);
    out.line();
  }
}

function totals(outcomes: readonly FileOutcome[]): string {
  const tests = outcomes.flatMap((outcome) => outcome.tests);
  const failed = tests.filter(({ failures }) => failures.length > 0).length;
  const unread = outcomes.filter(({ problems }) => problems.length > 0).length;
  const parts = [
    ...(tests.length - failed > 0 || failed + unread === 0 ? [`${tests.length - failed} passed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unread > 0 ? [`${countText(unread, "file")} could not be run`] : []),
  ];
  return `${countText(tests.length, "test")} in ${countText(outcomes.length, "file")}: ${parts.join(", ")}`;
}

function exitCodeOf(outcomes: readonly FileOutcome[]): ExitCode {
  if (outcomes.some(({ problems }) => problems.length > 0)) return EXIT.badInput;
  return outcomes.some(({ tests }) => tests.some(({ failures }) => failures.length > 0)) ? EXIT.failed : EXIT.done;
}

/** Editors write a file in several strokes. */
const STILL_MS = 100;

async function watch(
  paths: readonly string[],
  first: readonly FileOutcome[],
  options: TestOptions,
  io: Io,
): Promise<ExitCode> {
  const err = new Terminal(io.stderr, io.env);
  const readBy = new Map(first.map((outcome, index) => [paths[index]!, outcome.reads]));
  const stop = new AbortController();
  const { signal } = stop;
  let change = Promise.resolve();
  let changed = (): void => {};
  const awaitChange = (): void => void (change = new Promise((resolve) => (changed = resolve)));
  awaitChange();
  const stopListening = io.onInterrupt(() => {
    stop.abort();
    changed();
  });
  const watched = new Map<string, () => void>();
  const watchFolders = (): void => {
    for (const folder of new Set([...readBy.values()].flat().map(dirname))) {
      if (watched.has(folder)) continue;
      const watcher = watchFolder(folder, { signal }, (_event, name) => {
        if (name === null || /\.ya?ml$/i.test(name)) changed();
      });
      watcher.on("error", () => {});
      watched.set(folder, () => watcher.close());
    }
  };
  try {
    for (;;) {
      watchFolders();
      err.line("waiting for a change; Ctrl-C ends it");
      await change;
      if (signal.aborted) return EXIT.interrupted;
      await io.clock.sleep(STILL_MS);
      // From here, so that what is changed while the tests run is not missed.
      awaitChange();
      err.line();
      const outcomes = await runAll(paths, options, io);
      for (const [index, { reads }] of outcomes.entries()) readBy.set(paths[index]!, reads);
    }
  } finally {
    stopListening();
    stop.abort();
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}
