// Whether what an expression reads exists, and what type it gives. Operators convert nothing.

import type { Span } from "../source/source-text.ts";
import { suggest } from "../source/suggestion.ts";
import type { Binary, Call, Expression, Index, Property } from "./ast.ts";
import { functionNamed, functionNames } from "./functions.ts";
import { type ExpressionProblem, problemAt } from "./problem.ts";
import { referencedSteps, type Template } from "./template.ts";
import { ANY, describeType, isAssignable, type ValueType } from "./types.ts";

export interface Environment {
  readonly inputs: ReadonlyMap<string, ValueType>;
  /** The type of each step's outputs. */
  readonly steps: ReadonlyMap<string, ValueType>;
}

export interface Checked {
  readonly type: ValueType;
  readonly problems: readonly ExpressionProblem[];
  readonly steps: readonly { readonly id: string; readonly span: Span }[];
}

export function checkTemplate(template: Template, environment: Environment): Checked {
  const checker = new Checker(environment);
  const types = template.parts.flatMap((part) =>
    typeof part === "string" ? [] : [{ type: checker.typeOf(part), span: part.span }],
  );
  const steps = referencedSteps(template);
  const { problems } = checker;
  if (template.whole) return { type: types[0]?.type ?? ANY, problems, steps };
  for (const { type, span } of types) {
    if (type.kind !== "array" && type.kind !== "object" && type.kind !== "null") continue;
    const message = `${describeType(type)} stands inside text, expected something that can be text`;
    problems.push(
      problemAt(span, "type-mismatch", message, type.kind === "array" ? "write join(list, ', ')" : undefined),
    );
  }
  return { type: { kind: types.some(({ type }) => type.kind === "secret") ? "secret" : "string" }, problems, steps };
}

const BOOLEAN: ValueType = { kind: "boolean" };

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
        return this.#name(expression.name, expression.span);
      case "property":
        return this.#property(expression);
      case "index":
        return this.#index(expression);
      case "not":
        this.#want(this.typeOf(expression.operand), BOOLEAN, expression.operand.span, "behind `!`");
        return BOOLEAN;
      case "binary":
        return this.#binary(expression);
      case "call":
        return this.#call(expression);
    }
  }

  /** A root that stands alone, or in front of something that is no name. */
  #name(name: string, span: Span): ValueType {
    if (name === "inputs") return { kind: "object", properties: this.#environment.inputs };
    if (name === "steps")
      return this.#tell(span, "type-mismatch", "`steps` stands alone", "write steps.<id>.outputs.<name>");
    if (functionNamed(name))
      return this.#tell(
        span,
        "expression-syntax",
        `\`${name}\` is a function`,
        `write ${functionNamed(name)!.signature}`,
      );
    const quoted = this.#environment.inputs.has(name) ? `write inputs.${name}` : undefined;
    const hint = quoted ?? suggest(name, ["inputs", "steps"]);
    return this.#tell(span, "unknown-name", `\`${name}\` is neither \`inputs\` nor \`steps\``, hint);
  }

  #property(expression: Property): ValueType {
    const { target, name, nameSpan } = expression;
    if (target.kind === "name" && target.name === "inputs") {
      const { inputs } = this.#environment;
      const type = inputs.get(name);
      if (type !== undefined) return type;
      return this.#tell(
        nameSpan,
        "unknown-input",
        `"${name}" is no input of this runbook`,
        suggest(name, inputs.keys()),
      );
    }
    if (target.kind === "name" && target.name === "steps") {
      const { steps } = this.#environment;
      const outputs = steps.get(name);
      if (outputs !== undefined) return { kind: "object", properties: new Map([["outputs", outputs]]) };
      return this.#tell(nameSpan, "unknown-step", `"${name}" is no step of this runbook`, suggest(name, steps.keys()));
    }
    const of = this.typeOf(target);
    if (of.kind === "any") return ANY;
    if (of.kind !== "object") {
      return this.#tell(nameSpan, "type-mismatch", `"${name}" is read from ${describeType(of)}, expected an object`);
    }
    const type = of.properties.get(name) ?? of.others;
    if (type !== undefined) return type;
    const step = stepIdOf(target);
    if (step !== undefined && this.#environment.steps.has(step)) {
      const hint = `write steps.${step}.outputs.${name}`;
      return this.#tell(nameSpan, "unknown-property", `a step has \`outputs\`, and no "${name}"`, hint);
    }
    const outputsOf = target.kind === "property" && target.name === "outputs" ? stepIdOf(target.target) : undefined;
    const hint = suggest(name, of.properties.keys());
    if (outputsOf !== undefined) {
      return this.#tell(nameSpan, "unknown-output", `step "${outputsOf}" has no output "${name}"`, hint);
    }
    return this.#tell(nameSpan, "unknown-property", `there is no "${name}" here`, hint);
  }

  #index({ target, index }: Index): ValueType {
    const of = this.typeOf(target);
    const by = this.typeOf(index);
    if (of.kind === "any" || by.kind === "any") return ANY;
    if (of.kind === "array") {
      this.#want(by, { kind: "integer" }, index.span, "in the brackets");
      return of.items;
    }
    if (of.kind === "object") {
      this.#want(by, { kind: "string" }, index.span, "in the brackets");
      return ANY;
    }
    return this.#tell(
      target.span,
      "type-mismatch",
      `brackets stand behind ${describeType(of)}, expected a list or an object`,
    );
  }

  #binary({ operator, left, right }: Binary): ValueType {
    const [a, b] = [this.typeOf(left), this.typeOf(right)];
    const where = `beside \`${operator}\``;
    if (operator === "&&" || operator === "||") {
      this.#want(a, BOOLEAN, left.span, where);
      this.#want(b, BOOLEAN, right.span, where);
      return BOOLEAN;
    }
    for (const [type, { span }] of [
      [a, left],
      [b, right],
    ] as const) {
      if (type.kind === "secret")
        this.#tell(span, "secret-in-expression", `a secret stands ${where}, and secrets are only passed on`);
    }
    if (a.kind === "any" || b.kind === "any" || a.kind === "secret" || b.kind === "secret") return BOOLEAN;
    if (operator === "==" || operator === "!=") {
      const comparable = a.kind === "null" || b.kind === "null" || isAssignable(a, b) || isAssignable(b, a);
      if (!comparable) {
        const message = `${describeType(a)} is compared with ${describeType(b)}, which are never equal`;
        this.#tell({ start: left.span.start, end: right.span.end }, "type-mismatch", message);
      }
      return BOOLEAN;
    }
    const ordered = (isNumber(a) && isNumber(b)) || (a.kind === "string" && b.kind === "string");
    if (!ordered) {
      const message = `${describeType(a)} and ${describeType(b)} stand ${where}, expected two numbers or two strings`;
      this.#tell({ start: left.span.start, end: right.span.end }, "type-mismatch", message);
    }
    return BOOLEAN;
  }

  #call({ name, nameSpan, arguments: args }: Call): ValueType {
    const types = args.map((arg) => this.typeOf(arg));
    const known = functionNamed(name);
    if (known === undefined) {
      return this.#tell(nameSpan, "unknown-function", `there is no function "${name}"`, suggest(name, functionNames));
    }
    if (args.length < known.required || args.length > known.most) {
      const count = args.length === 1 ? "1 argument" : `${args.length} arguments`;
      return this.#tell(nameSpan, "function-arguments", `${name}() has ${count}`, `write ${known.signature}`);
    }
    for (const [place, type] of types.entries()) {
      const takes = known.takes[Math.min(place, known.takes.length - 1)]!;
      if (type.kind === "any" || takes.includes(type.kind)) continue;
      const { span } = args[place]!;
      if (type.kind === "secret") {
        this.#tell(span, "secret-in-expression", `a secret is given to ${name}(), and secrets are only passed on`);
      } else {
        const message = `argument ${place + 1} of ${name}() is ${describeType(type)}`;
        this.#tell(span, "function-arguments", message, `write ${known.signature}`);
      }
    }
    if (name !== "default") return known.gives;
    const [value = ANY, other = ANY] = types;
    return value.kind === "null" ? other : isAssignable(other, value) ? value : ANY;
  }

  #want(type: ValueType, wanted: ValueType, span: Span, where: string): void {
    if (type.kind === "any" || isAssignable(type, wanted)) return;
    this.#tell(span, "type-mismatch", `${describeType(type)} stands ${where}, expected ${describeType(wanted)}`);
  }

  /** Of what is wrong nothing further is said, so it has any type. */
  #tell(span: Span, code: string, message: string, hint?: string): ValueType {
    this.problems.push(problemAt(span, code, message, hint));
    return ANY;
  }
}

function stepIdOf(expression: Expression): string | undefined {
  if (expression.kind !== "property" || expression.target.kind !== "name") return undefined;
  return expression.target.name === "steps" ? expression.name : undefined;
}

function isNumber({ kind }: ValueType): boolean {
  return kind === "number" || kind === "integer";
}
