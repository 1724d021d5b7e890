// Rehearses a run, and rehearses it again with other invented values to learn what is known only later.

import type { SealingKeys } from "../azure/guest/sealing-key.ts";
import { TIME } from "./inventions.ts";
import { type Comparison, compareRehearsals } from "./known.ts";
import type { Rehearsal } from "./rehearse.ts";
import { Code, type Variation } from "./variation.ts";

export interface Explored {
  readonly base: Rehearsal;
  readonly known: Comparison;
  /** How many rehearsals it took. */
  readonly rehearsals: number;
}

/** `rehearse` is given the sources that are varied; `base` is the rehearsal in which none is. */
export async function explore(
  base: Rehearsal,
  rehearse: (varied: ReadonlySet<string>) => Promise<Rehearsal>,
  sealingKeys: SealingKeys,
): Promise<Explored> {
  const code = new Code(base.inventing);
  const others: { readonly label: string; readonly rehearsal: Rehearsal }[] = [];
  const vary = async (variations: readonly Variation[]): Promise<void> => {
    for (const { label, varied } of variations) others.push({ label, rehearsal: await rehearse(varied) });
  };
  await vary(code.variations);
  const nonces = await noncesOf(base, sealingKeys);
  let known = compareRehearsals(base, others, code, nonces);
  // Rare: a value that depends on several steps at once.
  const more = code.settle();
  if (more.length > 0) {
    await vary(more);
    known = compareRehearsals(base, others, code, nonces);
  }
  return { base, known, rehearsals: 1 + others.length };
}

/** When a rehearsal begins, given when the base one does. */
export function startOf(now: number, varied: ReadonlySet<string>): number {
  return varied.has(TIME) ? now + ANOTHER_TIME_MS : now;
}

/** A moment that has no digit in common with now where it matters: five years, two months and some. */
const ANOTHER_TIME_MS = 163_193_717_131;

/** What the engine makes anew for each request in a VM: its id, and the key that the answer is sealed for. */
async function noncesOf(base: Rehearsal, sealingKeys: SealingKeys): Promise<ReadonlySet<string>> {
  const named = (name: string) => base.performed.filter(({ operation }) => operation.name === name);
  const scripts = named("script-name").map(({ operation }) => `runbook-${sealingKeys.requestId(operation.key)}`);
  const runs = named("guest-run");
  if (runs.length === 0) return new Set(scripts);
  const ids = runs.map(({ operation }) => sealingKeys.requestId(operation.key));
  return new Set([...scripts, ...ids, ...ids.map((id) => `runbook-${id}`), (await sealingKeys.current()).rbKey]);
}
