// The engine's only source of time.

import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    // A timer of Node's that is longer than this ends at once.
    for (let left = ms; left >= 0; left -= LONGEST_MS) {
      await delay(Math.min(left, LONGEST_MS), undefined, signal && { signal });
    }
  },
};

const LONGEST_MS = 2 ** 31 - 1;
