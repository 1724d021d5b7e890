// What an input may be, down to its parts: read from its description, as a type of expressions, and as a JSON Schema.

import { ANY, typeOfSchema, type ValueType } from "../expression/types.ts";
import { SECRET_KEYWORD } from "../steps/definition.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { INPUT_TYPES, type InputType, type MemberShape, type RunbookInput, type ValueShape } from "./model.ts";

const NUMBERS = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"] as const;
type NumberKey = (typeof NUMBERS)[number];

/** Lenient: what has the wrong form is left out, since the schema has told of it. Absent without a type. */
export function shapeOf(given: unknown): ValueShape | undefined {
  if (!isJsonObject(given as Json)) return undefined;
  const { type: written, description, pattern, ...rest } = given as Readonly<Record<string, Json>>;
  // The word of JSON Schema for it.
  const type = written === "array" ? "list" : written;
  if (typeof type !== "string" || !(INPUT_TYPES as readonly string[]).includes(type)) return undefined;
  const numbers: Partial<Record<NumberKey, number>> = {};
  for (const key of NUMBERS) if (typeof rest[key] === "number") numbers[key] = rest[key];
  const [items, values] = [shapeOf(rest["items"]), shapeOf(rest["values"])];
  const properties = membersOf(rest["properties"]);
  return {
    type: type as InputType,
    ...numbers,
    ...(typeof description === "string" && { description }),
    ...(Array.isArray(rest["enum"]) && { enum: rest["enum"] as readonly Json[] }),
    ...(typeof pattern === "string" && { pattern }),
    ...(items && type === "list" && { items }),
    ...(values && type === "map" && { values }),
    ...(properties && type === "object" && { properties }),
  };
}

function membersOf(given: Json | undefined): ReadonlyMap<string, MemberShape> | undefined {
  if (given === undefined || !isJsonObject(given)) return undefined;
  const members = Object.entries(given).flatMap(([name, of]): readonly [string, MemberShape][] => {
    // Of what is not described as it should be nothing is known but that it is there.
    if (!isJsonObject(of)) return [];
    const shape = shapeOf(of);
    if (shape === undefined) return [];
    const value = of["default"];
    const member = { ...shape, optional: of["optional"] === true };
    return [[name, { ...member, ...(value !== undefined && { default: withMemberDefaults(shape, value) }) }]];
  });
  return members.length === Object.keys(given).length ? new Map(members) : undefined;
}

/** A value with the defaults of the members that it leaves out. */
export function withMemberDefaults(shape: ValueShape, value: Json): Json {
  const { items, values, properties } = shape;
  if (items !== undefined && Array.isArray(value)) {
    return (value as readonly Json[]).map((one) => withMemberDefaults(items, one));
  }
  if (!isJsonObject(value)) return value;
  if (values !== undefined) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withMemberDefaults(values, one)]));
  }
  if (properties === undefined) return value;
  const known = [...properties].flatMap(([name, member]) => {
    const given = Object.hasOwn(value, name) ? value[name] : member.default;
    return given === undefined ? [] : [[name, withMemberDefaults(member, given)] as const];
  });
  const others = Object.entries(value).filter(([name]) => !properties.has(name));
  return Object.fromEntries([...known, ...others]);
}

/** `where` names the whole in messages: `input "vm"`. */
export function typeOfShape(shape: ValueShape, where: string): ValueType {
  const { type, items, values, properties } = shape;
  switch (type) {
    case "list":
      return { kind: "array", items: items === undefined ? ANY : typeOfShape(items, where) };
    case "map":
      return { kind: "object", properties: new Map(), others: values ? typeOfShape(values, where) : ANY };
    case "object": {
      if (properties === undefined) return typeOfSchema({ type });
      const members = [...properties].map(([name, member]): readonly [string, ValueType] => {
        const of = typeOfShape(member, where);
        if (!member.optional || member.default !== undefined) return [name, of];
        return [name, { ...of, nullWhen: `"${name}" of ${where} may be left out` }];
      });
      return { kind: "object", properties: new Map(members) };
    }
    default:
      return { kind: type };
  }
}

export function typeOfInput(input: RunbookInput): ValueType {
  if (input.secret) return typeOfSchema({ type: "string", [SECRET_KEYWORD]: true });
  return typeOfShape(input, `input "${input.name}"`);
}

/** What the schema of step types would say of it; an expression may stand for any part. */
export function schemaOfInput(input: RunbookInput): Schema {
  const { description } = input;
  const about = description === undefined ? {} : { description };
  return input.secret ? { type: "string", [SECRET_KEYWORD]: true, ...about } : schemaOfShape(input);
}

type Schema = { readonly [key: string]: unknown };

function schemaOfShape({ type, description, enum: values, ...shape }: ValueShape): Schema {
  const head = {
    ...(description !== undefined && { description }),
    ...(values !== undefined && { enum: values }),
  };
  switch (type) {
    case "list":
      return { type: "array", ...head, ...(shape.items && { items: schemaOfShape(shape.items) }) };
    case "map":
      return {
        type: "object",
        ...head,
        ...(shape.values && { patternProperties: { "": schemaOfShape(shape.values) } }),
      };
    case "object": {
      if (shape.properties === undefined) return { type, ...head };
      const members = [...shape.properties];
      const needed = members.filter(([, { optional, default: value }]) => !optional && value === undefined);
      return {
        type,
        ...head,
        properties: Object.fromEntries(members.map(([name, member]) => [name, schemaOfShape(member)])),
        required: needed.map(([name]) => name),
      };
    }
    default:
      return { type, ...head };
  }
}

/** The reverse of `typeOfSchema`, as far as a type tells. */
export function schemaOfType(type: ValueType): Schema {
  switch (type.kind) {
    case "any":
      return {};
    case "secret":
      return { type: "string", [SECRET_KEYWORD]: true };
    case "array":
      return { type: "array", items: schemaOfType(type.items) };
    case "object":
      return {
        type: "object",
        properties: Object.fromEntries([...type.properties].map(([name, of]) => [name, schemaOfType(of)])),
        ...(type.others && { additionalProperties: schemaOfType(type.others) }),
      };
    default:
      return { type: type.kind };
  }
}
