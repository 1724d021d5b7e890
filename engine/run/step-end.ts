// What a step comes to, and what that means for the steps that wait for it.

import { deepFreeze, type Json, roundTrip } from "../value/json.ts";
import type { Change, EventBody } from "./events.ts";
import type { Failure } from "./failure.ts";
import type { Outcome } from "./fibers.ts";
import type { ScheduledStep, Scope } from "./scheduled-step.ts";

export interface End {
  readonly status: "done" | "failed" | "skipped";
  readonly outputs?: Json;
  readonly failure?: Failure;
  readonly reason?: string;
  /** It did not run because something failed. */
  readonly isBlocked?: boolean;
}

export function endOf(outcome: Outcome): End {
  return outcome.ok ? { status: "done", outputs: outcome.value } : { status: "failed", failure: outcome.failure };
}

/** What a step that waits for another comes to without running, or nothing when the other's end lets it run. */
export function endOfDependent(dependent: ScheduledStep, needed: ScheduledStep, end: End): End | undefined {
  const continued = end.status === "failed" && needed.continuesOnError === true;
  const isBlocked = (end.status === "failed" && !continued) || end.isBlocked === true;
  const accepts = dependent.accepts?.get(needed.id);
  const passes =
    end.status === "done" ||
    accepts === "any" ||
    (accepts === "continued" && continued) ||
    (accepts === "unfailed" && !isBlocked);
  if (passes) return undefined;
  // What depends on a step that gave no outputs cannot run; it names the step that is to blame.
  const blamed = { reason: needed.id, isBlocked };
  const isPart = dependent.parts?.has(needed.id) === true;
  if (!isPart || end.failure === undefined) return { status: "skipped", ...blamed };
  return { status: "failed", ...blamed, failure: end.failure };
}

/** `continued`: the run goes on without it. */
export function endEvent(step: string, end: End, change: Change, continued: boolean): EventBody {
  const { status, outputs, failure, reason } = end;
  return {
    type: "step-finished",
    step,
    status,
    change,
    ...(outputs !== undefined && { outputs }),
    ...(failure && { failure }),
    ...(continued && { continued }),
    ...(reason !== undefined && { reason }),
  };
}

/** What expressions read of a step that has ended. */
export function resultOf({ status, outputs, failure }: End): Scope["steps"][string] {
  const { code, status: httpStatus } = failure ?? {};
  const error = failure && {
    message: failure.message,
    ...(code !== undefined && { code }),
    ...(httpStatus !== undefined && { status: httpStatus }),
  };
  return { outputs: outputs === undefined ? null : deepFreeze(roundTrip(outputs)), status, error: error ?? null };
}
