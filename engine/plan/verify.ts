// Compares what a run sent with what its plan lists, call by call.

import type { JournalEntry } from "../run/journal.ts";
import { pathOf } from "../run/operation-key.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { PlanGuard, type Refusal } from "./guard.ts";
import type { Plan, PlannedRequest } from "./model.ts";

export interface Verification {
  /** Requests that the run sent. */
  readonly sent: number;
  readonly planned: number;
  /** Sent and not planned. */
  readonly extra: readonly Refusal[];
  /** Planned and not sent. */
  readonly missing: readonly PlannedRequest[];
}

export function verifyRun(plan: Plan, journal: readonly JournalEntry[]): Verification {
  const guard = new PlanGuard(plan);
  const extra: Refusal[] = [];
  let sent = 0;
  for (const entry of journal) {
    if (entry.kind === "completion" && entry.ok) {
      for (const answer of answersIn(entry.value)) guard.answered(pathOf(entry.key), answer);
    } else if (entry.kind === "event" && entry.event.type === "request-sent") {
      sent++;
      const refusal = guard.check(entry.event);
      if (refusal !== undefined) extra.push(refusal);
    }
  }
  const planned = plan.steps.reduce((sum, { requests }) => sum + requests.length, 0);
  return { sent, planned, extra, missing: guard.unsent() };
}

/** What the target answered, in the shape it had on the wire. */
function answersIn(value: Json): readonly Json[] {
  if (Array.isArray(value)) return [{ value }];
  return isJsonObject(value) && value["body"] !== undefined ? [value["body"]] : [];
}
