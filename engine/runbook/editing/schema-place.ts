// The part of a JSON Schema that describes a place in a tree.

import { ITEM } from "./cursor.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** Absent when the schema says nothing of the place. */
export function schemaAt(root: Schema, path: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = resolved(root, root);
  for (const part of path) schema = schema && childOf(schema, part, root);
  return schema;
}

function childOf(schema: Schema, part: string, root: Schema): Schema | undefined {
  const own = schema["type"] === undefined ? firstWith(schema, part === ITEM ? "items" : "properties", root) : schema;
  const next = part === ITEM ? own?.["items"] : memberOf(own, part);
  return typeof next === "object" && next !== null ? resolved(next as Schema, root) : undefined;
}

function memberOf(schema: Schema | undefined, key: string): unknown {
  const properties = schema?.["properties"] as Schema | undefined;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  const patterns = schema?.["patternProperties"] as Schema | undefined;
  return patterns === undefined ? schema?.["additionalProperties"] : Object.values(patterns)[0];
}

/** Of a choice the part that has members. */
function firstWith(schema: Schema, keyword: string, root: Schema): Schema | undefined {
  const choices = (schema["anyOf"] as readonly Schema[] | undefined) ?? [];
  return choices.map((one) => resolved(one, root)).find((one) => keyword in one) ?? schema;
}

function resolved(schema: Schema, root: Schema): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const parts = reference.split("/").slice(1);
  return parts.reduce<Schema>((at, part) => (at[part] ?? {}) as Schema, root);
}
