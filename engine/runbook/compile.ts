// How schemas are compiled: alike at build time, for the built-in step types, and at run time for a program's own.

import type { Ajv, ErrorObject, Options } from "ajv";
import { createRequire } from "node:module";
import { PATTERN_MESSAGE_KEYWORD, SECRET_KEYWORD, type StepRegistry } from "../steps/definition.ts";
import { ENUM_DESCRIPTIONS_KEYWORD, runbookSchema, type Schema } from "./schema.ts";

export const AJV_OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  discriminator: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  keywords: [SECRET_KEYWORD, PATTERN_MESSAGE_KEYWORD, ENUM_DESCRIPTIONS_KEYWORD],
  // A function for each reference: a check then reads and compiles no more than what its step types need.
  inlineRefs: false,
};

/** Of the validators that only say yes or no. */
export const QUICK_OPTIONS: Options = { ...AJV_OPTIONS, verbose: false, messages: false };

/** A schema as Ajv compiles it. */
export interface CompiledSchema {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

/** What compiles schemas at run time. Required here, not imported: most runs never need it. */
export function schemaCompiler(): Ajv {
  const { Ajv: Compiler } = createRequire(import.meta.url)("ajv") as { readonly Ajv: typeof Ajv };
  return new Compiler(AJV_OPTIONS);
}

export function errorsOf(compiled: CompiledSchema, value: unknown): readonly ErrorObject[] {
  return compiled(value) ? [] : (compiled.errors ?? []);
}

/** The id of the runbook's own schema; no step type has such a name. */
export const RUNBOOK_SCHEMA = "the runbook";

/** Schemas by id: the runbook's, and for each step type that of its evaluated inputs. */
export function schemasOf(registry: StepRegistry): ReadonlyMap<string, Schema> {
  return new Map([
    [RUNBOOK_SCHEMA, withInputsApart(runbookSchema(registry))],
    ...[...registry.values()].map(({ name, inputs }) => [name, evaluatedSchema(inputs)] as const),
  ]);
}

/**
 * The same schemas for the quick validators. They take inputs of which some are missing (before a run, not all are known),
 * have nothing that only words a message, and may refuse what is fine: the others decide then.
 */
export function quickSchemasOf(registry: StepRegistry): ReadonlyMap<string, Schema> {
  return new Map(
    [...schemasOf(registry)].map(([id, schema]) => {
      const entries = Object.entries(schema).filter(([key]) => key !== "required" || id === RUNBOOK_SCHEMA);
      return [id, quicker(Object.fromEntries(entries)) as Schema] as const;
    }),
  );
}

/** Letters and digits of all scripts are long lists, and hardly any name has one of them. */
function asciiOnly(pattern: string): string {
  return pattern.replaceAll("\\p{L}", "A-Za-z").replaceAll("\\p{N}", "0-9");
}

const WORDS = new Set(["title", "description", ENUM_DESCRIPTIONS_KEYWORD, PATTERN_MESSAGE_KEYWORD, "examples"]);

function quicker(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(quicker);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    // A map of that name describes an input that is called so.
    if (WORDS.has(key) && (typeof value !== "object" || Array.isArray(value))) return [];
    if (key === "pattern" && typeof value === "string") return [[key, asciiOnly(value)]];
    return [[key, quicker(value)]];
  });
  return Object.fromEntries(entries);
}

/** The same schema, with the inputs of each step type as a definition of its own. */
function withInputsApart(schema: Schema): Schema {
  const { definitions, ...rest } = schema as { readonly definitions: Readonly<Record<string, Schema>> };
  const { step, ...others } = definitions;
  const { then, ...gate } = step as { readonly then: { readonly oneOf: readonly Branch[] } & Schema };
  const apart: Record<string, unknown> = {};
  const oneOf = then.oneOf.map((branch) => {
    const name = `inputs of ${branch.properties.uses.const}`;
    apart[name] = branch.properties.with;
    const $ref = `#/definitions/${encodeURIComponent(name)}`;
    return { ...branch, properties: { ...branch.properties, with: { $ref } } };
  });
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  return { ...rest, definitions: { ...others, ...apart, step: { ...gate, then: { ...then, oneOf } } } };
}

interface Branch extends Schema {
  readonly properties: { readonly uses: { readonly const: string }; readonly with: Schema };
}

/** A secret is a handle once it is evaluated, so its schema takes anything there; the check has seen to the type. */
export function evaluatedSchema(schema: unknown): Schema {
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== "object" || node === null) return node;
    if ((node as Record<string, unknown>)[SECRET_KEYWORD] === true) return {};
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, copy(member)]));
  };
  return copy(JSON.parse(JSON.stringify(schema))) as Schema;
}
