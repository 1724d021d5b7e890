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
    const far = isPart(given, known) ? limit : distance(given, known);
    // Of two letters that both differ nothing is left to be meant.
    if (far <= limit && far < Math.max(given.length, known.length) && (best === undefined || far < best.far)) {
      best = { candidate, far };
    }
  }
  return best?.candidate;
}

function isPart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= SHORTEST_PART && (long.startsWith(short) || long.endsWith(short));
}

/** A hint: the nearest candidate, or all of them when there are eight or fewer. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates].toSorted();
  const near = nearest(name, all);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (all.length === 0 || all.length > MOST_NAMED) return undefined;
  return `known here: ${all.map((candidate) => `"${candidate}"`).join(", ")}`;
}
