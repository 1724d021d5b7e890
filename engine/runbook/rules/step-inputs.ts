// The rules of a step type, applied to the values that are known before a run: what its schema says of the value of an
// expression, and what no schema can say.

import type { ErrorObject } from "ajv";
import { EvaluationError, evaluateTemplate } from "../../expression/evaluate.ts";
import { readsName, referencedSteps } from "../../expression/template.ts";
import { type Diagnostic, diagnosticAt, type Note } from "../../source/diagnostic.ts";
import type { Span } from "../../source/source-text.ts";
import { type InputProblem, SECRET_KEYWORD } from "../../steps/definition.ts";
import type { Json } from "../../value/json.ts";
import { Secret } from "../../value/secret.ts";
import {
  type Authored,
  type AuthoredMap,
  type AuthoredScalar,
  entryAt,
  type Found,
  pathOf,
  templatesIn,
} from "../authored.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { shortJson } from "../input-values.ts";
import { schemaProblem } from "../schema-messages.ts";
import { placeText } from "../shape.ts";
import { addInputsOf } from "./described-inputs.ts";
import { ownProblems } from "./own-check.ts";

export interface KnownValues {
  /** Values of inputs: the defaults at check, all of them before a run. Secrets are in clear. */
  readonly values: Readonly<Record<string, Json>>;
  /** Whether they are those of a run. */
  readonly areGiven: boolean;
}

/** Says what is wrong with the evaluated inputs of a step of a type. */
export type InputsValidator = (uses: string, inputs: Json) => readonly ErrorObject[];

/** `isTold` says of a span whether something within it has been told of, so that more would be an echo. */
export function stepInputs(
  outline: Outline,
  known: KnownValues,
  validate: InputsValidator,
  isTold: (span: Span) => boolean,
): readonly Diagnostic[] {
  return outline.steps.flatMap((step) => new StepInputs(outline, step, known, validate, isTold).problems());
}

/** What is known before a run of the inputs that a step gives to the runbook which it calls; nothing if it never will. */
export function knownCallInputs(
  outline: Outline,
  step: StepOutline,
  known: KnownValues,
): Readonly<Record<string, Json>> | undefined {
  const call = new StepInputs(
    outline,
    step,
    known,
    () => [],
    () => false,
  );
  return call.isSkipped() ? undefined : call.callInputs();
}

/** A value that depends on a step, or on an input that is not given. */
const UNKNOWN = Symbol("unknown");
type Known = Json | typeof UNKNOWN;

class StepInputs {
  readonly #outline: Outline;
  readonly #step: StepOutline;
  readonly #known: KnownValues;
  readonly #validate: InputsValidator;
  readonly #isTold: (span: Span) => boolean;
  readonly #scope: Readonly<Record<string, Json>>;
  constructor(
    outline: Outline,
    step: StepOutline,
    known: KnownValues,
    validate: InputsValidator,
    isTold: (span: Span) => boolean,
  ) {
    this.#outline = outline;
    this.#step = step;
    this.#known = known;
    this.#validate = validate;
    this.#isTold = isTold;
    // Secrets are handles here too, so that none gets into a field that is not secret, and from there into a message.
    this.#scope = Object.fromEntries(
      Object.entries(known.values).map(([name, value]) =>
        outline.inputs.get(name)?.input?.secret === true ? [name, Secret.of(name)] : [name, value],
      ),
    );
  }

  problems(): readonly Diagnostic[] {
    const { definition, uses } = this.#step;
    const authored = this.#authoredInputs();
    if (definition === undefined || authored === undefined || this.isSkipped()) return [];
    const written = new Set<string>();
    const known: Record<string, Json> = {};
    for (const [name, { value }] of authored.entries) {
      const schema = (definition.inputs.properties as Readonly<Record<string, object>>)[name];
      if (schema === undefined) continue;
      const is = this.#valueIn(value, SECRET_KEYWORD in schema);
      // Null is how an expression says that nothing is given.
      if (is === null) continue;
      written.add(name);
      if (is !== UNKNOWN && !this.#isTold(value.span)) known[name] = is;
    }
    const errors = this.#validate(uses, known);
    const found = this.#schemaProblems(authored, errors);
    // Whatever is not as the schema has it, told here or before, no check of a step type sees.
    for (const error of errors) {
      if (!isStillToCome(error, authored)) delete known[pathOf(error.instancePath)[0] ?? ""];
    }
    const { problems: own, failure } = ownProblems(definition, known, written);
    if (failure !== undefined) return [...found.map((one) => this.#diagnostic(authored, one)), this.#failed(failure)];
    // Something that is missing may be what is misspelt.
    const hasUnknownKey = [...authored.entries.keys()].some((key) => !(key in definition.inputs.properties));
    const isPartial = authored.isPartial === true || hasUnknownKey;
    return [...found, ...own.filter(({ at }) => at !== "" || !isPartial)].map((problem) =>
      this.#diagnostic(authored, problem),
    );
  }

  /** Absent when they are no map; a step without them gives none, and what must be given is told of by the schema. */
  #authoredInputs(): AuthoredMap | undefined {
    const { definition, with: authored, idSpan } = this.#step;
    if (authored !== undefined) return authored.kind === "map" ? authored : undefined;
    const isAllOptional = (definition?.inputs.required ?? []).length === 0;
    return isAllOptional ? { kind: "map", entries: new Map(), span: idSpan } : undefined;
  }

  #failed(failure: string): Diagnostic {
    const { uses, idSpan, definition } = this.#step;
    const { source } = this.#outline;
    const { extension } = definition ?? {};
    if (extension !== undefined) {
      const message = `the check of step type "${uses}" of extension "${extension}" ${this.#masked(failure)}`;
      return diagnosticAt(source, idSpan, "extension", message, { hint: "mend the extension, or ask its author to" });
    }
    const message = `the check of ${uses} ${this.#masked(failure)}`;
    return diagnosticAt(source, idSpan, "step-input", message, {
      hint: "this is a mistake in runbook itself, please report it",
    });
  }

  /** Whether its condition is false with these inputs, so that none of its values is used. */
  isSkipped(): boolean {
    const { if: condition } = this.#step;
    const { template } = condition ?? {};
    if (condition === undefined || template === undefined || !readsName(template, "inputs")) return false;
    return this.#valueIn(condition, false) === false;
  }

  callInputs(): Readonly<Record<string, Json>> {
    const entries = [...(this.#step.call?.inputs?.entries ?? [])];
    const whole = entries.filter(([, { value }]) =>
      [...templatesIn(value)].every((part) => this.#valueIn(part, false) !== UNKNOWN),
    );
    const values = whole.map(([name, { value }]) => [name, this.#valueIn(value, false)] as const);
    return Object.fromEntries(values.filter((one): one is [string, Json] => one[1] !== UNKNOWN && one[1] !== null));
  }

  /** What the schema says of values that came out of expressions; it has seen the others as they are written. */
  #schemaProblems(authored: AuthoredMap, errors: readonly ErrorObject[]): readonly InputProblem[] {
    return errors.flatMap((error) => {
      const path = pathOf(error.instancePath);
      const node = nearestEntry(authored, path)?.node;
      if (path.length === 0 || node === undefined || ![...templatesIn(node)].length) return [];
      if (isStillToCome(error, authored)) return [];
      const what = /^\d+$/.test(path.at(-1)!) ? `"${placeText(path)}"` : `"${path.at(-1)!}"`;
      const problem = schemaProblem(error, { what, owner: what, entry: "key" });
      if (problem === undefined) return [];
      const { message, hint } = problem;
      return [{ at: error.instancePath, message, ...(hint !== undefined && { hint }) }];
    });
  }

  #valueIn(node: Authored, isSecret: boolean): Known {
    if (node.kind === "list") {
      const items = node.items.map((item) => this.#valueIn(item, false));
      return items.some((item) => item === UNKNOWN) ? UNKNOWN : (items as Json[]);
    }
    if (node.kind === "map") {
      const members = [...node.entries].map(([key, { value }]) => [key, this.#valueIn(value, false)] as const);
      return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== UNKNOWN));
    }
    if (node.isUnread === true) return UNKNOWN;
    if (!node.isTemplate) return isSecret ? UNKNOWN : node.value;
    const value = this.#evaluated(node);
    if (!(value instanceof Secret)) return value;
    return isSecret ? this.#inClear(value) : UNKNOWN;
  }

  #evaluated({ template }: AuthoredScalar): Known {
    if (template === undefined || referencedSteps(template).length > 0) return UNKNOWN;
    if (readsName(template, "each") || readsName(template, "run")) return UNKNOWN;
    const read = new Set<string>();
    for (const part of template.parts) if (typeof part !== "string") addInputsOf(part, read);
    if ([...read].some((name) => !Object.hasOwn(this.#scope, name))) return UNKNOWN;
    try {
      return evaluateTemplate(template, { inputs: this.#scope, steps: {} });
    } catch (thrown) {
      // It fails when the step runs, and says why there.
      if (thrown instanceof EvaluationError) return UNKNOWN;
      throw thrown;
    }
  }

  #inClear({ parts }: Secret): string {
    return parts.map((part) => (typeof part === "string" ? part : String(this.#known.values[part.ref]))).join("");
  }

  #diagnostic(authored: AuthoredMap, { at, message, hint, isAboutKey, isDoubt }: InputProblem): Diagnostic {
    const found = nearestEntry(authored, pathOf(at));
    const span = (isAboutKey === true ? found?.keySpan : undefined) ?? found?.node.span ?? this.#step.idSpan;
    const code = isDoubt === true ? "doubtful-input" : "step-input";
    const notes = isAboutKey === true ? [] : this.#notesOn(found?.node);
    return diagnosticAt(this.#outline.source, span, code, this.#masked(message), { hint, notes });
  }

  /** Which inputs the value came from, when it was not written where it is used. */
  #notesOn(node: Authored | undefined): readonly Note[] {
    const read = new Set<string>();
    for (const { template } of templatesIn(node)) {
      for (const part of template?.parts ?? []) if (typeof part !== "string") addInputsOf(part, read);
    }
    return [...read].flatMap((name): readonly Note[] => {
      const described = this.#outline.inputs.get(name);
      if (described === undefined) return [];
      const given = entryAt(described.node, ["default"])?.node;
      if (this.#known.areGiven || given === undefined) {
        const value = described.input?.secret === true ? undefined : this.#known.values[name];
        const shown = value === undefined ? "" : ` ${shortJson(value)},`;
        return [{ span: described.span, message: `the value is${shown} that of input "${name}"` }];
      }
      return [{ span: given.span, message: `the value is the default of input "${name}"` }];
    });
  }

  /** A message never holds a secret; should a step type put one in, it is taken out. */
  #masked(message: string): string {
    return [...this.#outline.inputs].reduce((text, [name, { input }]) => {
      const value = input?.secret === true ? this.#known.values[name] : undefined;
      return typeof value === "string" && value.length > 3 ? text.replaceAll(value, "********") : text;
    }, message);
  }
}

/** Missing from what is known, because only the run will tell it. */
function isStillToCome(error: ErrorObject, authored: AuthoredMap): boolean {
  if (error.keyword !== "required") return false;
  return entryAt(authored, [...pathOf(error.instancePath), missingIn(error)]) !== undefined;
}

function missingIn(error: ErrorObject): string {
  return String((error.params as { readonly missingProperty: unknown }).missingProperty);
}

/** The deepest value on a path that is written; nothing when not even its first part is. */
function nearestEntry(root: Authored, path: readonly string[]): Found | undefined {
  for (let length = path.length; length > 0; length--) {
    const found = entryAt(root, path.slice(0, length));
    if (found !== undefined) return found;
  }
  return undefined;
}
