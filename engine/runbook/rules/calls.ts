// Steps that call a runbook: the file is there and without mistakes, and it is given what it takes.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import type { Span } from "../../source/source-text.ts";
import { suggest } from "../../source/suggestion.ts";
import type { Json } from "../../value/json.ts";
import { type Authored, type AuthoredMap, entriesOf, entryAt, plain } from "../authored.ts";
import { type Called, type CallOutline, isBeside, isCall, MOST_DEEP, MOST_STEPS, mustBeGiven } from "../calls.ts";
import { whereIn, valueProblems } from "../input-values.ts";
import type { RunbookInput } from "../model.ts";
import type { Outline, Rule, StepOutline } from "../outline.ts";

/** Keys that would be about all of the steps that are called, and what to do instead. */
const NOT_OF_CALLS = {
  forEach: "hand the list on as an input, and write `forEach` on the steps of the runbook that is called",
  retry: "write `retry` on the steps of the runbook that is called",
  timeout: "write `timeout` on the steps of the runbook that is called",
  onError: "write `onError` on the steps of the runbook that is called",
} as const;

export const calls: Rule = (outline) => [
  ...outline.steps.flatMap((step) => (step.call === undefined ? [] : [...problemsOf(step, step.call, outline)])),
  ...tooMany(outline),
];

function* problemsOf(step: StepOutline, call: CallOutline, { source }: Outline): Generator<Diagnostic> {
  for (const [key, hint] of Object.entries(NOT_OF_CALLS)) {
    const span = step.keySpans.get(key);
    if (span === undefined) continue;
    const message = `a step that calls a runbook has no "${key}": the steps that are called run by themselves`;
    yield diagnosticAt(source, span, "call-option", message, { hint });
  }
  const { path, called, inputs } = call;
  if (path === undefined || typeof path.value !== "string") return;
  const tell = (message: string, hint?: string): Diagnostic =>
    diagnosticAt(source, path.span, "called-runbook", message, { hint });
  if (path.isTemplate) {
    yield tell(
      '"path" is an expression, and which runbook is called must be known before a run',
      "write the path itself",
    );
    return;
  }
  if (!isBeside(path.value)) {
    yield tell(
      `"path" is "${path.value}", expected a path from the folder of this file`,
      "write for example ./network.yaml",
    );
    return;
  }
  if (called === undefined) {
    yield tell(`"${path.value}" is another file, and there is nobody to read it`, "give loadRunbook a `readFile`");
    return;
  }
  const problem = whatIsWrong(called);
  if (problem !== undefined) yield tell(`${path.value} ${problem}`);
  if (called.outline !== undefined) yield* inputProblems(step, called.outline, path.value, inputs, source);
}

function whatIsWrong({ problem, errors, depth }: Called): string | undefined {
  if (problem !== undefined) return problem;
  if (depth >= MOST_DEEP) return `goes on calling others more than ${MOST_DEEP} deep`;
  const [first] = errors;
  if (first === undefined) return undefined;
  const { line } = first.source.positionAt(first.span.start);
  const count = errors.length === 1 ? "a mistake" : `${errors.length} mistakes, the first`;
  return `has ${count} in line ${line}`;
}

function* inputProblems(
  { with: given, idSpan }: StepOutline,
  outline: Outline,
  file: string,
  inputs: AuthoredMap | undefined,
  source: Outline["source"],
): Generator<Diagnostic> {
  const entries = entriesOf(given);
  const written = entries?.get("inputs");
  if (written !== undefined && inputs === undefined) {
    const { value } = written;
    // What is neither a map nor an expression has been told of.
    if (value.kind === "scalar" && value.isTemplate) {
      const message = '"inputs" is an expression, expected a map with each input by name';
      yield diagnosticAt(source, value.span, "wrong-type", message);
    }
    return;
  }
  const known = outline.inputs;
  const strange = [...(inputs?.entries ?? [])].filter(([name]) => !known.has(name));
  for (const [name, { keySpan }] of outline.isComplete.inputs ? strange : []) {
    const none = known.size === 0 ? "it has none" : undefined;
    const hint = none ?? suggest(name, known.keys());
    yield diagnosticAt(source, keySpan, "unknown-key", `${file} has no input "${name}"`, { hint });
  }
  const head: Span = written?.keySpan ?? entries?.get("path")?.keySpan ?? idSpan;
  for (const [name, { input }] of known) {
    const entry = inputs?.entries.get(name);
    if (input === undefined) continue;
    if (entry !== undefined) yield* valueProblem(input, entry.value, file, source);
    // One that is missing may be the one that is misspelt.
    else if (mustBeGiven(input) && strange.length === 0 && inputs?.isPartial !== true) {
      yield diagnosticAt(source, head, "missing-key", `input "${name}" of ${file} is missing`);
    }
  }
}

/** Of what is written out; the types of expressions are looked at with all others. */
function* valueProblem(
  input: RunbookInput,
  node: Authored,
  file: string,
  source: Outline["source"],
): Generator<Diagnostic> {
  if (holdsExpressions(node) || (node.kind === "scalar" && node.isUnread === true)) return;
  if (input.secret) {
    const message = `input "${input.name}" of ${file} is a secret and is written in the file`;
    const hint = "declare an input with `secret: true` and write ${{ inputs.<name> }}";
    yield diagnosticAt(source, node.span, "secret-in-file", message, { hint });
    return;
  }
  for (const { path, message, hint, key } of valueProblems(input, plain(node) as Json)) {
    const named = key === undefined ? undefined : entryAt(node, [...path.map(String), key])?.keySpan;
    const span = named ?? entryAt(node, path.map(String))?.node.span ?? node.span;
    yield diagnosticAt(
      source,
      span,
      "step-input",
      `input "${input.name}" of ${file}${whereIn(input.name, path)} ${message}`,
      { hint },
    );
  }
}

function holdsExpressions(node: Authored): boolean {
  if (node.kind === "scalar") return node.isTemplate;
  const parts = node.kind === "list" ? node.items : [...node.entries.values()].map(({ value }) => value);
  return parts.some(holdsExpressions);
}

function tooMany({ steps, source }: Outline): readonly Diagnostic[] {
  let count = 0;
  for (const step of steps) {
    count += 1 + (isCall(step) ? (step.call?.called?.runbook?.steps.length ?? 0) : 0);
    if (count <= MOST_STEPS || step.call === undefined) continue;
    const message = `the runbook has more than ${MOST_STEPS} steps with those that it calls`;
    return [diagnosticAt(source, step.idSpan, "called-runbook", message)];
  }
  return [];
}
