// What expressions read exists, and has the type that is wanted where they stand.

import { checkTemplate, type Environment } from "../../expression/check.ts";
import { describeType, holdsSecret, isAssignable, typeOfSchema, type ValueType } from "../../expression/types.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import type { DiagnosticCode } from "../../source/diagnostic-codes.ts";
import { SECRET_KEYWORD } from "../../steps/definition.ts";
import type { Authored, AuthoredScalar } from "../authored.ts";
import type { Outline, Rule, StepOutline } from "../outline.ts";
import { dependenciesOf } from "./dependencies.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Where an expression stands, and what may stand there. */
interface Wanted {
  readonly what: string;
  /** Absent when nobody knows. */
  readonly type: ValueType | undefined;
  /** What would become of a secret, as the end of a sentence. */
  readonly leak: string;
}

export const expressions: Rule = (outline) => {
  const checker = new Checker(outline);
  const { steps, outputs } = outline;
  for (const step of steps) {
    const leak = "where everybody can read it";
    const schema = step.definition?.inputs as Schema | undefined;
    if (step.with !== undefined) checker.walk(step.with, schema, '"with"', leak, checker.inSteps);
    if (step.if !== undefined) checker.condition(step.if);
  }
  for (const [name, { value }] of outputs) {
    checker.walk(value, {}, `output "${name}"`, "and outputs are printed and recorded", checker.inOutputs);
  }
  return checker.found;
};

class Checker {
  readonly found: Diagnostic[] = [];
  readonly inSteps: Environment;
  readonly inOutputs: Environment;
  readonly #outline: Outline;
  readonly #ignored: ReadonlySet<DiagnosticCode>;
  constructor(outline: Outline) {
    const { isComplete } = outline;
    this.#outline = outline;
    this.inSteps = environmentOf(outline, new Map());
    this.inOutputs = environmentOf(outline, skippableSteps(outline.steps));
    this.#ignored = new Set([
      ...(isComplete.inputs ? [] : (["unknown-input"] as const)),
      ...(isComplete.steps ? [] : (["unknown-step"] as const)),
    ]);
  }

  condition(node: AuthoredScalar): void {
    this.#check(node, { what: '"if"', type: { kind: "boolean" }, leak: "" }, this.inSteps);
  }

  /** Every expression in a tree whose shape the schema describes. */
  walk(node: Authored, schema: Schema | undefined, what: string, leak: string, environment: Environment): void {
    if (node.kind === "scalar") this.#check(node, { what, type: schema && typeOfSchema(schema), leak }, environment);
    else if (node.kind === "list") {
      const items = schema?.["items"] as Schema | undefined;
      for (const item of node.items) this.walk(item, items, `an item of ${what}`, leak, environment);
    } else {
      for (const [key, { value }] of node.entries)
        this.walk(value, memberOf(schema, key), `"${key}"`, leak, environment);
    }
  }

  #check(node: AuthoredScalar, wanted: Wanted, environment: Environment): void {
    if (node.template === undefined) return;
    const { source } = this.#outline;
    const { type, problems } = checkTemplate(node.template, environment);
    for (const { code, message, span, hint } of problems) {
      if (!this.#ignored.has(code)) this.found.push(diagnosticAt(source, node.inFile(span), code, message, { hint }));
    }
    if (problems.length > 0 || wanted.type === undefined || isAssignable(type, wanted.type)) return;
    const span = node.inFile(node.template.span);
    if (holdsSecret(type) && wanted.type.kind !== "secret") {
      const is = type.kind === "secret" ? "a secret" : `${describeType(type)} with a secret in it`;
      const message = `${is} stands in ${wanted.what}, ${wanted.leak}`;
      const hint = "secrets are for inputs that are secret themselves, such as adminPassword or token";
      this.found.push(diagnosticAt(source, span, "secret-in-plain", message, { hint }));
      return;
    }
    const message = `${wanted.what} is ${describeType(type)}, expected ${describeType(wanted.type)}`;
    this.found.push(diagnosticAt(source, span, "type-mismatch", message, { hint: mismatchHint(type, wanted.type) }));
  }
}

function mismatchHint(type: ValueType, wanted: ValueType): string | undefined {
  if (wanted.kind === "secret") return "declare the input with `secret: true`";
  if (wanted.kind === "boolean") return "compare it with something, as in ${{ inputs.<name> == 'yes' }}";
  if (wanted.kind === "string" && (type.kind === "integer" || type.kind === "number" || type.kind === "boolean")) {
    return "write ${{ format('{0}', <value>) }} to make it text";
  }
  return undefined;
}

function memberOf(schema: Schema | undefined, key: string): Schema | undefined {
  const properties = schema?.["properties"] as Readonly<Record<string, Schema>> | undefined;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  const patterns = schema?.["patternProperties"] as Readonly<Record<string, Schema>> | undefined;
  if (patterns !== undefined) return Object.values(patterns)[0];
  // A schema that says nothing takes anything.
  return schema !== undefined && Object.keys(schema).length === 0 ? schema : undefined;
}

function environmentOf({ inputs, steps }: Outline, skippable: ReadonlyMap<string, string>): Environment {
  return {
    inputs: new Map(
      [...inputs].map(([name, { input }]) => {
        if (input === undefined) return [name, typeOfSchema({})];
        return [name, typeOfSchema(input.secret ? { type: "string", [SECRET_KEYWORD]: true } : { type: input.type })];
      }),
    ),
    // Of two steps with one id the first counts; an unknown step type may have any outputs.
    steps: new Map(
      steps.toReversed().flatMap(({ id, definition }) => {
        if (id === undefined) return [];
        const nullWithout = skippable.get(id);
        return [
          [id, { ...typeOfSchema(definition?.outputs ?? {}), ...(nullWithout !== undefined && { nullWithout }) }],
        ];
      }),
    ),
  };
}

/** The steps that may be skipped, each with the step whose `if` decides: its own, or that of one it depends on. */
function skippableSteps(steps: readonly StepOutline[]): ReadonlyMap<string, string> {
  const skippable = new Map<string, string>();
  const dependents = new Map<string, string[]>();
  for (const step of steps) {
    if (step.id === undefined) continue;
    if (step.if !== undefined && step.if.value !== true) skippable.set(step.id, step.id);
    for (const needed of dependenciesOf(step)) {
      const known = dependents.get(needed);
      if (known === undefined) dependents.set(needed, [step.id]);
      else known.push(step.id);
    }
  }
  // A map goes on to what is added to it meanwhile.
  for (const [id, decides] of skippable) {
    for (const dependent of dependents.get(id) ?? []) {
      if (!skippable.has(dependent)) skippable.set(dependent, decides);
    }
  }
  return skippable;
}
