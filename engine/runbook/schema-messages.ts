// A finding of the schema in the words of an author. Ajv's own words, keywords and paths stay here.

import type { ErrorObject } from "ajv";
import type { DiagnosticCode } from "../source/diagnostic-codes.ts";
import { suggest } from "../source/suggestion.ts";
import { PATTERN_MESSAGE_KEYWORD, SECRET_KEYWORD } from "../steps/definition.ts";
import { INPUT_TYPES } from "./model.ts";
import { meantBy, otherWord } from "./other-words.ts";

export interface SchemaProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Where to point: at the value, at one of its keys, or at the head of the map in which something is missing. */
  readonly at: "value" | "head" | { readonly key: string };
}

/** How a message names the value that is wrong, and the map that it stands in or is. */
export interface SchemaPlace {
  /** `"location"`, `this item`. */
  readonly what: string;
  /** `step "vm"`, `input "size"`, `the runbook`, `create-vm`. */
  readonly owner: string;
  /** What the entries of the map are to an author. */
  readonly entry: "key" | "input";
  /** Of a step: the inputs of its type, which stand in its `with`. */
  readonly inputs?: readonly string[];
}

/** The hint for an input that stands beside `with`. */
export const belongsInWith = (key: string): string => `"${key}" is an input and belongs in \`with\``;

type Params = Readonly<Record<string, unknown>>;

/** Absent for findings that only repeat others. */
export function schemaProblem(
  error: ErrorObject,
  { what, owner, entry, inputs }: SchemaPlace,
): SchemaProblem | undefined {
  // Of "a value or an expression" only the value's complaint is told: what is no expression was meant as a value.
  if (/\/anyOf\/1\//.test(error.schemaPath)) return undefined;
  // A name that is wrong is told of as a name.
  if (error.propertyName !== undefined) return undefined;
  const schema = (error.parentSchema ?? {}) as Params;
  const params = error.params as Params;
  const value: unknown = error.data;
  const tell = (code: DiagnosticCode, message: string, hint?: string): SchemaProblem => ({
    code,
    message,
    hint,
    at: "value",
  });
  if (schema[SECRET_KEYWORD] === true) return secretProblem(what, value, tell);
  switch (error.keyword) {
    case "anyOf":
    case "if":
    case "oneOf":
    case "discriminator":
      return undefined;
    case "required":
      return {
        code: "missing-key",
        message: `"${String(params["missingProperty"])}" is missing from ${owner}`,
        ...(params["missingProperty"] === "in" && { hint: "write the map that is gone over as `in: { … }`" }),
        at: "head",
      };
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys((schema["properties"] as object | undefined) ?? {});
      const isInput = inputs?.includes(key) === true;
      const hint = isInput ? belongsInWith(key) : (otherWord(key, known) ?? suggest(key, known));
      return { code: "unknown-key", message: `${owner} has no ${entry} "${key}"`, hint, at: { key } };
    }
    case "propertyNames": {
      const key = String(params["propertyName"]);
      const rule = (error.schema as Params)[PATTERN_MESSAGE_KEYWORD];
      const own = typeof rule === "string" && rule !== NAME_RULE;
      const said = own ? `a key of ${what} is ${quoted(key)}, ${rule}` : `${quoted(key)} is no name, ${NAME_RULE}`;
      return { code: own ? "wrong-value" : "wrong-name", message: said, at: { key } };
    }
    case "type":
      return typeProblem({ what, owner, entry }, value, [error.schema].flat().map(String), isTime(schema), tell);
    case "enum":
      return enumProblem(what, value, error.schema as readonly unknown[], tell);
    case "const": {
      const hint = String(value) === String(error.schema) ? "remove the quotes" : undefined;
      const code = what === '"version"' ? "unknown-version" : "wrong-value";
      return tell(code, `${what} is ${shown(value)}, expected ${String(error.schema)}`, hint);
    }
    case "pattern": {
      const expected = schema[PATTERN_MESSAGE_KEYWORD];
      const pattern = String(error.schema).replace("|\\$\\{\\{", "");
      const rule = typeof expected === "string" ? expected : `expected text that matches \`${pattern}\``;
      const host =
        typeof value === "string" && rule.includes("begins with `/`")
          ? /^https?:\/\/[^/]+/.exec(value)?.[0]
          : undefined;
      const hint = host === undefined ? undefined : `remove ${host}`;
      return tell(what === '"id"' ? "wrong-name" : "wrong-value", `${what} is ${shown(value)}, ${rule}`, hint);
    }
    case "minLength":
      return tell("wrong-value", `${what} is ${shown(value)}, expected ${count(error.schema, "character")} or more`);
    case "maxLength": {
      const length = typeof value === "string" ? Array.from(value).length : 0;
      return tell("wrong-value", `${what} has ${length} characters, expected at most ${String(error.schema)}`);
    }
    case "minItems":
      return tell("wrong-value", `${what} is an empty list, expected ${count(error.schema, "item")} or more`);
    case "minProperties":
      return tell("wrong-value", `${what} is an empty map, expected ${count(error.schema, "entry")} or more`);
    case "maxProperties": {
      const size = Object.keys(value as object).length;
      return {
        ...tell("wrong-value", `${what} has ${size} entries, expected at most ${String(error.schema)}`),
        at: "head",
      };
    }
    case "uniqueItems": {
      const item = (value as readonly unknown[])[Number(params["i"])];
      return tell("wrong-value", `${what} holds ${shown(item)} twice, expected each once`);
    }
    case "minimum":
      return tell("wrong-value", `${what} is ${shown(value)}, expected ${String(error.schema)} or more`);
    case "maximum":
      return tell("wrong-value", `${what} is ${shown(value)}, expected at most ${String(error.schema)}`);
    default:
      return tell("wrong-value", `${what} ${error.message ?? "is not as expected"}`);
  }
}

/** What is expected of an id and of the name of an input or an output. */
export const NAME_RULE = "expected a letter, then letters, digits, `_` and `-`, at most 64 in all";

type Tell = (code: DiagnosticCode, message: string, hint?: string) => SchemaProblem;

function secretProblem(what: string, value: unknown, tell: Tell): SchemaProblem {
  if (value === null) return tell("wrong-type", `${what} is empty, expected an expression that gives a secret`);
  const hint = "declare an input with `secret: true` and write ${{ inputs.<name> }}";
  return tell("secret-in-file", `${what} is a secret and is written in the file`, hint);
}

/** Whether a text of a schema is a time such as 90s. */
const isTime = (schema: Params): boolean => String(schema[PATTERN_MESSAGE_KEYWORD]).startsWith("expected a time");

function typeProblem(
  { what, owner }: SchemaPlace,
  value: unknown,
  types: readonly string[],
  time: boolean,
  tell: Tell,
): SchemaProblem {
  if (what === '"if"') {
    const hint = typeof value === "string" ? conditionHint(value.trim()) : undefined;
    return tell("wrong-type", `${what} is ${kindOf(value)}, expected true, false or an expression`, hint);
  }
  if (what === '"forEach"') {
    const hint = "write the items as [a, b], or an expression that gives a list";
    return tell("wrong-type", `${what} is ${kindOf(value)}, expected a list, a map or an expression`, hint);
  }
  const message = `${what} is ${kindOf(value)}, expected ${types.map(describeType).join(" or ")}`;
  const hint = time && typeof value === "number" ? `write ${value}s, ${value}m or ${value}h` : undefined;
  return tell("wrong-type", message, hint ?? typeHint({ what, owner }, value, types));
}

/** What to write so that a value becomes one of the types. */
function typeHint(
  { what, owner }: Pick<SchemaPlace, "what" | "owner">,
  value: unknown,
  types: readonly string[],
): string | undefined {
  const wants = (...some: readonly string[]): boolean => some.some((type) => types.includes(type));
  if (what === '"id"') return "an id begins with a letter";
  if (what === '"steps"') return "write each step as an item of a list: `- id: <id>`";
  if (wants("string")) {
    return typeof value === "number" || typeof value === "boolean" ? `put it in quotes: "${String(value)}"` : undefined;
  }
  if (wants("object") && /^(?:input "|"inputs\.)/.test(owner)) return describedHint(value);
  if (what === '"retry"' && typeof value === "number") return `write { attempts: ${value} }`;
  if (wants("array") && typeof value === "number") return `write [${value}]`;
  if (typeof value !== "string") return undefined;
  if (wants("array")) return value.startsWith("-") ? "put a blank behind each dash" : `write [${value}]`;
  if (wants("boolean")) return "write true or false, without quotes";
  if (wants("number", "integer")) return Number.isNaN(Number(value || "x")) ? undefined : "remove the quotes";
  return what === "this step" ? `write it as \`- id: <id>\` and \`uses: ${value}\`` : undefined;
}

/** Of an input that is not described but given: as a type, or as a value. */
function describedHint(value: unknown): string | undefined {
  if (typeof value === "string") {
    const types: readonly string[] = INPUT_TYPES;
    const type = types.includes(value) ? value : meantBy(value, types);
    return type === undefined ? `write { type: string, default: ${value} }` : `write { type: ${type} }`;
  }
  if (typeof value === "boolean") return `write { type: boolean, default: ${value} }`;
  return typeof value === "number" ? `write { type: number, default: ${value} }` : undefined;
}

/** A bare word is no expression; what has a dot, a bracket or an operator may be one. */
function conditionHint(text: string): string {
  return /^[\w-]*$/.test(text)
    ? "write true, false, or a condition such as ${{ inputs.<name> }}"
    : `write \${{ ${text} }}`;
}

function enumProblem(what: string, value: unknown, values: readonly unknown[], tell: Tell): SchemaProblem {
  const names = values.map(String);
  const near = typeof value === "string" ? suggest(value, names) : undefined;
  if (what === '"uses"') {
    const message = value === null ? '"uses" is empty, expected a step type' : `${shown(value)} is no step type`;
    const all = `known here: ${names.map((one) => `"${one}"`).join(", ")}`;
    const isFile = typeof value === "string" && /\.ya?ml$/i.test(value) && names.includes("runbook");
    if (isFile)
      return tell("unknown-step-type", message, `write \`uses: runbook\`, and \`path: ${value}\` below \`with\``);
    const other = typeof value === "string" ? otherWord(value, names) : undefined;
    return tell("unknown-step-type", message, other ?? (near?.startsWith("did you") === true ? near : all));
  }
  const list =
    names.length === 0 ? "one of no values: its `enum` is empty" : names.map((one) => `"${one}"`).join(" or ");
  const other = what === '"type"' && typeof value === "string" ? otherWord(value, names) : undefined;
  const hint = other ?? (near?.startsWith("did you") === true ? near : undefined);
  return tell("wrong-value", `${what} is ${shown(value)}, expected ${list}`, hint);
}

function count(number: unknown, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function describeType(type: string): string {
  return (
    { string: "text", array: "a list", object: "a map", null: "nothing", integer: "an integer" }[type] ?? `a ${type}`
  );
}

/** What a value is, in an author's words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string") return "text";
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "a list" : "a map";
}

/** A value as a message quotes it: one short line. */
export function shown(value: unknown): string {
  if (value === "") return "empty text";
  if (typeof value === "string") return quoted(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

const LONGEST_QUOTE = 60;

function quoted(text: string): string {
  const line = text.replaceAll("\n", "\\n");
  return `"${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE - 1)}…` : line}"`;
}
