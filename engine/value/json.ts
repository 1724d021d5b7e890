// JSON as it travels between steps, operations and the journal, with the one opaque value that may stand in it.

import { HANDLE_KEY, Secret } from "./secret.ts";

export type Json = null | boolean | number | string | Secret | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** What a value is after a trip through the journal. Live and replayed values both cross this once, so steps see the same. */
export function roundTrip(value: unknown): Json {
  return value === undefined ? null : parseJson(JSON.stringify(value));
}

/** Parses text written by `JSON.stringify`, giving secret handles their type back. */
export function parseJson(text: string): Json {
  // A reviver is called for every value, which takes several times as long as the parsing; few texts hold a handle.
  if (!text.includes(HANDLE_KEY)) return JSON.parse(text) as Json;
  return JSON.parse(text, (_key, value: unknown) => Secret.revive(value)) as Json;
}

/** Freezes a value and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

/** JSON with sorted keys and no blanks: equal values give equal text. Absent and `undefined` members are alike. */
export function canonicalJson(value: unknown): string {
  if (value instanceof Secret) return canonicalJson(value.toJSON());
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  // A loop and no chain: this is called for everything that is sent, asked for and compared.
  let text = "";
  for (const key of Object.keys(value).toSorted()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}
