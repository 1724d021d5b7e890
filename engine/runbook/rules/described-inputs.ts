// The descriptions of inputs agree with themselves, and something reads each input.

import { childrenOf, type Expression } from "../../expression/ast.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { nearest } from "../../source/suggestion.ts";
import type { Json } from "../../value/json.ts";
import { type Authored, type AuthoredEntries, entriesOf, entryAt, plain, templatesIn } from "../authored.ts";
import { describeInputType, isPattern, pathText, shortJson, valueProblems } from "../input-values.ts";
import type { InputType, RunbookInput, ValueShape } from "../model.ts";
import type { Outline, Rule } from "../outline.ts";

/** The types that a key is for, and what they are called. */
const FOR: readonly (readonly [key: string, types: readonly InputType[], words: string])[] = [
  ["pattern", ["string"], "text"],
  ["minLength", ["string"], "text"],
  ["maxLength", ["string"], "text"],
  ["minimum", ["number", "integer"], "numbers"],
  ["maximum", ["number", "integer"], "numbers"],
  ["minItems", ["list"], "lists"],
  ["maxItems", ["list"], "lists"],
  ["items", ["list"], "lists"],
  ["values", ["map"], "maps"],
  ["properties", ["object"], "objects"],
];

/** The least and the most of something; nobody may ask for less than the least. */
const LIMITS = [
  ["minLength", "maxLength"],
  ["minimum", "maximum"],
  ["minItems", "maxItems"],
] as const;

export const describedInputs: Rule = ({ inputs, source }) =>
  [...inputs.values()].flatMap(({ node, input, span }) =>
    input === undefined
      ? []
      : [...secretProblems(node, input), ...shapeProblems(node, input, `input "${input.name}"`, input.secret)].map(
          ({ at, isKey, code, message, hint }) => {
            const { keySpan, node: found } = entryAt(node, at) ?? {};
            const place = (isKey === true ? keySpan : undefined) ?? found?.span ?? span;
            return diagnosticAt(source, place, code, message, { hint });
          },
        ),
  );

interface Problem {
  /** From the description of the input. */
  readonly at: readonly string[];
  readonly isKey?: boolean;
  readonly code: Diagnostic["code"];
  readonly message: string;
  readonly hint?: string | undefined;
}

function* secretProblems(node: Authored, input: RunbookInput): Generator<Problem> {
  if (!input.secret) return;
  const entries = entriesOf(node)!;
  const name = `input "${input.name}"`;
  if (input.type !== "string") {
    const message = `${name} is secret and ${describeInputType(input.type)}, and only text can be secret`;
    yield { at: ["type"], code: "input-constraint", message, hint: "write `type: string`" };
  }
  if (entries.has("default")) {
    const message = `${name} is secret, and its default is written in the file`;
    const hint = "remove the default; a secret is asked for, or read from the environment";
    yield { at: ["default"], code: "secret-in-file", message, hint };
  }
  if (entries.has("enum")) {
    const message = `${name} is secret, and its values are written in the file`;
    yield { at: ["enum"], code: "secret-in-file", message, hint: "remove `enum`" };
  }
}

/** `name` is what messages call it: `input "vm"`, `"size" of input "vm"`. */
function* shapeProblems(node: Authored, shape: ValueShape, name: string, isSecret = false): Generator<Problem> {
  const entries = entriesOf(node)!;
  for (const [key, types, words] of FOR) {
    if (!entries.has(key) || types.includes(shape.type)) continue;
    const hint = hintFor(key, shape.type);
    const message = `"${key}" is for ${words}, and ${name} is ${describeInputType(shape.type)}`;
    yield { at: [key], code: "input-constraint", message, hint };
  }
  if (shape.pattern !== undefined && !isPattern(shape.pattern)) {
    yield { at: ["pattern"], code: "input-constraint", message: `"pattern" of ${name} is no regular expression` };
    return;
  }
  const crossed = LIMITS.find(([least, most]) => (shape[least] ?? -Infinity) > (shape[most] ?? Infinity));
  if (crossed !== undefined) {
    const [least, most] = crossed;
    const message = `"${least}" of ${name} is ${shape[least]}, more than its "${most}", ${shape[most]}`;
    yield { at: [least], code: "input-constraint", message };
    return;
  }
  const before = { any: false };
  for (const problem of partProblems(entries, shape, name)) {
    before.any = true;
    yield problem;
  }
  // What a part should be is not clear, so nor is what a value should be.
  if (!isSecret && !before.any) yield* valuesProblems(entries, shape, name);
}

function hintFor(key: string, type: InputType): string | undefined {
  if (key === "properties" && type === "map") return "write `type: object`, or `values` for what each of its values is";
  if (key === "values" && type === "object") return "write `type: map`, or `properties` for each of its members";
  return undefined;
}

function* partProblems(entries: AuthoredEntries, shape: ValueShape, name: string): Generator<Problem> {
  const { items, values, properties } = shape;
  const within = function* (key: readonly string[], of: ValueShape, called: string): Generator<Problem> {
    const node = key.reduce<Authored | undefined>((at, part) => entriesOf(at)?.get(part)?.value, {
      kind: "map",
      entries,
      span: { start: 0, end: 0 },
    });
    if (node === undefined || entriesOf(node) === undefined) return;
    for (const problem of shapeProblems(node, of, called)) yield { ...problem, at: [...key, ...problem.at] };
  };
  if (items !== undefined) yield* within(["items"], items, `an item of ${name}`);
  if (values !== undefined) yield* within(["values"], values, `a value of ${name}`);
  for (const [key, member] of properties ?? []) {
    const called = `"${key}" of ${name}`;
    yield* within(["properties", key], member, called);
    if (member.optional && member.default !== undefined) {
      const message = `${called} is optional and has a default, so it is never left out`;
      yield { at: ["properties", key, "optional"], code: "input-constraint", message, hint: "remove one of the two" };
    }
  }
}

/** Whether `enum` and `default` are values that the input takes. */
function* valuesProblems(entries: AuthoredEntries, shape: ValueShape, name: string): Generator<Problem> {
  const { enum: _, ...each } = shape;
  for (const [index, value] of (shape.enum ?? []).entries()) {
    const [problem] = valueProblems(each, value);
    if (problem === undefined) continue;
    const expected = /expected .*$/.exec(problem.message)?.[0];
    const of = problem.path.length === 0 && expected !== undefined ? `, ${expected}` : ", which it does not take";
    const message = `"enum" of ${name} holds ${shortJson(value)}${of}`;
    yield {
      at: entries.get("enum")?.value.kind === "list" ? ["enum", `${index}`] : ["enum"],
      code: "input-constraint",
      message,
    };
    return;
  }
  const given = entries.get("default")?.value;
  if (given === undefined || holdsExpressions(given)) return;
  const value = plain(given) as Json;
  for (const { path, message, hint, key } of valueProblems(shape, value)) {
    const near =
      path.length === 0 && typeof value === "string" ? nearest(value, (shape.enum ?? []).map(String)) : undefined;
    const where = path.length === 0 ? `the default of ${name}` : `${pathText("default", path)} of ${name}`;
    yield {
      at: ["default", ...path.map(String), ...(key === undefined ? [] : [key])],
      isKey: key !== undefined,
      code: "wrong-default",
      message: `${where} ${message}`,
      hint: hint ?? (near && `did you mean "${near}"?`) ?? quotesHint(shape, path, value),
    };
  }
}

function quotesHint({ type }: ValueShape, path: readonly unknown[], value: Json): string | undefined {
  const isBare = typeof value === "number" || typeof value === "boolean";
  return type === "string" && path.length === 0 && isBare ? `put it in quotes: "${value}"` : undefined;
}

function holdsExpressions(node: Authored): boolean {
  if (node.kind === "scalar") return node.isTemplate || node.isUnread === true;
  const parts = node.kind === "list" ? node.items : [...node.entries.values()].map(({ value }) => value);
  return parts.some(holdsExpressions);
}

/** To be asked only when everything could be read: what is misspelt reads nothing. */
export function unusedInputs({ inputs, root, source }: Outline): readonly Diagnostic[] {
  const read = new Set<string>();
  for (const { template } of templatesIn(root)) {
    for (const part of template?.parts ?? []) if (typeof part !== "string") addInputsOf(part, read);
  }
  if (read.has("*")) return [];
  return [...inputs].flatMap(([name, { span }]) =>
    read.has(name)
      ? []
      : [diagnosticAt(source, span, "unused-input", `nothing reads input "${name}"`, { hint: "remove it, or use it" })],
  );
}

/** Adds the names of the inputs that an expression reads; `*` when it reads them all or computes a name. */
export function addInputsOf(expression: Expression, names: Set<string>): void {
  if (expression.kind === "name" && expression.name === "inputs") names.add("*");
  else if (expression.kind === "property" && expression.target.kind === "name" && expression.target.name === "inputs") {
    names.add(expression.name);
  } else for (const child of childrenOf(expression)) addInputsOf(child, names);
}
