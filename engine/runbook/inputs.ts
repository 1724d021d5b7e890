// A runbook's inputs: what is described, and the values for one run.

import { suggest } from "../source/suggestion.ts";
import type { Span } from "../source/source-text.ts";
import type { Json } from "../value/json.ts";
import { type Authored, entriesOf, plain } from "./authored.ts";
import { fromText, isOfParts, pathText, valueProblems } from "./input-values.ts";
import type { Runbook, RunbookInput } from "./model.ts";
import { shapeOf, withMemberDefaults } from "./value-shapes.ts";

/** Reads a description; absent when it has no type that could be meant. */
export function inputOf(name: string, node: Authored, span: Span): RunbookInput | undefined {
  if (entriesOf(node) === undefined) return undefined;
  const given = plain(node) as Partial<Record<string, Json>>;
  const shape = shapeOf(given);
  if (shape === undefined) return undefined;
  const value = given["default"];
  return {
    ...shape,
    name,
    secret: given["secret"] === true,
    span,
    ...(value !== undefined && { default: withMemberDefaults(shape, value) }),
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
    missing: read.flatMap(({ input, value, problems }) =>
      value === undefined && problems.length === 0 ? [input] : [],
    ),
    problems: [...unknown, ...read.flatMap(({ problems }) => problems)],
  };
}

function valueOf(
  input: RunbookInput,
  given: GivenInput | undefined,
): { readonly value?: Json | undefined; readonly problems: readonly string[] } {
  if (given === undefined) return { value: input.default, problems: [] };
  const value = given.isText && typeof given.value === "string" ? fromText(given.value, input.type) : given.value;
  const problems = valueProblems(input, value, input.secret);
  if (problems.length === 0) return { value: withMemberDefaults(input, value), problems: [] };
  const isNoJson = given.isText && typeof value === "string" && isOfParts(input.type);
  return {
    problems: problems.map(({ path, message, hint }) => {
      const at = path.length === 0 ? " " : `, at \`${pathText(input.name, path)}\`, `;
      const json = isNoJson ? `, written as JSON: ${input.type === "list" ? '["a", "b"]' : '{"a": "b"}'}` : "";
      return `input "${input.name}" (${given.from})${at}${message}${json}${hint === undefined ? "" : `; ${hint}`}`;
    }),
  };
}
