// What an overlay invents, and for which step: a principal's id, a key, a name of an operation.

import { Inventor } from "../emulator/invent.ts";

/** Stands among the varied steps for what no step brings about: the time, and the ids of requests and operations. */
export const TIME = "(time)";
const OF_NO_STEP: ReadonlySet<string> = new Set(["request", "operation"]);

/**
 * Invents as the emulator does, except that what is invented for the steps of `varied` is another value, which differs
 * from the usual one in every character.
 */
export class VaryingInventor extends Inventor {
  readonly #varied: ReadonlySet<string>;
  readonly #stepNow: () => string | undefined;
  /** Steps for which something was invented. */
  readonly steps = new Set<string>();

  constructor(seed: string, varied: ReadonlySet<string>, stepNow: () => string | undefined) {
    super(seed);
    this.#varied = varied;
    this.#stepNow = stepNow;
  }

  /** Whether something that is made up for a step is to be another thing than usual. */
  isVaried(step: string): boolean {
    this.steps.add(step);
    return this.#varied.has(step);
  }

  override hex(purpose: string, id: string, length = 32): string {
    const usual = super.hex(purpose, id, length);
    const step = OF_NO_STEP.has(purpose) ? TIME : this.#stepNow();
    if (step === undefined) return usual;
    if (step !== TIME) this.steps.add(step);
    if (!this.#varied.has(step)) return usual;
    return usual.replace(/./g, (digit) => ((Number.parseInt(digit, 16) + 1) % 16).toString(16));
  }
}
