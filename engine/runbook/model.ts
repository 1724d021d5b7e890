// A runbook that passed its check, ready to be run. Nothing here reads files or asks anybody.

import type { SourceText, Span } from "../source/source-text.ts";
import type { Json } from "../value/json.ts";
import type { Unknown } from "../value/unknown.ts";

export const INPUT_TYPES = ["string", "number", "integer", "boolean", "list", "map", "object"] as const;
export type InputType = (typeof INPUT_TYPES)[number];

/** What an input is, or a part of one. */
export interface ValueShape {
  readonly type: InputType;
  readonly description?: string;
  readonly enum?: readonly Json[];
  /** An ECMAScript regular expression that the text must match somewhere, as in JSON Schema. */
  readonly pattern?: string;
  /** Of text, in characters. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Of numbers. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a list. */
  readonly minItems?: number;
  readonly maxItems?: number;
  /** What is in a list; absent: anything. */
  readonly items?: ValueShape;
  /** What is in a map, under names that are not known before; absent: anything. */
  readonly values?: ValueShape;
  /** The only members of an object; absent: any. */
  readonly properties?: ReadonlyMap<string, MemberShape>;
}

export interface MemberShape extends ValueShape {
  /** Its value when it is left out. */
  readonly default?: Json;
  /** It may be left out without a default, and is null then. */
  readonly optional: boolean;
}

/** What a runbook is given from outside. */
export interface RunbookInput extends ValueShape {
  readonly name: string;
  /** Absent: the input must be given. Never present on a secret. */
  readonly default?: Json;
  readonly secret: boolean;
  /** Of its name. */
  readonly span: Span;
}

/** How a step ended, as expressions read it. `error` is null unless it failed; `outputs` is null unless it is done. */
export type StepResult = {
  readonly outputs: Json;
  readonly status: "done" | "failed" | "skipped";
  readonly error: Json;
};

/** One of the things that a `forEach` goes over. */
export type Item = { readonly key: string; readonly value: Json };

/** The values that expressions read. Secrets in it are handles. */
export interface RunbookScope {
  readonly inputs: Readonly<Record<string, Json>>;
  /** What a step gives is all that most of them read. */
  readonly steps: Readonly<Record<string, Pick<StepResult, "outputs"> & Partial<StepResult>>>;
  /** Present for the steps of `finally`. */
  readonly run?: { readonly outcome: "done" | "failed" };
  /** Present for one item of a `forEach`. */
  readonly each?: Item;
  /** Present in a rehearsal, whose scope may hold what is not known: what it is taken to be where it decides something. */
  readonly assume?: (unknown: Unknown) => boolean;
}

/** In a rehearsal: something must be known for the rehearsal to go on, and is not. */
export class KnownLater extends Error {}

export interface RetryPolicy {
  /** How often the step is tried at most, the first time included. */
  readonly attempts: number;
  /** Before the second attempt, the third and so on; the last counts for all further ones. */
  readonly delaysMs: readonly number[];
  /** Azure's error codes and HTTP statuses; `5xx` stands for all from 500. Absent: every failure of the step. */
  readonly on?: readonly string[];
}

export interface ForEach {
  /** Keys are texts that differ; the order is that of the list or map. */
  items(scope: RunbookScope): { readonly items: readonly Item[]; readonly isMap: boolean };
  /** How many of them may run at once; absent: as many as the run allows. */
  readonly concurrency?: number;
  /** How many may fail before nothing more is started and the step has failed. */
  readonly maxErrors: number;
  /** Whether the step's condition reads `each`, so that it is asked for each item. */
  readonly isConditionForEach: boolean;
}

/**
 * How a dependency may end that need not be done. `continued`: it failed and the run goes on without it; `any`: it has only
 * to have ended; `unfailed`: it was skipped, and not because of a failure.
 */
export type Acceptance = "continued" | "any" | "unfailed";

export interface RunbookStep {
  /** That of a step of a runbook that is called begins with the calling step's: `network.vnet`. */
  readonly id: string;
  readonly uses: string;
  readonly description?: string;
  /**
   * Ids of the steps that come before: those of `needs` first, then those that expressions read. For a step of `finally`
   * also those of the other steps that nothing else comes after.
   */
  readonly dependencies: readonly string[];
  /** Of the dependencies, those that need not be done: see `ScheduledStep`. */
  readonly accepts: ReadonlyMap<string, Acceptance>;
  readonly isFinally: boolean;
  /** Ids of the steps of which its expressions read how they ended, `default(steps.x.outputs.y, …)` among them. */
  readonly readsEndsOf: readonly string[];
  /** Whether its expressions read `run.outcome`. */
  readonly readsOutcome: boolean;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly continuesOnError: boolean;
  readonly forEach?: ForEach;
  /** Of a call: the ids of the steps that it calls; when one fails, the call has failed. */
  readonly parts?: ReadonlySet<string>;
  /** Evaluates `with:`; throws an `AuthoredError` when a value turns out not to fit the step's schema. */
  inputs(scope: RunbookScope): Json;
  /** Evaluates `if:`; absent when the step has none. */
  condition?(scope: RunbookScope): boolean;
  /** Of a step that is called: evaluates the `if:` of the steps that call it. */
  gate?(scope: RunbookScope): boolean;
  /** Of its id. */
  readonly span: Span;
  /** The file that it is written in. */
  readonly source: SourceText;
}

export interface Runbook {
  readonly source: SourceText;
  /** The files that it calls, and those that they call: text by path. */
  readonly calls: ReadonlyMap<string, string>;
  readonly name: string;
  readonly description?: string;
  readonly inputs: readonly RunbookInput[];
  /** In the order written. */
  readonly steps: readonly RunbookStep[];
  /** Evaluates `outputs:`; an empty object when the runbook has none. */
  outputs(scope: RunbookScope): Json;
}

/** A mistake of the runbook's author that shows only when it runs. */
export class AuthoredError extends Error {}
