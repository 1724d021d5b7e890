// Everything that happens in a run, as data. Terminal, NDJSON and reports consume it; the engine itself never prints.

import type { Json } from "../value/json.ts";
import type { Failure } from "./failure.ts";

/** What a step did to the target, the strongest of its operations: remove, create, update, run (in a VM), read, none. */
export type Change = "remove" | "create" | "update" | "run" | "read" | "none";
export type StepStatus = "waiting" | "running" | "done" | "failed" | "skipped";

export type EventBody =
  | {
      readonly type: "run-started";
      readonly runbook: string;
      readonly target: string;
      readonly steps: readonly {
        readonly id: string;
        readonly uses: string;
        readonly dependencies: readonly string[];
      }[];
    }
  /** With `forEach`, one for the whole step and one for each item, which is named as `step[key]`. */
  | { readonly type: "step-started"; readonly step: string }
  /** What a `forEach` goes over, in its order: the names of its items. */
  | { readonly type: "step-expanded"; readonly step: string; readonly items: readonly string[] }
  /** An operation begins; `summary` is a few words, for example `create virtualMachines myVM`. */
  | { readonly type: "operation-started"; readonly step: string; readonly path: string; readonly summary: string }
  | { readonly type: "operation-finished"; readonly step: string; readonly path: string; readonly change: Change }
  /** A failed attempt that will be repeated. */
  | {
      readonly type: "attempt-failed";
      readonly step: string;
      readonly path: string;
      readonly attempt: number;
      readonly failure: Failure;
      readonly retryInMs: number;
      /** True when the engine waits for something that this run wrote to become visible; false: for what is busy. */
      readonly propagation: boolean;
    }
  /** A step waits for somebody's word. */
  | { readonly type: "approval-asked"; readonly step: string; readonly path: string; readonly message: string }
  | {
      readonly type: "approval-given";
      readonly step: string;
      readonly path: string;
      readonly approved: boolean;
      readonly by: string;
      /** When they said so; the event is when the run heard of it. Milliseconds since the epoch. */
      readonly givenAt: number;
      readonly comment?: string;
    }
  /** Nothing failed, but somebody should know. */
  | { readonly type: "warning"; readonly step: string; readonly path: string; readonly message: string }
  /** A request that changes something leaves. */
  | {
      readonly type: "request-sent";
      readonly step: string;
      readonly path: string;
      readonly key: string;
      readonly method: string;
      readonly url: string;
      readonly body: Json;
    }
  | {
      readonly type: "step-finished";
      readonly step: string;
      readonly status: "done" | "failed" | "skipped";
      readonly change: Change;
      readonly failure?: Failure;
      /** It failed, and the run goes on without it. */
      readonly continued?: true;
      /**
       * Why it was skipped: `if`, `maxErrors`, or the step whose failure it depends on. Of a call that failed: the step of it
       * that did, whose failure this is.
       */
      readonly reason?: string;
      readonly outputs?: Json;
    }
  | {
      readonly type: "run-finished";
      readonly status: "done" | "failed" | "interrupted";
      readonly outputs: Json;
      /** Why the runbook's outputs could not be evaluated; the failures of steps are told with the steps. */
      readonly failure?: Failure;
    };

/** An event with the time it happened, in milliseconds since the epoch on the engine's clock. */
export type RunEvent = EventBody & {
  readonly at: number;
  /** It happened in an earlier process and is told again by a resume, with its own time. */
  readonly replayed?: true;
};

const STRENGTH: Record<Change, number> = { none: 0, read: 1, run: 2, update: 3, create: 4, remove: 5 };

export function strongerChange(a: Change, b: Change): Change {
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}
