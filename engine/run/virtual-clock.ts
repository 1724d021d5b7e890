// Time that moves only when everything that runs is asleep: an hour of waiting takes no time.

import type { Clock } from "./clock.ts";

export interface VirtualClockOptions {
  /** How far the clock may go; who sleeps longer is refused. Absent: without end. */
  readonly limitMs?: number;
}

export class VirtualClock implements Clock {
  #now: number;
  readonly #end: number;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  #scheduled = false;
  #held = 0;

  constructor(now = Date.UTC(2026, 0, 1), { limitMs = Infinity }: VirtualClockOptions = {}) {
    this.#now = now;
    this.#end = now + limitMs;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(new Error("aborted"));
      const cancel = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(new Error("aborted"));
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", cancel);
        if (this.#now > this.#end) reject(new Error("it did not come to an end in the time that a rehearsal may take"));
        else resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", cancel);
      this.#advanceSoon();
    });
  }

  /** Stops the clock while something goes on in real time, such as a request, until the function given back is called. */
  hold(): () => void {
    this.#held++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#held--;
      if (this.#sleepers.length > 0) this.#advanceSoon();
    };
  }

  /** After everything that is awake has had its turn, the earliest sleeper is woken. */
  #advanceSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      // Whoever releases the clock comes here again.
      if (this.#held > 0) return;
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      if (this.#sleepers.length > 0) this.#advanceSoon();
    });
  }
}
