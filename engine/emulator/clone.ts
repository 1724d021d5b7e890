/** A copy of a value that JSON can hold: several times as fast as `structuredClone`, and asked for with every request. */
export function clone<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => clone(item)) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    // A member of that name, which JSON may have, must not become the copy's prototype.
    if (key === "__proto__") Object.defineProperty(copy, key, { value: clone(value[key]), enumerable: true });
    else copy[key] = clone(value[key]);
  }
  return copy as T;
}
