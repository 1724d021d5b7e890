// A deterministic machine: it is fed completions and answers with operations to start. No clock, no chance, no I/O.
// This file knows how steps hang together; `fibers.ts` advances what is inside one.

import type { StepRegistry } from "../steps/definition.ts";
import type { OperationData } from "../steps/operation.ts";
import { deepFreeze, type Json, roundTrip } from "../value/json.ts";
import type { Completion, DriverOperation } from "./driver.ts";
import { type Change, type EventBody, type StepStatus, strongerChange } from "./events.ts";
import type { RunFacts } from "./expansion.ts";
import { type Failure, failureOf } from "./failure.ts";
import { Fibers } from "./fibers.ts";
import { type GroupedItem, ItemGroup } from "./item-group.ts";
import { stepOf } from "./operation-key.ts";
import type { ScheduledStep, Scope } from "./scheduled-step.ts";
import { type End, endEvent, endOf, endOfDependent, resultOf } from "./step-end.ts";
import { StepTurns } from "./step-turns.ts";

export type { ScheduledStep, Scope } from "./scheduled-step.ts";

export interface SchedulerOptions {
  /** How many steps may be running at once; each item of a `forEach` counts. */
  readonly concurrency: number;
  readonly emit: (event: EventBody) => void;
  /** Whether a step or item may not begin yet; asked again by `advance`. Absent: each begins as soon as it can. */
  readonly holds?: (name: string) => boolean;
  /** Whether it began before: in an earlier process, as far as its record counts. Absent: there was none. */
  readonly hasBegun?: (name: string) => boolean;
}

/** A step or item that could begin. */
export interface HeldStep {
  readonly name: string;
  /** What it would be given. Throws what would make it fail. */
  readonly inputs: () => Json;
}

/** A step, with what is known of it so far. */
interface Node {
  readonly step: ScheduledStep;
  readonly dependents: Node[];
  status: StepStatus;
  /** Dependencies that have not ended; for a step of `finally`, one more until all others have. */
  remaining: number;
  change: Change;
  group?: ItemGroup;
}

/** A step, or one item of a step with `forEach`, that runs or is about to. */
interface Instance {
  readonly node: Node;
  readonly name: string;
  readonly grouped?: GroupedItem;
}

function itemOf(node: Node, grouped: GroupedItem): Instance {
  return { node, name: grouped.name, grouped };
}

export class Scheduler {
  #scope: Scope;
  readonly #nodes = new Map<string, Node>();
  readonly #options: SchedulerOptions;
  readonly #fibers: Fibers;
  readonly #turns: StepTurns;
  readonly #failures = new Map<string, Failure>();
  readonly #continued = new Map<string, Failure>();
  #ready: Instance[] = [];
  /** Steps whose dependencies have ended and whose items are not known yet, in the order in which that came. */
  readonly #toOpen: Node[] = [];
  #running = 0;
  #open: number;
  /** Of those that are not of `finally`. */
  #openBefore: number;
  #interrupted = false;

  constructor(
    steps: readonly ScheduledStep[],
    registry: StepRegistry,
    inputs: Readonly<Record<string, Json>>,
    options: SchedulerOptions,
  ) {
    this.#options = options;
    this.#fibers = new Fibers(options.emit);
    this.#turns = new StepTurns(registry, this.#fibers, options.emit);
    this.#scope = { inputs: deepFreeze(inputs), steps: {} };
    for (const step of steps) {
      const remaining = step.dependencies.length + (step.isFinally === true ? 1 : 0);
      this.#nodes.set(step.id, { step, dependents: [], status: "waiting", remaining, change: "none" });
    }
    this.#open = steps.length;
    this.#openBefore = steps.filter(({ isFinally }) => isFinally !== true).length;
    for (const node of this.#nodes.values()) {
      for (const needed of node.step.dependencies) this.#nodes.get(needed)!.dependents.push(node);
      if (node.remaining === 0) this.#toOpen.push(node);
    }
    if (this.#openBefore === 0) this.#beginFinally();
  }

  get scope(): Scope {
    return this.#scope;
  }

  /** What the run's completions so far tell; for reading. */
  get facts(): RunFacts {
    return this.#fibers.facts;
  }

  /** Begins what can begin: at first, and when something is not held back any more. */
  advance(): readonly DriverOperation[] {
    return this.#drain();
  }

  /** The next that could begin, once nothing runs; absent when nothing is held back. */
  get held(): HeldStep | undefined {
    const [first] = this.#ready;
    if (first === undefined || this.#running > 0 || this.#interrupted || !this.#fibers.isIdle) return undefined;
    const { step } = first.node;
    return { name: first.name, inputs: () => step.inputs(this.#scopeOf(step, first.grouped)) };
  }

  /** Starts a ready step or item before its turn: its record comes next, since one that was before it is begun anew. */
  admit(name: string): readonly DriverOperation[] {
    const instance = this.#ready.find((one) => one.name === name) ?? this.#itemBeforeItsTurn(name);
    if (instance === undefined) return [];
    this.#ready = this.#ready.filter((one) => one !== instance);
    this.#begin(instance);
    return this.#drain();
  }

  #itemBeforeItsTurn(name: string): Instance | undefined {
    const node = this.#nodes.get(stepOf(name));
    const item = node?.group?.take(name);
    return node && item && itemOf(node, item);
  }

  /** Takes one completion; answers with what is to be started now. */
  done(completion: Completion): readonly DriverOperation[] {
    this.#fibers.done(completion);
    return this.#drain();
  }

  /** Keys of operations in flight that nobody needs any more, because their step has run out of time. They still complete. */
  takeGivenUp(): readonly string[] {
    return this.#turns.takeGivenUp();
  }

  /** Start nothing more; what is in flight is still taken. */
  interrupt(): void {
    this.#interrupted = true;
    this.#fibers.stop();
  }

  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  /** Nothing is in flight and nothing will be started. */
  get finished(): boolean {
    return this.#fibers.isIdle && (this.#interrupted || this.#open === 0);
  }

  get outcome(): "done" | "failed" | "interrupted" {
    if (this.#failures.size > 0) return "failed";
    return this.#interrupted && this.#open > 0 ? "interrupted" : "done";
  }

  /** Failures by step or item, in the order in which they happened, without those that the run goes on without. */
  get failures(): ReadonlyMap<string, Failure> {
    return this.#failures;
  }

  /** Failures that do not count, by step or item. */
  get continued(): ReadonlyMap<string, Failure> {
    return this.#continued;
  }

  /** The operation at a path, if its answer may hold secrets: performed again, it gives them to another process. */
  secretiveAt(path: string): OperationData | undefined {
    return this.#fibers.secretiveAt(path);
  }

  statusOf(step: string): StepStatus {
    return this.#nodes.get(step)?.status ?? "waiting";
  }

  /** A loop and queues, not recursion: ten thousand steps that end at once must not fill the stack. */
  #drain(): readonly DriverOperation[] {
    while (!this.#interrupted) {
      const node = this.#toOpen.shift();
      if (node !== undefined) this.#openNode(node);
      else {
        const next = this.#running < this.#options.concurrency ? this.#takeReady() : undefined;
        if (next === undefined) break;
        this.#begin(next);
      }
    }
    return this.#fibers.takeOutgoing();
  }

  #takeReady(): Instance | undefined {
    const { holds } = this.#options;
    if (holds === undefined) return this.#ready.shift();
    const at = this.#ready.findIndex(({ name }) => !holds(name));
    return at === -1 ? undefined : this.#ready.splice(at, 1)[0];
  }

  /** All that a step waits for has ended: asks its condition, finds its items, and lets them start. */
  #openNode(node: Node): void {
    const { step } = node;
    const { forEach } = step;
    try {
      if (step.gate?.(this.#scopeOf(step)) === false)
        return this.#settleNode(node, { status: "skipped", reason: "if" });
      if (forEach?.isConditionForEach !== true && step.condition?.(this.#scopeOf(step)) === false)
        return this.#settleNode(node, { status: "skipped", reason: "if" });
      if (forEach === undefined) return void this.#ready.push({ node, name: step.id });
      const group = new ItemGroup(step.id, forEach, this.#scopeOf(step));
      node.group = group;
      node.status = "running";
      this.#options.emit({ type: "step-started", step: step.id });
      this.#options.emit({ type: "step-expanded", step: step.id, items: group.items.map(({ name }) => name) });
      this.#feed(node, group);
    } catch (thrown) {
      this.#settleNode(node, { status: "failed", failure: failureOf(thrown, "step") });
    }
  }

  /** The steps that are not of `finally` see no outcome of the run. */
  #scopeOf({ isFinally }: ScheduledStep, item?: GroupedItem): Scope {
    const { run: _, ...without } = this.#scope;
    return { ...(isFinally === true ? this.#scope : without), ...(item && { each: item.item }) };
  }

  #feed(node: Node, group: ItemGroup): void {
    for (const item of group.takeReady()) this.#ready.push(itemOf(node, item));
    if (!group.isOver) return;
    const { outputs } = group;
    if (!group.hasFailed) this.#settleNode(node, { status: "done", outputs });
    else this.#settleNode(node, { status: "failed", failure: group.failure });
  }

  #begin(instance: Instance): void {
    const { node, name, grouped } = instance;
    const { step } = node;
    this.#running++;
    node.status = "running";
    let inputs: Json;
    try {
      const scope = this.#scopeOf(step, grouped);
      if (step.forEach?.isConditionForEach === true && step.condition?.(scope) === false)
        return this.#end(instance, { status: "skipped", reason: "if" });
      inputs = deepFreeze(roundTrip(step.inputs(scope)));
    } catch (thrown) {
      return this.#end(instance, { status: "failed", failure: failureOf(thrown, "step") });
    }
    this.#options.emit({ type: "step-started", step: name });
    this.#turns.begin({
      name,
      step,
      inputs,
      ended: (outcome, change) => this.#end(instance, endOf(outcome), change),
    });
  }

  /** A step, or one item of it, has ended. */
  #end({ node, name, grouped }: Instance, end: End, change: Change = "none"): void {
    const { group } = node;
    this.#running--;
    node.change = strongerChange(node.change, change);
    if (group === undefined || grouped === undefined) return this.#settleNode(node, end);
    const isCounted = end.status === "failed" && group.isLastErrorSpent && node.step.continuesOnError !== true;
    this.#tell(name, end, change, end.status === "failed" && !isCounted);
    group.ended(grouped, end);
    if (group.hasFailed) {
      this.#takeBegun(node, group);
      const isLeft = (one: Instance): boolean => one.node === node && this.#options.hasBegun?.(one.name) !== true;
      const mine = this.#ready.filter(isLeft);
      this.#ready = this.#ready.filter((one) => !isLeft(one));
      for (const { name: other } of group.abandon(mine.map((one) => one.grouped!)))
        this.#tell(other, { status: "skipped", reason: "maxErrors" }, "none", false);
    }
    this.#feed(node, group);
  }

  /** Items that had begun before this failure, and have not yet now: with a step begun anew, others come later than their turn was. */
  #takeBegun(node: Node, group: ItemGroup): void {
    for (const { name } of group.items) {
      const item = this.#options.hasBegun?.(name) === true ? group.take(name) : undefined;
      if (item !== undefined) this.#ready.push(itemOf(node, item));
    }
  }

  #tell(name: string, end: End, change: Change, continued: boolean): void {
    this.#options.emit(endEvent(name, end, change, continued));
  }

  /** A step has ended, and with it those that cannot run without it. */
  #settleNode(first: Node, firstEnd: End): void {
    const queue: [Node, End][] = [[first, firstEnd]];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [node, end] = next;
      const { step } = node;
      const continued = end.status === "failed" && step.continuesOnError === true;
      node.status = end.status;
      this.#scope.steps[step.id] = resultOf(end);
      this.#tell(step.id, end, node.change, continued);
      const failures = end.status === "failed" && !continued ? this.#failures : this.#continued;
      for (const [name, failure] of failuresOf(node, end)) failures.set(name, failure);
      for (const dependent of node.dependents) {
        if (dependent.status !== "waiting") continue;
        const without = endOfDependent(dependent.step, step, end);
        if (without === undefined) this.#countDown(dependent);
        else {
          dependent.status = without.status;
          queue.push([dependent, without]);
        }
      }
      this.#open--;
      if (step.isFinally !== true && --this.#openBefore === 0) this.#beginFinally();
    }
  }

  #beginFinally(): void {
    this.#scope = { ...this.#scope, run: { outcome: this.#failures.size > 0 ? "failed" : "done" } };
    for (const node of this.#nodes.values()) {
      if (node.step.isFinally === true && node.status === "waiting") this.#countDown(node);
    }
  }

  #countDown(node: Node): void {
    if (--node.remaining === 0) this.#toOpen.push(node);
  }
}

/** By step or item. What failed because a part of it did is told with that part. */
function failuresOf({ step, group }: Node, { failure, isBlocked }: End): Iterable<[string, Failure]> {
  if (group !== undefined && group.failures.size > 0) return group.failures;
  return failure && isBlocked !== true ? [[step.id, failure]] : [];
}
