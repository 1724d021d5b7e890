// What steps do only if other steps, or the run, end otherwise than in the rehearsal: a `finally` that clears away after a
// failure. Each supposition that sends something of its own is rehearsed like the run itself.

import { stepOf } from "../run/operation-key.ts";
import { canonicalJson, type Json } from "../value/json.ts";
import { choicesOf, otherChoices, unless, weakest } from "./assumptions.ts";
import type { Explored } from "./explore.ts";
import type { OnlyIf, PlannedStep, Right } from "./model.ts";
import { changingIn, clauseOf, plannedSteps } from "./planned-steps.ts";
import type { Rehearsal, SentRequest } from "./rehearse.ts";
import { slotsOf } from "./slots.ts";
import { RUN_FAILS, type Supposition, suppositionsOf } from "./suppositions.ts";
import { hasUnknownShape, withoutExamples } from "./template.ts";
import type { Runbook } from "../runbook/model.ts";

export interface Otherwise {
  /** The steps of the usual rehearsal, without what they do only if something comes out as it does there. */
  readonly usual: readonly PlannedStep[];
  /** By step: what they do under a condition. */
  readonly onlyIf: ReadonlyMap<string, readonly OnlyIf[]>;
  /** Those that the run needs besides its own. */
  readonly rights: readonly Right[];
  /** Sentences about what is not known of it. */
  readonly notes: readonly string[];
  readonly rehearsals: number;
}

export interface OtherwiseOptions {
  readonly runbook: Runbook;
  readonly base: Rehearsal;
  readonly steps: readonly PlannedStep[];
  readonly rights: readonly Right[];
  rehearse(supposition: Supposition): Promise<Rehearsal>;
  /** Learns the rest about a rehearsal under a supposition. */
  explore(base: Rehearsal, supposition: Supposition): Promise<Explored>;
  rightsOf(explored: Explored): Promise<readonly Right[]>;
}

/** What one step sends under suppositions, and which of them. */
interface Chunk {
  readonly step: string;
  /** The requests as they were sent in the rehearsal. */
  readonly sent: readonly string[];
  readonly suppositions?: Supposition[];
  /** Told in place of suppositions. */
  readonly when?: string;
  readonly does: Omit<OnlyIf, "when">;
  readonly rights: readonly Right[];
}

export async function otherwise(options: OtherwiseOptions): Promise<Otherwise> {
  const { runbook, base, steps, rights } = options;
  const { suppositions: ends, leftOut } = suppositionsOf(runbook);
  const supposed = new Set<string>();
  // In which order answers are supposed to come out otherwise makes no other rehearsal.
  const fresh = (all: readonly Supposition[]): readonly Supposition[] =>
    all.filter((one) => supposed.size < supposed.add(choicesOf(one)).size);
  const suppositions = [...ends, ...fresh(otherChoices(base))];
  const chunks: Chunk[] = [];
  const notes = new Set(
    leftOut.map((id) => `what other steps do when ${id} is not done: whatever they would write then is refused`),
  );
  let rehearsals = 0;
  const usual = sentBy(base);
  const missing = new Map<string, Supposition[]>();
  // The list grows: what is asked for only under a supposition may come out in several ways, too.
  for (const supposition of suppositions) {
    if (rehearsals === MOST_REHEARSALS) {
      notes.add("everything that the run may come to: too much depends on what is known only then");
      break;
    }
    const first = await options.rehearse(supposition);
    rehearsals++;
    if (supposition.assumed !== undefined) {
      suppositions.push(...fresh(otherChoices(first, supposition)));
      const now = sentBy(first);
      for (const [step, all] of usual) {
        for (const one of without(all, now.get(step))) missing.set(one, [...(missing.get(one) ?? []), supposition]);
      }
    }
    for (const [id, failure] of first.result.failures) {
      // An assertion that does not hold is what was supposed.
      if (supposition.assumed !== undefined && !first.sent.some(({ step }) => step === stepOf(id))) continue;
      if (!base.result.failures.has(id)) notes.add(`what ${id} does if ${supposition.text}: ${clauseOf(failure)}`);
    }
    const sent = new Map([...sentBy(first)].map(([step, all]) => [step, without(all, usual.get(step))]));
    for (const chunk of chunks) {
      const own = sent.get(chunk.step) ?? [];
      if (!chunk.sent.every((one) => own.includes(one))) continue;
      chunk.suppositions?.push(supposition);
      sent.set(chunk.step, without(own, chunk.sent));
    }
    if ([...sent.values()].every((own) => own.length === 0)) continue;
    const explored = await options.explore(first, supposition);
    rehearsals += explored.rehearsals - 1;
    for (const sentence of explored.known.unpredictable) notes.add(`if ${supposition.text}: ${sentence}`);
    const under = plannedSteps(runbook, first, explored.known);
    const needed = await options.rightsOf(explored);
    for (const [index, step] of under.entries()) {
      const own = sent.get(step.id) ?? [];
      if (own.length === 0) continue;
      const does = beyond(step, steps[index]!, own, first);
      for (const { url, body, method, operation } of does.requests) {
        if (!hasUnknownShape(url) && !hasUnknownShape(body)) continue;
        notes.add(`what the ${method} of ${operation} holds if ${supposition.text}: it is then refused`);
      }
      const more = needed.filter((right) => right.step === step.id && !rights.some((one) => isSame(one, right)));
      chunks.push({ step: step.id, sent: own, suppositions: [supposition], does, rights: more });
    }
  }
  const { sure, conditional } = split(steps, base, missing);
  const undecided = new Set(
    chunks.flatMap(({ step, suppositions = [] }) => (suppositions.some(({ assumed }) => assumed) ? [step] : [])),
  );
  const usually = sure.map((step) =>
    step.change === "skipped" && undecided.has(step.id)
      ? { ...step, reason: "whether its `if` is true only the run will know" }
      : step,
  );
  return { ...gathered([...conditional, ...chunks]), usual: usually, notes: [...notes], rehearsals };
}

/** A condition that only the run can answer doubles what is to be rehearsed; that has an end. */
const MOST_REHEARSALS = 60;

/** Parts what the usual rehearsal sends whatever comes out from what it sends because of what was assumed. */
function split(
  steps: readonly PlannedStep[],
  base: Rehearsal,
  missing: ReadonlyMap<string, readonly Supposition[]>,
): { readonly sure: readonly PlannedStep[]; readonly conditional: readonly Chunk[] } {
  const conditional: Chunk[] = [];
  const nothing = { resources: [], requests: [], reads: [], inVm: [] };
  const sure = steps.map((step) => {
    const all = sentBy(base).get(step.id) ?? [];
    const byCondition = new Map<string, string[]>();
    for (const one of all) {
      const when = unless(missing.get(one) ?? []);
      if (when !== "") byCondition.set(when, [...(byCondition.get(when) ?? []), one]);
    }
    if (byCondition.size === 0) return step;
    const rest = without(all, [...byCondition.values()].flat());
    // What a step reads goes with what it sends.
    const remaining = beyond(step, rest.length === 0 ? step : { ...step, ...nothing }, rest, base);
    for (const [when, sent] of byCondition) {
      const known = rest.length === 0 ? { ...step, ...nothing } : step;
      conditional.push({ step: step.id, sent, when, does: beyond(step, known, sent, base), rights: [] });
    }
    // What it is given all of it is made of.
    return { ...step, ...remaining, ...(step.given && { given: step.given }) };
  });
  return { sure, conditional };
}

/** What a step changes in a rehearsal, request by request, by step. */
function sentBy(rehearsal: Rehearsal): ReadonlyMap<string, readonly string[]> {
  const sent = new Map<string, string[]>();
  for (const [, request] of changingIn([...slotsOf(rehearsal.sent)])) {
    sent.set(request.step, [...(sent.get(request.step) ?? []), bytesOf(request)]);
  }
  return sent;
}

function bytesOf({ path, method, url, body }: SentRequest): string {
  return `${path} ${method} ${url} ${canonicalJson(body)}`;
}

const without = (all: readonly string[], some: readonly string[] = []): readonly string[] =>
  all.filter((one) => !some.includes(one));

/** What of a step under a supposition it does not do anyway. */
function beyond(step: PlannedStep, usual: PlannedStep, sent: readonly string[], base: Rehearsal): Chunk["does"] {
  const slots = changingIn([...slotsOf(base.sent)].filter(([, request]) => request.step === step.id));
  const requests = step.requests.filter((_, index) => sent.includes(bytesOf(slots[index]![1])));
  const operations = new Set(requests.map(({ operation }) => operation));
  const resources = step.resources.filter((one) => one.change !== "none" && operations.has(one.operation));
  const faceOf = (one: unknown): string => canonicalJson(withoutExamples(one as Json));
  const added = <T>(all: readonly T[], known: readonly T[]): T[] =>
    all.filter((one) => !known.some((other) => faceOf(other) === faceOf(one)));
  const given = added(step.given ?? [], usual.given ?? []);
  return {
    marks: [...new Set(resources.flatMap(({ marks }) => marks))],
    resources,
    requests,
    reads: added(step.reads, usual.reads),
    inVm: added(step.inVm, usual.inVm),
    ...(given.length > 0 && { given }),
  };
}

/** The chunks of a step that stand under the same suppositions are told of together. */
function gathered(chunks: readonly Chunk[]): Pick<Otherwise, "onlyIf" | "rights"> {
  const onlyIf = new Map<string, OnlyIf[]>();
  const rights: Right[] = [];
  for (const { step, suppositions = [], when = whenOf(suppositions), does, rights: needed } of chunks) {
    for (const right of needed) if (!rights.some((one) => isSame(one, right))) rights.push({ ...right, onlyIf: when });
    const own = onlyIf.get(step) ?? [];
    const same = own.find((one) => one.when === when);
    if (same === undefined) onlyIf.set(step, [...own, { when, ...does }]);
    else own.splice(own.indexOf(same), 1, { when, ...together(same, does) });
  }
  return { onlyIf, rights };
}

function together(a: Chunk["does"], b: Chunk["does"]): Chunk["does"] {
  const given = [...(a.given ?? []), ...(b.given ?? [])];
  return {
    marks: [...new Set([...a.marks, ...b.marks])],
    resources: [...a.resources, ...b.resources],
    requests: [...a.requests, ...b.requests],
    reads: [...a.reads, ...b.reads],
    inVm: [...a.inVm, ...b.inVm],
    ...(given.length > 0 && { given }),
  };
}

/** What goes without saying is left out: that the run fails with one of its steps, that two fail when one is enough. */
function whenOf(suppositions: readonly Supposition[]): string {
  const hasRun = suppositions.some(({ text }) => text === RUN_FAILS);
  const hasOne = suppositions.some(({ ends }) => ends.size === 1);
  const told = weakest(suppositions).filter(({ ends, outcome }) => {
    if (hasRun && ends.size > 0 && outcome === "failed") return false;
    return !(hasOne && ends.size > 1);
  });
  return told.map(({ text }) => text).join(" or ");
}

function isSame(a: Right, b: Right): boolean {
  const faceOf = ({ principal, action, scope }: Right): string =>
    canonicalJson(withoutExamples({ principal, action: action.toLowerCase(), scope } as Json)).toLowerCase();
  return faceOf(a) === faceOf(b);
}
