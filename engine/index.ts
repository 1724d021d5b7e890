// The library: what a program that embeds the engine, or a package of step types, may use.

// Runbooks
export { loadRunbook, checkWithInputs } from "./runbook/load.ts";
export type { Loaded, LoadOptions } from "./runbook/load.ts";
export type { FileReader } from "./runbook/calls.ts";
export { resolveInputs } from "./runbook/inputs.ts";
export type { GivenInput, InputResolution } from "./runbook/inputs.ts";
export type {
  InputType,
  MemberShape,
  Runbook,
  RunbookInput,
  RunbookScope,
  RunbookStep,
  ValueShape,
} from "./runbook/model.ts";
export { runbookSchema } from "./runbook/schema.ts";
export type { Diagnostic, PlacedMessage, Severity } from "./source/diagnostic.ts";
export { renderDiagnostic } from "./source/render-diagnostic.ts";
export type { Position, SourceText, Span } from "./source/source-text.ts";

// Step types
export { builtinSteps } from "./steps/builtin/index.ts";
export { defineStep, SecretString } from "./steps/definition.ts";
export { Type } from "./steps/type.ts";
export type { Static, TObject, TOptional, TSchema, TString, TUnsafe } from "./steps/type.ts";
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
  call,
  ensure,
  find,
  guestArmGet,
  guestToken,
  list,
  localToken,
  read,
  remove,
  runScript,
  update,
} from "./steps/operation.ts";
export type { Command, Operation, OperationData, Program } from "./steps/operation.ts";
export type { Resource } from "./steps/resource.ts";

// Runs
export { executeRun } from "./run/execute.ts";
export type { RunOptions, RunResult } from "./run/execute.ts";
export type { Change, RunEvent, StepStatus } from "./run/events.ts";
export { OperationError } from "./run/failure.ts";
export type { Failure } from "./run/failure.ts";
export { systemClock } from "./run/clock.ts";
export type { Clock } from "./run/clock.ts";
export { VirtualClock } from "./run/virtual-clock.ts";
export { FileJournal } from "./run/journal/file-journal.ts";
export type { Journal, JournalEntry } from "./run/journal.ts";
export { Vault } from "./run/vault.ts";

// Targets
export { openAzureTarget } from "./azure/azure-target.ts";
export { CLOUDS } from "./azure/clouds.ts";
export type { Cloud } from "./azure/clouds.ts";
export { openEmulatorTarget } from "./azure/emulator-target.ts";
export { type PossibleFault, possibleFaults } from "./emulator/faults/enumerate.ts";
export { type AnsweredRequest, FaultInjector, type FaultInjectorOptions } from "./emulator/faults/injector.ts";
export { type Fault, FAULT_KINDS, type FaultKind, faultText } from "./emulator/faults/kinds.ts";
export { performerFor } from "./azure/performer.ts";
export type { Target } from "./azure/target.ts";

// Plans
export type { AppliedRun, ApplyOptions, GuardedRunOptions } from "./plan/apply.ts";
export { planRun, planText, requireApplicable, runPlan } from "./plan/library.ts";
export type { Plan } from "./plan/model.ts";
export { PlanFault, readPlan } from "./plan/plan-file.ts";
export type { PlanOptions } from "./plan/plan-run.ts";
export { type Verification, verifyRun } from "./plan/verify.ts";

// Values
export type { Json, JsonObject } from "./value/json.ts";
export { Secret, secretText } from "./value/secret.ts";
