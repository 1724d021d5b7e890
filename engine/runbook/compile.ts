// How schemas are compiled: alike at build time, for the built-in step types, and at run time for a program's own.

import type { Options } from "ajv";
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
};

/** Schemas by id: the runbook's, and for each step type that of its evaluated inputs. */
export function schemasOf(registry: StepRegistry): ReadonlyMap<string, Schema> {
  return new Map([
    ["runbook", runbookSchema(registry)],
    ...[...registry.values()].map(({ name, inputs }) => [name, evaluatedSchema(inputs)] as const),
  ]);
}

/** A secret is a handle once it is evaluated, so its schema takes anything there; the check has seen to the type. */
function evaluatedSchema(schema: unknown): Schema {
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== "object" || node === null) return node;
    if ((node as Record<string, unknown>)[SECRET_KEYWORD] === true) return {};
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, copy(member)]));
  };
  return copy(JSON.parse(JSON.stringify(schema))) as Schema;
}
