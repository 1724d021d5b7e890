// The port between the scheduler and whatever performs its operations: the local driver, or a distributed engine.

import type { Json, JsonObject } from "../value/json.ts";
import type { Failure } from "./failure.ts";

/** One thing to perform. `key` names it within its run, the same on every replay: `vm/0.1/0:put.1`. */
export type DriverOperation = { readonly key: string } & (
  | {
      readonly kind: "activity";
      readonly name: ActivityName;
      readonly input: JsonObject;
      /** Doing it twice is not the same as doing it once, and there is no way to see whether it was done. */
      readonly once?: true;
    }
  /** `isWait`: the author asked for it, not the engine. */
  | ({ readonly kind: "timer"; readonly isWait?: true } & ({ readonly ms: number } | { readonly until: string }))
  /** Waits for somebody's word; its value is a `SignalAnswer`. */
  | { readonly kind: "signal"; readonly message: string }
);

export type Unkeyed = DriverOperation extends infer T ? (T extends DriverOperation ? Omit<T, "key"> : never) : never;

/** The activities that a performer offers. Their inputs and results are documented in `activities.ts`. */
export type ActivityName =
  | "get"
  | "list"
  | "put"
  | "patch"
  | "delete"
  | "poll"
  | "guest-run"
  | "guest-remove"
  | "arm-get"
  | "local-token"
  | "post"
  | "script-name"
  | "script-run";

/** Activities that may change something at the target: their intent is on disk before they start. */
export const MUTATING: ReadonlySet<ActivityName> = new Set([
  "put",
  "patch",
  "delete",
  "post",
  "script-run",
  "guest-run",
  "guest-remove",
]);

export type Completion = { readonly key: string } & (
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly failure: Failure }
);

export interface RunDriver {
  start(operation: DriverOperation): void;
  /** The next completion. On a replay, the same order again. */
  next(): Promise<Completion>;
}

/** What somebody answered to a signal. */
export interface SignalAnswer {
  readonly approved: boolean;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly comment?: string;
}
