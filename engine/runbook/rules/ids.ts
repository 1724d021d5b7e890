// Every step has an id of its own.

import type { Rule } from "../outline.ts";

export const ids: Rule = ({ steps, source }) => {
  const seen = new Map<string, number>();
  return steps.flatMap(({ id, idSpan }) => {
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, source.positionAt(idSpan.start).line);
      return [];
    }
    const message = `a second step is named "${id}"; the first is on line ${first}`;
    return [{ code: "duplicate-id", severity: "error", message, source, span: idSpan, hint: "give one another id" }];
  });
};
