// Items of a `forEach` that are named after something that is known only during the run, such as a principal's id: in each
// rehearsal they have other names. To be compared they go by their place in the list.

import type { RunEvent } from "../run/events.ts";
import { instanceOf, stepOf } from "../run/operation-key.ts";
import type { Json } from "../value/json.ts";
import type { Rehearsal } from "./rehearse.ts";
import { mapTexts, replacing } from "./stand-ins.ts";

/** The rehearsal with its items named as in the base. One with more or fewer items keeps its names: it differs in what it does. */
export function aligned(base: Rehearsal, varied: Rehearsal): Rehearsal {
  const other = withUsualStandIns(base, varied);
  const names = renamedIn(base, other);
  if (names.size === 0) return other;
  const rename = (path: string): string => {
    const name = names.get(instanceOf(path));
    return name === undefined ? path : name + path.slice(instanceOf(path).length);
  };
  return {
    ...other,
    sent: other.sent.map((one) => ({ ...one, path: rename(one.path) })),
    performed: other.performed.map((one) => ({ ...one, path: rename(one.path) })),
    events: other.events.map((event): RunEvent => {
      const step = "step" in event ? { step: rename(event.step) } : {};
      return { ...event, ...step, ...("path" in event && { path: rename(event.path) }) };
    }),
  };
}

/** What stands in for the same is the same text. */
function withUsualStandIns(base: Rehearsal, other: Rehearsal): Rehearsal {
  const replace = replacing(base.standIns, other.standIns);
  if (replace === undefined) return other;
  const json = <T>(value: T): T => mapTexts(value as Json, replace) as T;
  return {
    ...other,
    result: { ...other.result, outputs: json(other.result.outputs) },
    sent: other.sent.map((one) => {
      const { path, url, body, response } = one;
      const answer = response && { response: { ...response, body: json(response.body) } };
      return { ...one, path: replace(path), url: replace(url), body: json(body), ...answer };
    }),
    performed: other.performed.map((one) => {
      const operation = { ...one.operation, input: json(one.operation.input) };
      return { ...one, path: replace(one.path), operation };
    }),
    events: other.events.map((event) => json(event)),
    given: new Map([...other.given].map(([instance, inputs]) => [replace(instance), json(inputs)])),
  };
}

/** Items of the base that have another name in one of the others. */
export function namedLater(base: Rehearsal, others: readonly Rehearsal[]): ReadonlySet<string> {
  return new Set(others.flatMap((other) => [...renamedIn(base, other).values()]));
}

/** The base's names by those of another rehearsal, where they differ. */
function renamedIn(base: Rehearsal, other: Rehearsal): ReadonlyMap<string, string> {
  const theirs = itemsOf(other);
  const found = new Map<string, string>();
  for (const [step, names] of itemsOf(base)) {
    const others = theirs.get(step) ?? [];
    if (others.length !== names.length) continue;
    for (const [index, name] of names.entries()) if (others[index] !== name) found.set(others[index]!, name);
  }
  return found;
}

/** By step, in the order of the list: items are started in it. */
function itemsOf({ events }: Rehearsal): ReadonlyMap<string, readonly string[]> {
  const items = new Map<string, string[]>();
  for (const event of events) {
    if (!("step" in event) || !event.step.includes("[")) continue;
    const [step, name] = [stepOf(event.step), instanceOf(event.step)];
    const known = items.get(step);
    if (known === undefined) items.set(step, [name]);
    else if (!known.includes(name)) known.push(name);
  }
  return items;
}
