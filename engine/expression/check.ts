// Whether what an expression reads exists, and what type it gives. Operators convert nothing.

import type { DiagnosticCode } from "../source/diagnostic-codes.ts";
import type { Span } from "../source/source-text.ts";
import { suggest } from "../source/suggestion.ts";
import { type Binary, type Call, type Expression, type Index, type LocalValue, type Property, stepOf } from "./ast.ts";
import { type ExpressionFunction, functionNamed, functionNames, insteadOf } from "./functions.ts";
import { excerpt } from "./print.ts";
import { type Environment, inputNamed, localNamed, type Named, rootNamed, stepNamed } from "./names.ts";
import { type ExpressionProblem, problemAt } from "./problem.ts";
import type { Template } from "./template.ts";
import {
  ANY,
  common,
  describeKind,
  describeType,
  holdsSecret,
  isAssignable,
  typeOfSchema,
  type ValueType,
} from "./types.ts";

export interface Checked {
  /** Of what is wrong nothing further is said, so it has any type. */
  readonly type: ValueType;
  readonly problems: readonly ExpressionProblem[];
}

export function checkTemplate(template: Template, environment: Environment): Checked {
  const checker = new Checker(environment);
  const typed = template.parts.flatMap((part) =>
    typeof part === "string" ? [] : [{ part, type: checker.typeOf(part) }],
  );
  const { problems } = checker;
  if (template.whole) return { type: typed[0]?.type ?? ANY, problems };
  for (const { part, type } of typed) checker.wantText(part, type);
  return { type: { kind: typed.some(({ type }) => type.kind === "secret") ? "secret" : "string" }, problems };
}

const BOOLEAN: ValueType = { kind: "boolean" };
const JOINED: Readonly<Record<"&&" | "||", string>> = {
  "&&": "there is no `a && b || c` to choose a value; `&&` joins two conditions",
  "||": "write default(a, b) for another value in place of null; `||` joins two conditions",
};

const isTextual = ({ kind }: ValueType): boolean => kind !== "array" && kind !== "object";

class Checker {
  readonly problems: ExpressionProblem[] = [];
  readonly #environment: Environment;
  constructor(environment: Environment) {
    this.#environment = environment;
  }

  typeOf(expression: Expression): ValueType {
    switch (expression.kind) {
      case "literal":
        if (expression.value === null) return { kind: "null" };
        if (typeof expression.value === "number")
          return { kind: Number.isInteger(expression.value) ? "integer" : "number" };
        return { kind: typeof expression.value as "string" | "boolean" };
      case "name":
        return this.#named(rootNamed(expression.name, expression.span, this.#environment));
      case "property":
        return this.#property(expression);
      case "index":
        return this.#index(expression);
      case "not":
        this.#want(expression.operand, this.typeOf(expression.operand), BOOLEAN, "behind `!`");
        return BOOLEAN;
      case "binary":
        return this.#binary(expression);
      case "call":
        return this.#call(expression);
      case "local":
        return localType(expression.value, this.#environment);
    }
  }

  /** An expression among text must give something that can be text. */
  wantText(expression: Expression, type: ValueType): void {
    if (this.#isNullWithoutStep(expression, type, "and null cannot stand in text")) return;
    if (type.kind !== "array" && type.kind !== "object" && type.kind !== "null") return;
    const message = `${describeType(type)} stands among text, expected something that can be text`;
    const hint =
      type.kind === "array" && isTextual(type.items) ? `write join(${excerpt(expression)}, ', ')` : undefined;
    this.#tell(expression.span, "type-mismatch", message, hint);
  }

  #named(named: Named): ValueType {
    if ("type" in named) return named.type;
    this.problems.push(named.problem);
    return ANY;
  }

  #property(expression: Property): ValueType {
    const { target, name, nameSpan } = expression;
    if (target.kind === "name" && target.name === "inputs")
      return this.#named(inputNamed(name, nameSpan, this.#environment));
    if (target.kind === "name" && target.name === "locals")
      return this.#named(localNamed(name, nameSpan, this.#environment));
    if (stepOf(expression) !== undefined) return this.#named(stepNamed(name, nameSpan, this.#environment));
    const of = this.typeOf(target);
    const without = of.nullWhen === undefined ? {} : { nullWhen: of.nullWhen };
    if (of.kind === "any") return { ...ANY, ...without };
    if (of.kind !== "object") {
      const message = `"${name}" is read from ${describeType(of)}, expected an object`;
      return this.#tell(nameSpan, "type-mismatch", message, itemHint(expression, of));
    }
    const type = of.properties.get(name) ?? of.others;
    if (type !== undefined) return { ...type, ...without };
    const step = stepOf(target);
    if (step !== undefined) {
      const message = `a step has \`outputs\`, \`status\` and \`error\`, and no "${name}"`;
      const near = suggest(name, of.properties.keys());
      const hint = near?.startsWith("did you") === true ? near : `write steps.${step.id}.outputs.<name>`;
      return this.#tell(nameSpan, "unknown-property", message, hint);
    }
    const hint = suggest(name, of.properties.keys());
    const source = target.kind === "property" && target.name === "outputs" ? stepOf(target.target) : undefined;
    if (source !== undefined) {
      return this.#tell(nameSpan, "unknown-output", `step "${source.id}" has no output "${name}"`, hint);
    }
    return this.#tell(nameSpan, "unknown-property", `\`${excerpt(target)}\` has no "${name}"`, hint);
  }

  #index({ target, index }: Index): ValueType {
    const of = this.typeOf(target);
    const by = this.typeOf(index);
    const inBrackets = "in the brackets";
    if (of.kind === "array") {
      this.#want(index, by, { kind: "integer" }, inBrackets);
      return of.nullWhen === undefined ? of.items : { ...of.items, nullWhen: of.nullWhen };
    }
    if (of.kind === "object") {
      this.#want(index, by, { kind: "string" }, inBrackets);
      // Of a map whose values are all alike it does not matter which one is read.
      const types = new Set([...of.properties.values(), ...(of.others === undefined ? [] : [of.others])]);
      if (holdsSecret(of) && types.size > 1) {
        const message = "which property is read is computed, and one of them is a secret";
        return this.#tell(index.span, "secret-in-expression", message, "write the property's name");
      }
      return common([...types]);
    }
    if (of.kind === "any") return ANY;
    const message = `brackets stand behind ${describeType(of)}, expected a list or an object`;
    return this.#tell(target.span, "type-mismatch", message);
  }

  #binary({ operator, left, right }: Binary): ValueType {
    const [a, b] = [this.typeOf(left), this.typeOf(right)];
    const where = `beside \`${operator}\``;
    if (operator === "&&" || operator === "||") {
      this.#want(left, a, BOOLEAN, where, JOINED[operator]);
      this.#want(right, b, BOOLEAN, where, JOINED[operator]);
      return BOOLEAN;
    }
    const secrets = [
      { type: a, span: left.span },
      { type: b, span: right.span },
    ].filter(({ type }) => holdsSecret(type));
    for (const { span } of secrets) {
      this.#tell(span, "secret-in-expression", `a secret stands ${where}, and secrets can only be passed on`);
    }
    if (secrets.length > 0) return BOOLEAN;
    const span = { start: left.span.start, end: right.span.end };
    if (operator === "==" || operator === "!=") {
      const comparable = a.kind === "null" || b.kind === "null" || isAssignable(a, b) || isAssignable(b, a);
      if (!comparable) {
        const message = `${describeType(a)} is compared with ${describeType(b)}, and the two are never equal`;
        this.#tell(span, "type-mismatch", message);
      } else {
        this.#comparedTexts(left, b);
        this.#comparedTexts(right, a);
      }
      return BOOLEAN;
    }
    const orderless = "and null has no order";
    if (this.#isNullWithoutStep(left, a, orderless) || this.#isNullWithoutStep(right, b, orderless)) return BOOLEAN;
    const ordered = [a, b].every(isNumber) || [a, b].every(isText);
    if (!ordered) {
      const message = `${describeType(a)} and ${describeType(b)} stand ${where}, expected two numbers or two strings`;
      this.#tell(span, "type-mismatch", message);
    }
    return BOOLEAN;
  }

  /** A text beside one that can be some texts only must be one of them. */
  #comparedTexts(expression: Expression, other: ValueType): void {
    if (expression.kind !== "literal" || typeof expression.value !== "string" || other.kind !== "string") return;
    const { values } = other;
    if (values === undefined || values.includes(expression.value)) return;
    const known = values.map((one) => `'${one}'`).join(" or ");
    const message = `'${expression.value}' is compared with what is always ${known}`;
    this.#tell(expression.span, "type-mismatch", message, suggest(expression.value, values));
  }

  #call(call: Call): ValueType {
    const { name, nameSpan, arguments: args } = call;
    const types = args.map((arg) => this.typeOf(arg));
    const known = functionNamed(name);
    if (known === undefined) {
      const hint = insteadOf(name) ?? suggest(name, functionNames) ?? `known here: ${functionNames.join(", ")}`;
      return this.#tell(nameSpan, "unknown-function", `there is no function "${name}"`, hint);
    }
    if (args.length < known.required || args.length > known.most) {
      const count = args.length === 1 ? "1 argument" : `${args.length} arguments`;
      const wanted =
        known.required === known.most
          ? `${known.most}`
          : known.most === Infinity
            ? `${known.required} or more`
            : `${known.required} or ${known.most}`;
      const message = `${name}() has ${count}, expected ${wanted}`;
      return this.#tell(nameSpan, "function-arguments", message, `write ${known.signature}`);
    }
    if (this.#arguments(call, known, types)) {
      const literals = args.map((arg) => (arg.kind === "literal" ? arg.value : undefined));
      const problem = known.problem?.(literals);
      if (problem !== undefined) this.#tell(args[0]!.span, "function-arguments", problem);
    }
    if (name !== "default") return known.gives;
    const [{ nullWhen: _, ...value } = ANY, other = ANY] = types;
    if (value.kind === "null") return other;
    return isAssignable(other, value as ValueType) ? (value as ValueType) : ANY;
  }

  /** Tells of arguments of the wrong type; true when all are right. */
  #arguments({ name, arguments: args }: Call, known: ExpressionFunction, types: readonly ValueType[]): boolean {
    const before = this.problems.length;
    for (const [place, type] of types.entries()) {
      const takes = known.takes[Math.min(place, known.takes.length - 1)]!;
      const arg = args[place]!;
      if (holdsSecret(type)) {
        const message = `a secret is given to ${name}(), and secrets can only be passed on`;
        this.#tell(arg.span, "secret-in-expression", message);
      } else if (!takes.includes("null") && this.#isNullWithoutStep(arg, type, `and ${name}() does not take null`)) {
        continue;
      } else if (type.kind !== "any" && !takes.includes(type.kind)) {
        const wanted = takes.map((kind) => describeKind(kind)).join(" or ");
        const message = `argument ${place + 1} of ${name}() is ${describeType(type)}, expected ${wanted}`;
        this.#tell(arg.span, "function-arguments", message, `write ${known.signature}`);
      }
    }
    return this.problems.length === before;
  }

  #want(expression: Expression, type: ValueType, wanted: ValueType, where: string, hint?: string): void {
    const { span } = expression;
    if (holdsSecret(type)) {
      this.#tell(span, "secret-in-expression", `a secret stands ${where}, and secrets can only be passed on`);
    } else if (this.#isNullWithoutStep(expression, type, `and null cannot stand ${where}`)) {
      return;
    } else if (type.kind !== "any" && !isAssignable(type, wanted)) {
      const message = `${describeType(type)} stands ${where}, expected ${describeType(wanted)}`;
      this.#tell(span, "type-mismatch", message, hint);
    }
  }

  #isNullWithoutStep(expression: Expression, { nullWhen }: ValueType, what: string): boolean {
    if (nullWhen === undefined) return false;
    const message = `${nullWhen}, which makes this null, ${what}`;
    this.#tell(expression.span, "maybe-skipped", message, `write default(${excerpt(expression)}, <another value>)`);
    return true;
  }

  #tell(span: Span, code: DiagnosticCode, message: string, hint?: string): ValueType {
    this.problems.push(problemAt(span, code, message, hint));
    return ANY;
  }
}

/** What is wrong in it is told where it is written. */
function localType(value: LocalValue, environment: Environment): ValueType {
  switch (value.kind) {
    case "list":
      return { kind: "array", items: common(value.items.map((item) => localType(item, environment))) };
    case "map":
      return {
        kind: "object",
        properties: new Map(value.entries.map(([key, member]) => [key, localType(member, environment)])),
      };
    case "literal":
      return typeOfSchema({ const: value.value });
    case "template":
      return checkTemplate(value.template, environment).type;
  }
}

function isNumber({ kind }: ValueType): boolean {
  return kind === "number" || kind === "integer" || kind === "any";
}

function isText({ kind }: ValueType): boolean {
  return kind === "string" || kind === "any";
}

/** Of a step with `forEach` the outputs are a list. */
function itemHint({ target, name }: Property, of: ValueType): string | undefined {
  if (of.kind !== "array" || of.items.kind !== "object" || !of.items.properties.has(name)) return undefined;
  return `it is a list: write ${excerpt(target)}[0].${name} for that of the first`;
}
