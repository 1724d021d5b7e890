// Builds schemas with the static types of TypeBox, and without its run time: that is three hundred modules, which cost
// more at every start than the whole check of a runbook. Step types of other authors may use TypeBox itself; a test
// holds both to the same schemas.

import type { Type as TypeBox } from "typebox";

type Builder = Pick<
  typeof TypeBox,
  "Array" | "Boolean" | "Enum" | "Integer" | "Object" | "Optional" | "Record" | "String" | "Unknown" | "Unsafe"
>;
type Schema = Readonly<Record<string, unknown>>;

/** Schemas that an object may be without. A mark in the schema would show when it is written as JSON. */
const optional = new WeakSet<object>();

const builder = {
  Array: (items: Schema, options: Schema = {}) => ({ type: "array", items, ...options }),
  Boolean: (options: Schema = {}) => ({ type: "boolean", ...options }),
  Enum: (values: readonly unknown[], options: Schema = {}) => ({ enum: values, ...options }),
  Integer: (options: Schema = {}) => ({ type: "integer", ...options }),
  Object(properties: Readonly<Record<string, Schema>>, options: Schema = {}) {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name]!));
    return { type: "object", ...(required.length > 0 && { required }), properties, ...options };
  },
  Optional(schema: Schema) {
    const copy = { ...schema };
    optional.add(copy);
    return copy;
  },
  Record: (_key: Schema, value: Schema, options: Schema = {}) => ({
    type: "object",
    patternProperties: { "^.*$": value },
    ...options,
  }),
  String: (options: Schema = {}) => ({ type: "string", ...options }),
  Unknown: (options: Schema = {}) => ({ ...options }),
  Unsafe: (schema: Schema) => ({ ...schema }),
};

export const Type = builder as unknown as Builder;
export type { Static, TObject, TString, TUnsafe } from "typebox";
