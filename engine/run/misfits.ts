// Finds out, before a run whose runbook or inputs have changed goes on, which of its steps do not fit their record. They are
// begun anew from their first operation: what such a step has read is from before, and must not be what it writes by.

import type { DriverOperation } from "./driver.ts";
import type { JournalState } from "./journal/state.ts";
import { Replay } from "./replay.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * Steps and items that ask for something else than what is recorded, and those that wait for one of them. Replays the
 * record on a scheduler of its own and performs nothing.
 *
 * A step may be found to differ only after it has ended: it asks for less than then. What it answered is not to be
 * believed, so this is to be asked again once the record of those steps is discarded, until there are none.
 */
export function misfits(recorded: JournalState, scheduler: Scheduler): readonly string[] {
  const replay = new Replay(recorded, true);
  const asked = new Map<string, DriverOperation>();
  const take = (operations: readonly DriverOperation[]): void => {
    for (const operation of operations) asked.set(operation.key, operation);
  };
  take(scheduler.advance());
  for (;;) {
    const completion = replay.next(asked, (step) => take(scheduler.admit(step)));
    if (completion === undefined) break;
    take(scheduler.done(completion));
  }
  replay.checkInFlight(asked);
  return replay.misfits;
}
