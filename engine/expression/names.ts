// What the names in an expression stand for: inputs, steps, locals, the item of a `forEach`, how the run ended.

import type { DiagnosticCode } from "../source/diagnostic-codes.ts";
import type { Span } from "../source/source-text.ts";
import { suggest } from "../source/suggestion.ts";
import { functionNamed } from "./functions.ts";
import { type ExpressionProblem, problemAt } from "./problem.ts";
import { ANY, type ValueType } from "./types.ts";

/** What expressions may read where they stand. */
export interface Environment {
  readonly inputs: ReadonlyMap<string, ValueType>;
  /** The type of each step's outputs, with `nullWhen` where they may be null. */
  readonly steps: ReadonlyMap<string, ValueType>;
  /** The names of locals. */
  readonly locals?: ReadonlySet<string>;
  /** The values of the item that a step with `forEach` is run for; absent elsewhere. */
  readonly each?: ValueType;
  /** Whether it is a step of `finally`, which sees the run's outcome. */
  readonly isFinally?: boolean;
}

/** What a name stands for, or why it stands for nothing. */
export type Named = { readonly type: ValueType } | { readonly problem: ExpressionProblem };

const STATUS: ValueType = { kind: "string", values: ["done", "failed", "skipped"] };
const RUN: ValueType = {
  kind: "object",
  properties: new Map([["outcome", { kind: "string", values: ["done", "failed"] }]]),
};

function errorOf(step: string): ValueType {
  const nullWhen = `step "${step}" may not have failed`;
  return {
    kind: "object",
    properties: new Map<string, ValueType>([
      ["message", { kind: "string" }],
      ["code", { kind: "string" }],
      ["status", { kind: "integer" }],
    ]),
    nullWhen,
  };
}

/** Where an author who knows other languages looks for values. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  env: "declare an input and write inputs.<name>",
  needs: "write steps.<id>.outputs.<name>",
  parameters: "write inputs.<name>",
  params: "write inputs.<name>",
  secrets: "declare an input with `secret: true` and write inputs.<name>",
  var: "write inputs.<name>",
  variables: "write inputs.<name>",
  vars: "write inputs.<name>",
};

function insteadOfName(name: string): string | undefined {
  const word = name.toLowerCase();
  if (word === "true" || word === "false" || word === "null") return `write ${word}`;
  return Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined;
}

/** A root that stands alone, or in front of something that is no name. */
export function rootNamed(name: string, span: Span, environment: Environment): Named {
  const { inputs, steps, locals, each, isFinally } = environment;
  if (name === "inputs") return { type: { kind: "object", properties: inputs } };
  if (name === "each") {
    if (each !== undefined) return { type: each };
    return wrong(span, "unknown-name", "`each` is read in a step that has no `forEach`");
  }
  if (name === "run") {
    if (isFinally === true) return { type: RUN };
    const hint = "how the run ended is known only there; write steps.<id>.status";
    return wrong(span, "unknown-name", "`run` is read in a step that is not of `finally`", hint);
  }
  if (name === "locals") return wrong(span, "type-mismatch", "`locals` stands alone", "write locals.<name>");
  if (name === "steps") {
    return wrong(span, "type-mismatch", "`steps` stands alone", "write steps.<id>.outputs.<name>");
  }
  const called = functionNamed(name);
  if (called) return wrong(span, "expression-syntax", `\`${name}\` is a function`, `write ${called.signature}`);
  const roots = ["inputs", "steps"];
  if (locals !== undefined && locals.size > 0) roots.push("locals");
  if (each !== undefined) roots.push("each");
  if (isFinally === true) roots.push("run");
  const named = roots.map((root) => `\`${root}\``);
  const none = roots.length === 2 ? `neither ${named.join(" nor ")}` : `none of ${listed(named)}`;
  const meant = inputs.has(name)
    ? `write inputs.${name}`
    : locals?.has(name) === true
      ? `write locals.${name}`
      : steps.has(name)
        ? `write steps.${name}.outputs.<name>`
        : (insteadOfName(name) ?? suggest(name, roots));
  return wrong(span, "unknown-name", `\`${name}\` is ${none}`, meant);
}

export function inputNamed(name: string, span: Span, { inputs, steps }: Environment): Named {
  const type = inputs.get(name);
  if (type !== undefined) return { type };
  const none = inputs.size === 0 ? "this runbook has no inputs; describe them under `inputs`" : undefined;
  const hint = steps.has(name) ? `write steps.${name}.outputs.<name>` : (suggest(name, inputs.keys()) ?? none);
  return wrong(span, "unknown-input", `"${name}" is no input of this runbook`, hint);
}

/** One that is known stands for a value instead, unless something is wrong with it that is told of elsewhere. */
export function localNamed(name: string, span: Span, { locals = new Set(), inputs }: Environment): Named {
  if (locals.has(name)) return { type: ANY };
  const none = locals.size === 0 ? "this runbook has no locals; describe them under `locals`" : undefined;
  const hint = inputs.has(name) ? `write inputs.${name}` : (suggest(name, locals) ?? none);
  return wrong(span, "unknown-name", `"${name}" is no local of this runbook`, hint);
}

export function stepNamed(id: string, span: Span, { steps }: Environment): Named {
  const outputs = steps.get(id);
  if (outputs === undefined) {
    return wrong(span, "unknown-step", `"${id}" is no step of this runbook`, suggest(id, steps.keys()));
  }
  const properties = new Map([
    ["outputs", outputs],
    ["status", STATUS],
    ["error", errorOf(id)],
  ]);
  return { type: { kind: "object", properties } };
}

function wrong(span: Span, code: DiagnosticCode, message: string, hint?: string): Named {
  return { problem: problemAt(span, code, message, hint) };
}

function listed(all: readonly string[]): string {
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)!}`;
}
