// Whether a value is one that an input takes, and how text becomes one.

import { createRequire } from "node:module";
import type { runInNewContext } from "node:vm";
import { nearest, suggest } from "../source/suggestion.ts";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import type { InputType, RunbookInput, ValueShape } from "./model.ts";

export function isOfType(value: Json, type: InputType): boolean {
  switch (type) {
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "list":
      return Array.isArray(value);
    case "map":
    case "object":
      return isJsonObject(value);
    default:
      return typeof value === type;
  }
}

/** Whether values of a type have parts: text for one is JSON. */
export const isOfParts = (type: InputType): boolean => type === "list" || type === "map" || type === "object";

/** What is wrong with a value, or with a part of it. */
export interface ValueProblem {
  /** From the value to the part. */
  readonly path: readonly (string | number)[];
  /** The end of a sentence. */
  readonly message: string;
  readonly hint?: string | undefined;
  /** A key of the part that should not be there. */
  readonly key?: string;
}

/** `vm.disks[0].name` */
export function pathText(name: string, path: ValueProblem["path"]): string {
  const parts = path.map((part) =>
    typeof part === "number" ? `[${part}]` : /^[A-Za-z][\w-]*$/.test(part) ? `.${part}` : `['${part}']`,
  );
  return `${name}${parts.join("")}`;
}

/** What stands between the name of an input and what is wrong with it, where only a part of it is. */
export function whereIn(name: string, path: ValueProblem["path"]): string {
  return path.length === 0 ? "" : `, at \`${pathText(name, path)}\`,`;
}

/** Everything that is wrong with a value. A secret's value is in no message. */
export function valueProblems(shape: ValueShape, value: Json, isSecret = false): readonly ValueProblem[] {
  const own = ownProblem(shape, value, isSecret);
  return own === undefined ? partProblems(shape, value) : [{ path: [], message: own }];
}

function partProblems({ items, values, properties }: ValueShape, value: Json): readonly ValueProblem[] {
  const within = (shape: ValueShape, key: string | number, of: Json): readonly ValueProblem[] =>
    valueProblems(shape, of).map((problem) => ({ ...problem, path: [key, ...problem.path] }));
  if (items !== undefined) return (value as readonly Json[]).flatMap((one, index) => within(items, index, one));
  if (!isJsonObject(value)) return [];
  if (values !== undefined) return Object.entries(value).flatMap(([key, one]) => within(values, key, one));
  if (properties === undefined) return [];
  const names = [...properties.keys()];
  const unknown = Object.keys(value).filter((key) => !properties.has(key));
  const strange = unknown.map((key): ValueProblem => {
    const message = `has ${shortJson(key)}, which is no member of it`;
    return { path: [], message, hint: suggest(key, names), key };
  });
  // What is missing may be what is misspelt.
  const meant = new Set(unknown.map((key) => nearest(key, names)));
  const found = [...properties].flatMap(([name, member]): readonly ValueProblem[] => {
    if (Object.hasOwn(value, name)) return within(member, name, value[name]!);
    if (member.optional || member.default !== undefined || meant.has(name)) return [];
    return [{ path: [], message: `has no "${name}"` }];
  });
  return [...strange, ...found];
}

/** What is wrong with a value, as the end of a sentence, or `undefined`. A secret's value is never in it. */
export function constraintProblem(input: RunbookInput, value: Json): string | undefined {
  const [first] = valueProblems(input, value, input.secret);
  if (first === undefined) return undefined;
  return first.path.length === 0 ? first.message : `at \`${pathText(input.name, first.path)}\` ${first.message}`;
}

function ownProblem(shape: ValueShape, value: Json, isSecret: boolean): string | undefined {
  const shown = isSecret ? "not as expected" : shortJson(value);
  if (!isOfType(value, shape.type)) return `is ${shown}, expected ${describeInputType(shape.type)}`;
  if (
    shape.enum !== undefined &&
    shape.enum.length > 0 &&
    !shape.enum.some((one) => canonicalJson(one) === canonicalJson(value))
  ) {
    return `is ${shown}, expected ${shape.enum.map(shortJson).join(" or ")}`;
  }
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = shape;
    if (value < minimum) return `is ${shown}, expected ${minimum} or more`;
    return value > maximum ? `is ${shown}, expected at most ${maximum}` : undefined;
  }
  if (Array.isArray(value)) {
    const items = `has ${counted(value.length, "item")}`;
    if (shape.minItems !== undefined && value.length < shape.minItems)
      return `${items}, expected ${shape.minItems} or more`;
    return value.length > (shape.maxItems ?? Infinity) ? `${items}, expected at most ${shape.maxItems}` : undefined;
  }
  if (typeof value !== "string") return undefined;
  const length = Array.from(value).length;
  if (shape.minLength !== undefined && length < shape.minLength) {
    return `has ${counted(length, "character")}, expected ${shape.minLength} or more`;
  }
  if (shape.maxLength !== undefined && length > shape.maxLength) {
    return `has ${counted(length, "character")}, expected at most ${shape.maxLength}`;
  }
  if (shape.pattern === undefined) return undefined;
  const matches = matchesPattern(shape.pattern, value);
  if (matches === undefined) return `could not be compared with \`${shape.pattern}\`, which takes too long`;
  return matches ? undefined : `is ${shown}, expected text that matches \`${shape.pattern}\``;
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

/** Backtracking needs two parts that repeat, or a long text. So many of one kind of character are no such part. */
function isQuick(pattern: string, text: string): boolean {
  const repeating = pattern.replaceAll(/(\]|\\[dDwWsS])\{\d+\}/g, "$1").match(/[*+{]/g) ?? [];
  return text.length <= 1000 && repeating.length < 2;
}

export function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

export function describeInputType(type: InputType): string {
  return { string: "text", object: "an object", integer: "an integer" }[type as string] ?? `a ${type}`;
}

const LONGEST_QUOTE = 60;

export function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
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
