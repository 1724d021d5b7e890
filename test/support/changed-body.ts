/** A copy of a body with another value at a place: `properties.subnets.0.name`; `undefined` takes the place away. */
export function changed<T>(body: T, changes: Readonly<Record<string, unknown>>): T {
  const copy = structuredClone(body);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let at = copy as Record<string, unknown>;
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy;
}
