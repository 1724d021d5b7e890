// The items of one step with `forEach`: which may start now, and what the step comes to when all have ended. Pure books.

import type { Json } from "../value/json.ts";
import type { Failure } from "./failure.ts";
import { instanceName } from "./operation-key.ts";
import type { ForEach, Item, Scope } from "./scheduled-step.ts";

export interface GroupedItem {
  /** As keys and events name it: `vm[east]`. */
  readonly name: string;
  readonly item: Item;
}

export class ItemGroup {
  readonly items: readonly GroupedItem[];
  readonly #forEach: ForEach;
  readonly #isMap: boolean;
  #waiting: readonly GroupedItem[];
  #running = 0;
  #ended = 0;
  readonly #outputs = new Map<string, Json>();
  readonly failures = new Map<string, Failure>();

  constructor(step: string, forEach: ForEach, scope: Scope) {
    const { items, isMap } = forEach.items(scope);
    this.#forEach = forEach;
    this.#isMap = isMap;
    this.items = items.map((item) => ({ name: instanceName(step, item.key), item }));
    this.#waiting = this.items;
  }

  /** Takes out those that may start now. */
  takeReady(): readonly GroupedItem[] {
    const room = Math.max(0, (this.#forEach.concurrency ?? Infinity) - this.#running);
    const ready = this.#waiting.slice(0, room);
    this.#waiting = this.#waiting.slice(ready.length);
    this.#running += ready.length;
    return ready;
  }

  /** Takes one out before its turn; `undefined` when it does not wait. */
  take(name: string): GroupedItem | undefined {
    const taken = this.#waiting.find((one) => one.name === name);
    if (taken === undefined) return undefined;
    this.#waiting = this.#waiting.filter((one) => one !== taken);
    this.#running++;
    return taken;
  }

  /** Whether one more failure is one too many. */
  get isLastErrorSpent(): boolean {
    return this.failures.size >= this.#forEach.maxErrors;
  }

  get hasFailed(): boolean {
    return this.failures.size > this.#forEach.maxErrors;
  }

  /** Takes the end of one that was started. */
  ended({ name, item }: GroupedItem, how: { readonly outputs?: Json; readonly failure?: Failure }): void {
    this.#running--;
    this.#ended++;
    if (how.failure) this.failures.set(name, how.failure);
    else this.#outputs.set(item.key, how.outputs ?? null);
  }

  /** Takes out all that have not started, those that were taken and have not begun among them: they never will. */
  abandon(taken: readonly GroupedItem[]): readonly GroupedItem[] {
    const abandoned = [...taken, ...this.#waiting];
    this.#running -= taken.length;
    this.#waiting = [];
    this.#ended += abandoned.length;
    return abandoned;
  }

  get isOver(): boolean {
    return this.#ended === this.items.length;
  }

  /** A list or a map, as what was gone over; null in place of what failed or was skipped. */
  get outputs(): Json {
    const entries = this.items.map(({ item: { key } }) => [key, this.#outputs.get(key) ?? null] as const);
    return this.#isMap ? Object.fromEntries(entries) : entries.map(([, outputs]) => outputs);
  }

  get failure(): Failure {
    const names = [...this.failures.keys()];
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
    const message = `${names.length} of ${this.items.length} items failed: ${names.slice(0, MOST_NAMED).join(", ")}${more}`;
    return { origin: "step", code: "ItemsFailed", message };
  }
}

const MOST_NAMED = 5;
