// From a checked tree to a runbook whose values can be evaluated.

import type { ErrorObject } from "ajv";
import { EvaluationError, evaluateTemplate } from "../expression/evaluate.ts";
import type { Span } from "../source/source-text.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { Authored, AuthoredScalar } from "./authored.ts";
import { inputOf } from "./inputs.ts";
import { AuthoredError, type Runbook, type RunbookScope, type RunbookStep } from "./model.ts";
import { mapOf, type Outline, type StepOutline, textAt } from "./outline.ts";
import { dependenciesOf } from "./rules/dependencies.ts";

/** Says what is wrong with the evaluated inputs of a step of a type. */
export type InputsValidator = (uses: string, inputs: Json) => ErrorObject | undefined;

const outlines = new WeakMap<Runbook, Outline>();

/** Where the values of a runbook were written. */
export function authoredIn(runbook: Runbook): Outline {
  return outlines.get(runbook)!;
}

export function buildRunbook(root: Authored, outline: Outline, validate: InputsValidator): Runbook {
  const top = mapOf(root);
  const description = textAt(top, "description");
  const { source } = outline;
  const placed = (span: Span, text: string): AuthoredError => {
    const { line, column } = source.positionAt(span.start);
    return new AuthoredError(`${source.path}:${line}:${column}: ${text}`);
  };
  const evaluated = (node: AuthoredScalar, scope: RunbookScope): Json => {
    if (node.template === undefined) return node.value;
    try {
      return evaluateTemplate(node.template, scope);
    } catch (thrown) {
      if (!(thrown instanceof EvaluationError)) throw thrown;
      throw placed(node.inFile(thrown.span), thrown.message);
    }
  };
  const valueOf = (node: Authored | undefined, scope: RunbookScope): Json => {
    if (node === undefined) return {};
    if (node.kind === "scalar") return evaluated(node, scope);
    if (node.kind === "list") return node.items.map((item) => valueOf(item, scope));
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, valueOf(value, scope)]));
  };
  const stepOf = (step: StepOutline): RunbookStep => {
    const { if: condition } = step;
    const timeoutMs = step.timeout === undefined ? undefined : milliseconds(step.timeout);
    return {
      id: step.id,
      uses: step.uses,
      dependencies: dependenciesOf(step),
      span: step.idSpan,
      inputs(scope) {
        const inputs = withoutNulls(valueOf(step.with, scope));
        const error = validate(step.uses, inputs);
        if (error === undefined) return inputs;
        const name = error.instancePath.split("/")[1] ?? "";
        const span = mapOf(step.with)?.get(name)?.value.span ?? step.idSpan;
        throw placed(span, `${name === "" ? "the inputs" : `"${name}"`} ${error.message ?? "are not as expected"}`);
      },
      ...(step.description !== undefined && { description: step.description }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(condition && { condition: (scope: RunbookScope) => evaluated(condition, scope) === true }),
    };
  };
  const runbook: Runbook = {
    source,
    name: textAt(top, "name") ?? "",
    ...(description !== undefined && { description }),
    inputs: [...outline.inputs].flatMap(([name, { node, span }]) => inputOf(name, node, span) ?? []),
    steps: outline.steps.map(stepOf),
    outputs: (scope) =>
      Object.fromEntries([...outline.outputs].map(([name, { value }]) => [name, valueOf(value, scope)])),
  };
  outlines.set(runbook, outline);
  return runbook;
}

/** An input that evaluates to null is one that is not given, so that an optional output can be handed on. */
function withoutNulls(value: Json): Json {
  if (!isJsonObject(value) || value instanceof Secret) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function milliseconds(text: string): number | undefined {
  const parts = /^([\d.]+)(ms|s|m|h)$/.exec(text);
  return parts === null ? undefined : Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS];
}
