// Goes on with a run that was killed, stopped or failed.

import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { RunOptions } from "../../run/execute.ts";
import type { JournalHeader, RunbookRecord } from "../../run/journal.ts";
import type { FileJournal } from "../../run/journal/file-journal.ts";
import { UnknownOutcome } from "../../run/local-driver.ts";
import { withoutTurn } from "../../run/operation-key.ts";
import { lineDiff } from "../../run/line-diff.ts";
import { ReplayMismatch } from "../../run/replay.ts";
import { prepareResume, refuseOtherTarget, refuseOtherText, ResumeRefused, runbookRecord } from "../../run/resume.ts";
import { loadFile, readerIn, type RunbookFile } from "../runbook-file.ts";
import type { Plan } from "../../plan/model.ts";
import type { Guarding, Refusal } from "../../plan/guard.ts";
import { admitToAzure, refuseUnattended } from "../azure-admission.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addFaultOptions, type FaultOptions, faultOptionsOf } from "../faults/fault-options.ts";
import { addSecretOptions, type InputOptions, secretOptionsOf } from "../input-options.ts";
import { tellRefusals } from "../guarded-run.ts";
import { addGuestOption, type GuestOption, guestOptionOf } from "../guest-option.ts";
import type { Io } from "../io.ts";
import { nextCommands } from "../next-commands.ts";
import { packageVersion } from "../package-root.ts";
import type { PlanningOptions } from "../planned-run.ts";
import { type OpenJournal, recordedTarget, reopenJournal, runStore, targetRecord } from "../run-journal.ts";
import { runInputs } from "../run-inputs.ts";
import { keepPlan, readRun, resumesIn } from "../run-record.ts";
import { performRun } from "../run-session.ts";
import { exitCodeOf, type RunOutput, tellEndOfRun, viewFor } from "../show-run.ts";
import { openTarget, targetWords } from "../target-options.ts";
import { Terminal } from "../terminal.ts";
import { RunProgress } from "../views/run-progress.ts";

export interface ResumeCommandOptions {
  /** Id or the beginning of one; absent: the newest. */
  readonly run?: string;
  /** `--set` among them. */
  readonly inputs: InputOptions;
  readonly acceptChanges: boolean;
  readonly assume?: "done" | "repeat";
  /** Azure only: a cloud's name or a file; absent: that of the run. */
  readonly cloud?: string;
  readonly concurrency: number;
  /** Walk through the rest of it. */
  readonly step: boolean;
  /** Go on under a new plan without being asked. */
  readonly yes: boolean;
  readonly output: RunOutput;
  readonly faults?: FaultOptions;
  readonly guest?: GuestOption;
}

export const resumeCommand: CliCommand = {
  examples: [
    ["runbook resume", "the newest run, from where it stopped"],
    ["runbook resume 20261125-1836", "a run by the beginning of its id"],
    ["runbook resume --set location=westeurope", "again, as far as the input matters"],
  ],
  configure: (command) => {
    command.argument("[run]", "id of the run or the beginning of it; absent: the newest");
    command.option("--set <name=value>", "change an input and repeat what depends on it; repeatable", settings, []);
    addSecretOptions(command);
    command
      .option(
        "--accept-changes",
        "the runbook, a step type or the target has changed: make a new plan, and go on under it",
        false,
      )
      .addOption(
        new Option(
          "--assume <outcome>",
          "of what may have happened and must not happen twice: take it for done, or repeat it",
        ).choices(["done", "repeat"]),
      )
      .option("--cloud <cloud>", "Azure: where the file is now that describes the run's cloud; absent: where it was")
      .option("-c, --concurrency <n>", "how many steps may run at once", Number, 16)
      .option("-y, --yes", "go on under a new plan without being asked", false)
      .addOption(
        new Option("-s, --step", "walk through the rest, step by step")
          .conflicts(["json", "quiet", "concurrency"])
          .default(false),
      )
      .option("--json", "tell events as JSON lines on standard output", false)
      .option("-q, --quiet", "tell outputs and failures only", false);
    addGuestOption(command);
    addFaultOptions(command);
  },
  run: (command, io) => resume(optionsOf(command), io),
};

function optionsOf(command: Command): ResumeCommandOptions {
  const [run] = command.processedArgs as [string?];
  const { set, acceptChanges, assume, cloud, concurrency, step, yes, json, quiet } = command.opts<{
    set: InputOptions["inputs"];
    acceptChanges: boolean;
    assume?: "done" | "repeat";
    cloud?: string;
    concurrency: number;
    step: boolean;
    yes: boolean;
    json: boolean;
    quiet: boolean;
  }>();
  const guest = guestOptionOf(command);
  return {
    ...(run !== undefined && { run }),
    ...(guest && { guest }),
    faults: faultOptionsOf(command),
    inputs: { ...secretOptionsOf(command), inputs: set, inputsFiles: [] },
    acceptChanges,
    ...(assume && { assume }),
    ...(cloud !== undefined && { cloud }),
    concurrency: step ? 1 : concurrency,
    step,
    yes,
    output: json ? "json" : quiet ? "quiet" : "human",
  };
}

export async function resume(options: ResumeCommandOptions, io: Io): Promise<ExitCode> {
  const store = runStore(io);
  const place = await store.find(options.run);
  if (await store.hasBegunDestroy(place)) {
    throw new CliError(EXIT.failed, `what run ${place.run} made was taken away, so it cannot go on`, "begin a new run");
  }
  const open = await reopenJournal(place, io);
  let isClosed = false;
  const closing: OpenJournal = {
    journal: open.journal,
    ...(open.signals && { signals: open.signals }),
    close: async () => {
      isClosed = true;
      await open.close();
    },
  };
  try {
    return await goOn(closing, options, io);
  } catch (thrown) {
    throw told(thrown);
  } finally {
    if (!isClosed) await open.close();
  }
}

async function goOn(open: OpenJournal, options: ResumeCommandOptions, io: Io): Promise<ExitCode> {
  const { journal } = open;
  const { header, runbook: recorded } = headerOf(journal);
  const file = currentFile(recorded, io);
  if (!options.acceptChanges) refuseOtherText(journal.state, recordedNow(recorded, file));
  const { runbook, diagnostics } = await loadFile(file);
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  if (runbook === undefined) return EXIT.badInput;
  const written = runbookRecord(recorded.name, file.text, recorded.file, runbook.calls);
  const targetOptions = recordedTarget(header.target, options.cloud);
  const { inputs, vault } = await runInputs(runbook, options.inputs, header.target.kind, io, journal.state.inputs);
  // What ran the scripts of the run so far runs the rest of them.
  const guest = options.guest ?? (header.target.guest === "sandbox" ? header.target.guest : undefined);
  const target = await openTarget(targetOptions, io, "runbook resume", options.faults, guest);
  try {
    // Before a new plan reads anything.
    refuseOtherTarget(header.target, targetRecord(target));
    if (target.kind === "azure") await admitToAzure(target);
    const accept = options.acceptChanges || options.inputs.inputs.length > 0;
    const { run: id } = header;
    // Whoever accepts changes has left the plan, and goes on under another one.
    const plan = accept ? await newPlan({ ...options, run: id, runbook, inputs, vault, target }, io) : undefined;
    if (accept && plan === undefined) return EXIT.done;
    const prepared: NonNullable<RunOptions["resume"]> = prepareResume(journal, {
      engine: packageVersion(),
      now: io.clock.now(),
      runbook: written,
      target: targetRecord(target),
      inputs,
      steps: runbook.steps,
      accept,
      ...(options.assume && { assume: options.assume }),
    });
    if (plan !== undefined) keepPlan(id, plan.text, plan.resumes, io);
    // Whoever says that it is to be repeated lets it be sent a second time.
    const again = options.assume === "repeat" ? [...journal.state.inDoubt.keys()] : [];
    const { plan: underPlan, guard, stop, refusals } = await planGuard(id, new Set(again), io);
    const progress = new RunProgress();
    const { concurrency } = options;
    const walk = options.step
      ? (await import("../walk/begin-walk.ts")).beginWalk(
          { run: id, journal: open, runbook, inputs, vault, plan: underPlan, progress },
          io,
        )
      : undefined;
    const view = walk?.view ?? viewFor(options.output, id, progress, vault, io);
    const session = {
      journal: open,
      resume: prepared,
      runbook,
      inputs,
      vault,
      target,
      concurrency,
      progress,
      view,
      io,
      ...(guard && { guard, stop }),
      ...(walk && { walk: walk.walk }),
    };
    const result = await performRun(session);
    if (result === undefined) return EXIT.interrupted;
    const command = ["run", ...(recorded.file === undefined ? [] : [recorded.file])];
    const argv = [...command, ...targetWords(targetOptions)];
    const next = nextCommands({ id, status: result.status, progress, argv, isWalk: options.step }, io.env);
    tellEndOfRun({ id, runbook, result, progress, vault, next, isWalk: options.step }, options.output, io);
    return tellRefusals(id, refusals, io) ? EXIT.failed : exitCodeOf(result.status);
  } finally {
    await target.close();
  }
}

interface RunGuard {
  readonly plan?: Plan;
  readonly guard?: Guarding;
  readonly stop: AbortSignal;
  readonly refusals: readonly Refusal[];
}

/** A run that was begun under a plan goes on under it. */
async function planGuard(run: string, repeats: ReadonlySet<string>, io: Io): Promise<RunGuard> {
  const { plan, underPlan } = await readRun(run, io);
  const stop = new AbortController();
  const refusals: Refusal[] = [];
  if (plan === undefined) return { stop: stop.signal, refusals };
  const { guarding } = await import("../../plan/guard.ts");
  const onRefusal = (refusal: Refusal): void => {
    refusals.push(refusal);
    stop.abort();
  };
  const sent = underPlan.filter(
    (entry) =>
      entry.kind !== "event" || entry.event.type !== "request-sent" || !repeats.has(withoutTurn(entry.event.key)),
  );
  return { plan, guard: guarding(plan, onRefusal, sent), stop: stop.signal, refusals };
}

/** `undefined`: the person said no. */
async function newPlan(
  { run, yes, ...planning }: Omit<PlanningOptions, "asks"> & { readonly run: string; readonly yes: boolean },
  io: Io,
): Promise<{ readonly text: string; readonly resumes: number } | undefined> {
  if (planning.target.kind === "azure") refuseUnattended(yes, io);
  const { agreedPlan } = await import("../planned-run.ts");
  const asks = !yes && io.stdin.isTTY === true && io.stdout.isTTY === true;
  const agreed = await agreedPlan({ ...planning, asks }, io);
  return agreed && { text: agreed.text, resumes: resumesIn((await readRun(run, io)).entries) + 1 };
}

function headerOf({ state }: FileJournal): { readonly header: JournalHeader; readonly runbook: RunbookRecord } {
  // A journal without a header does not open.
  return { header: state.header!, runbook: state.runbook! };
}

/** The runbook as it is now; as it was recorded, with those that it calls, when its file is gone. */
function currentFile(recorded: RunbookRecord, io: Io): RunbookFile {
  const { calls = {} } = recorded;
  const shown = recorded.file ?? recorded.name;
  const path = resolve(io.cwd, shown);
  const read = readerIn(io.cwd);
  const text = recorded.file === undefined ? undefined : read(recorded.file);
  if (text !== undefined) return { path, shown, text, readFile: read };
  const readFile = (file: string): string | undefined => (Object.hasOwn(calls, file) ? calls[file] : undefined);
  return { path, shown, text: recorded.text, readFile };
}

/** The files that are recorded, as they are now. */
function recordedNow({ name, file, calls = {} }: RunbookRecord, { text, readFile }: RunbookFile): RunbookRecord {
  return runbookRecord(name, text, file, new Map(Object.keys(calls).map((path) => [path, readFile(path) ?? ""])));
}

function told(thrown: unknown): unknown {
  if (thrown instanceof ResumeRefused) return new CliError(EXIT.failed, [thrown.message, ...thrown.diff].join("\n"));
  if (thrown instanceof ReplayMismatch) {
    const diff = lineDiff(thrown.recorded ?? "(an operation of which only a digest is recorded)", thrown.asked ?? "");
    const hint = "nothing was sent; with --accept-changes the step is begun anew, which changes only what differs";
    return new CliError(EXIT.failed, [thrown.message, ...diff].join("\n"), hint);
  }
  if (thrown instanceof UnknownOutcome) {
    const hint = "find out, then resume with --assume done or --assume repeat; nothing was sent";
    return new CliError(EXIT.failed, thrown.message, hint);
  }
  return thrown;
}

function settings(text: string, before: InputOptions["inputs"]): InputOptions["inputs"] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected name=value.");
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
