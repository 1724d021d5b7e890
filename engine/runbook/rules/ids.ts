// Every step has an id of its own.

import type { Span } from "../../source/source-text.ts";
import { diagnosticAt } from "../../source/diagnostic.ts";
import type { Rule } from "../outline.ts";

export const ids: Rule = ({ steps, source }) => {
  const seen = new Map<string, Span>();
  return steps.flatMap(({ id, idSpan }) => {
    if (id === undefined) return [];
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, idSpan);
      return [];
    }
    const extras = { notes: [{ span: first, message: "the first is here" }], hint: "give one of them another id" };
    return [diagnosticAt(source, idSpan, "duplicate-id", `a second step is named "${id}"`, extras)];
  });
};
