// Planning for programs that embed the engine. Loaded when it is used: a package of step types needs none of it.

import type { AppliedRun, ApplyOptions, GuardedRunOptions } from "./apply.ts";
import type { Plan } from "./model.ts";
import type { PlanOptions } from "./plan-run.ts";

/** Rehearses a runbook; asks the target GETs and nothing else. */
export async function planRun(options: PlanOptions): Promise<Plan> {
  return (await import("./plan-run.ts")).planRun(options);
}

/** The plan with the text of its file. */
export async function planText(options: PlanOptions): Promise<{ readonly plan: Plan; readonly text: string }> {
  return (await import("./plan-run.ts")).planText(options);
}

/** Throws a `PlanFault` when the plan may not be applied here and now. */
export async function requireApplicable(options: ApplyOptions): Promise<void> {
  return (await import("./apply.ts")).requireApplicable(options);
}

/** Runs a plan that was found applicable, and sends nothing that it does not list. */
export async function runPlan(options: GuardedRunOptions): Promise<AppliedRun> {
  return (await import("./apply.ts")).runPlan(options);
}
