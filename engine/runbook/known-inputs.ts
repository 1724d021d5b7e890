// The rules of a step type that its schema cannot tell, applied to what is known before a run.

import { childrenOf, type Expression } from "../expression/ast.ts";
import { evaluateTemplate } from "../expression/evaluate.ts";
import { referencedSteps } from "../expression/template.ts";
import type { Diagnostic } from "../source/diagnostic.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Authored } from "./authored.ts";
import type { Runbook } from "./model.ts";
import { authoredIn } from "./build.ts";
import { type Outline } from "./outline.ts";

/** Values of inputs that are known: the defaults at check, all of them before a run. Secrets are text here. */
export type KnownValues = Readonly<Record<string, Json>>;

/** Checks the steps with the inputs' values; nothing of a secret is in the messages or shown from the file. */
export function checkWithInputs(runbook: Runbook, _registry: StepRegistry, values: KnownValues): readonly Diagnostic[] {
  return checkKnown(authoredIn(runbook), values);
}

export function checkKnown({ steps, source }: Outline, values: KnownValues): readonly Diagnostic[] {
  return steps.flatMap(({ definition, with: authored }): readonly Diagnostic[] => {
    if (definition === undefined || authored?.kind !== "map") return [];
    const known = knownPart(authored, values);
    if (!isJsonObject(known)) return [];
    // What is said of all inputs together may be wrong as long as one of them is not known.
    const allKnown = Object.keys(known).length === authored.entries.size;
    const problems = definition.check(known as JsonObject).filter(({ at }) => at !== "" || allKnown);
    return problems.map(({ at, message, hint }) => {
      const path = at.split("/").slice(1);
      const span = spanAt(authored, path);
      return { code: "step-input", severity: "error", message, source, span, ...(hint !== undefined && { hint }) };
    });
  });
}

/** The value as far as it is known; `undefined` where it depends on a step or on an input that is not given. */
function knownPart(node: Authored, values: KnownValues): Json | undefined {
  if (node.kind === "list") {
    const items = node.items.map((item) => knownPart(item, values));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (node.kind === "map") {
    return Object.fromEntries(
      [...node.entries].flatMap(([key, { value }]) => {
        const known = knownPart(value, values);
        return known === undefined ? [] : [[key, known]];
      }),
    );
  }
  if (!node.isTemplate) return node.value;
  if (node.template === undefined || referencedSteps(node.template).length > 0) return undefined;
  const read = node.template.parts.flatMap((part) => (typeof part === "string" ? [] : [...inputsOf(part)]));
  if (read.some((name) => !Object.hasOwn(values, name))) return undefined;
  try {
    return evaluateTemplate(node.template, { inputs: values, steps: {} });
  } catch {
    // It fails when the step runs, and says why there.
    return undefined;
  }
}

/** The names of the inputs that an expression reads. */
function* inputsOf(expression: Expression): Generator<string> {
  if (expression.kind === "property" && expression.target.kind === "name" && expression.target.name === "inputs") {
    yield expression.name;
  }
  for (const child of childrenOf(expression)) yield* inputsOf(child);
}

function spanAt(root: Authored, path: readonly string[]): { readonly start: number; readonly end: number } {
  let node = root;
  let span = root.span;
  for (const part of path) {
    if (node.kind === "map") {
      const entry = node.entries.get(part);
      if (entry === undefined) return span;
      node = entry.value;
    } else if (node.kind === "list") node = node.items[Number(part)] ?? node;
    span = node.span;
  }
  return span;
}
