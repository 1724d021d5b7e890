// Inputs that expressions give, before any run: with a sample in place of each output, since its form is known and not its value.

import { outputRead, type Template } from "../../expression/template.ts";
import type { InputProblem } from "../../steps/definition.ts";
import { sampleOutput } from "../../steps/sample-outputs.ts";
import type { Json } from "../../value/json.ts";
import { type AuthoredScalar, entriesOf, pathOf } from "../authored.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { ownProblems } from "./own-check.ts";

/** The step type of each step, by its id; of two with one id that of the first. */
export type UsesOf = ReadonlyMap<string, string>;

export function usesIn({ steps }: Outline): UsesOf {
  return new Map(steps.toReversed().flatMap((step) => (step.id === undefined ? [] : [[step.id, step.uses]])));
}

/** An input with an expression, which may stand among words. */
export interface ComputedInput {
  readonly name: string;
  readonly node: AuthoredScalar;
  readonly template: Template;
  /** What the step type itself says of such a value. */
  problemOf(value: Json): InputProblem | undefined;
}

export function computedInputs({ definition, with: given }: StepOutline): readonly ComputedInput[] {
  const entries = entriesOf(given);
  if (definition === undefined || entries === undefined) return [];
  const written = new Set(entries.keys());
  return [...entries].flatMap(([name, { value: node }]): readonly ComputedInput[] => {
    if (node.kind !== "scalar" || node.template === undefined) return [];
    const problemOf = (value: Json): InputProblem | undefined =>
      ownProblems(definition, { [name]: value }, written).problems.find(
        ({ at, isAboutKey }) => pathOf(at)[0] === name && isAboutKey !== true,
      );
    return [{ name, node, template: node.template, problemOf }];
  });
}

/**
 * A path with samples in place of its expressions; absent when one of them may be anything. `isNameLast`: what stands behind
 * the last slash is a name.
 */
export function samplePath({ value, template }: AuthoredScalar, uses: UsesOf, isNameLast = false): string | undefined {
  if (template === undefined) return typeof value === "string" ? value : undefined;
  const { parts } = template;
  const samples = parts.map((part, index) => {
    if (typeof part === "string") return part;
    const before = parts[index - 1];
    const isName = isNameLast && index === parts.length - 1 && typeof before === "string" && before.endsWith("/");
    return sampleOf(part, uses) ?? (isName ? "sample" : undefined);
  });
  return samples.includes(undefined) ? undefined : samples.join("");
}

export function sampleOf(part: Exclude<Template["parts"][number], string>, uses: UsesOf): string | undefined {
  const read = outputRead(part);
  return read && sampleOutput(uses.get(read.id) ?? "", read.output);
}
