// Performs a run's operations in this process, and writes what happened to the journal.

import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { canonicalJson, type Json, roundTrip } from "../value/json.ts";
import type { Clock } from "./clock.ts";
import { type Completion, type DriverOperation, MUTATING, type RunDriver } from "./driver.ts";
import { failureOf } from "./failure.ts";
import type { Journal } from "./journal.ts";

export type ActivityOperation = Extract<DriverOperation, { kind: "activity" }>;
/** Performs one activity. Its result is JSON without secrets' values. */
export type Performer = (operation: ActivityOperation) => Promise<unknown>;

export class LocalDriver implements RunDriver {
  readonly #journal: Journal;
  readonly #perform: Performer;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #ready: Completion[] = [];
  #wake: (() => void) | undefined;

  constructor(journal: Journal, perform: Performer, clock: Clock) {
    this.#journal = journal;
    this.#perform = perform;
    this.#clock = clock;
    // Every timer in flight listens to it.
    setMaxListeners(0, this.#ended.signal);
  }

  start(operation: DriverOperation): void {
    void this.#run(operation);
  }

  /** `undefined` when, after a wake-up, there is nothing left to wait for. */
  async next(): Promise<Completion>;
  async next(isOver: () => boolean): Promise<Completion | undefined>;
  async next(isOver: () => boolean = () => false): Promise<Completion | undefined> {
    for (;;) {
      const completion = this.#ready.shift();
      if (completion) return completion;
      if (isOver()) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Makes `next` look again whether it still has anything to wait for. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Forgets timers that are still running. */
  end(): void {
    this.#ended.abort();
  }

  async #run(operation: DriverOperation): Promise<void> {
    const { key } = operation;
    const digest = digestOf(operation);
    let completion: Completion;
    try {
      completion = { key, ok: true, value: await this.#once(operation, digest) };
    } catch (thrown) {
      if (this.#ended.signal.aborted) return;
      completion = { key, ok: false, failure: failureOf(thrown, "internal") };
    }
    this.#journal.append({ kind: "completion", digest, ...completion });
    this.#ready.push(completion);
    this.wake();
  }

  async #once(operation: DriverOperation, digest: string): Promise<Json> {
    if (operation.kind === "timer") {
      await this.#clock.sleep(operation.ms, this.#ended.signal);
      return null;
    }
    if (MUTATING.has(operation.name)) {
      // On disk before it is sent: if the process dies after this, whoever resumes knows to look first.
      this.#journal.append({ kind: "intent", key: operation.key, digest });
      await this.#journal.durable();
    }
    return roundTrip(await this.#perform(operation));
  }
}

/** What a replay compares: everything of an operation but its key. */
function digestOf(operation: DriverOperation): string {
  const { key: _, ...rest } = operation;
  return createHash("sha256").update(canonicalJson(rest)).digest("base64url").slice(0, 16);
}
