// What makes no step type, told when it is defined. TypeScript finds the same in extensions that are written in it.

type Unknown = Readonly<Record<string, unknown>>;

/** What is wrong with what `defineStep` is given, as a sentence; absent: nothing. */
export function specProblem(spec: unknown): string | undefined {
  if (!isMap(spec)) return "defineStep is given no map";
  const { name, summary, run, check, examples } = spec;
  if (typeof name !== "string") return "a step type has no `name`, expected text such as route-table";
  const named = `step type "${name}"`;
  if (typeof summary !== "string") return `${named} has no \`summary\`, expected one sentence`;
  const schema = schemaProblem(spec, "inputs") ?? schemaProblem(spec, "outputs");
  if (schema !== undefined) return `${named} ${schema}`;
  if (examples !== undefined && !Array.isArray(examples)) return `${named} has \`examples\` that are no list`;
  if (check !== undefined && typeof check !== "function") return `${named} has a \`check\` that is no function`;
  const kind = kindOf(run);
  if (kind === "GeneratorFunction") return undefined;
  const is = { AsyncFunction: "async", AsyncGeneratorFunction: "async", Function: "no generator" }[kind];
  return `${named} has a \`run\` that is ${is ?? "no function"}, expected \`*run(inputs) { … }\``;
}

/** What is wrong with one of the schemas of a step type, as the end of a sentence. */
export function schemaProblem(spec: Unknown, key: "inputs" | "outputs"): string | undefined {
  const schema = spec[key];
  const expected = "expected Type.Object({ … })";
  if (schema === undefined) return `has no \`${key}\`, ${expected}`;
  const isObject = isMap(schema) && schema["type"] === "object" && isMap(schema["properties"]);
  return isObject ? undefined : `has \`${key}\` that describe no map, ${expected}`;
}

function isMap(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null;
}

/** `Function`, `AsyncFunction`, `GeneratorFunction` or `AsyncGeneratorFunction`; empty for what is none. */
function kindOf(value: unknown): string {
  return typeof value === "function" ? String(Object.getPrototypeOf(value)?.constructor?.name ?? "Function") : "";
}
