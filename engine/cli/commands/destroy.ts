// Takes away what a run made, after showing it and asking.

import { type Command } from "commander";
import type { Target } from "../../azure/target.ts";
import { madeBy, type Made } from "../../run/destroy/created.ts";
import { removalSteps, stepsToDestroy } from "../../run/destroy/removal-steps.ts";
import type { RunResult } from "../../run/execute.ts";
import { isSameTarget, JOURNAL_FORMAT, type JournalHeader, type TargetRecord, targetText } from "../../run/journal.ts";
import { FileJournal, readJournal } from "../../run/journal/file-journal.ts";
import { takeLock } from "../../run/journal/lock.ts";
import { runbookRecord } from "../../run/resume.ts";
import { Vault } from "../../run/vault.ts";
import { isJsonObject, type Json } from "../../value/json.ts";
import { admitToAzure } from "../azure-admission.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addFaultOptions, type FaultOptions, faultOptionsOf } from "../faults/fault-options.ts";
import type { Io } from "../io.ts";
import { packageVersion } from "../package-root.ts";
import { recordedTarget, runStore, targetRecord } from "../run-journal.ts";
import type { RunStore } from "../../run/journal/run-store.ts";
import { performRun } from "../run-session.ts";
import { exitCodeOf, type RunOutput, viewFor } from "../show-run.ts";
import { openTarget } from "../target-options.ts";
import { Terminal } from "../terminal.ts";
import { RunProgress } from "../views/run-progress.ts";
import { tellRows, totalsText } from "../views/run-summary.ts";

export interface DestroyCommandOptions {
  /** Id or the beginning of one; absent: the newest that made something. */
  readonly run?: string;
  readonly yes: boolean;
  /** Azure only: a cloud's name or a file; absent: that of the run. */
  readonly cloud?: string;
  readonly output: RunOutput;
  readonly faults?: FaultOptions;
}

export const destroyCommand: CliCommand = {
  examples: [
    ["runbook destroy", "what the newest run made that made anything, after asking"],
    ["runbook destroy 20261125-1836 --yes", "without asking"],
  ],
  configure: (command) => {
    command
      .argument("[run]", "id of the run or the beginning of it; absent: the newest that made something")
      .option("-y, --yes", "do not ask", false)
      .option("--cloud <cloud>", "Azure: where the file is now that describes the run's cloud; absent: where it was")
      .option("--json", "tell events as JSON lines on standard output", false)
      .option("-q, --quiet", "tell failures only", false);
    addFaultOptions(command);
  },
  run: (command, io) => destroy(optionsOf(command), io),
};

function optionsOf(command: Command): DestroyCommandOptions {
  const [run] = command.processedArgs as [string?];
  const { yes, cloud, json, quiet } = command.opts<{ yes: boolean; cloud?: string; json: boolean; quiet: boolean }>();
  return {
    ...(run !== undefined && { run }),
    yes,
    ...(cloud !== undefined && { cloud }),
    faults: faultOptionsOf(command),
    output: json ? "json" : quiet ? "quiet" : "human",
  };
}

export async function destroy(options: DestroyCommandOptions, io: Io): Promise<ExitCode> {
  const store = runStore(io);
  const place = await store.find(options.run ?? (await newestThatMade(store)));
  const doing = "runbook destroy";
  const lock = await takeLock(place.directory, { what: `run ${place.run}`, doing, now: io.clock.now() });
  try {
    const { state } = await readJournal(place.journal);
    const header = state.header!;
    const made = madeBy(state);
    if (made.resources.length + made.identities.length === 0) {
      new Terminal(io.stderr, io.env).line(`run ${place.run} made nothing; there is nothing to take away`);
      return EXIT.done;
    }
    const where = recordedTarget(header.target, options.cloud);
    const target = await openTarget(where, io, doing, options.faults);
    try {
      refuseOtherTarget(header.target, targetRecord(target));
      await agree(place.run, header, made, options, io);
      if (target.kind === "azure") await admitToAzure(target);
      return await takeAway(await store.nextDestroy(place), target, header, made, options, io);
    } finally {
      await target.close();
    }
  } finally {
    await lock.release();
  }
}

/** The newest run that made something; one of which all was taken away already counts, so that a repeat changes nothing. */
async function newestThatMade(store: RunStore): Promise<string | undefined> {
  const runs = await store.list();
  return runs.find(({ state }) => {
    if (state?.header === undefined) return false;
    const { resources, identities } = madeBy(state);
    return resources.length + identities.length > 0;
  })?.run;
}

async function agree(
  run: string,
  header: JournalHeader,
  made: Made,
  { yes }: DestroyCommandOptions,
  io: Io,
): Promise<void> {
  const err = new Terminal(io.stderr, io.env);
  err.line(`run ${run} made this on ${header.target.description}:`);
  for (const { id, type } of made.resources) err.line(`  ${type} ${id.slice(id.lastIndexOf("/") + 1)}`);
  for (const { vm, identities, systemAssigned } of made.identities) {
    const names = identities.map((id) => id.slice(id.lastIndexOf("/") + 1));
    const what = [...names, ...(systemAssigned ? ["its own"] : [])].join(", ");
    err.line(`  identity on ${vm.slice(vm.lastIndexOf("/") + 1)}: ${what}`);
  }
  if (yes) return;
  if (io.stdin.isTTY !== true || io.stdout.isTTY !== true) {
    throw new CliError(
      EXIT.usage,
      "nobody is there to be asked whether to remove it",
      "say --yes to do it without asking",
    );
  }
  const { askWhether } = await import("../prompts.ts");
  if (!(await askWhether("Remove all of it?", io))) throw new CliError(EXIT.interrupted, "nothing was removed");
}

/** Nothing is sent to a place where the run was not. */
function refuseOtherTarget(recorded: TargetRecord, now: TargetRecord): void {
  if (isSameTarget(recorded, now)) return;
  throw new CliError(
    EXIT.failed,
    `the run was made on ${targetText(recorded)}; this is ${targetText(now)}; nothing was sent`,
    "--cloud names the cloud of the run, or the file that describes it",
  );
}

async function takeAway(
  path: string,
  target: Target,
  header: JournalHeader,
  made: Made,
  options: DestroyCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const name = `destroy ${header.run}`;
  const journal = await FileJournal.create(path, {
    kind: "header",
    format: JOURNAL_FORMAT,
    run: header.run,
    at: io.clock.now(),
    engine: packageVersion(),
    runbook: runbookRecord(name, ""),
    inputs: {},
    target: targetRecord(target),
  });
  const vault = new Vault();
  const progress = new RunProgress();
  const view = viewFor(options.output, header.run, progress, vault, io);
  const runbook = { name, steps: stepsToDestroy(made), outputs: ({ steps }: { steps: unknown }) => steps as Json };
  const open = { journal, close: () => journal.close() };
  const session = { journal: open, runbook, inputs: {}, vault, target, concurrency: 16, progress, view, io };
  const result = await performRun({ ...session, registry: removalSteps });
  if (result === undefined) return EXIT.interrupted;
  tellEnd(result, progress, options.output, io);
  return exitCodeOf(result.status);
}

function tellEnd(result: RunResult, progress: RunProgress, output: RunOutput, io: Io): void {
  const err = new Terminal(io.stderr, io.env);
  const isHuman = output === "human";
  if (isHuman && !err.isLive) tellRows(progress, err);
  for (const [step, { message, code }] of result.failures) {
    err.line(`${err.paint(["bold", "red"], "error:")} ${step}: ${message}${code === undefined ? "" : ` [${code}]`}`);
  }
  for (const [step, why] of keptIn(result.outputs)) err.line(`kept: ${step}, since ${why}`);
  if (isHuman)
    err.line(
      `${err.paint(["bold", progress.status === "done" ? "green" : "red"], progress.status)}: ${totalsText(progress)}`,
    );
}

/** Steps that left what they were to remove, with the reason. */
function keptIn(outputs: Json): readonly (readonly [step: string, why: string])[] {
  if (!isJsonObject(outputs)) return [];
  return Object.entries(outputs).flatMap(([step, ended]) => {
    const answer = isJsonObject(ended) ? ended["outputs"] : undefined;
    const kept = isJsonObject(answer) ? answer["kept"] : undefined;
    return typeof kept === "string" ? [[step, kept] as const] : [];
  });
}
