/** What a request's body may look like: only the types of what the emulator reads, never whether it makes sense. */
import { gatewayError, type AzureError } from "../wire.ts";

/** `"map"`: an object of strings. A list's only member stands for all. Members that are not named may be anything. */
export type Shape =
  "string" | "number" | "boolean" | "map" | "object" | readonly [Shape] | { readonly [name: string]: Shape };

/** Throws the way Azure refuses JSON that it cannot read into its own types. A `null` is taken for something left out. */
export function requireShape(value: unknown, shape: Shape, path = ""): void {
  if (value === undefined || value === null) return;
  if (typeof shape === "string") {
    if (shape === "map" || shape === "object") {
      if (!isObject(value)) throw misfit(value, "object", path);
      if (shape === "map")
        for (const [key, text] of Object.entries(value))
          if (text !== null && typeof text !== "string") throw misfit(text, "string", join(path, key));
      return;
    }
    if (typeof value !== shape) throw misfit(value, shape, path);
    return;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) throw misfit(value, "array", path);
    for (const [index, member] of value.entries()) {
      if (member === null)
        throw misfit(member, typeof shape[0] === "string" ? shape[0] : "object", `${path}[${index}]`);
      requireShape(member, shape[0], `${path}[${index}]`);
    }
    return;
  }
  if (!isObject(value)) throw misfit(value, "object", path);
  for (const [name, inner] of Object.entries(shape)) requireShape(value[name], inner, join(path, name));
}
const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
const misfit = (value: unknown, wanted: string, path: string): AzureError =>
  gatewayError(
    400,
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: 'Cannot convert ${describe(value)} at path '${path}' to type '${wanted}'.'.`,
  );
const describe = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40
    ? `a value of type '${Array.isArray(value) ? "array" : typeof value}'`
    : `the value '${text}'`;
};

/** A body without its nulls: to a PUT, what is null is what was left out. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  ) as T;
}
