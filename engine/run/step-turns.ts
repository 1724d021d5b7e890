// One step, or one item of it, from its inputs to its last attempt: repeats, the time limit, and what it comes to.

import type { StepRegistry } from "../steps/definition.ts";
import type { Operation } from "../steps/operation.ts";
import type { Json } from "../value/json.ts";
import { type Change, type EventBody, strongerChange } from "./events.ts";
import type { Failure } from "./failure.ts";
import type { Attempt, Fibers, Outcome } from "./fibers.ts";
import { stepRetryDelayMs } from "./retry.ts";
import type { ScheduledStep } from "./scheduled-step.ts";

/** What takes turns. */
interface Subject {
  /** The step, with its item if it has one. */
  readonly name: string;
  readonly step: ScheduledStep;
  readonly inputs: Json;
  /** Called once. */
  readonly ended: (outcome: Outcome, change: Change) => void;
}

interface Turn {
  readonly subject: Subject;
  readonly number: number;
  readonly attempt: Attempt & { isLive: boolean };
  /** The strongest change of the turns before. */
  readonly before: Change;
}

export class StepTurns {
  readonly #registry: StepRegistry;
  readonly #fibers: Fibers;
  readonly #emit: (event: EventBody) => void;
  #givenUp: string[] = [];

  constructor(registry: StepRegistry, fibers: Fibers, emit: (event: EventBody) => void) {
    this.#registry = registry;
    this.#fibers = fibers;
    this.#emit = emit;
  }

  begin(subject: Subject): void {
    this.#try(subject, 1, "none");
  }

  /** Keys of operations in flight that nobody needs any more, because their step has run out of time. They still complete. */
  takeGivenUp(): readonly string[] {
    const keys = this.#givenUp;
    this.#givenUp = [];
    return keys;
  }

  #try(subject: Subject, number: number, before: Change): void {
    const { name, step, inputs } = subject;
    const { timeoutMs } = step;
    const path = number === 1 ? name : `${name}~${number}`;
    const definition = this.#registry.get(step.uses)!;
    const made = new Set<Operation<unknown>>();
    const attempt = { instance: name, isLive: true, change: "none" as Change, made };
    const turn = { subject, number, attempt, before };
    const settle = (outcome: Outcome): void => {
      const forgotten = [...made].some((operation) => !operation.performed);
      const message = `${definition.name} made an operation and never performed it (write yield*)`;
      if (outcome.ok && forgotten) this.#end(turn, { ok: false, failure: { origin: "internal", message } });
      else this.#end(turn, outcome);
    };
    if (timeoutMs !== undefined) {
      const expire = (): void => {
        if (!attempt.isLive) return;
        const message = `the step did not end within its timeout of ${timeoutMs / 1000} s`;
        this.#givenUp.push(...this.#fibers.awaitedBy(attempt));
        this.#end(turn, { ok: false, failure: { origin: "step", code: "Timeout", message } });
      };
      this.#fibers.setAlarm(`${path}:timeout`, timeoutMs, expire, false);
    }
    this.#fibers.start(attempt, path, () => definition.start(inputs), settle);
  }

  /** An attempt is over: the step is done, or is tried again, or has failed. */
  #end({ subject, number, attempt, before }: Turn, outcome: Outcome): void {
    attempt.isLive = false;
    const change = strongerChange(before, attempt.change);
    const delayMs = outcome.ok ? undefined : delayAfter(outcome.failure, number, subject.step);
    if (outcome.ok || delayMs === undefined) return subject.ended(outcome, change);
    const { name } = subject;
    const { failure } = outcome;
    const told = { step: name, path: name, attempt: number, failure, retryInMs: delayMs, propagation: false };
    this.#emit({ type: "attempt-failed", ...told });
    this.#fibers.setAlarm(`${name}~${number + 1}:delay`, delayMs, () => this.#try(subject, number + 1, change), true);
  }
}

function delayAfter(failure: Failure, turn: number, { retry }: ScheduledStep): number | undefined {
  return retry && stepRetryDelayMs(failure, turn, retry);
}
