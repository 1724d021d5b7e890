// In a rehearsal: inputs of a step, some of which only the run will know. Text is stood in for, a truth is assumed; what has
// another form could change the form of what is sent, and is waited for.

import { isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { Unknown } from "../value/unknown.ts";
import { KnownLater } from "./model.ts";

type Schema = Readonly<Record<string, unknown>>;

/** The value with nothing unknown left in it; `schema`: what the step type says of the place, if anything. */
export function stoodIn(value: Json, schema: unknown, assume: (unknown: Unknown) => boolean, path = ""): Json {
  if (value instanceof Unknown) return standIn(value, partsOf(schema), assume, path);
  if (value instanceof Secret) return value;
  if (Array.isArray(value)) {
    const items = partsOf(schema)["items"];
    return (value as readonly Json[]).map((item, index) => stoodIn(item, items, assume, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const at = path === "" ? key : `${path}.${key}`;
      return [key, stoodIn(member, memberOf(partsOf(schema), key), assume, at)];
    }),
  );
}

function standIn(unknown: Unknown, schema: Schema, assume: (unknown: Unknown) => boolean, path: string): Json {
  const { type } = schema;
  if (type === "boolean" || (type === undefined && unknown.isTruth)) return assume(unknown);
  const isText = (type === "string" || type === undefined) && schema["enum"] === undefined;
  if (isText) return unknown.text;
  throw new KnownLater(`its input \`${path}\` is known only when ${unknown.after.join(" and ")} is done`);
}

function memberOf(schema: Schema, key: string): unknown {
  const properties = partsOf(schema["properties"]);
  if (Object.hasOwn(properties, key)) return properties[key];
  const patterns = Object.values(partsOf(schema["patternProperties"]));
  return patterns[0] ?? schema["additionalProperties"];
}

const partsOf = (schema: unknown): Schema => (typeof schema === "object" && schema !== null ? (schema as Schema) : {});
