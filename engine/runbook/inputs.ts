// A runbook's inputs: what is declared, and the values for one run.

import { suggest } from "../source/suggestion.ts";
import type { Span } from "../source/source-text.ts";
import type { Json } from "../value/json.ts";
import type { Authored } from "./authored.ts";
import { constraintProblem, fromText } from "./input-values.ts";
import type { InputType, Runbook, RunbookInput } from "./model.ts";
import { mapOf } from "./outline.ts";
import { plain } from "./shape.ts";

const TYPES: readonly string[] = ["string", "number", "integer", "boolean", "array", "object"];

/** Reads a declaration; absent when it has no type that could be meant. */
export function inputOf(name: string, node: Authored, span: Span): RunbookInput | undefined {
  if (mapOf(node) === undefined) return undefined;
  const given = plain(node) as Partial<Record<string, Json>>;
  const { type, description, secret, pattern, minLength, maxLength } = given;
  if (typeof type !== "string" || !TYPES.includes(type)) return undefined;
  return {
    name,
    type: type as InputType,
    secret: secret === true,
    span,
    ...(typeof description === "string" && { description }),
    ...(given["default"] !== undefined && { default: given["default"] }),
    ...(Array.isArray(given["enum"]) && { enum: given["enum"] as readonly Json[] }),
    ...(typeof pattern === "string" && { pattern }),
    ...(typeof minLength === "number" && { minLength }),
    ...(typeof maxLength === "number" && { maxLength }),
  };
}

export interface GivenInput {
  readonly value: Json;
  /** For messages: `--input`, `RUNBOOK_INPUT_LOCATION`, `inputs.yaml`. */
  readonly from: string;
  /** True when the value is text that is read by the input's declared type. */
  readonly isText: boolean;
}

export interface InputResolution {
  /** Secrets in clear. */
  readonly values: Readonly<Record<string, Json>>;
  readonly missing: readonly RunbookInput[];
  /** One line each, without a secret's value. */
  readonly problems: readonly string[];
}

export function resolveInputs(runbook: Runbook, given: ReadonlyMap<string, GivenInput>): InputResolution {
  const values: Record<string, Json> = {};
  const missing: RunbookInput[] = [];
  const problems: string[] = [];
  const names = runbook.inputs.map(({ name }) => name);
  for (const [name, { from }] of given) {
    if (names.includes(name)) continue;
    const hint = suggest(name, names);
    problems.push(`"${name}" (${from}) is no input of this runbook${hint === undefined ? "" : `; ${hint}`}`);
  }
  for (const input of runbook.inputs) {
    const one = given.get(input.name);
    if (one === undefined) {
      if (input.default !== undefined) values[input.name] = input.default;
      else missing.push(input);
      continue;
    }
    const value = one.isText && typeof one.value === "string" ? fromText(one.value, input.type) : one.value;
    const problem = constraintProblem(input, value);
    if (problem === undefined) values[input.name] = value;
    else problems.push(`input "${input.name}" (${one.from}) ${problem}`);
  }
  return { values, missing, problems };
}
