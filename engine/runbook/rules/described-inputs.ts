// The descriptions of inputs agree with themselves, and something reads each input.

import { childrenOf, type Expression } from "../../expression/ast.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { nearest } from "../../source/suggestion.ts";
import type { Json } from "../../value/json.ts";
import { entriesOf, plain, templatesIn } from "../authored.ts";
import { constraintProblem, describeInputType, isOfType, isPattern, shortJson } from "../input-values.ts";
import type { RunbookInput } from "../model.ts";
import type { InputOutline, Outline, Rule } from "../outline.ts";

const OF_TEXT = ["pattern", "minLength", "maxLength"] as const;

export const describedInputs: Rule = ({ inputs, source }) =>
  [...inputs.values()].flatMap((described) =>
    described.input === undefined
      ? []
      : [...problemsOf(described, described.input)].map(([key, code, message, hint]) => {
          const span = entriesOf(described.node)?.get(key)?.value.span ?? described.span;
          return diagnosticAt(source, span, code, message, { hint });
        }),
  );

type Problem = readonly [key: string, code: Diagnostic["code"], message: string, hint?: string | undefined];

function* problemsOf({ node }: InputOutline, input: RunbookInput): Generator<Problem> {
  const entries = entriesOf(node)!;
  const name = `input "${input.name}"`;
  if (input.secret && input.type !== "string") {
    const message = `${name} is secret and ${describeInputType(input.type)}, and only text can be secret`;
    yield ["type", "input-constraint", message, "write `type: string`"];
  }
  if (input.secret && entries.has("default")) {
    const hint = "remove the default; a secret is asked for, or read from the environment";
    yield ["default", "secret-in-file", `${name} is secret, and its default is written in the file`, hint];
  }
  if (input.secret && entries.has("enum")) {
    yield ["enum", "secret-in-file", `${name} is secret, and its values are written in the file`, "remove `enum`"];
  }
  for (const key of OF_TEXT) {
    if (entries.has(key) && input.type !== "string") {
      yield [key, "input-constraint", `"${key}" is for text, and ${name} is ${describeInputType(input.type)}`];
    }
  }
  if (input.pattern !== undefined && !isPattern(input.pattern)) {
    yield ["pattern", "input-constraint", `"pattern" of ${name} is no regular expression`];
    return;
  }
  if ((input.minLength ?? 0) > (input.maxLength ?? Infinity)) {
    const message = `"minLength" of ${name} is ${input.minLength}, more than its "maxLength", ${input.maxLength}`;
    yield ["minLength", "input-constraint", message];
    return;
  }
  yield* valueProblems(entries.get("default")?.value, input);
}

/** Whether `enum` and `default` are values that the input takes. */
function* valueProblems(given: Parameters<typeof plain>[0] | undefined, input: RunbookInput): Generator<Problem> {
  if (input.secret) return;
  const name = `input "${input.name}"`;
  for (const value of input.enum ?? []) {
    if (isOfType(value, input.type)) continue;
    const message = `"enum" of ${name} holds ${shortJson(value)}, expected ${describeInputType(input.type)}`;
    yield ["enum", "input-constraint", message];
    return;
  }
  if (given === undefined || (given.kind === "scalar" && (given.isTemplate || given.isUnread === true))) return;
  const value = plain(given) as Json;
  const problem = constraintProblem(input, value);
  if (problem === undefined) return;
  const near = typeof value === "string" ? nearest(value, (input.enum ?? []).map(String)) : undefined;
  yield ["default", "wrong-default", `the default of ${name} ${problem}`, near && `did you mean "${near}"?`];
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
