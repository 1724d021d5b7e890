// The driver operations that expansions are made of.

import type { Place } from "../steps/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import type { Got, GuestToken, Polled, Submitted } from "./activities.ts";
import type { ActivityName, SignalAnswer, Unkeyed } from "./driver.ts";
import type { Change } from "./events.ts";
import type { Failure } from "./failure.ts";
import type { RecentWrites } from "./retry.ts";

/** One driver operation; its key is the path of the operation it belongs to, a colon, and this label. */
export class Request {
  readonly label: string;
  readonly operation: Unkeyed;
  constructor(label: string, operation: Unkeyed) {
    this.label = label;
    this.operation = operation;
  }
}

/** What the operations of a run share. It changes only by completions, so a replay rebuilds it. */
export interface RunFacts {
  readonly recent: RecentWrites;
  /** By reference of the secret: from which VM's IMDS it came, so that it need not travel there again. */
  readonly tokenOrigins: Map<string, { readonly vm: string; readonly token: Extract<GuestToken, { from: "imds" }> }>;
}

/** What an expansion tells of its progress. */
export interface Observer {
  changed(change: Change): void;
  /** `propagation`: what is waited for is something that this run wrote. */
  retrying(attempt: number, failure: Failure, delayMs: number, propagation: boolean): void;
  warned(message: string): void;
  /** Somebody's word is waited for, and was given. */
  asked(message: string): void;
  answered(answer: SignalAnswer): void;
}

export type Expansion<T> = Generator<Request, T, unknown>;

/** A read that waits until the resource is in a final state: somebody else, or an earlier process, may be writing it. */
export function* settled(of: Place, label = "read"): Expansion<Got> {
  for (let n = 1; ; n++) {
    const got = yield* activity<Got>(`${label}.${n}`, "get", placeIn(of));
    if (got.status === 404 || isFinal(got.body)) return got;
    yield* timer(`${label}-wait.${n}`, 2_000);
  }
}

export function* finished(first: Submitted): Expansion<void> {
  if (first.poller !== undefined) yield* polled(first, "");
}

export function* polled(first: Submitted, prefix: string): Expansion<Json> {
  if (first.poller === undefined) return first.body;
  let delayMs = first.retryAfterMs ?? DEFAULT_POLL_MS;
  for (let n = 1; ; n++) {
    yield* timer(`wait.${prefix}${n}`, delayMs);
    const answer = yield* activity<Polled>(`poll.${prefix}${n}`, "poll", first.poller);
    if (answer.done) return answer.body;
    delayMs = answer.retryAfterMs ?? DEFAULT_POLL_MS;
  }
}

/** The SDKs' own default; Azure's `Retry-After` goes before it. */
const DEFAULT_POLL_MS = 2_000;
export const VM_TYPE = "Microsoft.Compute/virtualMachines";

/** Of an operation or a resource: where it is and nothing else. */
export function placeIn({ type, id, apiVersion }: Place): JsonObject {
  return { type, id, ...(apiVersion !== undefined && { apiVersion }) };
}

export function* activity<T>(label: string, name: ActivityName, input: JsonObject): Expansion<T> {
  return (yield new Request(label, { kind: "activity", name, input })) as T;
}

/** One that must not happen twice; `{ assumed: true }` when whoever resumed the run said to take it for done. */
export function* activityOnce<T>(
  label: string,
  name: ActivityName,
  input: JsonObject,
): Expansion<T | { readonly assumed: true }> {
  return (yield new Request(label, { kind: "activity", name, input, once: true })) as T | { readonly assumed: true };
}

export function* timer(label: string, ms: number): Expansion<void> {
  yield new Request(label, { kind: "timer", ms });
}

export function stateOf(body: Json): string | undefined {
  const properties = isJsonObject(body) ? body["properties"] : undefined;
  const state = isJsonObject(properties) ? properties["provisioningState"] : undefined;
  return typeof state === "string" ? state : undefined;
}

export function isFinal(body: Json): boolean {
  const state = stateOf(body);
  return state === undefined || state === "Succeeded" || state === "Failed" || state === "Canceled";
}

export function absent(id: string): Failure {
  return { origin: "azure", code: "ResourceNotFound", status: 404, message: `the resource ${id} does not exist` };
}
