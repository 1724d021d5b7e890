// What there is to know of a step type, for a terminal, a page of documentation and a program alike.

import type { ExampleRight } from "../plan/example-rights.ts";
import { PATTERN_MESSAGE_KEYWORD, SECRET_KEYWORD, type StepDefinition } from "../steps/definition.ts";

export interface Field {
  /** A nested one with its path: `rules[].port`. */
  readonly name: string;
  /** In an author's words: `string`, `list of strings`, `rdp or ssh`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** Sentences; empty when the name says it all. */
  readonly description: string;
}

export interface RightsOn {
  /** `caller`, or whose identity it is. */
  readonly who: string;
  /** `subscription`, `resource group`, or a resource type. */
  readonly on: string;
  /** ARM actions, sorted. */
  readonly actions: readonly string[];
}

export interface StepPage {
  readonly name: string;
  readonly summary: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  /** What the examples below use. */
  readonly rights: readonly RightsOn[];
  readonly examples: readonly { readonly title: string; readonly runbook: string }[];
}

export function stepPage(
  type: StepDefinition,
  { rights, examples }: { readonly rights: readonly ExampleRight[]; readonly examples: StepPage["examples"] },
): StepPage {
  const { name, summary, inputs, outputs } = type;
  return { name, summary, inputs: fieldsOf(inputs), outputs: fieldsOf(outputs), rights: grouped(rights), examples };
}

function grouped(rights: readonly ExampleRight[]): readonly RightsOn[] {
  const groups = new Map<string, RightsOn>();
  for (const { who, on, action } of rights) {
    const { actions = [] } = groups.get(`${who} ${on}`) ?? {};
    groups.set(`${who} ${on}`, { who, on, actions: [...new Set([...actions, action])].toSorted() });
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** An action of the type itself by its last words alone. */
export function shortAction(action: string, { on }: RightsOn): string {
  return action.startsWith(`${on}/`) ? action.slice(on.length + 1) : action;
}

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fieldsOf(given: unknown, prefix = ""): readonly Field[] {
  if (!isSchema(given) || !isSchema(given["properties"])) return [];
  const required = new Set(Array.isArray(given["required"]) ? (given["required"] as readonly string[]) : []);
  const fields = Object.entries(given["properties"]).flatMap(([name, schema]): readonly Field[] => {
    if (!isSchema(schema)) return [];
    const path = `${prefix}${name}`;
    const field = { name: path, type: typeOf(schema), isRequired: required.has(name), description: about(schema) };
    const { items } = schema;
    return [field, ...fieldsOf(schema, `${path}.`), ...(isSchema(items) ? fieldsOf(items, `${path}[].`) : [])];
  });
  // What must be given comes first; nested fields stay with theirs.
  return prefix === "" ? [...groups(fields)].toSorted(requiredFirst).flat() : fields;
}

function* groups(fields: readonly Field[]): Generator<readonly Field[]> {
  let group: Field[] = [];
  for (const field of fields) {
    if (group.length > 0 && !/[.[]/.test(field.name)) {
      yield group;
      group = [];
    }
    group.push(field);
  }
  if (group.length > 0) yield group;
}

const requiredFirst = ([a]: readonly Field[], [b]: readonly Field[]): number =>
  Number(b?.isRequired ?? false) - Number(a?.isRequired ?? false);

/** The description, and in parentheses what a text must look like. */
function about(schema: Schema): string {
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  const rule = schema[PATTERN_MESSAGE_KEYWORD];
  if (typeof rule !== "string") return description;
  const said = rule.replace(/^expected /, "");
  if (description === "") return `${said}.`;
  // An example is given in both.
  return /\bsuch as\b/.test(said) ? description : `${description.replace(/\.$/, "")} (${said}).`;
}

function typeOf(schema: Schema): string {
  if (schema[SECRET_KEYWORD] === true) return "secret";
  const { type, enum: values, anyOf } = schema;
  if ("const" in schema) return String(schema["const"]);
  if (Array.isArray(values)) return listed(values.map(String));
  if (Array.isArray(anyOf)) return listed([...new Set(anyOf.map((one) => (isSchema(one) ? typeOf(one) : "any")))]);
  if (Array.isArray(type)) return listed(type.map(String));
  if (type === "array") return `list of ${pluralOf(schema["items"])}`;
  if (type !== "object") return typeof type === "string" ? type : "any";
  const [others] = isSchema(schema["patternProperties"])
    ? Object.values(schema["patternProperties"])
    : [schema["additionalProperties"]];
  return isSchema(others) ? `map of ${pluralOf(others)}` : "object";
}

function pluralOf(items: unknown): string {
  if (!isSchema(items)) return "any";
  const type = typeOf(items);
  return /^(?:string|number|integer|boolean|object|secret)$/.test(type) ? `${type}s` : type;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
