// What a write changes of a resource, member by member, without the noise of Azure's spelling and of what only it writes.

import { findNamed, member, nameOf, sameText } from "../run/compare.ts";
import type { ResourceTypeFacts } from "../steps/resource.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { Difference } from "./model.ts";

/** `have` is absent for a resource that is not there. Secrets and write-only members are told of only when it is made. */
export function differencesOf(
  have: Json | undefined,
  want: Json,
  facts: ResourceTypeFacts | undefined,
): readonly Difference[] {
  const found: Difference[] = [];
  const walk = (before: Json | undefined, after: Json, place: Place): void => {
    if (after instanceof Secret || facts?.writeOnly?.includes(place.folded) === true) {
      if (have === undefined) found.push({ kind: "add", path: place.shown, after });
      return;
    }
    if (after === null && before === null) return;
    if (before === undefined || before === null) {
      if (after !== null) added(after, place, found);
      return;
    }
    if (after === null) return void found.push({ kind: "remove", path: place.shown, before });
    if (Array.isArray(after) && Array.isArray(before)) return lists(before, after, place);
    if (isJsonObject(after) && isJsonObject(before)) {
      for (const [key, value] of Object.entries(after)) walk(member(before, key), value, inside(place, key));
      return;
    }
    const same =
      typeof before === "string" && typeof after === "string"
        ? sameText(before, after, place.folded)
        : canonicalJson(before) === canonicalJson(after);
    if (!same) found.push({ kind: "change", path: place.shown, before, after });
  };
  const lists = (before: readonly Json[], after: readonly Json[], place: Place): void => {
    if (after.length > 0 && after.every((item) => nameOf(item) !== undefined)) {
      for (const item of after) {
        const name = String((item as JsonObject)["name"]);
        walk(findNamed(before, item), item, itemOf(place, name));
      }
      for (const item of before) {
        const name = nameOf(item);
        if (name !== undefined && findNamed(after, item) === undefined) {
          found.push({ kind: "remove", path: itemOf(place, name).shown, before: item });
        }
      }
      return;
    }
    if (before.length === after.length) {
      for (const [index, item] of after.entries()) walk(before[index], item, itemOf(place, String(index)));
      return;
    }
    const texts = (items: readonly Json[]): ReadonlySet<string> => new Set(items.map((item) => canonicalJson(item)));
    const [was, is] = [texts(before), texts(after)];
    for (const [index, item] of after.entries()) {
      if (!was.has(canonicalJson(item))) added(item, itemOf(place, String(index)), found);
    }
    for (const [index, item] of before.entries()) {
      if (!is.has(canonicalJson(item)))
        found.push({ kind: "remove", path: itemOf(place, String(index)).shown, before: item });
    }
  };
  walk(have, want, { shown: "", folded: "" });
  return found;
}

/** A place as it is shown, and as the facts of a type name it: there `*` stands for any item. */
interface Place {
  readonly shown: string;
  readonly folded: string;
}

function inside({ shown, folded }: Place, key: string): Place {
  return { shown: `${shown}/${escapePointer(key)}`, folded: `${folded}/${key}` };
}

function itemOf({ shown, folded }: Place, name: string): Place {
  return { shown: `${shown}/${escapePointer(name)}`, folded: `${folded}/*` };
}

/** Every leaf of something new. */
function added(value: Json, place: Place, found: Difference[]): void {
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of (value as readonly Json[]).entries()) {
      const name = isJsonObject(item) && typeof item["name"] === "string" ? item["name"] : String(index);
      added(item, itemOf(place, name), found);
    }
  } else if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [key, one] of Object.entries(value)) added(one, inside(place, key), found);
  } else if (value !== null) found.push({ kind: "add", path: place.shown, after: value });
}

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The value at a pointer of `differencesOf`, in which named items go by their name. */
export function valueAt(value: Json, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const raw of pointer.split("/").slice(1)) {
    const key = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(here)) {
      const items = here as readonly Json[];
      here = items.find((item) => nameOf(item) === key.toLowerCase()) ?? items[Number(key)];
    } else here = isJsonObject(here) ? member(here, key) : undefined;
  }
  return here;
}
