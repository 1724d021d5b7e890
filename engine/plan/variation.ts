// Which rehearsals it takes to find out on which step a value depends.

import { TIME } from "./inventions.ts";

export interface Variation {
  readonly label: string;
  readonly varied: ReadonlySet<string>;
}

export interface Code {
  readonly variations: readonly Variation[];
  /** The steps behind the rehearsals in which a value differed: exact when it is one, never too few when they are more. */
  decode(labels: readonly string[]): readonly string[];
}

/**
 * One rehearsal for each step, or two for each binary digit of the steps' numbers when those are fewer: of each pair,
 * one varies the steps whose digit is 0 and the other those whose digit is 1. One more varies the time.
 */
export function codeOf(inventing: readonly string[]): Code {
  const time = { label: TIME, varied: new Set([TIME]) };
  const digits = Math.ceil(Math.log2(inventing.length));
  if (inventing.length <= 2 * digits || inventing.length <= 2) {
    const variations = inventing.map((step) => ({ label: step, varied: new Set([step]) }));
    return { variations: [...variations, time], decode: (labels) => labels };
  }
  const coded = Array.from({ length: 2 * digits }, (_, index) => ({
    label: `#${index}`,
    varied: new Set(inventing.filter((_step, number) => ((number >> (index >> 1)) & 1) === (index & 1))),
  }));
  return {
    variations: [...coded, time],
    decode: (labels) => {
      const differed = new Set(labels);
      const codes = coded.some(({ label }) => differed.has(label));
      const possible = (step: string): boolean =>
        coded.every(({ label, varied }) => !varied.has(step) || differed.has(label));
      return [...(codes ? inventing.filter(possible) : []), ...(differed.has(TIME) ? [TIME] : [])];
    },
  };
}
