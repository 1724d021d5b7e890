// The functions of expressions. All are pure: the same arguments always give the same value.

import { hashOf } from "../value/hash.ts";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import type { ValueType } from "./types.ts";

type Kind = ValueType["kind"];

export interface ExpressionFunction {
  /** As messages and documentation show it. */
  readonly signature: string;
  readonly summary: string;
  /** An example and its value, for the documentation. */
  readonly example: { readonly text: string; readonly value: Json };
  readonly required: number;
  /** How many arguments at most. */
  readonly most: number;
  /** Kinds that an argument may have, by place; the last counts for all further ones. */
  readonly takes: readonly (readonly Kind[])[];
  readonly gives: ValueType;
  /** What is wrong with the arguments as far as they are literals; all others are `undefined`. */
  problem?(args: readonly (Json | undefined)[]): string | undefined;
  /** Throws a `RangeError` whose message says what is wrong with the values. */
  call(args: readonly Json[]): Json;
}

const TEXT = ["string"] as const;
const PLAIN = ["string", "number", "integer", "boolean", "null"] as const;
const EVERY = [...PLAIN, "array", "object"] as const;
const string: ValueType = { kind: "string" };
const boolean: ValueType = { kind: "boolean" };
const any: ValueType = { kind: "any" };
const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** The pieces of a text for `format`: doubled braces, places, and braces that stand alone. */
const PLACES = /\{\{|\}\}|\{(\d{1,3})\}|[{}]/g;

const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  format: {
    signature: "format(text, value, ...)",
    summary: "Puts values in place of `{0}`, `{1}` and so on; `{{` and `}}` stand for braces.",
    example: { text: "format('{0}-{1}', 'vm', 7)", value: "vm-7" },
    required: 1,
    most: Infinity,
    takes: [TEXT, PLAIN],
    gives: string,
    problem([pattern, ...values]) {
      if (typeof pattern !== "string") return undefined;
      const used = new Set<number>();
      for (const [found, place] of pattern.matchAll(PLACES)) {
        if (place !== undefined) used.add(Number(place));
        else if (found.length === 1)
          return `\`${found}\` stands alone in the text of format(); a brace is written twice`;
      }
      const missing = [...used].find((place) => place >= values.length);
      if (missing !== undefined) return `format() is given no value for {${missing}}`;
      const idle = values.findIndex((_value, place) => !used.has(place));
      return idle === -1 ? undefined : `the text of format() has no place {${idle}} for the value given`;
    },
    call: ([pattern, ...values]) =>
      text(pattern).replaceAll(PLACES, (found: string, place: string | undefined) => {
        if (found === "{{" || found === "}}") return found.charAt(0);
        if (place === undefined) throw new RangeError(`\`${found}\` stands alone in the text of format()`);
        if (Number(place) >= values.length) throw new RangeError(`format() is given no value for {${place}}`);
        return text(values[Number(place)]);
      }),
  },
  lower: {
    signature: "lower(text)",
    summary: "The text in lower case.",
    example: { text: "lower('East US')", value: "east us" },
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: string,
    call: ([value]) => text(value).toLowerCase(),
  },
  upper: {
    signature: "upper(text)",
    summary: "The text in upper case.",
    example: { text: "upper('vm')", value: "VM" },
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: string,
    call: ([value]) => text(value).toUpperCase(),
  },
  trim: {
    signature: "trim(text)",
    summary: "The text without blanks and line ends around it, as what a script printed has them.",
    example: { text: "trim(' ready ')", value: "ready" },
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: string,
    call: ([value]) => text(value).trim(),
  },
  join: {
    signature: "join(list, separator)",
    summary: "The items of a list as one text; the separator is a comma unless given.",
    example: { text: "join(json('[1, 2]'), ' + ')", value: "1 + 2" },
    required: 1,
    most: 2,
    takes: [["array"], TEXT],
    gives: string,
    call: ([list, separator = ","]) => (list as readonly Json[]).map(text).join(text(separator)),
  },
  length: {
    signature: "length(value)",
    summary: "How many characters a text, items a list or properties an object has.",
    example: { text: "length('myVM')", value: 4 },
    required: 1,
    most: 1,
    takes: [["string", "array", "object"]],
    gives: { kind: "integer" },
    call: ([value]) => {
      if (typeof value === "string") return [...value].length;
      return Array.isArray(value) ? value.length : Object.keys(value as object).length;
    },
  },
  contains: {
    signature: "contains(textOrList, value)",
    summary: "Whether a text holds another one, or a list an item.",
    example: { text: "contains('westeurope', 'west')", value: true },
    required: 2,
    most: 2,
    takes: [["string", "array"], EVERY],
    gives: boolean,
    call: ([within, value]) =>
      Array.isArray(within)
        ? within.some((item) => canonicalJson(item) === canonicalJson(value))
        : typeof value === "string" && text(within).includes(value),
  },
  startsWith: {
    signature: "startsWith(text, start)",
    summary: "Whether a text begins with another one.",
    example: { text: "startsWith('westeurope', 'west')", value: true },
    required: 2,
    most: 2,
    takes: [TEXT],
    gives: boolean,
    call: ([value, start]) => text(value).startsWith(text(start)),
  },
  default: {
    signature: "default(value, other)",
    summary: "The value, or the other one when it is null.",
    example: { text: "default(null, 'none')", value: "none" },
    required: 2,
    most: 2,
    takes: [EVERY],
    gives: any,
    call: ([value, other]) => value ?? other ?? null,
  },
  guid: {
    signature: "guid(text, ...)",
    summary: "A GUID that is always the same for the same texts, and another one for others.",
    example: { text: "guid('myResourceGroup', 'Reader')", value: "6c6542f4-71f3-57e9-ac94-6478dfbe67c4" },
    required: 1,
    most: Infinity,
    takes: [TEXT],
    gives: string,
    call: (args) => guidOf(args.map(text)),
  },
  json: {
    signature: "json(text)",
    summary: "The value that a JSON text holds.",
    example: { text: "json('{\"a\": [1, 2]}').a[1]", value: 2 },
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: any,
    problem: ([value]) =>
      typeof value !== "string" || isJson(value) ? undefined : "the text given to json() is not JSON",
    call: ([value]) => {
      if (!isJson(text(value))) throw new RangeError("the text given to json() is not JSON");
      return JSON.parse(text(value)) as Json;
    },
  },
};

export const functionNames: readonly string[] = Object.keys(FUNCTIONS);

export function functionNamed(name: string): ExpressionFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/** What authors write who know other languages, and what to write here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  always: "a step that is not skipped runs when all that it depends on is done",
  coalesce: "write default(value, other)",
  count: "write length(value)",
  concat: "write format('{0}{1}', a, b), or put the texts side by side: ${{ a }}${{ b }}",
  empty: "compare instead: value == '' or length(value) == 0",
  failure: "a step that is not skipped runs when all that it depends on is done",
  fromjson: "write json(text)",
  len: "write length(value)",
  newguid: "write guid(text, ...), which gives the same GUID in every run",
  size: "write length(value)",
  success: "a step that is not skipped runs when all that it depends on is done",
  tolower: "write lower(text)",
  toupper: "write upper(text)",
  uniquestring: "write guid(text, ...)",
};

/** What to write instead of a function that only other languages have. */
export function insteadOf(name: string): string | undefined {
  const known = name.toLowerCase();
  return Object.hasOwn(ELSEWHERE, known) ? ELSEWHERE[known] : undefined;
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** The name space of this function's GUIDs, made once at random. */
const NAMESPACE = "7f1c5b0e3f9d4a5c9a4e0d2b6c8f1a37";

/** A version 5 GUID (RFC 9562, section 5.5) of the texts. */
function guidOf(texts: readonly string[]): string {
  const hash = hashOf("sha1", Buffer.from(NAMESPACE, "hex"), JSON.stringify(texts));
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex").slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The kind of a value. */
export function kindOfValue(value: Json): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isJsonObject(value)) return "object";
  if (typeof value === "object") return "secret";
  return typeof value as "string" | "number" | "boolean";
}
