// The library: what a program that embeds the engine, or a package of step types, may use.

export { defineStep, SecretString } from "./steps/definition.ts";
export type {
  InputProblem,
  KnownInputs,
  StepDefinition,
  StepExample,
  StepRegistry,
  StepSpec,
} from "./steps/definition.ts";
export {
  all,
  armGet,
  ensure,
  find,
  guestArmGet,
  guestToken,
  list,
  localToken,
  read,
  update,
} from "./steps/operation.ts";
export type { Command, Operation, OperationData, Program } from "./steps/operation.ts";
export type { Resource } from "./steps/resource.ts";
export type { AppliedRun, ApplyOptions, GuardedRunOptions } from "./plan/apply.ts";
export { planRun, planText, requireApplicable, runPlan } from "./plan/library.ts";
export type { Plan } from "./plan/model.ts";
export { PlanFault, readPlan } from "./plan/plan-file.ts";
export type { PlanOptions } from "./plan/plan-run.ts";
export { type Verification, verifyRun } from "./plan/verify.ts";
export type { RunEvent } from "./run/events.ts";
export type { Json, JsonObject } from "./value/json.ts";
export { Secret, secretText } from "./value/secret.ts";
