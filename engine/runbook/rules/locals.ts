// No local stands for itself, none grows beyond measure, and something reads each.

import { cyclesOf } from "../../graph/graph.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { localsIn, MOST_PARTS } from "../locals.ts";
import type { Outline, Rule } from "../outline.ts";

export const locals: Rule = ({ locals: entries, source }) => {
  const reads = new Map(
    [...entries].map(([name, { value }]) => [name, localsIn(value).filter((other) => entries.has(other))]),
  );
  const graph = new Map([...reads].map(([name, others]) => [name, [...new Set(others)]]));
  const cycles = cyclesOf(graph).map((cycle) => {
    const [first = ""] = cycle;
    const message =
      cycle.length === 2 ? `local "${first}" stands for itself` : `locals stand for each other: ${cycle.join(" → ")}`;
    return diagnosticAt(source, entries.get(first)!.keySpan, "cycle", message);
  });
  if (cycles.length > 0) return cycles;
  const sizes = new Map<string, number>();
  const sizeOf = (name: string): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    const size = reads.get(name)!.reduce((sum, other) => sum + sizeOf(other), 1);
    sizes.set(name, size);
    return size;
  };
  return [...entries].flatMap(([name, { keySpan }]) => {
    if (sizeOf(name) <= MOST_PARTS) return [];
    return [diagnosticAt(source, keySpan, "wrong-value", `local "${name}" holds too many others`)];
  });
};

/** To be asked only when everything could be read: what is misspelt reads nothing. */
export function unusedLocals({ locals: entries, root, source }: Outline): readonly Diagnostic[] {
  if (entries.size === 0) return [];
  const read = new Set(localsIn(root));
  return [...entries].flatMap(([name, { keySpan }]) =>
    read.has(name)
      ? []
      : [
          diagnosticAt(source, keySpan, "unused-local", `nothing reads local "${name}"`, {
            hint: "remove it, or use it",
          }),
        ],
  );
}
