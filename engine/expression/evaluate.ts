// The value of an expression in a scope. Operators convert nothing; secrets are passed on and never looked into. What is made
// of something unknown is unknown, and what asks for a truth takes the one that is assumed.

import type { Span } from "../source/source-text.ts";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { labelOf, Unknown, unknownsIn } from "../value/unknown.ts";
import { type Binary, type Call, type Expression, type Local, type LocalValue, PLAIN_NAME } from "./ast.ts";
import { functionNamed, kindOfValue } from "./functions.ts";
import type { Template } from "./template.ts";
import { describeKind, type ValueType } from "./types.ts";

export interface EvaluationScope {
  readonly inputs: Readonly<Record<string, Json>>;
  /** `status` and `error` beside the outputs. */
  readonly steps: Readonly<Record<string, { readonly outputs: Json }>>;
  readonly each?: { readonly key: string; readonly value: Json };
  readonly run?: { readonly outcome: string };
  /** Present in a rehearsal, whose scope may hold what is not known: what it is taken to be where it decides something. */
  readonly assume?: (unknown: Unknown) => boolean;
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
  const unknown: Unknown[] = [];
  let written = "";
  const pieces = template.parts.flatMap((part): Secret["parts"] => {
    const value = typeof part === "string" ? part : evaluate(part, scope);
    written += typeof part === "string" ? part : `\${{ ${labelOf(value)} }}`;
    if (value instanceof Unknown) {
      unknown.push(value);
      return [value.text];
    }
    if (typeof part === "string") return [part];
    if (value instanceof Secret) return value.parts;
    if (typeof value === "object") {
      throw new EvaluationError(
        part.span,
        `${nameOfKind(value)} stands among text, expected something that can be text`,
      );
    }
    return [String(value)];
  });
  if (pieces.some((piece) => typeof piece === "object")) return new Secret(pieces);
  const text = pieces.join("");
  return unknown.length === 0 ? text : Unknown.from(unknown, written, { text }).asJson;
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
      if (target instanceof Unknown || index instanceof Unknown) {
        return Unknown.from(unknownsIn([target, index]), `${labelOf(target)}[${labelOf(index)}]`).asJson;
      }
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
  if (value instanceof Unknown) {
    return value.member(PLAIN_NAME.test(name) ? `.${name}` : `[${labelOf(name)}]`).asJson;
  }
  return isJsonObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}

function truth(expression: Expression, scope: EvaluationScope): boolean {
  const value = evaluate(expression, scope);
  if (typeof value === "boolean") return value;
  if (value instanceof Unknown && scope.assume !== undefined) return scope.assume(value);
  throw new EvaluationError(expression.span, `${nameOfKind(value)} stands here, expected a boolean`);
}

function nameOfKind(value: Json): string {
  return describeKind(kindOfValue(value));
}

function binary({ operator, left, right, span }: Binary, scope: EvaluationScope): Json {
  if (operator === "&&") return truth(left, scope) && truth(right, scope);
  if (operator === "||") return truth(left, scope) || truth(right, scope);
  const [a, b] = [evaluate(left, scope), evaluate(right, scope)];
  if (a instanceof Secret || b instanceof Secret) throw new EvaluationError(span, "a secret cannot be compared");
  const unknown = unknownsIn([a, b]);
  if (unknown.length > 0) return compared(operator, a, b, unknown).asJson;
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

/** Equality asks what one side comes out as, so that two of one thing with different values are never taken to hold at once. */
function compared(operator: string, a: Json, b: Json, unknown: readonly Unknown[]): Unknown {
  const expression = `${labelOf(a)} ${operator} ${labelOf(b)}`;
  const [subject, other] = a instanceof Unknown ? [a, b] : [b, a];
  const isPlain = subject instanceof Unknown && unknown.length === 1;
  if ((operator !== "==" && operator !== "!=") || !isPlain) {
    return Unknown.from(unknown, expression, { isTruth: true });
  }
  const question = { subject: subject.expression, literal: labelOf(other), isNegated: operator === "!=" };
  return Unknown.from(unknown, expression, { question, isTruth: true });
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
  const unknown = values.flatMap(unknownsIn);
  if (unknown.length > 0) {
    const isTruth = known.gives.kind === "boolean";
    return Unknown.from(unknown, `${name}(${values.map(labelOf).join(", ")})`, { isTruth }).asJson;
  }
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
