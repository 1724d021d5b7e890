// Advances the generators of steps, and turns what they ask for into driver operations. Knows attempts of steps, not how
// steps hang together. No clock, no chance, no I/O.

import { Command, Operation, type OperationData, observingOperations, type Program } from "../steps/operation.ts";
import { canonicalJson, deepFreeze, type Json, roundTrip } from "../value/json.ts";
import type { Completion, DriverOperation, SignalAnswer } from "./driver.ts";
import { type Change, type EventBody, strongerChange } from "./events.ts";
import { expand } from "./expand.ts";
import { Request, type RunFacts } from "./expansion.ts";
import { type Failure, failureOf, OperationError } from "./failure.ts";
import { sealed, StepFault } from "./sealed.ts";

export type Outcome = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly failure: Failure };
type Advancing = Iterator<Command | Request, unknown, unknown>;

/** One try of a step, or of one item of it. What was asked for by one that is over is taken and passed over. */
export interface Attempt {
  /** The step, with its item if it has one. */
  readonly instance: string;
  readonly isLive: boolean;
  /** The strongest of its operations; written here. */
  change: Change;
  /** Operations that the step made; for this file. */
  readonly made: Set<Operation<unknown>>;
}

/** A generator that is being advanced: a step, a branch of `all`, or the expansion of an operation. */
class Fiber {
  readonly attempt: Attempt;
  readonly path: string;
  readonly generator: Advancing;
  /** The same program run beside it, which must ask for the same; absent for the engine's own expansions. */
  readonly shadow: Advancing | undefined;
  readonly settle: (outcome: Outcome) => void;
  operations = 0;
  constructor(attempt: Attempt, path: string, program: () => Advancing, settle: Fiber["settle"], watched: boolean) {
    this.attempt = attempt;
    this.path = path;
    this.generator = program();
    this.shadow = watched ? program() : undefined;
    this.settle = settle;
  }
}

export class Fibers {
  /** What the run's completions so far tell; for reading. */
  readonly facts: RunFacts = {
    recent: { principals: new Set(), grants: new Set(), identities: new Set() },
    tokenOrigins: new Map(),
  };
  readonly #emit: (event: EventBody) => void;
  /** Operations that were started and have not completed, with who waits for each. */
  readonly #pending = new Map<string, Fiber | Alarm>();
  /** Operations whose answers hold secrets, by path. */
  readonly #secretive = new Map<string, OperationData>();
  #outgoing: DriverOperation[] = [];
  #stopped = false;
  /** Operations in flight whose end has to be waited for before the run can end. */
  #awaited = 0;

  constructor(emit: (event: EventBody) => void) {
    this.#emit = emit;
  }

  /** `settle` is called once, with what the step answered; `path` tells its attempt from others. */
  start(
    attempt: Attempt,
    path: string,
    program: () => Iterable<Command, Json, unknown>,
    settle: (outcome: Outcome) => void,
  ): void {
    const begin = (): Advancing => program()[Symbol.iterator]() as Advancing;
    this.#advance(new Fiber(attempt, path, begin, settle, true), undefined);
  }

  /** Calls `ring` after a time. `isWaitedFor`: the run does not end before. */
  setAlarm(key: string, ms: number, ring: () => void, isWaitedFor: boolean): void {
    this.#ask(key, { kind: "timer", ms }, { ring, isWaitedFor });
  }

  /** Takes one completion. */
  done(completion: Completion): void {
    const waiting = this.#pending.get(completion.key);
    if (waiting === undefined) throw new Error(`a completion of ${completion.key}, which was not asked for`);
    this.#pending.delete(completion.key);
    if (isWaitedFor(waiting)) this.#awaited--;
    if (!(waiting instanceof Fiber)) waiting.ring();
    else if (waiting.attempt.isLive) {
      this.#advance(waiting, completion.ok ? { ok: true, value: deepFreeze(completion.value) } : completion);
    }
  }

  /** Keys of what an attempt still waits for. */
  awaitedBy(attempt: Attempt): readonly string[] {
    return [...this.#pending].flatMap(([key, waiting]) =>
      waiting instanceof Fiber && waiting.attempt === attempt ? [key] : [],
    );
  }

  /** What is to be started now. */
  takeOutgoing(): readonly DriverOperation[] {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  /** Nothing more is asked for; generators stay where they are. */
  stop(): void {
    this.#stopped = true;
  }

  get isIdle(): boolean {
    return this.#awaited === 0;
  }

  /** The operation at a path, if its answer may hold secrets: performed again, it gives them to another process. */
  secretiveAt(path: string): OperationData | undefined {
    return this.#secretive.get(path);
  }

  #advance(fiber: Fiber, outcome: Outcome | undefined): void {
    let result: IteratorResult<Command | Request, unknown>;
    try {
      result = this.#resume(fiber, outcome);
    } catch (thrown) {
      return fiber.settle({ ok: false, failure: failureOf(thrown, thrown instanceof StepFault ? "internal" : "step") });
    }
    if (result.done) return fiber.settle({ ok: true, value: roundTrip(result.value) });
    const asked = result.value;
    if (asked instanceof Request) return this.#ask(`${fiber.path}:${asked.label}`, asked.operation, fiber);
    if (!(asked instanceof Command)) {
      const message = `${fiber.path} yielded something that is not an operation`;
      return fiber.settle({ ok: false, failure: { origin: "internal", message } });
    }
    const path = `${fiber.path}/${fiber.operations++}`;
    const back = (ended: Outcome): void => this.#advance(fiber, ended);
    if (isBranches(asked.what)) this.#join(fiber, path, asked.what, back);
    else this.#perform(fiber, path, asked.what, back);
  }

  /** Advances a fiber and its shadow, and compares what they ask for. */
  #resume(fiber: Fiber, outcome: Outcome | undefined): IteratorResult<Command | Request, unknown> {
    const step = (generator: Advancing): IteratorResult<Command | Request, unknown> => {
      if (outcome === undefined) return generator.next();
      if (outcome.ok) return generator.next(outcome.value);
      const error = new OperationError(outcome.failure);
      if (generator.throw === undefined) throw error;
      return generator.throw(error);
    };
    const { shadow } = fiber;
    if (shadow === undefined) return step(fiber.generator);
    const { made } = fiber.attempt;
    const attempt = <T>(work: () => T): { readonly value: T } | { readonly thrown: unknown } => {
      try {
        return { value: work() };
      } catch (thrown) {
        return { thrown };
      }
    };
    const result = attempt(() =>
      sealed(() =>
        observingOperations(
          (operation) => made.add(operation),
          () => step(fiber.generator),
        ),
      ),
    );
    const again = attempt(() => sealed(() => step(shadow)));
    if (!("value" in result)) throw result.thrown;
    if (!("value" in again) || faceOf(result.value) !== faceOf(again.value)) {
      throw new StepFault(
        `${fiber.path} is not deterministic: run twice with the same results it asked for different things`,
      );
    }
    return result.value;
  }

  /** Every branch ends before the join does; the first failure in written order is the one reported. */
  #join(fiber: Fiber, path: string, branches: readonly Program<unknown>[], back: (outcome: Outcome) => void): void {
    const outcomes: (Outcome | undefined)[] = branches.map(() => undefined);
    let left = branches.length;
    const finish = (): void => {
      const failed = outcomes.find((outcome) => outcome?.ok === false);
      back(failed ?? { ok: true, value: outcomes.map((outcome) => (outcome?.ok === true ? outcome.value : null)) });
    };
    if (left === 0) return finish();
    for (const [index, branch] of branches.entries()) {
      const settle = (outcome: Outcome): void => {
        outcomes[index] = outcome;
        if (--left === 0) finish();
      };
      const program = (): Advancing => branch[Symbol.iterator]() as Advancing;
      this.#advance(new Fiber(fiber.attempt, `${path}.${index}`, program, settle, false), undefined);
    }
  }

  #perform(fiber: Fiber, path: string, what: OperationData, back: (outcome: Outcome) => void): void {
    const { attempt: own } = fiber;
    const { instance: step } = own;
    const emit = this.#emit;
    let change: Change = "none";
    const observer = {
      changed: (now: Change): void => {
        change = now;
        own.change = strongerChange(own.change, now);
      },
      retrying: (attempt: number, failure: Failure, retryInMs: number, propagation: boolean): void =>
        emit({ type: "attempt-failed", step, path, attempt, failure, retryInMs, propagation }),
      warned: (message: string): void => emit({ type: "warning", step, path, message }),
      asked: (message: string): void => emit({ type: "approval-asked", step, path, message }),
      answered: ({ approved, by, at, comment }: SignalAnswer): void =>
        emit({
          type: "approval-given",
          step,
          path,
          approved,
          by,
          givenAt: at,
          ...(comment !== undefined && { comment }),
        }),
    };
    const givesSecrets = what.kind === "call" && what.repeatable && what.secretAnswer !== undefined;
    if (what.kind === "guest" || what.kind === "local-token" || givesSecrets) this.#secretive.set(path, what);
    emit({ type: "operation-started", step, path, summary: summaryOf(what) });
    const settle = (outcome: Outcome): void => {
      if (outcome.ok) emit({ type: "operation-finished", step, path, change });
      back(outcome);
    };
    this.#advance(
      new Fiber(own, path, () => expand(what, this.facts, observer) as Advancing, settle, false),
      undefined,
    );
  }

  #ask(key: string, operation: Request["operation"], waiting: Fiber | Alarm): void {
    if (this.#pending.has(key)) throw new Error(`two operations are named ${key}`);
    // An interrupted run leaves the fiber where it is: resume takes it up again.
    if (this.#stopped) return;
    this.#pending.set(key, waiting);
    if (isWaitedFor(waiting)) this.#awaited++;
    this.#outgoing.push({ ...operation, key });
  }
}

interface Alarm {
  readonly ring: () => void;
  readonly isWaitedFor: boolean;
}

function isWaitedFor(waiting: Fiber | Alarm): boolean {
  return waiting instanceof Fiber || waiting.isWaitedFor;
}

function isBranches(what: Command["what"]): what is readonly Program<unknown>[] {
  return Array.isArray(what);
}

function faceOf(result: IteratorResult<Command | Request, unknown>): string {
  if (result.done) return `returned ${canonicalJson(result.value)}`;
  const asked = result.value;
  if (!(asked instanceof Command)) return "no command";
  if (!isBranches(asked.what)) return canonicalJson(asked.what);
  return asked.what
    .map((branch) => (branch instanceof Operation ? canonicalJson(branch.command.what) : "program"))
    .join();
}

function summaryOf(what: OperationData): string {
  const last = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
  switch (what.kind) {
    case "guest":
      return `${what.request.kind === "token" ? "get a token" : "make a request"} inside ${last(what.vm)}`;
    case "arm-get":
      return `read ${last(what.path)}`;
    case "script":
      return `run a script inside ${last(what.vm)}`;
    case "call":
      return `${last(what.path)} ${last(what.path.slice(0, what.path.lastIndexOf("/")))}`;
    case "approve":
      return `wait for approval: ${what.message}`;
    case "wait":
      return "until" in what ? `wait until ${what.until}` : "wait";
    case "local-token":
      return "get a token from this machine's IMDS";
    case "list":
      return `list ${last(what.type)}`;
    default:
      return `${what.kind} ${last(what.type)} ${last(what.id)}`;
  }
}
