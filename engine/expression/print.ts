// Writes an expression as text, one way only: parsing the text gives the same expression again, spans aside.

import { PLAIN_NAME, PRECEDENCE, type Expression } from "./ast.ts";

/** How tightly things bind that are no binary operator. */
const NOT = 5;
const CHAIN = 6;

/** The canonical text of an expression, without `${{ }}`. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return typeof expression.value === "string" ? quote(expression.value) : String(expression.value);
    case "name":
      return expression.name;
    case "property": {
      const { name } = expression;
      const target = printTarget(expression.target);
      return PLAIN_NAME.test(name) ? `${target}.${name}` : `${target}[${quote(name)}]`;
    }
    case "index":
      return `${printTarget(expression.target)}[${printExpression(expression.index)}]`;
    case "not":
      return `!${printAtLeast(expression.operand, NOT)}`;
    case "binary": {
      const precedence = PRECEDENCE[expression.operator];
      const left = printAtLeast(expression.left, precedence);
      return `${left} ${expression.operator} ${printAtLeast(expression.right, precedence + 1)}`;
    }
    case "local":
      return PLAIN_NAME.test(expression.name) ? `locals.${expression.name}` : `locals[${quote(expression.name)}]`;
    case "call":
      return `${expression.name}(${expression.arguments.map(printExpression).join(", ")})`;
  }
}

/** The text of an expression for a message: canonical, and cut when it is long. */
export function excerpt(expression: Expression): string {
  const text = printExpression(expression).replaceAll(/\s+/g, " ");
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function precedenceOf(expression: Expression): number {
  if (expression.kind === "binary") return PRECEDENCE[expression.operator];
  return expression.kind === "not" ? NOT : CHAIN;
}

function printAtLeast(expression: Expression, precedence: number): string {
  const text = printExpression(expression);
  return precedenceOf(expression) < precedence ? `(${text})` : text;
}

/** A number in front of a dot would read as a longer number. */
function printTarget(target: Expression): string {
  const text = printAtLeast(target, CHAIN);
  return target.kind === "literal" ? `(${text})` : text;
}
