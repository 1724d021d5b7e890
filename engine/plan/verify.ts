// Compares what a run sent with what its plan lists, call by call.

import type { JournalEntry } from "../run/journal.ts";
import { PlanGuard, recall, type Refusal } from "./guard.ts";
import type { Plan, PlannedRequest } from "./model.ts";

export interface Verification {
  /** Requests that the run sent. */
  readonly sent: number;
  readonly planned: number;
  /** Sent, and planned for when the run goes otherwise than in the rehearsal. */
  readonly conditional: number;
  /** Sent and not planned. */
  readonly extra: readonly Refusal[];
  /** Planned and not sent. */
  readonly missing: readonly PlannedRequest[];
}

export function verifyRun(plan: Plan, journal: readonly JournalEntry[]): Verification {
  const guard = new PlanGuard(plan);
  const { sent, extra } = recall(guard, journal);
  const planned = plan.steps.reduce((sum, { requests }) => sum + requests.length, 0);
  return { sent, planned, conditional: guard.conditionalSent, extra, missing: guard.unsent() };
}
