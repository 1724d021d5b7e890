// Whether a condition can come out both ways, as far as its form and the bounds of inputs tell.

import type { BinaryOperator, Expression } from "../../expression/ast.ts";
import { printExpression } from "../../expression/print.ts";
import type { Outline } from "../outline.ts";

type Inputs = Outline["inputs"];

/** What an expression always is; absent when it may be either, or when nobody can tell. */
export function truthOf(expression: Expression, inputs: Inputs): boolean | undefined {
  if (expression.kind === "literal") return typeof expression.value === "boolean" ? expression.value : undefined;
  if (expression.kind === "not") {
    const operand = truthOf(expression.operand, inputs);
    return operand === undefined ? undefined : !operand;
  }
  if (expression.kind !== "binary") return undefined;
  const { operator } = expression;
  if (operator !== "&&" && operator !== "||") return comparison(expression, inputs);
  // `a && b` is false as soon as one of the two is; `a || b` is true so.
  const decides = operator === "||";
  const parts = partsOf(expression, operator);
  const truths = parts.map((part) => truthOf(part, inputs));
  if (truths.includes(decides) || contradict(parts)) return decides;
  return truths.every((truth) => truth === !decides) ? !decides : undefined;
}

function partsOf(expression: Expression, operator: BinaryOperator): readonly Expression[] {
  if (expression.kind !== "binary" || expression.operator !== operator) return [expression];
  return [...partsOf(expression.left, operator), ...partsOf(expression.right, operator)];
}

/** Whether one of them is the opposite of another. */
function contradict(parts: readonly Expression[]): boolean {
  const texts = new Set(parts.map(printExpression));
  return parts.some((part) => part.kind === "not" && texts.has(printExpression(part.operand)));
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

const MIRRORED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

function comparison(expression: Expression & { readonly kind: "binary" }, inputs: Inputs): boolean | undefined {
  const { left, right, operator } = expression;
  const isMirrored = left.kind === "literal";
  const [read, literal] = isMirrored ? [right, left] : [left, right];
  if (literal.kind !== "literal" || typeof literal.value !== "number") return undefined;
  const bounds = boundsOf(read, inputs);
  if (bounds === undefined) return undefined;
  const { least, most } = bounds;
  const { value } = literal;
  switch (isMirrored ? (MIRRORED[operator] ?? operator) : operator) {
    case "<":
      return most < value ? true : least >= value ? false : undefined;
    case "<=":
      return most <= value ? true : least > value ? false : undefined;
    case ">":
      return least > value ? true : most <= value ? false : undefined;
    case ">=":
      return least >= value ? true : most < value ? false : undefined;
    case "==":
      return value < least || value > most ? false : undefined;
    default:
      return value < least || value > most ? true : undefined;
  }
}

/** Between what an input is, or the length of one. */
function boundsOf(expression: Expression, inputs: Inputs): Bounds | undefined {
  if (expression.kind === "call" && expression.name === "length") {
    const input = inputOf(expression.arguments[0], inputs);
    if (input === undefined) return undefined;
    const [least, most] = input.type === "list" ? [input.minItems, input.maxItems] : [input.minLength, input.maxLength];
    return { least: least ?? 0, most: most ?? Infinity };
  }
  const input = inputOf(expression, inputs);
  if (input === undefined || (input.type !== "number" && input.type !== "integer")) return undefined;
  return { least: input.minimum ?? -Infinity, most: input.maximum ?? Infinity };
}

function inputOf(expression: Expression | undefined, inputs: Inputs) {
  if (expression?.kind !== "property" || expression.target.kind !== "name") return undefined;
  return expression.target.name === "inputs" ? inputs.get(expression.name)?.input : undefined;
}
