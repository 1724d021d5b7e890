// Where something is in a file, as the formats for programs count: lines and columns from 1, in UTF-16 code units, the
// end exclusive.

import type { SourceText, Span } from "../../source/source-text.ts";

export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function regionOf(source: SourceText, span: Span): Region {
  const start = source.positionAt(span.start);
  const end = source.positionAt(span.end);
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}
