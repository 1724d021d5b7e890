// Where in the answers of a rehearsal a value stands.

import { instanceOf } from "../run/operation-key.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { escapePointer } from "./differences.ts";
import type { Rehearsal } from "./rehearse.ts";
import type { Hole, Sources } from "./template.ts";

/** Shorter ones are found by chance. */
const SHORTEST = 8;
const TOKEN = /[A-Za-z0-9_.~-]+/g;

/**
 * The places where the base rehearsal was answered a value, and where each other one was answered its own. `unnamed`:
 * items whose operations will have another path.
 */
export function sourcesIn(base: Rehearsal, others: readonly Rehearsal[], unnamed: ReadonlySet<string>): Sources {
  const places = new Map<string, Map<string, NonNullable<Hole["from"]>>>();
  // What a request held before any answer did was not read anywhere: a step derived it.
  const derived = new Set<string>();
  for (const { path: operation, response, url, body } of base.sent) {
    for (const [, text] of [["", url] as const, ...textsIn(body)]) {
      for (const token of tokensOf(text)) if (!places.has(token)) derived.add(token);
    }
    for (const [at, text] of textsIn(response?.body ?? null)) {
      for (const token of tokensOf(text)) {
        if (token.length < SHORTEST || derived.has(token) || unnamed.has(instanceOf(operation))) continue;
        const found = places.get(token) ?? new Map<string, NonNullable<Hole["from"]>>();
        found.set(`${operation}#${at}`, { operation, at });
        places.set(token, found);
      }
    }
  }
  const answersOf = others.map((rehearsal) => {
    const byPath = new Map<string, Json[]>();
    for (const { path, response } of rehearsal.sent) {
      if (response) byPath.set(path, [...(byPath.get(path) ?? []), response.body]);
    }
    return byPath;
  });
  return ([first = "", ...rest]) => {
    const isThere = ({ operation, at }: NonNullable<Hole["from"]>): boolean =>
      rest.every((value, index) =>
        (answersOf[index]?.get(operation) ?? []).some((body) => {
          const text = pick(body, at);
          return typeof text === "string" && tokensOf(text).includes(value);
        }),
      );
    return [...(places.get(first)?.values() ?? [])].find(isThere);
  };
}

const tokensOf = (text: string): readonly string[] => text.match(TOKEN) ?? [];

function* textsIn(value: Json, at = ""): Generator<readonly [string, string]> {
  if (typeof value === "string") yield [at, value];
  else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries()) yield* textsIn(item, `${at}/${index}`);
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) yield* textsIn(member, `${at}/${escapePointer(key)}`);
  }
}

/** The value at a JSON pointer (RFC 6901). */
export function pick(value: Json, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const raw of pointer.split("/").slice(1)) {
    const key = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    here = Array.isArray(here) ? (here as readonly Json[])[Number(key)] : isJsonObject(here) ? here[key] : undefined;
  }
  return here;
}
