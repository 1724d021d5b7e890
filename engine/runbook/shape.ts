// Whether a tree has the shape of a runbook: the schema's findings, at the places they are about.

import type { ErrorObject } from "ajv";
import { type Diagnostic, diagnosticAt } from "../source/diagnostic.ts";
import type { SourceText, Span } from "../source/source-text.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { type Authored, entriesOf, entryAt, pathOf, plain, scalarAt } from "./authored.ts";
import { belongsInWith, type SchemaPlace, type SchemaProblem, schemaProblem } from "./schema-messages.ts";

/** Says what is wrong with a value, as Ajv does with `allErrors` and `verbose`. */
export type Validator = (value: unknown) => readonly ErrorObject[];

/** How messages name the value at a path of keys and indexes. */
export type NamePlace = (path: readonly string[], root: Authored) => SchemaPlace;

export function checkShape(
  root: Authored,
  source: SourceText,
  validate: Validator,
  namePlace: NamePlace = schemaPlaceOf,
): readonly Diagnostic[] {
  const found = validate(plain(root)).flatMap((error) => findingOf(error, root, namePlace) ?? []);
  return found.flatMap(({ problem, path, error }) => {
    if (isEcho(error, path, root, found)) return [];
    const { code, message, hint } = problem;
    return [diagnosticAt(source, spanOf(problem, path, root), code, message, { hint })];
  });
}

interface Finding {
  readonly problem: SchemaProblem;
  readonly path: readonly string[];
  readonly error: ErrorObject;
}

function findingOf(error: ErrorObject, root: Authored, namePlace: NamePlace): Finding | undefined {
  const path = pathOf(error.instancePath);
  const node = entryAt(root, path)?.node;
  // Of what could not be read nobody knows its shape.
  if (node === undefined || (node.kind === "scalar" && node.isUnread === true)) return undefined;
  const problem = schemaProblem(error, namePlace(path, root));
  return problem && { problem, path, error };
}

/** A key that is missing because it was misspelt, or because its map could not be read. */
function isEcho(error: ErrorObject, path: readonly string[], root: Authored, found: readonly Finding[]): boolean {
  if (error.keyword !== "required") return false;
  const map = entryAt(root, path)?.node;
  if (map?.kind === "map" && map.isPartial === true) return true;
  const missing = String((error.params as { readonly missingProperty: unknown }).missingProperty);
  if (found.some(({ problem, path: other }) => isBeside(other, path) && problem.hint === belongsInWith(missing)))
    return true;
  return found.some(
    ({ problem, error: other }) =>
      other.instancePath === error.instancePath &&
      problem.code === "unknown-key" &&
      problem.hint === `did you mean "${missing}"?`,
  );
}

/** Whether one path is that of a step, and the other that of its `with`. */
function isBeside(step: readonly string[], given: readonly string[]): boolean {
  return (
    given.length === 3 && given[2] === "with" && step.length === 2 && step.every((part, index) => part === given[index])
  );
}

function spanOf({ at }: SchemaProblem, path: readonly string[], root: Authored): Span {
  const { node, keySpan } = entryAt(root, path)!;
  if (at === "value") return node.span;
  const entries = entriesOf(node);
  if (at === "head") return keySpan ?? [...(entries?.values() ?? [])][0]?.keySpan ?? node.span;
  return entries?.get(at.key)?.keySpan ?? node.span;
}

/** Names places with what the step types take. */
export function schemaPlaces(registry: StepRegistry): NamePlace {
  return (path, root) => {
    const place = schemaPlaceOf(path, root);
    if (!isList(path[0]) || path.length !== 2) return place;
    const entries = entriesOf(entryAt(root, path)?.node);
    const type = registry.get(String(scalarAt(entries, "uses")?.value));
    if (type === undefined) return place;
    // Without an id the name of a step is what other tools call it.
    const inputs = Object.keys(type.inputs.properties).filter((name) => name !== "name" || entries?.has("id") === true);
    return { ...place, inputs };
  };
}

/** How messages name the value at a path. */
export function schemaPlaceOf(path: readonly string[], root: Authored): SchemaPlace {
  const last = path.at(-1);
  const isStep = isList(path[0]) && path.length === 2;
  const what =
    last === undefined ? "the runbook" : isStep ? "this step" : /^\d+$/.test(last) ? itemOf(path) : `"${last}"`;
  const isWith = isList(path[0]) && path.length === 3 && path[2] === "with";
  return { what, owner: ownerOf(path, root), entry: isWith ? "input" : "key" };
}

function ownerOf(path: readonly string[], root: Authored): string {
  if (path.length === 0) return "the runbook";
  if (path[0] === "inputs" && path.length === 2) return `input "${path[1]!}"`;
  if (!isList(path[0]) || path.length < 2) return `"${placeText(path)}"`;
  const entries = entriesOf(entryAt(root, path.slice(0, 2))?.node);
  const id = scalarAt(entries, "id")?.value ?? undefined;
  const step = id === undefined ? `step ${Number(path[1]) + 1}` : `step "${String(id)}"`;
  if (path.length === 2) return step;
  const uses = scalarAt(entries, "uses")?.value;
  if (path[2] !== "with") return `"${placeText(path.slice(2))}" of ${step}`;
  return path.length === 3 ? String(uses) : `"${placeText(path.slice(3))}" of ${step}`;
}

function itemOf(path: readonly string[]): string {
  const list = path.at(-2);
  return list === undefined || /^\d+$/.test(list) ? "this item" : `an item of "${list}"`;
}

/** `subnets[0].name` */
export function placeText(path: readonly string[]): string {
  return path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

const isList = (key: string | undefined): boolean => key === "steps" || key === "finally";
