// An `if` that is always true or never: it holds no name, contradicts itself, or compares an input with what the input cannot
// be.

import type { Expression } from "../../expression/ast.ts";
import { childrenOf } from "../../expression/ast.ts";
import { EvaluationError, evaluateTemplate } from "../../expression/evaluate.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import type { Json } from "../../value/json.ts";
import type { AuthoredScalar } from "../authored.ts";
import { shortJson } from "../input-values.ts";
import type { Outline } from "../outline.ts";
import { truthOf } from "./truth.ts";

/** To be asked only of a runbook without errors. */
export function constantConditions({ steps, inputs, source }: Outline): readonly Diagnostic[] {
  return steps.flatMap(({ if: condition, id }) => {
    if (condition === undefined) return [];
    const value = constantOf(condition) ?? alwaysOf(condition, inputs);
    if (value !== undefined) {
      const message = value
        ? `"if" of step "${id!}" is always true`
        : `"if" is never true, so step "${id!}" never runs`;
      const hint = value ? "remove the `if`" : "remove the step, or write a condition";
      return [diagnosticAt(source, condition.span, "constant-condition", message, { hint })];
    }
    return [...impossible(condition, inputs)].map(({ expression, name, allowed }) => {
      const message = `input "${name}" is never ${shortJson(allowed.wrong)}`;
      const hint = `its \`enum\` has ${allowed.values.map(shortJson).join(", ")}`;
      return diagnosticAt(source, condition.inFile(expression.span), "constant-condition", message, { hint });
    });
  });
}

function alwaysOf({ template }: AuthoredScalar, inputs: Outline["inputs"]): boolean | undefined {
  const [only] = template?.whole === true ? template.parts : [];
  return only === undefined || typeof only === "string" ? undefined : truthOf(only, inputs);
}

function constantOf({ value, template }: AuthoredScalar): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (template === undefined) return undefined;
  const holdsName = (expression: Expression): boolean =>
    expression.kind === "name" || childrenOf(expression).some(holdsName);
  if (template.parts.some((part) => typeof part !== "string" && holdsName(part))) return undefined;
  try {
    const result = evaluateTemplate(template, { inputs: {}, steps: {} });
    return typeof result === "boolean" ? result : undefined;
  } catch (thrown) {
    if (thrown instanceof EvaluationError) return undefined;
    throw thrown;
  }
}

interface Impossible {
  readonly expression: Expression;
  readonly name: string;
  readonly allowed: { readonly wrong: Json; readonly values: readonly Json[] };
}

/** Comparisons of an input that has an `enum` with a value that is not in it. */
function* impossible({ template }: AuthoredScalar, inputs: Outline["inputs"]): Generator<Impossible> {
  const within = function* (expression: Expression): Generator<Impossible> {
    for (const child of childrenOf(expression)) yield* within(child);
    if (expression.kind !== "binary" || (expression.operator !== "==" && expression.operator !== "!=")) return;
    for (const [read, literal] of [
      [expression.left, expression.right],
      [expression.right, expression.left],
    ] as const) {
      if (literal.kind !== "literal" || read.kind !== "property" || read.target.kind !== "name") continue;
      const values = read.target.name === "inputs" ? inputs.get(read.name)?.input?.enum : undefined;
      if (values === undefined || values.includes(literal.value)) continue;
      yield { expression, name: read.name, allowed: { wrong: literal.value, values } };
    }
  };
  for (const part of template?.parts ?? []) if (typeof part !== "string") yield* within(part);
}
