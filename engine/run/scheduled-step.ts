// A step as the scheduler needs it: all that is said of it in a runbook, with its expressions as functions.

import type { Acceptance, ForEach, Item, RetryPolicy, StepResult } from "../runbook/model.ts";
import type { Json } from "../value/json.ts";

export type { ForEach, Item, RetryPolicy } from "../runbook/model.ts";

/** The values that expressions may read. */
export interface Scope {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly steps: Record<string, StepResult>;
  /** Present for the steps of `finally`. */
  readonly run?: { readonly outcome: "done" | "failed" };
  /** Present for one item of a `forEach`. */
  readonly each?: Item;
}

/** `inputs` and `condition` are pure functions of the scope. */
export interface ScheduledStep {
  readonly id: string;
  readonly uses: string;
  /** Ids of the steps that must be done before; each is one of the run's steps. */
  readonly dependencies: readonly string[];
  /**
   * Of the dependencies, those that need not be done. `continued`: it may have failed if the run goes on without it;
   * `any`: it has only to have ended; `unfailed`: it may have been skipped, but not because of a failure.
   */
  readonly accepts?: ReadonlyMap<string, Acceptance>;
  /** It runs when all steps that are not so have ended, however they did. */
  readonly isFinally?: boolean;
  /** For one attempt; with `forEach`, for one attempt of one item. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** The run goes on, and may end well, when this step fails. */
  readonly continuesOnError?: boolean;
  readonly forEach?: ForEach;
  /** Ids of the steps that are part of it: when one fails, this one has failed. */
  readonly parts?: ReadonlySet<string>;
  inputs(scope: Scope): Json;
  condition?(scope: Scope): boolean;
  /** Asked before `condition`, and once for all items. */
  gate?(scope: Scope): boolean;
}
