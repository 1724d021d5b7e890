// "Did you mean …?"

import { distance } from "fastest-levenshtein";

/** The candidate that a misspelt name most likely meant, or `undefined` when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = name.length <= 3 ? 1 : name.length <= 7 ? 2 : 3;
  let best: { readonly candidate: string; readonly far: number } | undefined;
  for (const candidate of candidates) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase());
    if (far <= limit && (best === undefined || far < best.far)) best = { candidate, far };
  }
  return best?.candidate;
}

/** A hint: the nearest candidate, or all of them when there are eight or fewer. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates].toSorted();
  const near = nearest(name, all);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (all.length === 0 || all.length > 8) return undefined;
  return `known here: ${all.map((candidate) => `"${candidate}"`).join(", ")}`;
}
