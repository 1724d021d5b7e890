// Failures as data: what the journal, the events and a replay hold of an error.

import type { Json } from "../value/json.ts";

export interface Failure {
  /** `azure`, `guest`, `step`, `interrupted` or `internal`: who refused. */
  readonly origin: "azure" | "guest" | "step" | "interrupted" | "internal";
  readonly message: string;
  /** Azure's own error code. */
  readonly code?: string;
  /** HTTP status. */
  readonly status?: number;
  readonly requestId?: string;
  /** How long Azure asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly hint?: string;
  /** What was asked for must not happen twice, and may have happened all the same. */
  readonly inDoubt?: true;
}

/** A failure on its way through code; steps may catch it. */
export class OperationError extends Error {
  override readonly name = "OperationError";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Any thrown value as a failure. An error that is no `OperationError` was thrown by a step, or is a bug. */
export function failureOf(thrown: unknown, origin: Failure["origin"]): Failure {
  if (thrown instanceof OperationError) return thrown.failure;
  return { origin, message: thrown instanceof Error ? thrown.message : String(thrown) };
}

export function failureToJson(failure: Failure): Json {
  return failure as unknown as Json;
}
