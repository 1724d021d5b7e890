// What may be written where a cursor stands. Works on a text that is half written, from its lines alone.

import type { StepDefinition, StepRegistry } from "../../steps/definition.ts";
import { type CallLookup, isBeside, typeOfCall } from "../calls.ts";
import { type Cursor, cursorAt, ITEM } from "./cursor.ts";
import { expressionCandidates } from "./expression-completion.ts";
import { describeInputs, typeText } from "./descriptions.ts";
import { type Schema, schemaAt } from "./schema-place.ts";
import { type Sketch, type SketchedStep, sketchOf } from "./sketch.ts";
import { suggestedValues } from "./suggested-values.ts";

export interface Candidate {
  readonly label: string;
  readonly kind: "input" | "step" | "output" | "function" | "step-type" | "key" | "value" | "keyword" | "skeleton";
  /** One line beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** What is written; the label unless it is given. `$1` and so on are where the cursor goes. */
  readonly insert?: string;
  readonly isSnippet?: true;
  /** Candidates with a lower number come first. */
  readonly rank?: number;
}

export interface Completion {
  /** How many characters before the cursor are replaced. */
  readonly replaces: number;
  readonly candidates: readonly Candidate[];
}

const NONE: Completion = { replaces: 0, candidates: [] };

/** `lookup`: the runbooks that steps call. */
export function completionAt(
  text: string,
  offset: number,
  registry: StepRegistry,
  schema: Schema,
  lookup?: CallLookup,
): Completion {
  const cursor = cursorAt(text, offset);
  if (cursor === undefined) return NONE;
  const sketch = sketchOf(text);
  const step = sketch.steps.find(({ span }) => span.start <= offset && offset <= span.end);
  const typeOf: TypeOf = (of) => typeOfStep(of, registry, lookup);
  if (cursor.kind === "expression") return expressionCandidates(cursor.before, sketch, step, typeOf);
  const found = placeCandidates(cursor, sketch, step, { registry, typeOf }, schema);
  return { replaces: cursor.word.length, candidates: found };
}

/** The step type of a step, as far as it is known. */
export type TypeOf = (step: SketchedStep | undefined) => StepDefinition | undefined;

function typeOfStep(
  step: SketchedStep | undefined,
  registry: StepRegistry,
  lookup: CallLookup | undefined,
): StepDefinition | undefined {
  const type = registry.get(step?.uses ?? "");
  if (type === undefined || step?.path === undefined || !isBeside(step.path)) return type;
  const called = lookup?.(step.path);
  return called === undefined ? type : typeOfCall(type, called);
}

type Place = Exclude<Cursor, { kind: "expression" }>;

function placeCandidates(
  place: Place,
  sketch: Sketch,
  step: SketchedStep | undefined,
  { registry, typeOf }: { readonly registry: StepRegistry; readonly typeOf: TypeOf },
  schema: Schema,
): readonly Candidate[] {
  const { kind, path, isNewItem, word } = place;
  const [top, item, key, inner] = path;
  const isStep = (top === "steps" || top === "finally") && item === ITEM;
  if (isStep && key === "needs" && (inner === ITEM || kind === "value")) return stepIds(sketch, step);
  if (isStep && key === "uses" && kind === "value") return [...registry.values()].map(stepType);
  if (isStep && key === "with") return inputCandidates(place, path.slice(3), step, sketch, typeOf);
  if (kind === "value") return valuesOf(schemaAt(schema, path));
  const keys = keysOf(schemaAt(schema, path), isStep && path.length === 2 ? (step?.keys ?? []) : [], word);
  return isStep && path.length === 2 && isNewItem ? [...[...registry.values()].map(skeleton), ...keys] : keys;
}

function stepIds(sketch: Sketch, own: SketchedStep | undefined): readonly Candidate[] {
  return sketch.steps.flatMap(({ id, uses }) => {
    if (id === undefined || id === own?.id || own?.needs.includes(id) === true) return [];
    return [{ label: id, kind: "step" as const, ...(uses !== undefined && { detail: uses }) }];
  });
}

function stepType(type: StepDefinition): Candidate {
  return { label: type.name, kind: "step-type", detail: type.summary, documentation: describeInputs(type) };
}

/** A whole step of a type, with its required inputs to be filled in. */
function skeleton(type: StepDefinition): Candidate {
  const required = (type.inputs as unknown as Schema)["required"];
  const names = Array.isArray(required) ? required.map(String) : [];
  const lines = [
    `id: \${1:${type.name.split("-").at(-1)!}}`,
    `uses: ${type.name}`,
    ...(names.length > 0 ? ["with:", ...names.map((name, index) => `  ${name}: $${index + 2}`)] : []),
  ];
  return {
    label: `step ${type.name}`,
    kind: "skeleton",
    detail: type.summary,
    insert: lines.join("\n  "),
    isSnippet: true,
    rank: 1,
  };
}

function inputCandidates(
  { kind, needsQuotes }: Place,
  path: readonly string[],
  step: SketchedStep | undefined,
  sketch: Sketch,
  typeOf: TypeOf,
): readonly Candidate[] {
  const definition = typeOf(step);
  if (definition === undefined) return [];
  const inputs = definition.inputs as unknown as Schema;
  if (kind === "key") {
    const known = schemaAt(inputs, path);
    return keysOf(known, path.length === 0 ? (step?.inputs ?? []) : [], "");
  }
  const schema = schemaAt(inputs, path);
  if (schema === undefined) return [];
  const values = valuesOf(schema);
  const suggested = suggestedValues(path.at(-1) ?? "").map((label): Candidate => ({ label, kind: "value", rank: 2 }));
  return [...values, ...suggested, ...expressionsFor(schema, sketch, needsQuotes)];
}

/** The types of inputs that a schema's type takes. */
const TYPES_FOR: Readonly<Record<string, readonly string[]>> = {
  string: ["string"],
  number: ["number", "integer"],
  integer: ["integer"],
  boolean: ["boolean"],
  array: ["list"],
  object: ["map", "object"],
};

/** Inputs of the runbook that may stand for a value, written out as expressions. */
function expressionsFor(schema: Schema, sketch: Sketch, needsQuotes: boolean): readonly Candidate[] {
  const wantsSecret = schema["x-secret"] === true;
  const wanted = wantsSecret ? ["string"] : TYPES_FOR[String(schema["type"])];
  return sketch.inputs.flatMap(({ name, type, isSecret, description }) => {
    if (isSecret !== wantsSecret || (type !== undefined && wanted?.includes(type) === false)) return [];
    const label = `\${{ inputs.${name} }}`;
    return [
      {
        label,
        kind: "input" as const,
        rank: 1,
        ...(needsQuotes && { insert: `"${label}"` }),
        ...(description !== undefined && { documentation: description }),
      },
    ];
  });
}

function keysOf(schema: Schema | undefined, present: readonly string[], word: string): readonly Candidate[] {
  const properties = (schema?.["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema?.["required"] ?? []) as readonly string[];
  return Object.entries(properties).flatMap(([name, of]) => {
    // The key that is being written is one of those that are there.
    if (present.includes(name) && name !== word) return [];
    const isRequired = required.includes(name);
    const type = typeText(of);
    const description = of["description"];
    return [
      {
        label: name,
        kind: "key" as const,
        insert: `${name}: `,
        rank: isRequired ? 1 : 2,
        detail: `${type}${isRequired ? ", required" : ""}`,
        ...(typeof description === "string" && { documentation: description }),
      },
    ];
  });
}

function valuesOf(schema: Schema | undefined): readonly Candidate[] {
  if (schema === undefined) return [];
  const choices = (schema["anyOf"] as readonly Schema[] | undefined)?.flatMap(valuesOf) ?? [];
  const { enum: values, const: only, enumDescriptions } = schema;
  const listed = Array.isArray(values) ? values : only === undefined ? [] : [only];
  const described = Array.isArray(enumDescriptions) ? (enumDescriptions as readonly unknown[]) : [];
  const isBoolean = schema["type"] === "boolean";
  return [
    ...choices,
    ...listed.map((value, index): Candidate => {
      const about = described[index];
      return { label: String(value), kind: "value", ...(typeof about === "string" && { documentation: about }) };
    }),
    ...(isBoolean ? ["true", "false"] : []).map((label): Candidate => ({ label, kind: "value" })),
  ];
}
