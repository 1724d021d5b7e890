// The types of values in expressions, as far as they can be known before a run.

interface Nullable {
  /** When the value is null, as the beginning of a sentence: `step "x" may be skipped`. Absent: no such case is known. */
  readonly nullWhen?: string;
}

export type ValueType = Nullable &
  (
    | { readonly kind: "any" | "null" | "boolean" | "number" | "integer" | "secret" }
    /** `values`: the only texts that it may be. */
    | { readonly kind: "string"; readonly values?: readonly string[] }
    | { readonly kind: "array"; readonly items: ValueType }
    | {
        readonly kind: "object";
        readonly properties: ReadonlyMap<string, ValueType>;
        /** The type of all other properties; absent: there are none. */
        readonly others?: ValueType;
      }
  );

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
export function common(types: readonly ValueType[]): ValueType {
  const [first = ANY, ...rest] = types;
  return rest.every((type) => isAssignable(type, first) && isAssignable(first, type)) ? first : ANY;
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
      return `a list${type.items.kind === "any" ? "" : ` of ${pluralOf(type.items)}`}`;
    case "object":
      return type.properties.size > 0 || type.others === undefined || type.others.kind === "any"
        ? "an object"
        : `an object of ${pluralOf(type.others)}`;
    default:
      return `a ${type.kind}`;
  }
}

/** The same of a type of which only the kind is known. */
export function describeKind(kind: ValueType["kind"]): string {
  return describeType({ kind, items: ANY, properties: new Map() } as ValueType);
}

function pluralOf(type: ValueType): string {
  if (type.kind === "array") return "lists";
  return type.kind === "null" || type.kind === "any" ? "values" : `${type.kind}s`;
}

/**
 * Whether a value of one type may stand where another is wanted. A secret never stands for plain text, nor text for it,
 * and what may hold a secret stands for nothing but itself.
 */
export function isAssignable(actual: ValueType, expected: ValueType): boolean {
  if (actual.kind === "secret" || expected.kind === "secret") return actual.kind === expected.kind;
  if (expected.kind === "any") return !holdsSecret(actual);
  if (actual.kind === "any") return true;
  if (actual.kind === "integer" && expected.kind === "number") return true;
  if (actual.kind !== expected.kind) return false;
  if (actual.kind === "array" && expected.kind === "array") return isAssignable(actual.items, expected.items);
  if (actual.kind !== "object" || expected.kind !== "object") return true;
  const given = [...actual.properties].every(([name, type]) => {
    const wanted = expected.properties.get(name) ?? expected.others;
    return wanted === undefined ? !holdsSecret(type) : isAssignable(type, wanted);
  });
  return (
    given &&
    (actual.others === undefined || expected.others === undefined || isAssignable(actual.others, expected.others))
  );
}

/** Whether a value of the type is a secret or has one somewhere in it. */
export function holdsSecret(type: ValueType): boolean {
  switch (type.kind) {
    case "secret":
      return true;
    case "array":
      return holdsSecret(type.items);
    case "object":
      return [...type.properties.values(), ...(type.others === undefined ? [] : [type.others])].some(holdsSecret);
    default:
      return false;
  }
}
