// What two plans do differently, by what they do and not by what their steps are called.

import { canonicalJson, type Json } from "../value/json.ts";
import { differencesOf } from "./differences.ts";
import type { Difference, Plan } from "./model.ts";
import { RUN_FAILS } from "./suppositions.ts";
import { fillTemplate } from "./template.ts";

export interface CallDifference {
  readonly kind: "add" | "remove" | "change";
  /** Method and URL, or what is asked inside a VM. */
  readonly call: string;
  /** Of the bodies, when both have the call. */
  readonly differences: readonly Difference[];
}

export function diffPlans(before: Plan, after: Plan): readonly CallDifference[] {
  const [was, is] = [callsOf(before), callsOf(after)];
  const found: CallDifference[] = [];
  for (const [call, bodies] of was) {
    const others = is.get(call) ?? [];
    for (const [index, body] of bodies.entries()) {
      const other = others[index];
      if (other === undefined) found.push({ kind: "remove", call, differences: [] });
      else if (canonicalJson(body) !== canonicalJson(other)) {
        found.push({ kind: "change", call, differences: both(body, other) });
      }
    }
  }
  for (const [call, bodies] of is) {
    const extra = bodies.length - (was.get(call)?.length ?? 0);
    for (let index = 0; index < extra; index++) found.push({ kind: "add", call, differences: [] });
  }
  return found;
}

/** Bodies by call, each list in an order that does not depend on the steps. */
function callsOf({ steps }: Plan): ReadonlyMap<string, readonly Json[]> {
  const calls = new Map<string, Json[]>();
  const add = (call: string, body: Json): void => void calls.set(call, [...(calls.get(call) ?? []), body]);
  const later = (template: Json): Json => fillTemplate(template, () => "(known later)");
  for (const step of steps) {
    for (const { method, url, body } of step.requests) add(`${method} ${String(later(url))}`, later(body));
    for (const { method, url } of step.reads)
      if (step.requests.length === 0) add(`${method} ${String(later(url))}`, null);
    for (const { vm, request } of step.inVm) add(`in ${String(later(vm))}`, later(request));
    for (const { when, requests, inVm } of step.onlyIf ?? []) {
      // The names of steps are none of a difference's business.
      const only = `, only if ${when === RUN_FAILS ? when : "a step ends otherwise"}`;
      for (const { method, url, body } of requests) add(`${method} ${String(later(url))}${only}`, later(body));
      for (const { vm, request } of inVm) add(`in ${String(later(vm))}${only}`, later(request));
    }
  }
  for (const bodies of calls.values()) bodies.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  return calls;
}

/** What is added and changed going one way, and what is taken out. */
function both(before: Json, after: Json): readonly Difference[] {
  const forth = differencesOf(before, after, undefined);
  const back = differencesOf(after, before, undefined).filter(({ kind }) => kind === "add");
  const removed = back.map(({ path, after: value }): Difference => ({
    kind: "remove",
    path,
    ...(value !== undefined && { before: value }),
  }));
  return [...forth, ...removed.filter(({ path }) => !forth.some((one) => one.path === path))];
}
