// One run from its first event to its last: scheduler, driver and journal put together.

import type { StepRegistry } from "../steps/definition.ts";
import { canonicalJson, type Json } from "../value/json.ts";
import type { Clock } from "./clock.ts";
import type { DriverOperation } from "./driver.ts";
import type { EventBody, RunEvent } from "./events.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { Journal } from "./journal.ts";
import type { JournalState } from "./journal/state.ts";
import { LocalDriver, type LocalDriverOptions, type Performer, type SignalSource } from "./local-driver.ts";
import { misfits } from "./misfits.ts";
import { instanceOf, pathOf } from "./operation-key.ts";
import { refilling } from "./secret-refill.ts";
import type { Vault } from "./vault.ts";
import type { ScheduledStep, Scope } from "./scheduled-step.ts";
import { type HeldStep, Scheduler } from "./scheduler.ts";

export interface RunOptions {
  readonly runbook: string;
  /** Where the run goes, in words. */
  readonly target: string;
  readonly steps: readonly ScheduledStep[];
  readonly registry: StepRegistry;
  /** Secrets among them as handles. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** The runbook's outputs; called when every step is done. */
  readonly outputs: (scope: Scope) => Json;
  /** Told how to report an attempt that failed and a request that is sent; gives the performer. */
  readonly performer: (onRetry: RetryReport, onSend: SendReport) => Performer;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly onEvent: (event: RunEvent) => void;
  /** Aborted: nothing more is started; what is in flight is recorded. */
  readonly interrupt?: AbortSignal;
  /** What earlier processes recorded of this run, and how to go on from there. */
  readonly resume?: Pick<LocalDriverOptions, "assume"> & {
    readonly recorded: JournalState;
    /** Steps that ask for something else than what is recorded are begun anew, instead of stopping the run. */
    readonly accept: boolean;
  };
  /** Where secrets are kept; with it, a resumed run fetches those again that operations of an earlier process got. */
  readonly vault?: Vault;
  /**
   * Asked before each step or item that no earlier process began, while nothing else runs; `false` ends the run as an interrupt
   * does.
   */
  readonly pace?: (step: HeldStep) => Promise<boolean>;
  /** Who answers what the run waits to be told; absent: a step that asks fails. */
  readonly signals?: SignalSource;
  /** Time that an author lets pass takes none, and everything is approved. */
  readonly isRehearsal?: boolean;
}

/** A request that changes something, as it goes over the wire; secrets in it are handles. */
export type SendReport = (request: {
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: Json;
}) => void;
export type RetryReport = (key: string, attempt: number, failure: Failure, delayMs: number) => void;

export interface RunResult {
  readonly status: "done" | "failed" | "interrupted";
  /** Null unless the run is done. */
  readonly outputs: Json;
  /** By step, or by item as `step[key]`. */
  readonly failures: ReadonlyMap<string, Failure>;
  /** Failures that the run goes on without. */
  readonly continued: ReadonlyMap<string, Failure>;
  /** Every step is done, and the runbook's outputs could not be evaluated. */
  readonly outputsFailure?: Failure;
}

export async function executeRun(options: RunOptions): Promise<RunResult> {
  const { journal, clock, interrupt } = options;
  if (options.resume?.accept === true) discardMisfits(options, options.resume.recorded);
  const emit = emitter(options);
  const performer = options.performer(
    (key, attempt, failure, retryInMs) => {
      const path = pathOf(key);
      emit({ type: "attempt-failed", step: instanceOf(key), path, attempt, failure, retryInMs, propagation: false });
    },
    (request) => emit({ type: "request-sent", step: instanceOf(request.key), path: pathOf(request.key), ...request }),
  );
  const { steps, registry, inputs, concurrency, resume, signals } = options;
  const begun = begunBefore(options);
  const hasBegun = (name: string): boolean => begun.has(name);
  const holds = options.pace && ((name: string): boolean => !hasBegun(name));
  const scheduler = new Scheduler(steps, registry, inputs, { concurrency, emit, hasBegun, ...(holds && { holds }) });
  const { vault } = options;
  const { facts } = scheduler;
  const perform = vault
    ? refilling(performer, { vault, clock, facts, operationAt: (path) => scheduler.secretiveAt(path) })
    : performer;
  const driver = new LocalDriver(journal, perform, clock, {
    ...resume,
    ...(signals && { signals }),
    isRehearsal: options.isRehearsal ?? false,
    admit: (step) => scheduler.admit(step),
  });
  const onInterrupt = (): void => {
    scheduler.interrupt();
    driver.end();
  };
  interrupt?.addEventListener("abort", onInterrupt);
  if (interrupt?.aborted === true) onInterrupt();
  try {
    emit({
      type: "run-started",
      runbook: options.runbook,
      target: options.target,
      steps: steps.map(({ id, uses, dependencies }) => ({ id, uses, dependencies })),
    });
    const start = (operations: readonly DriverOperation[]): void => {
      for (const operation of operations) driver.start(operation);
    };
    start(scheduler.advance());
    for (;;) {
      for (let held = scheduler.held; held !== undefined; held = scheduler.held) {
        begun.add(held.name);
        if ((await options.pace?.(held)) === false) onInterrupt();
        start(scheduler.advance());
      }
      if (scheduler.finished) break;
      // Timers that are in flight when a run is interrupted are not waited for: their due time is recorded.
      const completion = await driver.next(() => scheduler.finished || (scheduler.isInterrupted && driver.isIdle));
      if (completion === undefined) break;
      const asked = scheduler.done(completion);
      for (const key of scheduler.takeGivenUp()) driver.giveUp(key);
      start(asked);
    }
    const { failures, continued } = scheduler;
    const result = { ...outcomeOf(scheduler, options), failures, continued };
    const { status, outputs, outputsFailure } = result;
    emit({ type: "run-finished", status, outputs, ...(outputsFailure && { failure: outputsFailure }) });
    return result;
  } finally {
    interrupt?.removeEventListener("abort", onInterrupt);
    driver.end();
    await journal.durable();
  }
}

function discardMisfits(options: RunOptions, recorded: JournalState): void {
  const { steps, registry, inputs, concurrency, journal } = options;
  for (;;) {
    // Anew each time: what is discarded has not begun.
    const begun = begunBefore(options);
    const hasBegun = (name: string): boolean => begun.has(name);
    const scheduler = new Scheduler(steps, registry, inputs, { concurrency, emit: () => {}, hasBegun });
    const found = misfits(recorded, scheduler);
    if (found.length === 0) return;
    for (const step of found) journal.append({ kind: "discarded", step });
  }
}

/** Steps and items that an earlier process has begun. */
function begunBefore({ resume }: RunOptions): Set<string> {
  const { completions, events = [] } = resume?.recorded ?? {};
  const started = events.flatMap((event) => (event.type === "step-started" ? [event.step] : []));
  return new Set([...started, ...[...(completions?.keys() ?? [])].map(instanceOf)]);
}

function outcomeOf(scheduler: Scheduler, { outputs }: RunOptions): Omit<RunResult, "failures" | "continued"> {
  const status = scheduler.outcome;
  if (status !== "done") return { status, outputs: null };
  try {
    return { status, outputs: outputs(scheduler.scope) };
  } catch (thrown) {
    return { status: "failed", outputs: null, outputsFailure: failureOf(thrown, "step") };
  }
}

/** Events go to the journal and to whoever listens; those that an earlier process recorded are told again, not written again. */
function emitter({ journal, clock, onEvent, resume }: RunOptions): (body: EventBody) => void {
  const recorded = new Map<string, number[]>();
  for (const { at, ...body } of resume?.recorded.events ?? []) {
    // The end of an earlier attempt is not the end of this one.
    if (body.type === "run-finished") continue;
    const text = canonicalJson(body);
    const times = recorded.get(text);
    if (times) times.push(at);
    else recorded.set(text, [at]);
  }
  return (body) => {
    const at = recorded.size === 0 ? undefined : recorded.get(canonicalJson(body))?.shift();
    if (at !== undefined) return onEvent({ at, ...body, replayed: true });
    const event = { at: clock.now(), ...body };
    journal.append({ kind: "event", event });
    onEvent(event);
  };
}
