// What the plan saw of the target, in a form that can be compared later and tells which member changed.

import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../value/json.ts";

/** By id; empty when it was not there. */
export type Observed = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Members that change without anybody changing the resource. */
const RESTLESS: ReadonlySet<string> = new Set([
  "etag",
  "provisioningState",
  "instanceView",
  "systemData",
  "changedTime",
  "createdTime",
  "lastModified",
  "lastModifiedTime",
]);

export function observe(shown: ReadonlyMap<string, JsonObject | null>): Observed {
  return Object.fromEntries(
    [...shown].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, body]) => [id, body === null ? {} : membersOf(body)]),
  );
}

/** Digests of the members, those of `properties` one by one. */
function membersOf(body: JsonObject): Record<string, string> {
  const { properties, ...rest } = body;
  const own = Object.entries(rest);
  const inner = isJsonObject(properties)
    ? Object.entries(properties).map(([key, value]) => [`properties/${key}`, value] as const)
    : [];
  return Object.fromEntries(
    [...own, ...inner]
      .filter(([key]) => !RESTLESS.has(key.slice(key.indexOf("/") + 1)))
      .map(([key, value]) => [key, digest(calm(value))]),
  );
}

function calm(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => calm(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (RESTLESS.has(key) ? [] : [[key, calm(member)]])),
  );
}

const digest = (value: Json): string =>
  createHash("sha256").update(canonicalJson(value)).digest("base64url").slice(0, 16);

/** Sentences that tell what is no longer as it was seen. */
export function driftBetween(before: Observed, after: Observed): readonly string[] {
  return Object.entries(before).flatMap(([id, was]) => {
    const is = after[id];
    // What the plan made now did not need to ask for is no change of the target's.
    if (is === undefined) return [];
    const [had, has] = [Object.keys(was).length > 0, Object.keys(is).length > 0];
    if (!had && !has) return [];
    if (!had) return [`${id} exists now`];
    if (!has) return [`${id} is gone`];
    const members = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((key) => was[key] !== is[key]);
    return members.length === 0 ? [] : [`${id} changed: ${members.join(", ")}`];
  });
}
