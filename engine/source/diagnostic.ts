// Messages about a runbook, as data, and the one way they become text.

import type { SourceText, Span } from "./source-text.ts";

export type Severity = "error" | "warning";

export interface Diagnostic {
  /** kebab-case; a row of the table of codes. */
  readonly code: string;
  readonly severity: Severity;
  /** Lower case, no full stop, one clause: what was found and what was expected. */
  readonly message: string;
  readonly source: SourceText;
  readonly span: Span;
  /** What to do. */
  readonly hint?: string;
  /** True when the source line holds something that must not be shown, such as a password. */
  readonly masked?: boolean;
}

/** By file, then place, then code; the same problem at the same place is told once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const keyed = new Map(
    diagnostics.map((one) => [`${one.source.path}:${one.span.start}:${one.code}:${one.message}`, one]),
  );
  const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...keyed.values()].toSorted(
    (a, b) =>
      compareText(a.source.path, b.source.path) ||
      a.span.start - b.span.start ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
}

/**
 * One diagnostic as text:
 *
 *     runbooks/vm.yaml:14:24: error: `steps.rgg` is no step of this runbook [unknown-step]
 *        |
 *     14 |       group: ${{ steps.rgg.outputs.id }}
 *        |                        ~~~
 *     hint: did you mean "rg"?
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, message, source, span, hint, masked } = diagnostic;
  const { line, column } = source.positionAt(span.start);
  const head = `${source.path}:${line}:${column}: ${severity}: ${message} [${code}]`;
  const text = source.line(line);
  const length = Math.max(1, Math.min(span.end - span.start, text.length - column + 1));
  const shown = masked === true ? `${text.slice(0, column - 1)}${"*".repeat(8)}` : text;
  const squiggle = "~".repeat(masked === true ? 8 : length);
  const gutter = " ".repeat(String(line).length);
  // Tabs are kept in front of the underline so that both lines are indented alike.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  const lines = [head, `${gutter} |`, `${line} | ${shown}`, `${gutter} | ${indent}${squiggle}`];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.join("\n");
}
