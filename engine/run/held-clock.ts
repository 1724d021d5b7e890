// A virtual clock that stands still while activities are performed: their work takes real time, and none of the clock's.

import type { Clock } from "./clock.ts";
import type { Performer } from "./local-driver.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** `make` is given the clock for what an activity itself waits for, such as a pause between attempts. */
export function holding(clock: VirtualClock, make: (inner: Clock) => Performer): Performer {
  let release = (): void => {};
  let running = 0;
  const hold = (): void => {
    if (running++ === 0) release = clock.hold();
  };
  const letGo = (): void => {
    if (--running === 0) release();
  };
  const perform = make({
    now: () => clock.now(),
    async sleep(ms, signal) {
      letGo();
      try {
        await clock.sleep(ms, signal);
      } finally {
        hold();
      }
    },
  });
  return async (operation, how) => {
    hold();
    try {
      return await perform(operation, how);
    } finally {
      letGo();
    }
  };
}
