// A runbook that passed its check, ready to be run. Nothing here reads files or asks anybody.

import type { SourceText, Span } from "../source/source-text.ts";
import type { Json } from "../value/json.ts";

export const INPUT_TYPES = ["string", "number", "integer", "boolean", "array", "object"] as const;
export type InputType = (typeof INPUT_TYPES)[number];

/** What a runbook is given from outside. */
export interface RunbookInput {
  readonly name: string;
  readonly type: InputType;
  readonly description?: string;
  /** Absent: the input must be given. Never present on a secret. */
  readonly default?: Json;
  readonly secret: boolean;
  readonly enum?: readonly Json[];
  /** An ECMAScript regular expression that the text must match somewhere, as in JSON Schema. */
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Of its name. */
  readonly span: Span;
}

/** The values that expressions read. Secrets in it are handles. */
export interface RunbookScope {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly steps: Readonly<Record<string, { readonly outputs: Json }>>;
}

export interface RunbookStep {
  readonly id: string;
  readonly uses: string;
  readonly description?: string;
  /** Ids of the steps that come before: those of `needs` first, then those that expressions read. */
  readonly dependencies: readonly string[];
  readonly timeoutMs?: number;
  /** Evaluates `with:`; throws an `AuthoredError` when a value turns out not to fit the step's schema. */
  inputs(scope: RunbookScope): Json;
  /** Evaluates `if:`; absent when the step has none. */
  condition?(scope: RunbookScope): boolean;
  /** Of its id. */
  readonly span: Span;
}

export interface Runbook {
  readonly source: SourceText;
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
