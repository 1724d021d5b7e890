// Renames an input, a local or a step, with everything that reads or needs it.

import type { Span } from "../../source/source-text.ts";
import { nearest } from "../../source/suggestion.ts";
import { NAME_RULE } from "../schema-messages.ts";
import type { EditedRunbook } from "./edited-runbook.ts";
import { type NamePlace, placeAt, sameName } from "./names.ts";

export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

export type Renaming = { readonly edits: readonly TextEdit[] } | { readonly problem: string };

const RENAMEABLE: ReadonlySet<NamePlace["kind"]> = new Set(["input", "local", "step"]);
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The name under the cursor, if it is one that can be renamed. */
export function renameable(runbook: EditedRunbook, offset: number): NamePlace | undefined {
  const place = placeAt(runbook.places, offset);
  if (place === undefined || !RENAMEABLE.has(place.kind)) return undefined;
  // What nothing describes is a mistake, and renaming it would spread it.
  return runbook.places.some((one) => one.isDefinition && one.kind === place.kind && one.name === place.name)
    ? place
    : undefined;
}

export function rename(runbook: EditedRunbook, offset: number, name: string): Renaming {
  if (runbook.outline === undefined) return { problem: "the text is not YAML as it stands: mend that first" };
  const place = renameable(runbook, offset);
  if (place === undefined) {
    const at = placeAt(runbook.places, offset);
    if (at === undefined || !RENAMEABLE.has(at.kind)) {
      return { problem: "only inputs, locals and steps can be renamed" };
    }
    const known = runbook.places.filter((one) => one.isDefinition && one.kind === at.kind).map((one) => one.name);
    const near = nearest(at.name, known);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    return { problem: `"${at.name}" is no ${at.kind} of this runbook${hint}` };
  }
  if (!NAME.test(name)) return { problem: `"${name}" is no name, ${NAME_RULE}` };
  if (runbook.places.some((one) => one.isDefinition && one.kind === place.kind && one.name === name)) {
    return name === place.name
      ? { edits: [] }
      : { problem: `there is ${place.kind === "input" ? "an input" : `a ${place.kind}`} "${name}" already` };
  }
  return { edits: sameName(runbook.places, place).map(({ span }) => ({ span, text: name })) };
}
