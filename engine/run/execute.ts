// One run from its first event to its last: scheduler, driver and journal put together.

import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import type { Clock } from "./clock.ts";
import type { EventBody, RunEvent } from "./events.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { Journal } from "./journal.ts";
import { LocalDriver, type Performer } from "./local-driver.ts";
import { type ScheduledStep, Scheduler, type Scope } from "./scheduler.ts";

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
  /** Told how to report an attempt that failed; gives the performer. */
  readonly performer: (onRetry: RetryReport) => Performer;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly onEvent: (event: RunEvent) => void;
  /** Aborted: nothing more is started; what is in flight is recorded. */
  readonly interrupt?: AbortSignal;
}

export type RetryReport = (key: string, attempt: number, failure: Failure, delayMs: number) => void;

export interface RunResult {
  readonly status: "done" | "failed" | "interrupted";
  /** Null unless the run is done. */
  readonly outputs: Json;
  readonly failures: ReadonlyMap<string, Failure>;
  /** Every step is done, and the runbook's outputs could not be evaluated. */
  readonly outputsFailure?: Failure;
}

export async function executeRun(options: RunOptions): Promise<RunResult> {
  const { journal, clock, interrupt } = options;
  const emit = (body: EventBody): void => {
    const event = { at: clock.now(), ...body };
    journal.append({ kind: "event", event });
    options.onEvent(event);
  };
  const performer = options.performer((key, attempt, failure, retryInMs) => {
    const [path = key] = key.split(":");
    const [step = path] = path.split("/");
    emit({ type: "attempt-failed", step, path, attempt, failure, retryInMs, propagation: false });
  });
  const { steps, registry, inputs, concurrency } = options;
  const scheduler = new Scheduler(steps, registry, inputs, { concurrency, emit });
  const driver = new LocalDriver(journal, performer, clock);
  const onInterrupt = (): void => {
    scheduler.interrupt();
    driver.wake();
  };
  interrupt?.addEventListener("abort", onInterrupt);
  try {
    emit({
      type: "run-started",
      runbook: options.runbook,
      target: options.target,
      steps: steps.map(({ id, uses, dependencies }) => ({ id, uses, dependencies })),
    });
    for (const operation of scheduler.begin()) driver.start(operation);
    while (!scheduler.finished) {
      const completion = await driver.next(() => scheduler.finished);
      if (completion === undefined) break;
      for (const operation of scheduler.done(completion)) driver.start(operation);
    }
    const result = { ...outcomeOf(scheduler, options), failures: scheduler.failures };
    const { status, outputs, outputsFailure } = result;
    emit({ type: "run-finished", status, outputs, ...(outputsFailure && { failure: outputsFailure }) });
    return result;
  } finally {
    interrupt?.removeEventListener("abort", onInterrupt);
    driver.end();
    await journal.durable();
  }
}

function outcomeOf(scheduler: Scheduler, { outputs }: RunOptions): Omit<RunResult, "failures"> {
  const status = scheduler.outcome;
  if (status !== "done") return { status, outputs: null };
  try {
    return { status, outputs: outputs(scheduler.scope) };
  } catch (thrown) {
    return { status: "failed", outputs: null, outputsFailure: failureOf(thrown, "step") };
  }
}
