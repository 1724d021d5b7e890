// "Did you mean …?"

import { distance } from "fastest-levenshtein";

/** Among more candidates than this nothing is looked for: a list that long is made by a program. */
const MOST_CANDIDATES = 500;
/** How many candidates are named when none is near. */
const MOST_NAMED = 8;
/** The shortest name that means another one by being its beginning or its end. */
const SHORTEST_PART = 4;

/** The candidate that a misspelt name most likely meant, or `undefined` when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  if (all.length > MOST_CANDIDATES || name.length > 100) return undefined;
  const limit = name.length <= 3 ? 1 : name.length <= 7 ? 2 : 3;
  const given = name.toLowerCase();
  let best: { readonly candidate: string; readonly far: number } | undefined;
  for (const candidate of all) {
    const known = candidate.toLowerCase();
    const far = Math.min(distance(given, known), limit + 0.5 - partOf(given, known));
    // Of two letters that both differ nothing is left to be meant.
    if (far <= limit && far < Math.max(given.length, known.length) && (best === undefined || far < best.far)) {
      best = { candidate, far };
    }
  }
  return best?.candidate;
}

/** How much of the longer name the shorter one is when it is its beginning or its end, from 0 to 1. */
function partOf(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < SHORTEST_PART || !(long.startsWith(short) || long.endsWith(short))) return 0;
  return 0.5 + short.length / long.length / 2;
}

/** A hint: the nearest candidate, or all of them when there are eight or fewer. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const given = [...candidates];
  if (given.length > MOST_CANDIDATES) return undefined;
  const all = given.toSorted();
  const near = nearest(name, all);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (all.length === 0 || all.length > MOST_NAMED) return undefined;
  return `known here: ${all.map((candidate) => `"${candidate}"`).join(", ")}`;
}
