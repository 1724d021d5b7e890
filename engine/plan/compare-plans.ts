// Whether a saved plan still is the plan: made again now, it must come out the same.

import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import type { Plan, PlannedStep } from "./model.ts";
import { driftBetween } from "./observed.ts";
import { PlanFault, type PlanPart } from "./plan-file.ts";
import { withoutExamples } from "./template.ts";

/** What can be told before the target is asked anything. */
export interface Circumstances {
  readonly runbookDigest: string;
  readonly target: Plan["target"];
  readonly caller: string;
  /** Secrets as references. */
  readonly inputs: Json;
}

/** Throws a `PlanFault` when a plan is for another target. To be called before anything is sent there, a sign-in too. */
export function requireSamePlace(
  { target }: Plan,
  now: Pick<Plan["target"], "kind" | "description" | "resourceManager">,
): void {
  const isSame = target.kind === now.kind && target.resourceManager === now.resourceManager;
  // Two emulators may have one subscription's id in common.
  if (isSame && (target.kind === "azure" || target.description === now.description)) return;
  throw new PlanFault("target", `the plan is for ${target.description}, this is ${now.description}; make a new plan`);
}

/** Throws a `PlanFault` that names the first part that differs. */
export function requireSameCircumstances(plan: Plan, now: Circumstances): void {
  const { target } = plan;
  const no = (part: PlanPart, message: string): never => {
    throw new PlanFault(part, `${message}; make a new plan`);
  };
  requireSamePlace(plan, now.target);
  if (target.tenantId !== now.target.tenantId) {
    no("tenant", `the plan is for tenant ${target.tenantId}, this is ${now.target.tenantId}`);
  }
  if (target.subscriptionId !== now.target.subscriptionId) {
    no("subscription", `the plan is for subscription ${target.subscriptionId}, this is ${now.target.subscriptionId}`);
  }
  if (plan.caller.objectId !== now.caller) {
    no("caller", `the plan was made by ${plan.caller.objectId}, this is ${now.caller}`);
  }
  if (plan.runbook.digest !== now.runbookDigest) {
    no("runbook", `the runbook ${plan.runbook.path} is not the one that was planned`);
  }
  const differing = differingKeys(plan.inputs, now.inputs);
  if (differing.length > 0) no("inputs", `other inputs than planned: ${differing.join(", ")}`);
}

/** Compares a plan with the same plan made anew. Throws a `PlanFault` that names what differs. */
export function requireSamePlan(plan: Plan, fresh: Plan): void {
  const no = (part: PlanPart, message: string): never => {
    throw new PlanFault(part, `the plan is out of date: ${message}; make a new plan`);
  };
  const drift = driftBetween(plan.observed, fresh.observed);
  if (drift.length > 0) no("state", drift.join("; "));
  const ids = (of: Plan): string => of.steps.map(({ id }) => id).join(", ");
  if (ids(plan) !== ids(fresh)) no("steps", `its steps are ${ids(plan)}, now they are ${ids(fresh)}`);
  for (const [index, step] of plan.steps.entries()) {
    const now = fresh.steps[index]!;
    if (requestsOf(step) !== requestsOf(now)) no("requests", `${step.id} would send other requests than planned`);
    if (essenceOf(step) !== essenceOf(now)) no("steps", `${step.id} would do something else than planned`);
  }
  if (rightsText(plan) !== rightsText(fresh)) no("rights", "the rights of the run are others than planned");
  if (canonicalJson(plan.obstacles) !== canonicalJson(fresh.obstacles)) {
    no("obstacles", fresh.obstacles[0] ?? "what stood in its way is gone");
  }
}

const requestsOf = ({ requests, onlyIf = [] }: PlannedStep): string =>
  canonicalJson(withoutExamples([requests, ...onlyIf.map((one) => [one.when, one.requests])] as unknown as Json));
const essenceOf = (step: PlannedStep): string => canonicalJson(withoutExamples(step as unknown as Json));

/** What is held, not by which of several assignments. */
function rightsText({ rights, counterfactuals }: Plan): string {
  const held = rights.map(({ assignment: _assignment, role: _role, ...right }) =>
    withoutExamples(right as unknown as Json),
  );
  const sorted = held.map((right) => canonicalJson(right)).toSorted();
  return canonicalJson([sorted, withoutExamples(counterfactuals as unknown as Json)]);
}

function differingKeys(a: Json, b: Json): readonly string[] {
  const [left, right] = [isJsonObject(a) ? a : {}, isJsonObject(b) ? b : {}];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
    (key) => canonicalJson(left[key]) !== canonicalJson(right[key]),
  );
}
