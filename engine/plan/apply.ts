// Runs a plan, and nothing but the plan.

import { callerOf } from "../azure/caller.ts";
import { performerFor } from "../azure/performer.ts";
import type { Target } from "../azure/target.ts";
import { reportingTap } from "../azure/wire.ts";
import type { Clock } from "../run/clock.ts";
import type { RunEvent } from "../run/events.ts";
import { executeRun, type RunResult } from "../run/execute.ts";
import type { Journal } from "../run/journal.ts";
import type { SignalSource } from "../run/local-driver.ts";
import { Vault } from "../run/vault.ts";
import type { Runbook } from "../runbook/model.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { requireSameCircumstances, requireSamePlace, requireSamePlan } from "./compare-plans.ts";
import { guarding, type Refusal } from "./guard.ts";
import type { Plan } from "./model.ts";
import { PlanFault } from "./plan-file.ts";
import { planRun, runbookDigest, separate, targetOf } from "./plan-run.ts";

export interface ApplyOptions {
  readonly plan: Plan;
  readonly runbook: Runbook;
  readonly registry: StepRegistry;
  /** Secrets in clear; all of them must be there. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly target: Target;
  readonly clock: Clock;
}

/** Throws a `PlanFault` when the plan may not be applied here and now. Sends reads only. */
export async function requireApplicable(options: ApplyOptions): Promise<void> {
  const { plan, runbook, registry, inputs, target, clock } = options;
  const [obstacle] = plan.obstacles;
  if (obstacle !== undefined) throw new PlanFault("obstacles", `the plan cannot be applied: ${obstacle}`);
  requireSamePlace(plan, target);
  const caller = await callerOf(target);
  requireSameCircumstances(plan, {
    runbookDigest: runbookDigest(runbook),
    target: targetOf(target, caller.tenantId),
    caller: caller.objectId,
    inputs: separate(runbook, inputs).inputs,
  });
  requireSamePlan(plan, await planRun({ runbook, registry, inputs, target, clock }));
}

export interface GuardedRunOptions extends ApplyOptions {
  /** Absent: nothing is recorded, and a run that is broken off cannot be resumed. */
  readonly journal?: Journal;
  readonly onEvent?: (event: RunEvent) => void;
  readonly concurrency?: number;
  readonly interrupt?: AbortSignal;
  /** Who approves; absent: a step that asks fails. */
  readonly signals?: SignalSource;
}

export interface AppliedRun extends RunResult {
  /** Requests that the plan does not list and that were not sent. */
  readonly refusals: readonly Refusal[];
}

const UNRECORDED: Journal = { append: () => {}, durable: async () => {} };

/** Runs a plan that was found applicable. A request that it does not list is not sent; nothing more is started then. */
export async function runPlan(options: GuardedRunOptions): Promise<AppliedRun> {
  const { plan, runbook, registry, target, clock, concurrency = 16, interrupt, signals } = options;
  const { journal = UNRECORDED, onEvent = () => {} } = options;
  const { inputs, secrets, placeholders } = separate(runbook, options.inputs);
  if (placeholders.length > 0) throw new Error(`secret inputs are missing: ${placeholders.join(", ")}`);
  const vault = new Vault();
  for (const [ref, value] of secrets) vault.put(ref, value);
  const refusals: Refusal[] = [];
  const stop = new AbortController();
  const guard = guarding(plan, (refusal) => {
    refusals.push(refusal);
    stop.abort();
  });
  const result = await executeRun({
    runbook: runbook.name,
    target: target.description,
    steps: guard.steps(runbook.steps),
    registry,
    inputs,
    outputs: (scope) => runbook.outputs(scope),
    performer: (onRetry, onSend) =>
      performerFor({ target, vault, clock, onRetry, tap: reportingTap(guard.tap, onSend) }),
    journal,
    clock,
    concurrency,
    onEvent,
    ...(signals && { signals }),
    interrupt: interrupt === undefined ? stop.signal : AbortSignal.any([stop.signal, interrupt]),
  });
  return { ...result, refusals };
}
