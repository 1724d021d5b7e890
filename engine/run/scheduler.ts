// A deterministic machine: it is fed completions and answers with operations to start. No clock, no chance, no I/O.

import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import { Command, Operation, type OperationData, observingOperations, type Program } from "../steps/operation.ts";
import { canonicalJson, deepFreeze, type Json, roundTrip } from "../value/json.ts";
import type { Completion, DriverOperation } from "./driver.ts";
import { type Change, type EventBody, type StepStatus, strongerChange } from "./events.ts";
import { expand } from "./expand.ts";
import { Request, type RunFacts } from "./expansion.ts";
import { type Failure, failureOf, OperationError } from "./failure.ts";
import { sealed, StepFault } from "./sealed.ts";

/** The values that expressions may read. */
export interface Scope {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly steps: Record<string, { readonly outputs: Json }>;
}

/** A step as the scheduler needs it. `with` and `condition` are pure functions of the scope. */
export interface ScheduledStep {
  readonly id: string;
  readonly uses: string;
  /** Ids of the steps that must be done before; each is one of the run's steps. */
  readonly dependencies: readonly string[];
  readonly timeoutMs?: number;
  inputs(scope: Scope): Json;
  condition?(scope: Scope): boolean;
}

export interface SchedulerOptions {
  /** How many steps may be running at once. */
  readonly concurrency: number;
  readonly emit: (event: EventBody) => void;
}

type Outcome = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly failure: Failure };
type Advancing = Iterator<Command | Request, unknown, unknown>;

/** A generator that is being advanced: a step, a branch of `all`, or the expansion of an operation. */
class Fiber {
  readonly step: string;
  readonly path: string;
  readonly generator: Advancing;
  /** The same program run beside it, which must ask for the same; absent for the engine's own expansions. */
  readonly shadow: Advancing | undefined;
  readonly settle: (outcome: Outcome) => void;
  operations = 0;
  constructor(step: string, path: string, program: () => Advancing, settle: Fiber["settle"], watched: boolean) {
    this.step = step;
    this.path = path;
    this.generator = program();
    this.shadow = watched ? program() : undefined;
    this.settle = settle;
  }
}

export class Scheduler {
  readonly scope: Scope;
  readonly #steps = new Map<string, ScheduledStep>();
  readonly #registry: StepRegistry;
  readonly #options: SchedulerOptions;
  readonly #status = new Map<string, StepStatus>();
  readonly #changes = new Map<string, Change>();
  readonly #failures = new Map<string, Failure>();
  readonly #remaining = new Map<string, number>();
  readonly #dependents = new Map<string, string[]>();
  /** Operations that were started and have not completed, with who waits for each. */
  readonly #pending = new Map<string, Fiber | "timeout">();
  readonly #unperformed = new Map<string, Set<Operation<unknown>>>();
  /** What the run's completions so far tell; for reading. */
  readonly facts: RunFacts = {
    recent: { principals: new Set(), grants: new Set(), identities: new Set() },
    tokenOrigins: new Map(),
  };
  /** Operations whose answers hold secrets, by path. */
  readonly #secretive = new Map<string, OperationData>();
  #ready: string[] = [];
  #outgoing: DriverOperation[] = [];
  #running = 0;
  #interrupted = false;

  constructor(
    steps: readonly ScheduledStep[],
    registry: StepRegistry,
    inputs: Readonly<Record<string, Json>>,
    options: SchedulerOptions,
  ) {
    this.#registry = registry;
    this.#options = options;
    this.scope = { inputs: deepFreeze(inputs), steps: {} };
    for (const step of steps) {
      this.#steps.set(step.id, step);
      this.#status.set(step.id, "waiting");
      this.#remaining.set(step.id, step.dependencies.length);
      if (step.dependencies.length === 0) this.#ready.push(step.id);
      for (const needed of step.dependencies)
        this.#dependents.set(needed, [...(this.#dependents.get(needed) ?? []), step.id]);
    }
  }

  begin(): readonly DriverOperation[] {
    return this.#drain();
  }

  /** Starts a ready step before its turn: its record comes next, since one that was before it is begun anew. */
  admit(step: string): readonly DriverOperation[] {
    const at = this.#ready.indexOf(step);
    if (at === -1) return [];
    this.#ready.splice(at, 1);
    this.#startStep(step);
    return this.#drain();
  }

  /** Takes one completion; answers with what is to be started now. */
  done(completion: Completion): readonly DriverOperation[] {
    const waiting = this.#pending.get(completion.key);
    if (waiting === undefined) throw new Error(`a completion of ${completion.key}, which was not asked for`);
    this.#pending.delete(completion.key);
    if (waiting === "timeout") this.#expire(completion.key.slice(0, completion.key.indexOf(":")));
    else if (this.#status.get(waiting.step) === "running") {
      this.#advance(waiting, completion.ok ? { ok: true, value: deepFreeze(completion.value) } : completion);
    }
    return this.#drain();
  }

  /** Start nothing more; what is in flight is still taken. */
  interrupt(): void {
    this.#interrupted = true;
  }

  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  /** Nothing is in flight and nothing will be started. */
  get finished(): boolean {
    if ([...this.#pending.values()].some((waiting) => waiting !== "timeout")) return false;
    return (
      this.#interrupted || [...this.#status.values()].every((status) => status !== "waiting" && status !== "running")
    );
  }

  get outcome(): "done" | "failed" | "interrupted" {
    if (this.#failures.size > 0) return "failed";
    const open = [...this.#status.values()].some((status) => status === "waiting" || status === "running");
    return this.#interrupted && open ? "interrupted" : "done";
  }

  /** Failures by step, in the order they happened. */
  get failures(): ReadonlyMap<string, Failure> {
    return this.#failures;
  }

  /** The operation at a path, if its answer may hold secrets: performed again, it gives them to another process. */
  secretiveAt(path: string): OperationData | undefined {
    return this.#secretive.get(path);
  }

  statusOf(step: string): StepStatus {
    return this.#status.get(step) ?? "waiting";
  }

  /** A loop and a queue, not recursion: ten thousand steps that end at once must not fill the stack. */
  #drain(): readonly DriverOperation[] {
    while (!this.#interrupted && this.#running < this.#options.concurrency) {
      const id = this.#ready.shift();
      if (id === undefined) break;
      this.#startStep(id);
    }
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  #startStep(id: string): void {
    const step = this.#steps.get(id)!;
    const definition = this.#registry.get(step.uses)!;
    try {
      if (step.condition && !step.condition(this.scope)) return this.#settleStep(id, "skipped", { reason: "if" });
      const inputs = deepFreeze(roundTrip(step.inputs(this.scope)));
      this.#status.set(id, "running");
      this.#running++;
      this.#options.emit({ type: "step-started", step: id });
      if (step.timeoutMs !== undefined)
        this.#request(`${id}:timeout`, { kind: "timer", ms: step.timeoutMs }, "timeout");
      const program = (): Advancing => definition.start(inputs)[Symbol.iterator]() as Advancing;
      const settle = (outcome: Outcome): void => this.#endStep(id, definition, outcome);
      this.#advance(new Fiber(id, id, program, settle, true), undefined);
    } catch (thrown) {
      this.#settleStep(id, "failed", { failure: failureOf(thrown, "step") });
    }
  }

  #endStep(id: string, definition: StepDefinition, outcome: Outcome): void {
    const forgotten = [...(this.#unperformed.get(id) ?? [])].filter((operation) => !operation.performed);
    if (outcome.ok && forgotten.length > 0) {
      const message = `${definition.name} made an operation and never performed it (write yield*)`;
      return this.#settleStep(id, "failed", { failure: { origin: "internal", message } });
    }
    if (outcome.ok) this.#settleStep(id, "done", { outputs: outcome.value });
    else this.#settleStep(id, "failed", { failure: outcome.failure });
  }

  #expire(id: string): void {
    if (this.#status.get(id) !== "running") return;
    const message = `the step did not end within its timeout of ${this.#steps.get(id)!.timeoutMs! / 1000} s`;
    this.#settleStep(id, "failed", { failure: { origin: "step", code: "Timeout", message } });
  }

  #settleStep(
    id: string,
    status: "done" | "failed" | "skipped",
    how: { readonly outputs?: Json; readonly failure?: Failure; readonly reason?: string },
  ): void {
    if (this.#status.get(id) === "running") this.#running--;
    this.#status.set(id, status);
    if (how.failure) this.#failures.set(id, how.failure);
    if (how.outputs !== undefined) this.scope.steps[id] = { outputs: deepFreeze(roundTrip(how.outputs)) };
    this.#options.emit({ type: "step-finished", step: id, status, change: this.#changes.get(id) ?? "none", ...how });
    for (const dependent of this.#dependents.get(id) ?? []) {
      if (this.#status.get(dependent) !== "waiting") continue;
      // What depends on a step that gave no outputs cannot run; it names the step that is to blame.
      if (status !== "done") this.#settleStep(dependent, "skipped", { reason: id });
      else this.#countDown(dependent);
    }
  }

  #countDown(id: string): void {
    const remaining = this.#remaining.get(id)! - 1;
    this.#remaining.set(id, remaining);
    if (remaining === 0) this.#ready.push(id);
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
    if (asked instanceof Request) return this.#request(`${fiber.path}:${asked.label}`, asked.operation, fiber);
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
    const made = this.#unperformed.get(fiber.step) ?? new Set();
    this.#unperformed.set(fiber.step, made);
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
      this.#advance(new Fiber(fiber.step, `${path}.${index}`, program, settle, false), undefined);
    }
  }

  #perform(fiber: Fiber, path: string, what: OperationData, back: (outcome: Outcome) => void): void {
    const { step } = fiber;
    const { emit } = this.#options;
    let change: Change = "none";
    const observer = {
      changed: (now: Change): void => {
        change = now;
        this.#changes.set(step, strongerChange(this.#changes.get(step) ?? "none", now));
      },
      retrying: (attempt: number, failure: Failure, retryInMs: number, propagation: boolean): void =>
        emit({ type: "attempt-failed", step, path, attempt, failure, retryInMs, propagation }),
      warned: (message: string): void => emit({ type: "warning", step, path, message }),
    };
    if (what.kind === "guest" || what.kind === "local-token") this.#secretive.set(path, what);
    emit({ type: "operation-started", step, path, summary: summaryOf(what) });
    const settle = (outcome: Outcome): void => {
      if (outcome.ok) emit({ type: "operation-finished", step, path, change });
      back(outcome);
    };
    this.#advance(
      new Fiber(step, path, () => expand(what, this.facts, observer) as Advancing, settle, false),
      undefined,
    );
  }

  #request(key: string, operation: Request["operation"], waiting: Fiber | "timeout"): void {
    if (this.#pending.has(key)) throw new Error(`two operations are named ${key}`);
    // An interrupted run leaves the fiber where it is: resume takes it up again.
    if (this.#interrupted) return;
    this.#pending.set(key, waiting);
    this.#outgoing.push({ ...operation, key });
  }
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
    case "local-token":
      return "get a token from this machine's IMDS";
    case "list":
      return `list ${last(what.type)}`;
    default:
      return `${what.kind} ${last(what.type)} ${last(what.id)}`;
  }
}
