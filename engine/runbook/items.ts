// What a `forEach` goes over: the items of a list or map, each with a key that stays the same when others come or go.

import { isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { Item } from "./model.ts";

/** `undefined` for what is neither a list nor a map. */
export function itemsOf(value: Json): { readonly items: readonly Item[]; readonly isMap: boolean } | undefined {
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const keys = keysOf(list);
    return { items: list.map((one, index) => ({ key: keys[index]!, value: one })), isMap: false };
  }
  if (!isJsonObject(value) || value instanceof Secret) return undefined;
  return { items: Object.entries(value).map(([key, one]) => ({ key, value: one })), isMap: true };
}

const LONGEST_KEY = 64;

/** The texts themselves, or what the maps are named; where that does not tell them apart, their places from 0. */
function keysOf(list: readonly Json[]): readonly string[] {
  for (const nameOf of [(one: Json) => one, (one: Json) => (isJsonObject(one) ? one["name"] : undefined)]) {
    const names = list.map(nameOf);
    const texts = names.filter(
      (name): name is string => typeof name === "string" && name !== "" && name.length <= LONGEST_KEY,
    );
    if (texts.length === list.length && new Set(texts).size === list.length) return texts;
  }
  return list.map((_, index) => String(index));
}
