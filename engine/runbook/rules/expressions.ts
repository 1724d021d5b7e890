// What expressions read exists, and has the type that is wanted where they stand.

import { checkTemplate } from "../../expression/check.ts";
import type { Environment } from "../../expression/names.ts";
import { readsName, referencedSteps, type Template } from "../../expression/template.ts";
import {
  ANY,
  common,
  describeType,
  holdsSecret,
  isAssignable,
  typeOfSchema,
  type ValueType,
} from "../../expression/types.ts";
import { type Diagnostic, diagnosticAt, type Note } from "../../source/diagnostic.ts";
import type { DiagnosticCode } from "../../source/diagnostic-codes.ts";
import type { Span } from "../../source/source-text.ts";
import { type Authored, type AuthoredScalar, templatesIn } from "../authored.ts";
import type { Outline, Rule, StepOutline } from "../outline.ts";
import type { OutputOutline } from "../outputs.ts";
import { typeOfInput } from "../value-shapes.ts";
import { acceptedBy, dependenciesOf } from "./dependencies.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Where an expression stands, and what may stand there. */
interface Wanted {
  readonly what: string;
  /** Absent when nobody knows. */
  readonly type: ValueType | undefined;
  readonly leak: Leak;
}

/** What would become of a secret, as the end of a sentence, and what to do with it instead. */
interface Leak {
  readonly why: string;
  readonly hint: string;
}
const HINT = "secrets are for inputs that are secret themselves, such as adminPassword or token";
const IN_STEP: Leak = { why: "where everybody can read it", hint: HINT };
const IN_ITEMS: Leak = { why: "and the items' keys are shown", hint: HINT };
const NOWHERE: Leak = { why: "", hint: HINT };
const IN_OUTPUT: Leak = {
  why: "and outputs are printed and recorded",
  hint: "write the output as `value: …` with `secret: true` below: it is never shown then, and other runbooks can use it",
};

export const expressions: Rule = (outline) => {
  const checker = new Checker(outline);
  const { steps, outputs } = outline;
  for (const [name, { value }] of outline.locals) {
    checker.walk(value, undefined, `local "${name}"`, NOWHERE, checker.inLocals);
  }
  for (const step of steps) {
    const schema = step.definition?.inputs as Schema | undefined;
    const environment = checker.environmentIn(step);
    if (step.with !== undefined) checker.walk(step.with, schema, '"with"', IN_STEP, environment);
    if (step.if !== undefined) checker.condition(step.if, environment);
  }
  for (const [name, output] of outputs) checker.output(name, output);
  return checker.found;
};

/** What is told of a value because of its type. */
const ABOUT_VALUES: ReadonlySet<DiagnosticCode> = new Set(["type-mismatch", "unknown-property", "unknown-output"]);

class Checker {
  readonly found: Diagnostic[] = [];
  readonly inOutputs: Environment;
  readonly inLocals: Environment;
  readonly #inSteps: Environment;
  readonly #outline: Outline;
  readonly #ignored: ReadonlySet<DiagnosticCode>;
  /** Calls of runbooks that have mistakes. */
  readonly #broken: ReadonlySet<string>;
  /** What the step that is looked at goes over. */
  #items: Span | undefined;
  constructor(outline: Outline) {
    const { isComplete } = outline;
    this.#outline = outline;
    const outputs = outputTypes(outline);
    this.#broken = new Set(
      outline.steps.flatMap(({ id, call }) =>
        id !== undefined && call !== undefined && call.called?.runbook === undefined ? [id] : [],
      ),
    );
    this.#inSteps = environmentOf(outline, outputs, new Map());
    this.inLocals = this.#inSteps;
    this.inOutputs = environmentOf(outline, outputs, skippableSteps(outline.steps));
    this.#ignored = new Set([
      ...(isComplete.inputs ? [] : (["unknown-input"] as const)),
      ...(isComplete.steps ? [] : (["unknown-step"] as const)),
    ]);
  }

  /** What the expressions of a step may read. Tells what is wrong with what its `forEach` goes over. */
  environmentIn({ forEach, isFinally }: StepOutline): Environment {
    const environment = { ...this.#inSteps, isFinally };
    this.#items = undefined;
    if (forEach === undefined) return environment;
    const { in: over } = forEach;
    this.#items = over.span;
    this.walk(over, {}, '"forEach"', IN_ITEMS, environment);
    const type = over.kind === "scalar" ? checkedType(over, environment) : ANY;
    if (!["any", "array", "object"].includes(type.kind) && over.kind === "scalar" && over.template !== undefined) {
      const message = `"forEach" goes over ${describeType(type)}, expected a list or a map`;
      const span = over.inFile(over.template.span);
      this.found.push(diagnosticAt(this.#outline.source, span, "type-mismatch", message));
    }
    return { ...environment, each: eachOf(over, environment) };
  }

  /** One that is secret may hold secrets, and holds one: what is known in the clear already cannot be hidden afterwards. */
  output(name: string, { value, secretSpan }: OutputOutline): void {
    const what = `output "${name}"`;
    const before = this.found.length;
    this.walk(value, secretSpan === undefined ? {} : undefined, what, IN_OUTPUT, this.inOutputs);
    if (secretSpan === undefined || this.found.length > before) return;
    if ([...templatesIn(value)].some(({ template }) => template !== undefined && this.#readsBroken(template))) return;
    if (value.kind === "scalar" && !value.isTemplate) {
      const message = `${what} is a secret and is written in the file`;
      const hint = "declare an input with `secret: true` and write ${{ inputs.<name> }}";
      this.found.push(diagnosticAt(this.#outline.source, value.span, "secret-in-file", message, { hint }));
      return;
    }
    const type = checkedType(value, this.inOutputs);
    if (holdsSecret(type)) return;
    const message = `${what} is marked as a secret and is ${describeType(type)}, which is not hidden elsewhere either`;
    const hint = "remove `secret: true`, or give it a secret: a secret input, a token, a secret of arm-post";
    this.found.push(diagnosticAt(this.#outline.source, secretSpan, "wrong-value", message, { hint }));
  }

  condition(node: AuthoredScalar, environment: Environment): void {
    this.#check(node, { what: '"if"', type: { kind: "boolean" }, leak: NOWHERE }, environment);
  }

  /** Every expression in a tree whose shape the schema describes. */
  walk(node: Authored, schema: Schema | undefined, what: string, leak: Leak, environment: Environment): void {
    if (node.kind === "scalar") this.#check(node, { what, type: schema && typeOfSchema(schema), leak }, environment);
    else if (node.kind === "list") {
      const items = takesAnything(schema) ? schema : (schema?.["items"] as Schema | undefined);
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
      if (this.#ignored.has(code)) continue;
      const notes = ABOUT_VALUES.has(code) ? this.#notesOn(node.template) : [];
      this.found.push(diagnosticAt(source, node.inFile(span), code, message, { hint, notes }));
    }
    if (problems.length > 0 || wanted.type === undefined || isAssignable(type, wanted.type)) return;
    if (this.#readsBroken(node.template)) return;
    const span = node.inFile(node.template.span);
    if (holdsSecret(type) && wanted.type.kind !== "secret") {
      const is = type.kind === "secret" ? "a secret" : `${describeType(type)} with a secret in it`;
      const message = `${is} stands in ${wanted.what}, ${wanted.leak.why}`;
      this.found.push(diagnosticAt(source, span, "secret-in-plain", message, { hint: wanted.leak.hint }));
      return;
    }
    const message = `${wanted.what} is ${describeType(type)}, expected ${describeType(wanted.type)}`;
    const hint = mismatchHint(type, wanted.type);
    this.found.push(
      diagnosticAt(source, span, "type-mismatch", message, { hint, notes: this.#notesOn(node.template) }),
    );
  }

  /** Whether it reads what a runbook with mistakes gives, of which nobody knows what it is. */
  #readsBroken(template: Template): boolean {
    return this.#broken.size > 0 && referencedSteps(template).some(({ id }) => this.#broken.has(id));
  }

  /** Where the items come from, of an expression that reads one. */
  #notesOn(template: Template): readonly Note[] {
    if (this.#items === undefined || !readsName(template, "each")) return [];
    return [{ span: this.#items, message: "`each` is an item of this" }];
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
  return takesAnything(schema) ? schema : undefined;
}

/** A schema that says nothing takes anything, and so do the parts of what it takes. */
const takesAnything = (schema: Schema | undefined): boolean => schema !== undefined && Object.keys(schema).length === 0;

/** The type of what stands somewhere, as far as it is right. */
function checkedType(node: Authored, environment: Environment): ValueType {
  if (node.kind === "list")
    return { kind: "array", items: common(node.items.map((item) => checkedType(item, environment))) };
  if (node.kind === "map") {
    const entries = [...node.entries].map(([key, { value }]) => [key, checkedType(value, environment)] as const);
    return { kind: "object", properties: new Map(entries) };
  }
  if (node.template !== undefined) return checkTemplate(node.template, environment).type;
  return node.isTemplate ? ANY : typeOfSchema({ const: node.value });
}

/** The types of `each.key` and `each.value`. */
function eachOf(over: Authored, environment: Environment): ValueType {
  const type = checkedType(over, environment);
  const value =
    type.kind === "array"
      ? type.items
      : type.kind === "object"
        ? common([...type.properties.values(), ...(type.others === undefined ? [] : [type.others])])
        : ANY;
  const properties = new Map<string, ValueType>([
    ["key", { kind: "string" }],
    ["value", value],
  ]);
  return { kind: "object", properties };
}

/** The type of each step's outputs when it is done; of two steps with one id the first counts. */
function outputTypes(outline: Outline): ReadonlyMap<string, ValueType> {
  const outputs = new Map<string, ValueType>();
  const byId = new Map(
    outline.steps.toReversed().flatMap((step) => (step.id === undefined ? [] : [[step.id, step] as const])),
  );
  // What a step goes over may come from another one that goes over something; a cycle of them is told of elsewhere.
  const under = new Set<string>();
  const find = (id: string): ValueType => {
    const known = outputs.get(id);
    if (known !== undefined) return known;
    const step = byId.get(id)!;
    const { definition, forEach } = step;
    // An unknown step type may have any outputs.
    const one = callType(step) ?? typeOfSchema(definition?.outputs ?? {});
    let type: ValueType = one;
    if (forEach !== undefined) {
      under.add(id);
      const read = [...templatesIn(forEach.in)].flatMap(({ template }) => (template ? referencedSteps(template) : []));
      for (const { id: other } of read) if (byId.has(other) && !under.has(other)) find(other);
      const over = checkedType(forEach.in, environmentOf(outline, outputs, new Map()));
      type = manyOf(step, one, over);
      under.delete(id);
    }
    outputs.set(id, type);
    return type;
  };
  for (const id of byId.keys()) find(id);
  return outputs;
}

/** What a step that calls a runbook gives; of one with mistakes nobody knows. */
function callType({ call }: StepOutline): ValueType | undefined {
  if (call === undefined) return undefined;
  return call.called?.runbook === undefined ? ANY : { kind: "object", properties: call.called.outputs };
}

/** The type of each of a runbook's outputs, as far as they are right. */
export function typesOfOutputs(outline: Outline): ReadonlyMap<string, ValueType> {
  const { inOutputs } = new Checker(outline);
  return new Map([...outline.outputs].map(([name, { value }]) => [name, checkedType(value, inOutputs)]));
}

/** What a step with `forEach` gives: a list or a map of what it gives for one item. */
function manyOf(step: StepOutline, one: ValueType, over: ValueType): ValueType {
  const { id = "", forEach } = step;
  const nullWhen =
    (forEach?.maxErrors ?? 0) > 0
      ? `an item of step "${id}" may fail`
      : isAskedForEach(step)
        ? `an item of step "${id}" may be skipped`
        : undefined;
  const items = { ...one, ...(nullWhen !== undefined && { nullWhen }) };
  if (over.kind === "array") return { kind: "array", items };
  if (over.kind !== "object" && !holdsSecret(one)) return ANY;
  const known = over.kind === "object" && over.others === undefined ? [...over.properties.keys()] : undefined;
  if (known === undefined) return { kind: "object", properties: new Map(), others: items };
  return { kind: "object", properties: new Map(known.map((key) => [key, items])) };
}

function environmentOf(
  { inputs, locals }: Outline,
  outputs: ReadonlyMap<string, ValueType>,
  nullable: ReadonlyMap<string, string>,
): Environment {
  return {
    locals: new Set(locals.keys()),
    inputs: new Map(
      [...inputs].map(([name, { input }]) => {
        return [name, input === undefined ? ANY : typeOfInput(input)];
      }),
    ),
    steps: new Map(
      [...outputs].map(([id, type]) => {
        const nullWhen = nullable.get(id);
        return [id, { ...type, ...(nullWhen !== undefined && { nullWhen }) }];
      }),
    ),
  };
}

/**
 * The steps that may give nothing although the run is done, each with when: it or a step that it depends on is skipped by
 * an `if`, or fails and the run goes on.
 */
function skippableSteps(steps: readonly StepOutline[]): ReadonlyMap<string, string> {
  const skippable = new Map<string, string>();
  const dependents = new Map<string, string[]>();
  for (const step of steps) {
    if (step.id === undefined) continue;
    if (step.if !== undefined && step.if.value !== true && !isAskedForEach(step))
      skippable.set(step.id, `step "${step.id}" may be skipped`);
    else if (step.onError === "continue") skippable.set(step.id, `step "${step.id}" may fail`);
    const accepted = acceptedBy(step);
    for (const needed of dependenciesOf(step)) {
      if (accepted.get(needed) === "any") continue;
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

function isAskedForEach({ if: condition, forEach }: StepOutline): boolean {
  return forEach !== undefined && condition?.template !== undefined && readsName(condition.template, "each");
}
