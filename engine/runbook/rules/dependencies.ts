// `needs` names steps, and no step waits for itself.

import { referencedSteps, type StepReading } from "../../expression/template.ts";
import { cyclesOf } from "../../graph/graph.ts";
import { type Diagnostic, diagnosticAt, type Note } from "../../source/diagnostic.ts";
import type { Span } from "../../source/source-text.ts";
import { suggest } from "../../source/suggestion.ts";
import { templatesIn } from "../authored.ts";
import type { Outline, Rule, StepOutline } from "../outline.ts";

export const dependencies: Rule = (outline) => [
  ...unknownNeeds(outline),
  ...waitsForFinally(outline),
  ...cycles(outline),
];

function unknownNeeds({ steps, source, isComplete }: Outline): readonly Diagnostic[] {
  if (!isComplete.steps) return [];
  const known = new Set(steps.flatMap(({ id }) => id ?? []));
  return steps.flatMap(({ needs }) =>
    needs.flatMap(({ value, span, isTemplate }) => {
      if (typeof value !== "string" || isTemplate || known.has(value)) return [];
      const message = `"${value}" is no step of this runbook`;
      return [diagnosticAt(source, span, "unknown-step", message, { hint: suggest(value, known) })];
    }),
  );
}

/** The ids that a step comes after: those of `needs`, then those that its expressions read; each once. */
export function dependenciesOf(step: StepOutline): readonly string[] {
  return [...new Set(mentionsOf(step).map(({ id }) => id))];
}

/** Of the dependencies, those that need not be done for the step to run. */
export function acceptedBy(step: StepOutline): ReadonlyMap<string, "continued" | "any"> {
  const accepted = new Map<string, "continued" | "any">();
  const strict = new Set<string>();
  for (const { id, reads } of mentionsOf(step)) {
    if (reads === "outputs") strict.add(id);
    else if (reads === undefined) accepted.set(id, "continued");
    else if (!accepted.has(id)) accepted.set(id, "any");
  }
  for (const id of strict) accepted.delete(id);
  return accepted;
}

interface Mention {
  readonly id: string;
  readonly span: Span;
  readonly verb: "needs" | "reads";
  /** Absent for one of `needs`. */
  readonly reads?: StepReading;
}

function mentionsOf(step: StepOutline): readonly Mention[] {
  const needed = step.needs.flatMap(({ value, span }): readonly Mention[] =>
    typeof value === "string" ? [{ id: value, span, verb: "needs" }] : [],
  );
  return [...needed, ...readsOf(step)];
}

/** The steps that a step's expressions read, where they do. */
export function readsOf(step: StepOutline): readonly Mention[] {
  return [...templatesIn(step.forEach?.in), ...templatesIn(step.with), ...templatesIn(step.if)].flatMap(
    ({ template, inFile }) =>
      template === undefined
        ? []
        : referencedSteps(template).map(({ id, span, reads }): Mention => ({
            id,
            span: inFile(span),
            verb: "reads",
            reads,
          })),
  );
}

/** The steps of `finally` come after all others, so none of those can wait for one of them. */
function waitsForFinally({ steps, source }: Outline): readonly Diagnostic[] {
  const last = new Set(steps.flatMap(({ id, isFinally }) => (id !== undefined && isFinally ? [id] : [])));
  return steps.flatMap((step) =>
    step.isFinally
      ? []
      : mentionsOf(step)
          .filter(({ id }) => last.has(id))
          .map(({ id, span, verb }) => {
            const message = `step "${step.id ?? ""}" ${verb} "${id}", which is in \`finally\` and runs after all other steps`;
            return diagnosticAt(source, span, "runs-later", message, { hint: "move one of the two" });
          }),
  );
}

function cycles({ steps, source }: Outline): readonly Diagnostic[] {
  // Of two steps with one id the first counts.
  const byId = new Map(steps.toReversed().flatMap((step) => (step.id === undefined ? [] : [[step.id, step] as const])));
  const graph = new Map([...byId].toReversed().map(([id, step]) => [id, dependenciesOf(step)]));
  return cyclesOf(graph).map((cycle) => {
    const [first = ""] = cycle;
    const message =
      cycle.length === 2 ? `step "${first}" waits for itself` : `steps wait for each other: ${cycle.join(" → ")}`;
    const notes = cycle.slice(1).flatMap((id, index): readonly Note[] => {
      const waiting = cycle[index]!;
      const mention = mentionsOf(byId.get(waiting)!).find((one) => one.id === id);
      return mention === undefined
        ? []
        : [{ span: mention.span, message: `"${waiting}" ${mention.verb} "${id}" here` }];
    });
    const hint = cycle.length > 2 ? "remove one of these" : "remove that: nothing of a step is there before it ends";
    return diagnosticAt(source, byId.get(first)!.idSpan, "cycle", message, { notes, hint });
  });
}
