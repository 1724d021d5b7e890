// Is what is wanted already there? And if not: what is to be written.

import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { ResourceTypeFacts } from "../steps/resource.ts";

/**
 * True when everything wanted is there; what is there and not wanted does not matter. Folds the case of ARM ids and of
 * keys, and case and blanks of locations, all of which Azure gives back changed. Secrets and write-only properties count
 * as there: Azure never shows them.
 */
export function satisfies(have: Json | undefined, want: Json, facts: ResourceTypeFacts, at = ""): boolean {
  if (want instanceof Secret || facts.writeOnly?.includes(at) === true) return true;
  if (want === null) return have === null || have === undefined;
  if (Array.isArray(want)) {
    if (!Array.isArray(have)) return false;
    const wanted = want as readonly Json[];
    const there = have as readonly Json[];
    const named = wanted.every((item) => nameOf(item) !== undefined);
    if (!named && wanted.length !== there.length) return false;
    return wanted.every((item, index) =>
      satisfies(named ? findNamed(there, item) : there[index], item, facts, `${at}/*`),
    );
  }
  if (isJsonObject(want)) {
    // A resource without tags has none of them.
    if (!isJsonObject(have)) return at === "/tags" && Object.keys(want).length === 0;
    return Object.entries(want).every(([key, value]) => satisfies(member(have, key), value, facts, `${at}/${key}`));
  }
  if (typeof want === "string" && typeof have === "string") return sameText(have, want, at);
  return want === have;
}

/** Whether two texts mean the same at a place: Azure gives back locations, ids and names in another spelling. */
export function sameText(have: string, want: string, at: string): boolean {
  if (at === "/location") return foldLocation(want) === foldLocation(have);
  // Names are what named items were matched by.
  if (isArmId(want) || at.endsWith("/*/name")) return want.toLowerCase() === have.toLowerCase();
  return want === have;
}

/**
 * What is there with what is wanted laid over it. Lists of named items are merged by name, so that writing one subnet
 * keeps the others; members that only the service writes are left out at the top.
 */
export function merge(have: Json, want: Json): Json {
  if (isJsonObject(want) && isJsonObject(have)) {
    const merged: Record<string, Json> = {};
    for (const [key, value] of Object.entries(have)) if (!SERVICE_WRITTEN.has(key)) merged[key] = value;
    for (const [key, value] of Object.entries(want)) {
      const there = Object.keys(merged).find((name) => name.toLowerCase() === key.toLowerCase());
      if (there === undefined) merged[key] = value;
      else merged[there] = merge(merged[there] ?? null, value);
    }
    return merged;
  }
  if (Array.isArray(want) && Array.isArray(have) && want.every((item: Json) => nameOf(item) !== undefined)) {
    const wanted = want as readonly Json[];
    const there = have as readonly Json[];
    const kept = there.map((item) => {
      const change = findNamed(wanted, item);
      return change === undefined ? item : merge(item, change);
    });
    return [...kept, ...wanted.filter((item) => findNamed(there, item) === undefined)];
  }
  return want;
}

/** A resource without what only the service writes, by the facts of its type: what may be written back. */
export function writable(have: Json, facts: ResourceTypeFacts, at = ""): Json {
  if (Array.isArray(have)) return have.map((item: Json) => writable(item, facts, `${at}/*`));
  if (!isJsonObject(have)) return have;
  return Object.fromEntries(
    Object.entries(have).flatMap(([key, value]) => {
      const isNaming = at === "" && NAMING.has(key);
      const matches = (pointer: string): boolean => pointer === `${at}/${key}`;
      if (isNaming || facts.readOnly?.some(matches) === true) return [];
      // An id as a key stands for any.
      return [[key, writable(value, facts, key.startsWith("/") ? `${at}/*` : `${at}/${key}`)]];
    }),
  );
}

/** At the top of a resource; its URL says them already, and the SDKs leave them out. */
const NAMING: ReadonlySet<string> = new Set(["id", "name", "type"]);

/** Members that Azure refuses or ignores in a body. */
const SERVICE_WRITTEN: ReadonlySet<string> = new Set(["etag", "provisioningState", "resourceGuid"]);

export function nameOf(item: Json | undefined): string | undefined {
  return isJsonObject(item) && typeof item["name"] === "string" ? item["name"].toLowerCase() : undefined;
}

export function findNamed(items: readonly Json[], like: Json): Json | undefined {
  const name = nameOf(like);
  return name === undefined ? undefined : items.find((item) => nameOf(item) === name);
}

export function member(object: JsonObject, key: string): Json | undefined {
  const folded = key.toLowerCase();
  return object[key] ?? object[Object.keys(object).find((name) => name.toLowerCase() === folded) ?? ""];
}

const foldLocation = (text: string): string => text.toLowerCase().replaceAll(" ", "");
const isArmId = (text: string): boolean => text.startsWith("/subscriptions/") || text.startsWith("/providers/");
