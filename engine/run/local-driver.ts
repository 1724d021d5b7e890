// Performs a run's operations in this process, and writes what happened to the journal. What the journal holds already is
// given out again first, and nothing is performed until all of it has been seen to fit.

import { type Json, roundTrip } from "../value/json.ts";
import type { Clock } from "./clock.ts";
import { digestOf } from "./digest.ts";
import { type Completion, type DriverOperation, MUTATING, type RunDriver, type SignalAnswer } from "./driver.ts";
import { type Failure, failureOf, OperationError } from "./failure.ts";
import { type Journal, JournalFailure } from "./journal.ts";
import type { JournalState } from "./journal/state.ts";
import { withoutTurn } from "./operation-key.ts";
import { Replay } from "./replay.ts";

export type ActivityOperation = Extract<DriverOperation, { kind: "activity" }>;

export interface PerformHow {
  /**
   * True when an earlier process began the operation that this activity belongs to. What that process read may have
   * changed, and what it was sending may have arrived: a write looks first.
   */
  readonly continues: boolean;
  /** Aborted when the run is interrupted: what waits for another attempt gives up, and is taken up by a resume. */
  readonly signal: AbortSignal;
  /** Aborted when nobody needs the answer any more: a request that is under way is broken off. Not when the run is interrupted. */
  readonly givenUp: AbortSignal;
}

/** Performs one activity. Its result is JSON without secrets' values. */
export type Performer = (operation: ActivityOperation, how: PerformHow) => Promise<unknown>;

/** Waits for the answer to a signal operation. */
export type SignalSource = (
  operation: Extract<DriverOperation, { kind: "signal" }>,
  how: {
    readonly signal: AbortSignal;
    /** An earlier process asked, so that there may be an answer already. */
    readonly isAskedBefore: boolean;
    /** Puts the question on the disk, where whoever answers finds it. To be called before an answer is waited for. */
    ask(): Promise<void>;
  },
) => Promise<SignalAnswer>;

export interface LocalDriverOptions {
  /** What an earlier process recorded. */
  readonly recorded?: JournalState;
  /** What to take for true of an operation that may or may not have happened and must not happen twice. */
  readonly assume?: "done" | "repeat";
  readonly signals?: SignalSource;
  /** Time that an author lets pass takes none, and everything is approved unless `signals` says otherwise: for a rehearsal. */
  readonly isRehearsal?: boolean;
  /** Asks the scheduler to start a step whose turn has not come, because its record is next. */
  readonly admit?: (step: string) => readonly DriverOperation[];
}

/** Operations that must not happen twice, and about which it is not known whether they happened once. */
export class UnknownOutcome extends Error {
  override readonly name = "UnknownOutcome";
  readonly keys: readonly string[];
  constructor(keys: readonly string[]) {
    super(
      `it is not known whether ${keys.join(" and ")} happened: it was sent or about to be, no answer is recorded, and to do it twice may not be the same as once`,
    );
    this.keys = keys;
  }
}

interface InFlight {
  /** Timers, questions, and pauses before another attempt. */
  readonly waiting: AbortController;
  readonly sending: AbortController;
}

const GIVEN_UP = "given up, because its step has run out of time";

export class LocalDriver implements RunDriver {
  readonly #journal: Journal;
  readonly #perform: Performer;
  readonly #clock: Clock;
  readonly #options: LocalDriverOptions;
  #hasEnded = false;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #givenUp = new Set<string>();
  readonly #ready: Completion[] = [];
  readonly #held = new Map<string, DriverOperation>();
  #replay: Replay | undefined;
  #activities = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(journal: Journal, perform: Performer, clock: Clock, options: LocalDriverOptions = {}) {
    this.#journal = journal;
    this.#perform = perform;
    this.#clock = clock;
    this.#options = options;
    if (options.recorded) this.#replay = new Replay(options.recorded);
  }

  start(operation: DriverOperation): void {
    if (this.#replay) this.#held.set(operation.key, operation);
    else void this.#run(operation, false);
  }

  /** `undefined` when, after a wake-up, there is nothing left to wait for. */
  async next(): Promise<Completion>;
  async next(isOver: () => boolean): Promise<Completion | undefined>;
  async next(isOver: () => boolean = () => false): Promise<Completion | undefined> {
    if (this.#replay) {
      const recorded = this.#replay.next(this.#held, (step) => {
        for (const operation of this.#options.admit?.(step) ?? []) this.start(operation);
      });
      if (recorded) return recorded;
      this.#goLive(this.#replay);
    }
    for (;;) {
      if (this.#failure) throw this.#failure;
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

  /** No activity is in flight and no completion waits to be taken. Timers may be running. */
  get isIdle(): boolean {
    return this.#activities === 0 && this.#ready.length === 0;
  }

  /** Forgets timers that are still running, and attempts that wait to be repeated: a resume takes them up. */
  end(): void {
    this.#hasEnded = true;
    for (const { waiting } of this.#inFlight.values()) waiting.abort();
    this.wake();
  }

  /** Breaks an operation off, which then completes as failed. What it sent may have arrived. */
  giveUp(key: string): void {
    // One that an earlier process left open has not begun here, and is not to.
    this.#givenUp.add(key);
    this.#inFlight.get(key)?.waiting.abort();
    this.#inFlight.get(key)?.sending.abort();
  }

  /** The record is used up and fits: what it left open is performed now. */
  #goLive(replay: Replay): void {
    replay.checkInFlight(this.#held);
    const { recorded, assume } = this.#options;
    const inDoubt = [...this.#held.values()].filter(
      (operation) => recorded?.inDoubt.get(withoutTurn(operation.key)) === digestOf(operation),
    );
    if (inDoubt.length > 0 && assume === undefined) throw new UnknownOutcome(inDoubt.map(({ key }) => key));
    this.#replay = undefined;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const operation of held) {
      if (assume === "done" && inDoubt.includes(operation)) {
        this.#complete(operation, digestOf(operation), { key: operation.key, ok: true, value: { assumed: true } });
      } else void this.#run(operation, replay.continues(operation.key));
    }
  }

  async #run(operation: DriverOperation, continues: boolean): Promise<void> {
    const { key } = operation;
    const digest = digestOf(operation);
    const isActivity = operation.kind === "activity";
    if (isActivity) this.#activities++;
    const inFlight = { waiting: new AbortController(), sending: new AbortController() };
    this.#inFlight.set(key, inFlight);
    if (this.#hasEnded) inFlight.waiting.abort();
    try {
      if (this.#givenUp.has(key)) this.giveUp(key);
      const value = await this.#once(operation, digest, continues, inFlight);
      this.#complete(operation, digest, { key, ok: true, value });
    } catch (thrown) {
      if (thrown instanceof JournalFailure) this.#failure ??= thrown;
      else if (inFlight.sending.signal.aborted) {
        const once = isActivity && operation.once === true;
        const failure: Failure = { origin: "interrupted", message: GIVEN_UP, ...(once && { inDoubt: true }) };
        this.#complete(operation, digest, { key, ok: false, failure });
      }
      // Left because the run was interrupted: as if it had not been tried.
      else if (!this.#hasEnded || thrown instanceof OperationError) {
        this.#complete(operation, digest, { key, ok: false, failure: failureOf(thrown, "internal") });
      }
    } finally {
      this.#inFlight.delete(key);
      if (isActivity) this.#activities--;
      this.wake();
    }
  }

  #complete(operation: DriverOperation, digest: string, completion: Completion): void {
    const { key: _, ...unkeyed } = operation;
    const isMutation = operation.kind === "activity" && MUTATING.has(operation.name);
    // An intent holds the operation already, and the write that a poll follows holds what a poll is given.
    const isTold =
      isMutation || operation.kind === "timer" || (operation.kind === "activity" && operation.name === "poll");
    this.#journal.append({ kind: "completion", digest, ...(!isTold && { operation: unkeyed }), ...completion });
    // On the disk soon, though nobody waits: from here on another process can poll on, without sending again.
    if (isMutation) this.#journal.durable().catch((thrown: Error) => this.#fail(thrown));
    this.#ready.push(completion);
    this.wake();
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.wake();
  }

  async #once(operation: DriverOperation, digest: string, continues: boolean, inFlight: InFlight): Promise<Json> {
    const { key } = operation;
    const { signal } = inFlight.waiting;
    const { signal: givenUp } = inFlight.sending;
    if (givenUp.aborted) throw new Error(GIVEN_UP);
    if (operation.kind === "timer") {
      if (operation.isWait === true && this.#options.isRehearsal === true) return null;
      const begun = this.#options.recorded?.timers.get(key);
      const dueAt = begun?.dueAt ?? this.#dueAt(operation, digest);
      await this.#clock.sleep(Math.max(0, dueAt - this.#clock.now()), signal);
      return null;
    }
    if (operation.kind === "signal") {
      const { signals, isRehearsal, recorded } = this.#options;
      if (isRehearsal === true && !signals) return { approved: true, by: "the rehearsal", at: this.#clock.now() };
      if (!signals) throw new Error("this run has nobody who could approve anything");
      const isAskedBefore = recorded?.signals.has(key) === true;
      const { message } = operation;
      const askedAt = this.#clock.now();
      const ask = async (): Promise<void> => {
        if (!isAskedBefore) this.#journal.append({ kind: "signal", key, digest, message, askedAt });
        await this.#journal.durable();
      };
      return roundTrip(await signals(operation, { signal, isAskedBefore, ask }));
    }
    if (MUTATING.has(operation.name)) {
      const { key: _, ...unkeyed } = operation;
      // On disk before it is sent: if the process dies after this, whoever resumes knows to look first.
      this.#journal.append({ kind: "intent", key, digest, operation: unkeyed });
      await this.#journal.durable();
      if (signal.aborted) throw new Error("interrupted before it was sent");
    }
    return roundTrip(await this.#perform(operation, { continues, signal, givenUp }));
  }

  #dueAt(operation: Extract<DriverOperation, { kind: "timer" }>, digest: string): number {
    const dueAt = "until" in operation ? Date.parse(operation.until) : this.#clock.now() + operation.ms;
    this.#journal.append({ kind: "timer", key: operation.key, digest, dueAt });
    return dueAt;
  }
}
