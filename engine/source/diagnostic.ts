// Messages about a runbook, as data. `render-diagnostic.ts` makes them text.

import { DIAGNOSTIC_CODES, type DiagnosticCode } from "./diagnostic-codes.ts";
import type { SourceText, Span } from "./source-text.ts";

export type Severity = "error" | "warning";

/** A message with its place: a diagnostic, or a failure of a run, which has the service's own code. */
export interface PlacedMessage {
  readonly code: string;
  readonly severity: Severity;
  /** Lower case, no full stop, one clause: what was found and what was expected. */
  readonly message: string;
  readonly source: SourceText;
  readonly span: Span;
  /** Other places of the same source that explain the message. */
  readonly notes?: readonly Note[];
  /** What to do. */
  readonly hint?: string;
  /** Places of the source that hold something that must not be shown, such as a password. */
  readonly hidden?: readonly Span[];
}

export interface Diagnostic extends PlacedMessage {
  readonly code: DiagnosticCode;
}

export interface Note {
  readonly span: Span;
  readonly message: string;
}

/** What a diagnostic may have besides its message. */
export interface DiagnosticExtras {
  readonly hint?: string | undefined;
  readonly notes?: readonly Note[] | undefined;
}

/** A diagnostic of the severity that its code has, at a place within the text. */
export function diagnosticAt(
  source: SourceText,
  span: Span,
  code: DiagnosticCode,
  message: string,
  { hint, notes }: DiagnosticExtras = {},
): Diagnostic {
  const { severity } = DIAGNOSTIC_CODES[code];
  return {
    code,
    severity,
    message,
    source,
    span: within(source, span),
    ...(hint !== undefined && { hint }),
    ...(notes !== undefined &&
      notes.length > 0 && { notes: notes.map((note) => ({ ...note, span: within(source, note.span) })) }),
  };
}

/** What is missing at the end of a text is told of its last character. */
function within({ text }: SourceText, { start, end }: Span): Span {
  const from = Math.max(0, Math.min(start, text.length - 1));
  return { start: from, end: Math.max(from + 1, Math.min(end, text.length)) };
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
