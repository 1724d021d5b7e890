// The recorded part of a run, given out again in the order in which it happened.

import { canonicalJson } from "../value/json.ts";
import { digestOf } from "./digest.ts";
import type { Completion, DriverOperation, Unkeyed } from "./driver.ts";
import type { JournalState, RecordedCompletion } from "./journal/state.ts";
import { instanceOf, pathOf } from "./operation-key.ts";

/** The runbook or a step asks for something else than what is recorded. Nothing has been sent. */
export class ReplayMismatch extends Error {
  override readonly name = "ReplayMismatch";
  readonly key: string;
  /** As text, a line for each part, to be compared; absent where nothing is asked for or recorded. */
  readonly recorded: string | undefined;
  readonly asked: string | undefined;
  constructor(key: string, message: string, recorded: Unkeyed | undefined, asked: DriverOperation | undefined) {
    super(message);
    this.key = key;
    this.recorded = recorded && inLines(recorded);
    this.asked = asked && inLines(asked);
  }
}

export class Replay {
  readonly #state: JournalState;
  readonly #collects: boolean;
  readonly #left: RecordedCompletion[];
  readonly #earlierPaths: ReadonlySet<string>;
  readonly #misfits = new Set<string>();

  /** `collects`: notes a step that asks for something else than what is recorded and passes its record over; without it the first throws a `ReplayMismatch`. */
  constructor(state: JournalState, collects = false) {
    this.#state = state;
    this.#collects = collects;
    this.#left = [...state.completions.values()].toReversed();
    this.#earlierPaths = new Set([...state.completions.keys(), ...state.intents.keys()].map(pathOf));
  }

  /** Steps and items whose record does not fit any more, in the order they were found. */
  get misfits(): readonly string[] {
    return [...this.#misfits];
  }

  /** True when an earlier process began the operation that a key belongs to: what it read may have changed since. */
  continues(key: string): boolean {
    return this.#earlierPaths.has(pathOf(key));
  }

  /** The next recorded completion; takes what it answers out of `asked`. `undefined` when there is no more. */
  next(asked: Map<string, DriverOperation>, admit: (step: string) => void): Completion | undefined {
    for (;;) {
      const recorded = this.#left.pop();
      if (recorded === undefined) return undefined;
      const { key, digest, operation: _, ...rest } = recorded;
      if (this.#misfits.has(instanceOf(key))) continue;
      // With a step begun anew, others come sooner than their turn was.
      if (!asked.has(key)) admit(instanceOf(key));
      const operation = asked.get(key);
      if (operation !== undefined && digestOf(operation) === digest) {
        asked.delete(key);
        return { key, ...rest };
      }
      this.#mismatch(recorded, operation);
    }
  }

  /** Compares what is in flight with what an earlier process had begun, before any of it is performed. */
  checkInFlight(asked: ReadonlyMap<string, DriverOperation>): void {
    for (const [key, operation] of asked) {
      const { timers, signals, intents } = this.#state;
      const begun = timers.get(key) ?? signals.get(key) ?? intents.get(key);
      const isHistory = begun !== undefined && "isHistory" in begun;
      if (begun && !isHistory && !this.#misfits.has(instanceOf(key)) && begun.digest !== digestOf(operation)) {
        this.#mismatch({ key, digest: begun.digest, ...("operation" in begun && begun) }, operation);
      }
    }
  }

  #mismatch(
    recorded: { readonly key: string; readonly digest: string; readonly operation?: Unkeyed },
    asked: DriverOperation | undefined,
  ): void {
    const { key } = recorded;
    if (this.#collects) {
      this.#misfits.add(instanceOf(key));
      return;
    }
    const before = recorded.operation ?? this.#state.intents.get(key)?.operation;
    const message =
      asked === undefined
        ? `the journal holds a result of ${key}, which the runbook does not ask for any more`
        : `${key} is not the operation that the journal holds a result of`;
    throw new ReplayMismatch(key, message, before, asked);
  }
}

/** One path and value a line, so that two operations can be compared line by line. */
function inLines(operation: Unkeyed): string {
  const lines: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !("$secret" in value) && !("parts" in value)) {
      for (const [name, member] of Object.entries(value))
        if (name !== "key") walk(member, path === "" ? name : `${path}.${name}`);
      if (Object.keys(value).length === 0) lines.push(`${path}: ${Array.isArray(value) ? "[]" : "{}"}`);
    } else lines.push(`${path}: ${canonicalJson(value)}`);
  };
  walk(operation, "");
  return lines.join("\n");
}
