// The types of values in expressions, as far as they can be known before a run.

export type ValueType =
  | { readonly kind: "any" | "null" | "boolean" | "number" | "integer" | "string" | "secret" }
  | { readonly kind: "array"; readonly items: ValueType }
  | {
      readonly kind: "object";
      readonly properties: ReadonlyMap<string, ValueType>;
      /** The type of all other properties; absent: there are none. */
      readonly others?: ValueType;
    };

export const ANY: ValueType = { kind: "any" };

type Schema = Readonly<Record<string, unknown>>;

/** The type of the values that a JSON Schema takes. What it cannot tell is `any`. */
export function typeOfSchema(schema: unknown): ValueType {
  if (typeof schema !== "object" || schema === null) return ANY;
  const given = schema as Schema;
  if (given["x-secret"] === true) return { kind: "secret" };
  if ("const" in given) return typeOfValue(given["const"]);
  if (Array.isArray(given["enum"])) return common(given["enum"].map(typeOfValue));
  if (Array.isArray(given["anyOf"])) return common(given["anyOf"].map(typeOfSchema));
  switch (given["type"]) {
    case "null":
    case "boolean":
    case "number":
    case "integer":
    case "string":
      return { kind: given["type"] };
    case "array":
      return { kind: "array", items: typeOfSchema(given["items"]) };
    case "object":
      return objectOf(given);
    default:
      return ANY;
  }
}

function objectOf(schema: Schema): ValueType {
  const properties = Object.entries((schema["properties"] as Schema | undefined) ?? {});
  const patterns = Object.values((schema["patternProperties"] as Schema | undefined) ?? {});
  const others = patterns.length > 0 ? patterns[0] : schema["additionalProperties"];
  const known = new Map(properties.map(([name, of]) => [name, typeOfSchema(of)]));
  if (typeof others === "object" && others !== null) {
    return { kind: "object", properties: known, others: typeOfSchema(others) };
  }
  return known.size > 0 ? { kind: "object", properties: known } : { kind: "object", properties: known, others: ANY };
}

function typeOfValue(value: unknown): ValueType {
  if (value === null) return { kind: "null" };
  if (typeof value === "string" || typeof value === "boolean") return { kind: typeof value as "string" | "boolean" };
  if (typeof value === "number") return { kind: Number.isInteger(value) ? "integer" : "number" };
  return ANY;
}

/** The one type that all have, or any. */
function common(types: readonly ValueType[]): ValueType {
  const [first = ANY, ...rest] = types;
  return rest.every(({ kind }) => kind === first.kind) ? first : ANY;
}

/** In the words of an author: `a string`, `a list of numbers`. */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case "any":
      return "any value";
    case "null":
      return "null";
    case "integer":
      return "an integer";
    case "array":
      return type.items.kind === "any" ? "a list" : `a list (each item ${describeType(type.items)})`;
    case "object":
      return "an object";
    default:
      return `a ${type.kind}`;
  }
}

/** Whether a value of one type may stand where another is wanted. A secret never stands for plain text, nor text for it. */
export function isAssignable(actual: ValueType, expected: ValueType): boolean {
  if (actual.kind === "secret") return expected.kind === "secret";
  if (actual.kind === "any" || expected.kind === "any") return true;
  if (actual.kind === "integer" && expected.kind === "number") return true;
  if (actual.kind !== expected.kind) return false;
  if (actual.kind === "array" && expected.kind === "array") return isAssignable(actual.items, expected.items);
  if (actual.kind !== "object" || expected.kind !== "object") return true;
  return [...expected.properties].every(([name, wanted]) => {
    const given = actual.properties.get(name) ?? actual.others;
    return given === undefined || isAssignable(given, wanted);
  });
}
