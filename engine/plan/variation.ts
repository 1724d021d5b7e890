// Which rehearsals it takes to find out on which step a value depends.

import { TIME } from "./inventions.ts";

export interface Variation {
  readonly label: string;
  /** Steps, and `TIME`, for which other values are invented. */
  readonly varied: ReadonlySet<string>;
}

/**
 * Each source of invented values is varied in a set of rehearsals of its own, half of them all, so that no source's set
 * holds another's: a value that depends on one source is traced to it alone. n sources take k rehearsals when "half of k"
 * can be chosen in n ways, which is 4 for six and 6 for twenty.
 */
export class Code {
  /** All rehearsals so far but the base one. */
  readonly variations: Variation[];
  readonly #sources: readonly string[];
  /** By source: the labels of the rehearsals that vary it. */
  readonly #labels = new Map<string, readonly string[]>();
  readonly #doubtful = new Set<string>();

  constructor(inventing: readonly string[]) {
    this.#sources = [...inventing, TIME];
    const count = rehearsalsFor(this.#sources.length);
    const labels = Array.from({ length: count }, (_, index) => `#${index}`);
    const sets = choices(labels, half(count));
    for (const source of this.#sources) this.#labels.set(source, sets.next().value!);
    this.variations = labels.map((label) => ({
      label,
      varied: new Set(this.#sources.filter((source) => this.#labels.get(source)!.includes(label))),
    }));
  }

  /** The sources behind the rehearsals in which a value differed: one, or all that several together may be. */
  decode(labels: Iterable<string>): readonly string[] {
    const differed = new Set(labels);
    const found = this.#sources.filter((source) => this.#labels.get(source)!.every((label) => differed.has(label)));
    if (found.length > 1) for (const source of found) this.#doubtful.add(source);
    return found;
  }

  /** Rehearsals that settle what `decode` left open: each varies one source. They count from now on. */
  settle(): readonly Variation[] {
    const more = [...this.#doubtful].flatMap((source) => {
      const label = `only ${source}`;
      if (this.#labels.get(source)!.includes(label)) return [];
      this.#labels.set(source, [...this.#labels.get(source)!, label]);
      return [{ label, varied: new Set([source]) }];
    });
    this.variations.push(...more);
    return more;
  }
}

const half = (count: number): number => Math.max(1, Math.floor(count / 2));

/** By Sperner's theorem there is no shorter code: https://en.wikipedia.org/wiki/Sperner%27s_theorem */
function rehearsalsFor(sources: number): number {
  let count = 1;
  while (binomial(count, half(count)) < sources) count++;
  return count;
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let index = 1; index <= k; index++) result = (result * (n - k + index)) / index;
  return result;
}

/** Every choice of `size` of the items, in order. */
function* choices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  if (size === 0) yield [];
  else {
    for (const [index, item] of items.entries()) {
      for (const rest of choices(items.slice(index + 1), size - 1)) yield [item, ...rest];
    }
  }
}
