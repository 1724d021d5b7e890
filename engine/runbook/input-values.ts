// Whether a value is one that an input takes, and how text becomes one.

import { createRequire } from "node:module";
import type { runInNewContext } from "node:vm";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import type { InputType, RunbookInput } from "./model.ts";

export function isOfType(value: Json, type: InputType): boolean {
  switch (type) {
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isJsonObject(value);
    default:
      return typeof value === type;
  }
}

/** What is wrong with a value, as the end of a sentence, or `undefined`. A secret's value is never in it. */
export function constraintProblem(input: RunbookInput, value: Json): string | undefined {
  const shown = input.secret ? "not as expected" : shortJson(value);
  if (!isOfType(value, input.type)) return `is ${shown}, expected ${describeInputType(input.type)}`;
  if (input.enum !== undefined && !input.enum.some((one) => canonicalJson(one) === canonicalJson(value))) {
    return `is ${shown}, expected ${input.enum.map(shortJson).join(" or ")}`;
  }
  if (typeof value !== "string") return undefined;
  const length = Array.from(value).length;
  if (input.minLength !== undefined && length < input.minLength) {
    return `has ${characters(length)}, expected ${input.minLength} or more`;
  }
  if (input.maxLength !== undefined && length > input.maxLength) {
    return `has ${characters(length)}, expected at most ${input.maxLength}`;
  }
  if (input.pattern === undefined) return undefined;
  const matches = matchesPattern(input.pattern, value);
  if (matches === undefined) return `could not be compared with \`${input.pattern}\`, which takes too long`;
  return matches ? undefined : `is ${shown}, expected text that matches \`${input.pattern}\``;
}

/** How long one comparison may take. An author's pattern may need more time than the universe has. */
const PATTERN_MS = 250;

/** Whether a text matches somewhere; `undefined` when that takes too long to find out. The pattern must be one. */
function matchesPattern(pattern: string, text: string): boolean | undefined {
  const expression = new RegExp(pattern, "u");
  if (isQuick(pattern, text)) return expression.test(text);
  // Loaded here: most runbooks have no pattern that needs it.
  const vm = createRequire(import.meta.url)("node:vm") as { readonly runInNewContext: typeof runInNewContext };
  try {
    return vm.runInNewContext("expression.test(text)", { expression, text }, { timeout: PATTERN_MS }) as boolean;
  } catch {
    return undefined;
  }
}

/** Backtracking needs two parts that repeat, or a long text. */
function isQuick(pattern: string, text: string): boolean {
  return text.length <= 1000 && (pattern.match(/[*+{]/g)?.length ?? 0) < 2;
}

export function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

export function describeInputType(type: InputType): string {
  return { string: "text", array: "a list", object: "a map", integer: "an integer" }[type as string] ?? `a ${type}`;
}

const LONGEST_QUOTE = 60;

export function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text;
}

function characters(count: number): string {
  return `${count} character${count === 1 ? "" : "s"}`;
}

/** Text from a command line or the environment as the input's type; text that is none is given back as it is. */
export function fromText(text: string, type: InputType): Json {
  if (type === "string") return text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (type === "number" || type === "integer") {
    const value = Number(text);
    return text.trim() === "" || !Number.isFinite(value) ? text : value;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
