// `needs` names steps, and no step waits for itself.

import { referencedSteps } from "../../expression/template.ts";
import { firstCycle } from "../../graph/graph.ts";
import type { Diagnostic } from "../../source/diagnostic.ts";
import { suggest } from "../../source/suggestion.ts";
import { type Outline, type Rule, type StepOutline, templatesIn } from "../outline.ts";

export const dependencies: Rule = (outline) => [...unknownNeeds(outline), ...cycles(outline)];

function unknownNeeds({ steps, source }: Outline): readonly Diagnostic[] {
  const known = steps.map(({ id }) => id);
  return steps.flatMap(({ needs }) =>
    needs.flatMap(({ value, span }) => {
      if (typeof value !== "string" || known.includes(value)) return [];
      const hint = suggest(value, known);
      const message = `"${value}" is no step of this runbook`;
      return [
        {
          code: "unknown-step",
          severity: "error" as const,
          message,
          source,
          span,
          ...(hint !== undefined && { hint }),
        },
      ];
    }),
  );
}

/** The ids that a step comes after: those of `needs`, then those that its expressions read; each once. */
export function dependenciesOf(step: StepOutline): readonly string[] {
  const read = [...templatesIn(step.with), ...templatesIn(step.if)].flatMap(({ template }) =>
    template === undefined ? [] : referencedSteps(template).map(({ id }) => id),
  );
  const needed = step.needs.flatMap(({ value }) => (typeof value === "string" ? value : []));
  return [...new Set([...needed, ...read])];
}

function cycles({ steps, source }: Outline): readonly Diagnostic[] {
  const cycle = firstCycle(new Map(steps.map((step) => [step.id, dependenciesOf(step)])));
  const first = steps.find(({ id }) => id === cycle?.[0]);
  if (cycle === undefined || first === undefined) return [];
  const message =
    cycle.length === 2 ? `step "${first.id}" waits for itself` : `steps wait for each other: ${cycle.join(" → ")}`;
  const hint = "remove one of the references or `needs` on this path";
  return [{ code: "cycle", severity: "error", message, source, span: first.idSpan, hint }];
}
