// The one way a diagnostic becomes text.

import type { PlacedMessage } from "./diagnostic.ts";
import { type Cell, cellsOf, widthOf, withoutControls } from "./display-text.ts";
import type { SourceText, Span } from "./source-text.ts";

/** Columns of a source line that are shown; of a longer one, the part around what is meant. */
const SHOWN_COLUMNS = 120;
const COLUMNS_BEFORE = 50;
const COLUMNS_MEASURED = 500;

/**
 * One diagnostic as text:
 *
 *     runbooks/vm.yaml:14:24: error: "rgg" is no step of this runbook [unknown-step]
 *        |
 *     14 |       group: ${{ steps.rgg.outputs.id }}
 *        |                        ~~~
 *     hint: did you mean "rg"?
 *
 * Notes stand between the excerpt and the hint, each with an excerpt of its own.
 */
export function renderDiagnostic(diagnostic: PlacedMessage): string {
  const { code, severity, message, source, span, notes = [], hint, hidden = [] } = diagnostic;
  const lines = [
    `${placeOf(source, span)}: ${severity}: ${message} [${code}]`,
    ...excerpt(source, span, hidden),
    ...notes.flatMap((note) => [
      `${placeOf(source, note.span)}: note: ${note.message}`,
      ...excerpt(source, note.span, hidden),
    ]),
  ];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.map(withoutControls).join("\n");
}

function placeOf(source: SourceText, span: Span): string {
  const { line, column } = source.positionAt(span.start);
  return `${source.path}:${line}:${column}`;
}

/** The line where a span begins, with what the span covers of it underlined. */
function excerpt(source: SourceText, span: Span, hidden: readonly Span[]): readonly string[] {
  const { line, column } = source.positionAt(span.start);
  const text = source.line(line);
  const lineStart = Math.max(0, Math.min(span.start, source.text.length)) - (column - 1);
  // Of a line that a program wrote nothing is looked at that is far from what is meant.
  const from = Math.max(0, column - 1 - COLUMNS_MEASURED);
  const near = text.slice(from, column - 1 + COLUMNS_MEASURED);
  const inNear = (one: Span): Span => ({ start: one.start - lineStart - from, end: one.end - lineStart - from });
  const start = column - 1 - from;
  const end = Math.max(inNear(span).end, start + 1);
  const shown = aroundOf(cellsOf(near, hidden.map(inNear)), start);
  const before = from > 0 || shown.isCutBefore ? "…" : "";
  const after = from + near.length < text.length || shown.isCutAfter ? "…" : "";
  // Tabs are kept in front of the underline so that both lines are indented alike.
  const indent = shown.cells
    .filter((cell) => cell.end <= start)
    .map((cell) => (cell.text === "\t" ? "\t" : " ".repeat(cell.width)))
    .join("");
  const width = widthOf(shown.cells.filter((cell) => cell.end > start && cell.start < end));
  const gutter = " ".repeat(String(line).length);
  return [
    `${gutter} |`,
    `${line} | ${before}${shown.cells.map((cell) => cell.text).join("")}${after}`.trimEnd(),
    `${gutter} | ${" ".repeat(before.length)}${indent}${"~".repeat(Math.max(1, width))}`,
  ];
}

/** Of a long line the cells around a place. */
function aroundOf(
  cells: readonly Cell[],
  start: number,
): { readonly cells: readonly Cell[]; readonly isCutBefore: boolean; readonly isCutAfter: boolean } {
  if (widthOf(cells) <= SHOWN_COLUMNS) return { cells, isCutBefore: false, isCutAfter: false };
  const at = Math.max(
    0,
    cells.findIndex((cell) => cell.end > start),
  );
  const from = Math.max(0, at - COLUMNS_BEFORE);
  let to = from;
  for (let width = 0; to < cells.length && width + cells[to]!.width <= SHOWN_COLUMNS; to++) width += cells[to]!.width;
  return { cells: cells.slice(from, to), isCutBefore: from > 0, isCutAfter: to < cells.length };
}
