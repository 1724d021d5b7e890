/** Decides which requests are struck: counts, for each fault, the requests that it is about. */
import { createHash } from "node:crypto";
import { FAULT_KINDS, type Fault, type FaultKind, type Kind, type Strikes } from "./kinds.ts";
import { patternOf, type Pattern, type SeenRequest } from "./pattern.ts";

/** A request that the emulator has answered, for whoever wants to know what could be struck. */
export interface AnsweredRequest extends SeenRequest {
  readonly door: "in-process" | "https" | "http" | "guest";
  /** 0: no answer came. */
  readonly status: number;
  /** What it could be struck by, besides `any`. */
  readonly strikes: readonly Strikes[];
}

export interface FaultInjectorOptions {
  readonly faults?: readonly Fault[];
  /** Of what a `chance` decides. */
  readonly seed?: string;
  /** Told of each request when it has been answered, those that VMs make among them. */
  readonly onAnswered?: (request: AnsweredRequest) => void;
}

interface Armed {
  readonly fault: Fault;
  readonly kind: Kind;
  readonly matches: Pattern;
  readonly index: number;
  matched: number;
  struck: number;
}

/** The same faults, seed and order of requests give the same strikes. Counts live as long as the injector. */
export class FaultInjector {
  readonly #armed: Armed[] = [];
  #seed: string;
  #paused = 0;
  readonly #onAnswered: FaultInjectorOptions["onAnswered"];

  /** Throws `BadPattern` or `TypeError` for a fault that says nothing that can be done. */
  constructor({ faults = [], seed = "faults", onAnswered }: FaultInjectorOptions = {}) {
    this.#seed = seed;
    this.#onAnswered = onAnswered;
    for (const fault of faults) this.add(fault);
  }

  add(fault: Fault): void {
    const kind: Kind = FAULT_KINDS[fault.kind];
    const on = fault.on ?? kind.on;
    if (on === undefined) throw new TypeError(`a fault "${fault.kind}" says on which requests it is`);
    this.#armed.push({
      fault,
      kind,
      matches: patternOf(on),
      index: this.#armed.length,
      matched: 0,
      struck: 0,
    });
  }

  /** Of what comes now, `seed` decides; absent: what decided before. */
  clear(seed = this.#seed): void {
    this.#armed.length = 0;
    this.#seed = seed;
  }

  /** What was asked for and what came of it, in the order of asking. */
  get tally(): readonly { readonly fault: Fault; readonly matched: number; readonly struck: number }[] {
    return this.#armed.map(({ fault, matched, struck }) => ({ fault, matched, struck }));
  }

  get isArmed(): boolean {
    return this.#armed.length > 0;
  }
  get isWatched(): boolean {
    return this.#onAnswered !== undefined;
  }

  /**
   * The faults that strike this request now, of kinds that strike what it is. To be asked once for each request and
   * each thing that it turns out to be: asking counts.
   */
  strike(request: SeenRequest, what: readonly Strikes[]): readonly Fault[] {
    if (this.#paused > 0) return [];
    return this.#armed
      .filter((one) => what.includes(one.kind.strikes) && this.#strikes(one, request))
      .map((one) => one.fault);
  }

  /** Strikes and counts nothing while this is done. */
  async whilePaused<T>(work: () => Promise<T>): Promise<T> {
    this.#paused++;
    try {
      return await work();
    } finally {
      this.#paused--;
    }
  }

  answered(request: AnsweredRequest): void {
    this.#onAnswered?.(request);
  }

  #strikes(one: Armed, request: SeenRequest): boolean {
    if (!one.matches(request)) return false;
    one.matched += 1;
    const { nth = 1, chance } = one.fault;
    const times = one.fault.times ?? (chance === undefined ? 1 : "always");
    if (one.matched < nth || (times !== "always" && one.matched >= nth + times)) return false;
    if (chance !== undefined && this.#draw(one) >= chance) return false;
    one.struck += 1;
    return true;
  }

  /** From 0 to 1, by what is counted: what another fault counts does not change it. */
  #draw({ index, matched }: Armed): number {
    const hash = createHash("sha256").update(`${this.#seed}|${index}|${matched}`).digest();
    return hash.readUInt32BE(0) / 2 ** 32;
  }
}

export type { FaultKind };
