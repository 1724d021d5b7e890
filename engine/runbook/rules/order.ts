// What comes before what: the steps that a step waits for, directly or through others.

import type { Outline, StepOutline } from "../outline.ts";
import { dependenciesOf } from "./dependencies.ts";

/** How many steps are looked at in all, so that a file made by a program is checked in time. */
const MOST_LOOKED_AT = 200_000;

export class Order {
  readonly #byId: ReadonlyMap<string, StepOutline>;
  readonly #direct = new Map<string, readonly string[]>();
  #looks = 0;
  constructor({ steps }: Outline) {
    // Of two steps with one id the first counts.
    this.#byId = new Map(steps.toReversed().flatMap((step) => (step.id === undefined ? [] : [[step.id, step]])));
  }

  step(id: string): StepOutline | undefined {
    return this.#byId.get(id);
  }

  direct(id: string): readonly string[] {
    const known = this.#direct.get(id);
    if (known !== undefined) return known;
    const step = this.#byId.get(id);
    const found = step === undefined ? [] : dependenciesOf(step);
    this.#direct.set(id, found);
    return found;
  }

  /** Whether one step is done before another begins; nothing when that would take too long to tell. */
  isBefore(first: string, last: string): boolean | undefined {
    const seen = new Set<string>();
    const open = [last];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const before of this.direct(id)) {
        if (before === first) return true;
        if (seen.has(before)) continue;
        if (++this.#looks > MOST_LOOKED_AT) return undefined;
        seen.add(before);
        open.push(before);
      }
    }
    return false;
  }
}
