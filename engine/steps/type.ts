// Builds schemas of step types, and tells TypeScript what values they describe. The schemas are those that TypeBox builds
// (a test holds both to each other), without its run time, three hundred modules at every start, and without its types,
// whose inference took three quarters of a build. docs/decisions/0010-schemas-without-a-run-time.md tells more.

declare const described: unique symbol;
declare const optionality: unique symbol;

/** A JSON Schema whose values have the type `T`. The marks exist for TypeScript only. */
export interface TSchema<T = unknown> {
  readonly [described]?: T;
}
/** Of a property that an object may be without. */
export interface TOptional<T = unknown> extends TSchema<T> {
  readonly [optionality]: true;
}
export interface TString extends TSchema<string> {
  readonly type: "string";
}
export type TUnsafe<T> = TSchema<T>;

type Properties = Readonly<Record<string, TSchema>>;
type OptionalKeys<P extends Properties> = { [K in keyof P]: P[K] extends TOptional ? K : never }[keyof P];
type ObjectOf<P extends Properties> = { [K in Exclude<keyof P, OptionalKeys<P>>]: Static<P[K]> } & {
  [K in OptionalKeys<P>]?: Static<P[K]>;
};
export interface TObject<P extends Properties = Properties> extends TSchema<{
  [K in keyof ObjectOf<P>]: ObjectOf<P>[K];
}> {
  readonly type: "object";
  readonly properties: P;
  readonly required?: readonly string[] | undefined;
}

/** The values that a schema describes. */
export type Static<S extends TSchema> = S extends TSchema<infer T> ? T : never;

type Options = Readonly<Record<string, unknown>>;

interface Builder {
  Array<S extends TSchema>(items: S, options?: Options): TSchema<Static<S>[]>;
  Boolean(options?: Options): TSchema<boolean>;
  Enum<const V extends readonly (string | number)[]>(values: V, options?: Options): TSchema<V[number]>;
  Integer(options?: Options): TSchema<number>;
  Literal<const V extends string | number>(value: V, options?: Options): TSchema<V>;
  Object<P extends Properties>(properties: P, options?: Options): TObject<P>;
  Optional<S extends TSchema>(schema: S): S & TOptional<Static<S>>;
  Record<S extends TSchema>(key: TString, value: S, options?: Options): TSchema<Record<string, Static<S>>>;
  String(options?: Options): TString;
  Unknown(options?: Options): TSchema;
  Unsafe<T>(schema: Options): TUnsafe<T>;
}

/** Schemas that an object may be without. A mark in the schema would show when it is written as JSON. */
const optional = new WeakSet<object>();

const builder = {
  Array: (items: object, options: Options = {}) => ({ type: "array", items, ...options }),
  Boolean: (options: Options = {}) => ({ type: "boolean", ...options }),
  Enum: (values: readonly unknown[], options: Options = {}) => ({ enum: values, ...options }),
  Integer: (options: Options = {}) => ({ type: "integer", ...options }),
  Literal: (value: string | number, options: Options = {}) => ({ type: typeof value, const: value, ...options }),
  Object(properties: Readonly<Record<string, object>>, options: Options = {}) {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name]!));
    return { type: "object", ...(required.length > 0 && { required }), properties, ...options };
  },
  Optional(schema: object) {
    const copy = { ...schema };
    optional.add(copy);
    return copy;
  },
  Record: (_key: object, value: object, options: Options = {}) => ({
    type: "object",
    patternProperties: { "^.*$": value },
    ...options,
  }),
  String: (options: Options = {}) => ({ type: "string", ...options }),
  Unknown: (options: Options = {}) => ({ ...options }),
  Unsafe: (schema: Options) => ({ ...schema }),
};

export const Type = builder as unknown as Builder;
