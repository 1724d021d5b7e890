// A run under its plan: what the plan does not list is not sent.

import { SealingKeys } from "../azure/guest/sealing-key.ts";
import type { Target } from "../azure/target.ts";
import { guarding, type Refusal } from "../plan/guard.ts";
import type { Plan } from "../plan/model.ts";
import type { RunbookRecord } from "../run/journal.ts";
import type { Runbook } from "../runbook/model.ts";
import type { RunResult } from "../run/execute.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { nextCommands, programName } from "./next-commands.ts";
import { beginJournal, runStore } from "./run-journal.ts";
import { newRunId } from "./run-id.ts";
import type { RunInputs } from "./run-inputs.ts";
import { keepPlan } from "./run-record.ts";
import { performRun } from "./run-session.ts";
import { exitCodeOf, type RunOutput, tellEndOfRun, viewFor } from "./show-run.ts";
import { Terminal } from "./terminal.ts";
import { RunProgress } from "./views/run-progress.ts";

export interface GuardedRunOptions extends RunInputs {
  readonly plan: Plan;
  /** The text of the plan's file; it is kept beside the journal. */
  readonly planText: string;
  readonly runbook: Runbook;
  /** The runbook's text, for the journal. */
  readonly record: RunbookRecord;
  /** What was typed, or could be, to have the runbook looked at again; without the program's name. */
  readonly argv: readonly string[];
  readonly target: Target;
  readonly concurrency: number;
  readonly output: RunOutput;
  /** Walk through it, step by step. */
  readonly step?: boolean;
}

export async function runUnderPlan(options: GuardedRunOptions, io: Io): Promise<ExitCode> {
  const { plan, planText, runbook, argv, target, inputs, vault, concurrency, output } = options;
  const sealingKeys = new SealingKeys();
  // Made while the first steps run: looking for primes takes a while.
  if (plan.steps.some(({ inVm }) => inVm.length > 0)) void sealingKeys.current();
  const id = newRunId(io.clock.now(), await runStore(io).newest());
  const journal = await beginJournal({ id, runbook: options.record, inputs, target }, io);
  keepPlan(id, planText, 0, io);
  const progress = new RunProgress();
  const walk =
    options.step === true
      ? (await import("./walk/begin-walk.ts")).beginWalk(
          { run: id, journal, runbook, inputs, vault, plan, progress },
          io,
        )
      : undefined;
  const view = walk?.view ?? viewFor(output, id, progress, vault, io);
  const stop = new AbortController();
  const refusals: Refusal[] = [];
  const guard = guarding(plan, (refusal) => {
    refusals.push(refusal);
    stop.abort();
  });
  const session = {
    ...(walk && { walk: walk.walk }),
    journal,
    runbook,
    inputs,
    vault,
    target,
    concurrency,
    progress,
    view,
    guard,
    stop: stop.signal,
    sealingKeys,
    io,
  };
  const result: RunResult | undefined = await performRun(session);
  if (result === undefined) return EXIT.interrupted;
  const next = nextCommands({ id, status: result.status, progress, argv, isWalk: walk !== undefined }, io.env);
  tellEndOfRun({ id, runbook, result, progress, vault, next, isWalk: walk !== undefined }, output, io);
  return tellRefusals(id, refusals, io) ? EXIT.failed : exitCodeOf(result.status);
}

/** Whether there are any. */
export function tellRefusals(run: string, refusals: readonly Refusal[], io: Io): boolean {
  const err = new Terminal(io.stderr, io.env);
  for (const { method, url, why } of refusals) {
    err.line(`${err.paint(["bold", "red"], "not sent:")} ${method} ${url}: ${why}`);
  }
  if (refusals.length === 0) return false;
  const again = `${programName(io.env)} resume ${run} --accept-changes`;
  err.line(`${err.paint("cyan", "hint:")} \`${again}\` makes a new plan, shows it, and goes on under it`);
  return true;
}
