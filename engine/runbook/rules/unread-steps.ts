// A token that nothing uses.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { referencedSteps } from "../../expression/template.ts";
import { templatesIn } from "../authored.ts";
import type { Outline } from "../outline.ts";

/**
 * Step types that are for nothing but their outputs. `arm-get` is none of them: it may be there to see that something can
 * be read. One that another step needs may be there to wait for something.
 */
const ONLY_FOR_OUTPUTS: ReadonlySet<string> = new Set(["get-imds-token"]);

/** To be asked only of a runbook without errors: what is misspelt reads nothing. */
export function unreadSteps({ steps, root, source }: Outline): readonly Diagnostic[] {
  if (!steps.some(({ uses }) => ONLY_FOR_OUTPUTS.has(uses))) return [];
  const used = new Set(steps.flatMap(({ needs }) => needs.map(({ value }) => String(value))));
  for (const { template } of templatesIn(root)) {
    for (const { id } of template === undefined ? [] : referencedSteps(template)) used.add(id);
  }
  return steps.flatMap(({ id, idSpan, uses }) => {
    if (id === undefined || !ONLY_FOR_OUTPUTS.has(uses) || used.has(id)) return [];
    const message = `nothing uses an output of step "${id}"`;
    const hint = `write \${{ steps.${id}.outputs.<name> }} in another step, or remove this one`;
    return [diagnosticAt(source, idSpan, "unused-step", message, { hint })];
  });
}
