// A runbook's inputs: what is described, and the values for one run.

import { suggest } from "../source/suggestion.ts";
import type { Span } from "../source/source-text.ts";
import type { Json } from "../value/json.ts";
import { type Authored, entriesOf, plain } from "./authored.ts";
import { constraintProblem, fromText } from "./input-values.ts";
import { INPUT_TYPES, type InputType, type Runbook, type RunbookInput } from "./model.ts";

/** Reads a description; absent when it has no type that could be meant. */
export function inputOf(name: string, node: Authored, span: Span): RunbookInput | undefined {
  if (entriesOf(node) === undefined) return undefined;
  const given = plain(node) as Partial<Record<string, Json>>;
  const { type, description, secret, pattern, minLength, maxLength } = given;
  if (typeof type !== "string" || !(INPUT_TYPES as readonly string[]).includes(type)) return undefined;
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

/** Sets what is given, and the defaults, against what a runbook describes. Tells everything that is wrong at once. */
export function resolveInputs(runbook: Runbook, given: ReadonlyMap<string, GivenInput>): InputResolution {
  const names = runbook.inputs.map(({ name }) => name);
  const unknown = [...given].flatMap(([name, { from }]) => {
    if (names.includes(name)) return [];
    const hint = names.length === 0 ? "it has none" : suggest(name, names);
    return [`"${name}" (${from}) is no input of this runbook${hint === undefined ? "" : `; ${hint}`}`];
  });
  const read = runbook.inputs.map((input) => ({ input, ...valueOf(input, given.get(input.name)) }));
  return {
    // From entries: an input may have any name, also one that an assignment would take for a prototype.
    values: Object.fromEntries(read.flatMap(({ input, value }) => (value === undefined ? [] : [[input.name, value]]))),
    missing: read.flatMap(({ input, value, problem }) => ((value ?? problem) === undefined ? [input] : [])),
    problems: [...unknown, ...read.flatMap(({ problem }) => problem ?? [])],
  };
}

function valueOf(
  input: RunbookInput,
  given: GivenInput | undefined,
): { readonly value?: Json | undefined; readonly problem?: string } {
  if (given === undefined) return { value: input.default };
  const value = given.isText && typeof given.value === "string" ? fromText(given.value, input.type) : given.value;
  const problem = constraintProblem(input, value);
  return problem === undefined ? { value } : { problem: `input "${input.name}" (${given.from}) ${problem}` };
}
