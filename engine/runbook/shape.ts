// Whether a tree has the shape of a runbook: the schema's findings, at the places they are about.

import type { ErrorObject } from "ajv";
import type { Diagnostic } from "../source/diagnostic.ts";
import type { SourceText, Span } from "../source/source-text.ts";
import { suggest } from "../source/suggestion.ts";
import { SECRET_KEYWORD } from "../steps/definition.ts";
import type { Authored } from "./authored.ts";

/** A compiled schema, as Ajv makes it with `allErrors` and `verbose`. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

/** The tree as plain JSON; templates are their text. */
export function plain(node: Authored): unknown {
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "scalar") return node.value;
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}

export function checkShape(root: Authored, source: SourceText, validate: Validator): readonly Diagnostic[] {
  if (validate(plain(root))) return [];
  return (validate.errors ?? []).flatMap((error) => {
    const found = describe(error, root);
    if (found === undefined) return [];
    const { code, message, span, hint, masked } = found;
    const rest = { ...(hint !== undefined && { hint }), ...(masked === true && { masked }) };
    return [{ code, severity: "error" as const, message, source, span, ...rest }];
  });
}

interface Found {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly hint?: string | undefined;
  readonly masked?: boolean;
}

function describe(error: ErrorObject, root: Authored): Found | undefined {
  // Of "a value or an expression" only the value's complaint is told: what is no expression was meant as a value.
  if (/\/anyOf\/1\//.test(error.schemaPath) || error.keyword === "anyOf" || error.keyword === "if") return undefined;
  const path = error.instancePath.split("/").slice(1).map(unescape);
  const node = at(root, path);
  if (node === undefined) return undefined;
  const name = path.at(-1) ?? "the runbook";
  const what = /^\d+$/.test(name) ? "this item" : `"${name}"`;
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>;
  const params = error.params as Record<string, unknown>;
  if (schema[SECRET_KEYWORD] === true) {
    return {
      code: "secret-in-file",
      message: `${what} is secret and is written in the file`,
      span: node.span,
      hint: "declare an input with `secret: true` and write ${{ inputs.<name> }}",
      masked: true,
    };
  }
  switch (error.keyword) {
    case "required": {
      const missing = String(params["missingProperty"]);
      const of = path.length === 0 ? "the runbook" : nameOf(root, path);
      return { code: "missing-key", message: `${of} has no "${missing}"`, span: headOf(root, path) };
    }
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const entry = node.kind === "map" ? node.entries.get(key) : undefined;
      const known = Object.keys((schema["properties"] as object | undefined) ?? {});
      const of = path.length === 0 ? "a runbook" : nameOf(root, path);
      const message = `${of} has no key "${key}"`;
      return { code: "unknown-key", message, span: entry?.keySpan ?? node.span, hint: suggest(key, known) };
    }
    case "type": {
      const expected = [error.schema].flat().join(" or ");
      return {
        code: "wrong-type",
        message: `${what} is ${kindOf(node)}, expected ${article(expected)}`,
        span: node.span,
      };
    }
    case "enum": {
      const values = (error.schema as unknown[]).map(String);
      const given = shown(node);
      if (name === "uses") {
        return {
          code: "unknown-step-type",
          message: `${given} is no step type`,
          span: node.span,
          hint: node.kind === "scalar" ? suggest(String(node.value), values) : undefined,
        };
      }
      const message = `${what} is ${given}, expected ${values.map((value) => `"${value}"`).join(" or ")}`;
      return { code: "wrong-value", message, span: node.span };
    }
    case "const":
      return {
        code: name === "version" ? "unknown-version" : "wrong-value",
        message: `${what} is ${shown(node)}, expected ${String(error.schema)}`,
        span: node.span,
      };
    case "pattern":
      return { code: "wrong-value", ...patternMessage(what, node, schema), span: node.span };
    case "propertyNames":
      return {
        code: "wrong-name",
        message: `"${String(params["propertyName"])}" is no name, which is letters, digits, _ and -, and no digit first`,
        span: keySpan(node, String(params["propertyName"])),
      };
    case "minLength":
      return {
        code: "wrong-value",
        message: `${what} is empty or too short, expected ${String(error.schema)} or more characters`,
        span: node.span,
      };
    case "maxLength":
      return {
        code: "wrong-value",
        message: `${what} is too long, expected at most ${String(error.schema)} characters`,
        span: node.span,
      };
    case "minItems":
      return { code: "wrong-value", message: `${what} has no items, expected one or more`, span: node.span };
    case "uniqueItems":
      return { code: "wrong-value", message: `${what} names something twice`, span: node.span };
    case "minimum":
    case "maximum":
      return {
        code: "wrong-value",
        message: `${what} is ${shown(node)}, expected ${String(error.message).replace("must be ", "")}`,
        span: node.span,
      };
    // Their own parts speak for them.
    case "oneOf":
    case "discriminator":
      return undefined;
    default:
      return { code: "wrong-value", message: `${what} ${error.message ?? "is not as expected"}`, span: node.span };
  }
}

function patternMessage(
  what: string,
  node: Authored,
  schema: Record<string, unknown>,
): { message: string; hint?: string } {
  if (schema["title"] === "expression") return { message: `${what} is ${shown(node)}, expected an expression` };
  const pattern = String(schema["pattern"]);
  const description = schema["description"];
  if (/\\d\+|ms\|s\|m\|h/.test(pattern) && pattern.includes("ms|s|m|h")) {
    return { message: `${what} is ${shown(node)}, expected a time such as 90s, 5m or 1h` };
  }
  return {
    message: `${what} is ${shown(node)}, which does not match \`${pattern}\``,
    ...(typeof description === "string" && { hint: description }),
  };
}

function at(root: Authored, path: readonly string[]): Authored | undefined {
  let node: Authored | undefined = root;
  for (const part of path) {
    if (node?.kind === "map") node = node.entries.get(part)?.value;
    else if (node?.kind === "list") node = node.items[Number(part)];
    else return undefined;
  }
  return node;
}

/** Where to point when something is missing from the map at a path: its key, or its first entry. */
function headOf(root: Authored, path: readonly string[]): Span {
  const last = path.at(-1);
  const parent = at(root, path.slice(0, -1));
  if (last !== undefined && parent?.kind === "map") return parent.entries.get(last)?.keySpan ?? parent.span;
  const node = at(root, path);
  if (node?.kind === "map") return [...node.entries.values()][0]?.keySpan ?? node.span;
  return node?.span ?? { start: 0, end: 1 };
}

function keySpan(node: Authored, key: string): Span {
  return (node.kind === "map" ? node.entries.get(key)?.keySpan : undefined) ?? node.span;
}

/** The thing at a path, in words: `step "vm"`, `with of step "vm"`. */
function nameOf(root: Authored, path: readonly string[]): string {
  if (path[0] === "steps" && path.length >= 2) {
    const id = at(root, ["steps", path[1]!, "id"]);
    const step =
      id?.kind === "scalar" && id.value !== null ? `step "${String(id.value)}"` : `step ${Number(path[1]) + 1}`;
    return path.length === 2 ? step : `"${path.slice(2).join(".")}" of ${step}`;
  }
  if (path[0] === "inputs" && path.length === 2) return `input "${path[1]!}"`;
  return `"${path.join(".")}"`;
}

function kindOf(node: Authored): string {
  if (node.kind !== "scalar") return article(node.kind);
  if (node.value === null) return "empty";
  return typeof node.value === "string" ? "text" : article(typeof node.value);
}

function article(noun: string): string {
  const word = { object: "map", array: "list", string: "text" }[noun] ?? noun;
  if (word === "text" || word === "null") return word;
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}

function shown(node: Authored): string {
  if (node.kind !== "scalar" || node.value === null) return kindOf(node);
  const text = String(node.value);
  return typeof node.value === "string" ? `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"` : text;
}

function unescape(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
