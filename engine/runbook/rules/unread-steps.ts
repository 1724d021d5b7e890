// A token that nothing uses, or keys.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { referencedSteps } from "../../expression/template.ts";
import { entriesOf, scalarAt, templatesIn } from "../authored.ts";
import type { Outline, StepOutline } from "../outline.ts";

/**
 * Whether a step is for nothing but its outputs: it asks for a token, or for a list such as that of keys. `arm-get` is none
 * of them: it may be there to see that something can be read, and reports show what it read. One that another step needs
 * may be there to wait for something.
 */
function isOnlyForOutputs({ uses, with: given }: StepOutline): boolean {
  if (uses === "get-imds-token") return true;
  const path = uses === "arm-post" ? scalarAt(entriesOf(given), "path")?.value : undefined;
  return typeof path === "string" && /\/list[^/]*$/i.test(path);
}

/** To be asked only of a runbook without errors: what is misspelt reads nothing. */
export function unreadSteps({ steps, root, source }: Outline): readonly Diagnostic[] {
  if (!steps.some(isOnlyForOutputs)) return [];
  const used = new Set(steps.flatMap(({ needs }) => needs.map(({ value }) => String(value))));
  for (const { template } of templatesIn(root)) {
    for (const { id } of template === undefined ? [] : referencedSteps(template)) used.add(id);
  }
  return steps.flatMap((step) => {
    const { id, idSpan } = step;
    if (id === undefined || used.has(id) || !isOnlyForOutputs(step)) return [];
    const message = `nothing uses an output of step "${id}"`;
    const hint = `write \${{ steps.${id}.outputs.<name> }} in another step, or remove this one`;
    return [diagnosticAt(source, idSpan, "unused-step", message, { hint })];
  });
}
