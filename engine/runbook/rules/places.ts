// Expressions stand only where they are evaluated: in `with`, `if`, `forEach`, `locals` and `outputs`.

import { diagnosticAt } from "../../source/diagnostic.ts";
import { type Authored, entriesOf, templatesIn } from "../authored.ts";
import type { Rule } from "../outline.ts";

/** Keys of a step in which none is evaluated. */
const PLAIN: ReadonlySet<string> = new Set(["id", "uses", "description", "needs", "timeout", "retry", "onError"]);

export const places: Rule = ({ root, source }) => {
  const outside = [...(entriesOf(root) ?? [])].flatMap(([key, { value }]) => {
    if (key === "outputs" || key === "locals") return [];
    return (key === "steps" || key === "finally") && value.kind === "list"
      ? value.items.flatMap((step) => withoutEvaluated(step))
      : [{ key, node: value }];
  });
  return outside.flatMap(({ key, node }) =>
    [...templatesIn(node)].map(({ span }) =>
      diagnosticAt(source, span, "expression-place", `an expression stands in "${key}", where none is evaluated`, {
        hint: "expressions are evaluated in `with`, `if`, `forEach`, `locals` and `outputs`",
      }),
    ),
  );
};

function withoutEvaluated(step: Authored): readonly { readonly key: string; readonly node: Authored }[] {
  const entries = entriesOf(step);
  if (entries === undefined) return [{ key: "steps", node: step }];
  // Of a key that means nothing there that is told, and no more.
  return [...entries].flatMap(([key, { value }]) => (PLAIN.has(key) ? [{ key, node: value }] : []));
}
