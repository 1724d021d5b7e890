// Attempts at one activity of an operation, a timer between them.

import { type Expansion, type Observer, type RunFacts, timer } from "./expansion.ts";
import { OperationError } from "./failure.ts";
import { propagationDelayMs } from "./retry.ts";

/** Repeats while a failure says that what this run wrote is not visible yet. */
export function* retried<T>(
  attemptOnce: (attempt: number) => Expansion<T>,
  subject: { readonly principal?: string },
  facts: RunFacts,
  observer: Observer,
): Expansion<T> {
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return yield* attemptOnce(attempt);
    } catch (thrown) {
      if (!(thrown instanceof OperationError)) throw thrown;
      const delayMs = propagationDelayMs(thrown.failure, attempt, waitedMs, subject, facts.recent);
      if (delayMs === undefined) throw thrown;
      observer.retrying(attempt, thrown.failure, delayMs, true);
      waitedMs += delayMs;
      yield* timer(`pause.${attempt}`, delayMs);
    }
  }
}
