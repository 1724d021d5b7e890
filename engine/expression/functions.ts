// The functions of expressions. All are pure: the same arguments always give the same value.

import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import type { ValueType } from "./types.ts";

export interface ExpressionFunction {
  /** As messages and documentation show it. */
  readonly signature: string;
  readonly summary: string;
  readonly required: number;
  /** How many arguments at most. */
  readonly most: number;
  /** Kinds that an argument may have, by place; the last counts for all further ones. */
  readonly takes: readonly (readonly ValueType["kind"][])[];
  readonly gives: ValueType;
  /** Throws a `RangeError` whose message says what is wrong with the values. */
  call(args: readonly Json[]): Json;
}

const TEXT = ["string"] as const;
const PLAIN = ["string", "number", "integer", "boolean", "null"] as const;
const EVERY = ["string", "number", "integer", "boolean", "null", "array", "object"] as const;
const string: ValueType = { kind: "string" };
const boolean: ValueType = { kind: "boolean" };
const any: ValueType = { kind: "any" };
const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  format: {
    signature: "format(text, value, …)",
    summary: "Puts values in place of {0}, {1} and so on; {{ and }} stand for braces.",
    required: 1,
    most: Infinity,
    takes: [TEXT, PLAIN],
    gives: string,
    call: ([pattern, ...values]) =>
      text(pattern).replaceAll(/\{\{|\}\}|\{(\d+)\}|[{}]/g, (found, place: string | undefined) => {
        if (found === "{{" || found === "}}") return found.charAt(0);
        if (place === undefined)
          throw new RangeError(`\`${found}\` in the text of format() stands alone; write it twice`);
        if (Number(place) >= values.length) throw new RangeError(`format() has no value for {${place}}`);
        return text(values[Number(place)]);
      }),
  },
  lower: {
    signature: "lower(text)",
    summary: "The text in lower case.",
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: string,
    call: ([value]) => text(value).toLowerCase(),
  },
  upper: {
    signature: "upper(text)",
    summary: "The text in upper case.",
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: string,
    call: ([value]) => text(value).toUpperCase(),
  },
  join: {
    signature: "join(list, separator?)",
    summary: "The items of a list as one text; the separator is a comma unless given.",
    required: 1,
    most: 2,
    takes: [["array"], TEXT],
    gives: string,
    call: ([list, separator = ","]) => (list as readonly Json[]).map(text).join(text(separator)),
  },
  length: {
    signature: "length(value)",
    summary: "How many characters, items or properties a value has.",
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
    summary: "Whether a text holds another, or a list an item.",
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
    summary: "Whether a text begins with another.",
    required: 2,
    most: 2,
    takes: [TEXT],
    gives: boolean,
    call: ([value, start]) => text(value).startsWith(text(start)),
  },
  default: {
    signature: "default(value, other)",
    summary: "The value, or the other one when it is null.",
    required: 2,
    most: 2,
    takes: [EVERY],
    gives: any,
    call: ([value, other]) => value ?? other ?? null,
  },
  guid: {
    signature: "guid(text, …)",
    summary: "A GUID that is the same for the same texts.",
    required: 1,
    most: Infinity,
    takes: [TEXT],
    gives: string,
    call: (args) => guidOf(args.map(text)),
  },
  json: {
    signature: "json(text)",
    summary: "The value that a JSON text holds.",
    required: 1,
    most: 1,
    takes: [TEXT],
    gives: any,
    call: ([value]) => {
      try {
        return JSON.parse(text(value)) as Json;
      } catch {
        throw new RangeError("the text given to json() is not JSON");
      }
    },
  },
};

export const functionNames: readonly string[] = Object.keys(FUNCTIONS);

export function functionNamed(name: string): ExpressionFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/** The name space of this function's GUIDs, made once at random. */
const NAMESPACE = "7f1c5b0e3f9d4a5c9a4e0d2b6c8f1a37";

/** A version 5 GUID (RFC 9562, section 5.5) of the texts. */
function guidOf(texts: readonly string[]): string {
  const hash = createHash("sha1").update(Buffer.from(NAMESPACE, "hex")).update(JSON.stringify(texts)).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex").slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The kind of a value. */
export function kindOfValue(value: Json): ValueType["kind"] {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isJsonObject(value)) return "object";
  if (typeof value === "object") return "secret";
  return typeof value as "string" | "number" | "boolean";
}
