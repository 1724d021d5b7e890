// The value of an expression in a scope. Operators convert nothing; secrets are passed on and never looked into.

import type { Span } from "../source/source-text.ts";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { Binary, Call, Expression, Local, LocalValue } from "./ast.ts";
import { functionNamed, kindOfValue } from "./functions.ts";
import type { Template } from "./template.ts";
import { describeKind, type ValueType } from "./types.ts";

export interface EvaluationScope {
  readonly inputs: Readonly<Record<string, Json>>;
  /** `status` and `error` beside the outputs. */
  readonly steps: Readonly<Record<string, { readonly outputs: Json }>>;
  readonly each?: { readonly key: string; readonly value: Json };
  readonly run?: { readonly outcome: string };
}

/** A mistake that shows only with the values; its message holds none of a secret. */
export class EvaluationError extends Error {
  /** Offsets in the text of the template. */
  readonly span: Span;
  constructor(span: Span, message: string) {
    super(message);
    this.span = span;
  }
}

/** One expression alone keeps the type of its value; text around it makes a string, or a secret if one is in it. */
export function evaluateTemplate(template: Template, scope: EvaluationScope): Json {
  const [only] = template.parts;
  if (template.whole && only !== undefined && typeof only !== "string") return evaluate(only, scope);
  const pieces = template.parts.flatMap((part): Secret["parts"] => {
    if (typeof part === "string") return [part];
    const value = evaluate(part, scope);
    if (value instanceof Secret) return value.parts;
    if (typeof value === "object") {
      throw new EvaluationError(
        part.span,
        `${nameOfKind(value)} stands among text, expected something that can be text`,
      );
    }
    return [String(value)];
  });
  return pieces.some((piece) => typeof piece === "object") ? new Secret(pieces) : pieces.join("");
}

function evaluate(expression: Expression, scope: EvaluationScope): Json {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "name":
      if (expression.name === "inputs") return scope.inputs;
      if (expression.name === "steps") return scope.steps;
      if (expression.name === "each") return scope.each ?? null;
      return expression.name === "run" ? (scope.run ?? null) : null;
    case "property":
      return memberOf(evaluate(expression.target, scope), expression.name);
    case "index": {
      const [target, index] = [evaluate(expression.target, scope), evaluate(expression.index, scope)];
      if (target === null) return null;
      if (Array.isArray(target) && typeof index === "number") return (target as readonly Json[])[index] ?? null;
      if (isJsonObject(target) && typeof index === "string") return memberOf(target, index);
      const message = `${nameOfKind(index)} stands in the brackets behind ${nameOfKind(target)}`;
      throw new EvaluationError(expression.span, `${message}, expected a list and a number or an object and a string`);
    }
    case "not":
      return !truth(expression.operand, scope);
    case "binary":
      return binary(expression, scope);
    case "call":
      return call(expression, scope);
    case "local":
      return localValue(expression, scope);
  }
}

/** What goes wrong in it is told at the reference: the places in it are of another text. */
function localValue({ name, value, span }: Local, scope: EvaluationScope): Json {
  const of = (part: LocalValue): Json => {
    switch (part.kind) {
      case "list":
        return part.items.map(of);
      case "map":
        return Object.fromEntries(part.entries.map(([key, member]) => [key, of(member)]));
      case "literal":
        return part.value;
      case "template":
        return evaluateTemplate(part.template, scope);
    }
  };
  try {
    return of(value);
  } catch (thrown) {
    if (!(thrown instanceof EvaluationError)) throw thrown;
    throw new EvaluationError(span, `in local "${name}": ${thrown.message}`);
  }
}

/** An absent member is null, so that optional outputs can be asked for; `default` replaces it. */
function memberOf(value: Json, name: string): Json {
  return isJsonObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}

function truth(expression: Expression, scope: EvaluationScope): boolean {
  const value = evaluate(expression, scope);
  if (typeof value === "boolean") return value;
  throw new EvaluationError(expression.span, `${nameOfKind(value)} stands here, expected a boolean`);
}

function nameOfKind(value: Json): string {
  return describeKind(kindOfValue(value));
}

function binary({ operator, left, right, span }: Binary, scope: EvaluationScope): boolean {
  if (operator === "&&") return truth(left, scope) && truth(right, scope);
  if (operator === "||") return truth(left, scope) || truth(right, scope);
  const [a, b] = [evaluate(left, scope), evaluate(right, scope)];
  if (a instanceof Secret || b instanceof Secret) throw new EvaluationError(span, "a secret cannot be compared");
  if (operator === "==") return canonicalJson(a) === canonicalJson(b);
  if (operator === "!=") return canonicalJson(a) !== canonicalJson(b);
  const order = compare(a, b);
  if (order === undefined) {
    const message = `${nameOfKind(a)} and ${nameOfKind(b)} stand beside \`${operator}\``;
    throw new EvaluationError(span, `${message}, expected two numbers or two strings`);
  }
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Texts are ordered by their code units, which is the same on every machine. */
function compare(a: Json, b: Json): number | undefined {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== "string" || typeof b !== "string") return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

function call({ name, arguments: args, span }: Call, scope: EvaluationScope): Json {
  const known = functionNamed(name);
  if (known === undefined) throw new EvaluationError(span, `there is no function "${name}"`);
  const values = args.map((arg) => evaluate(arg, scope));
  for (const [place, value] of values.entries()) {
    const takes: readonly ValueType["kind"][] = known.takes[Math.min(place, known.takes.length - 1)]!;
    if (takes.includes(kindOfValue(value))) continue;
    const wanted = takes.map((kind) => describeKind(kind)).join(" or ");
    const message = `argument ${place + 1} of ${name}() is ${nameOfKind(value)}, expected ${wanted}`;
    throw new EvaluationError(args[place]!.span, message);
  }
  try {
    return known.call(values);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new EvaluationError(span, thrown.message);
    throw thrown;
  }
}
