// JSON pointers (RFC 6901): where in a value something stands.

import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** Of `/a/b`, its parts with their escapes undone. */
export function pointerParts(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** `undefined` when there is nothing. */
export function valueAtPointer(value: Json, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const part of pointerParts(pointer)) {
    here = Array.isArray(here) ? (here as readonly Json[])[Number(part)] : isJsonObject(here) ? here[part] : undefined;
  }
  return here;
}

/** A copy with something put at a place. Maps on the way there are made; a list must have the item that is meant. */
export function withValueAt(value: JsonObject, pointer: string, put: Json): JsonObject {
  const parts = pointerParts(pointer);
  const placed = (here: Json | undefined, depth: number): Json => {
    const part = parts[depth];
    if (part === undefined) return put;
    if (Array.isArray(here)) {
      const items = here as readonly Json[];
      const index = Number(part);
      if (!(index in items)) throw new Error(`there is no item ${part} in the list on the way to ${pointer}`);
      return items.map((item, at) => (at === index ? placed(item, depth + 1) : item));
    }
    const map = isJsonObject(here) ? here : {};
    return { ...map, [part]: placed(map[part], depth + 1) };
  };
  return placed(value, 0) as JsonObject;
}
