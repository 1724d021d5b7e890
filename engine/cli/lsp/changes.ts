// Places and changes of a text, from the protocol's terms into ours and back. Both count UTF-16 code units; the protocol
// counts from 0.

import type { Position, Range, TextDocumentContentChangeEvent } from "vscode-languageserver-protocol/node";
import { SourceText, type Span } from "../../source/source-text.ts";

export function offsetOf(source: SourceText, { line, character }: Position): number {
  const start = source.offsetAt({ line: line + 1, column: 1 });
  // Behind the end of a line is its end.
  return Math.min(start + character, start + source.line(line + 1).length);
}

export function positionOf(source: SourceText, offset: number): Position {
  const { line, column } = source.positionAt(offset);
  return { line: line - 1, character: column - 1 };
}

export function rangeOf(source: SourceText, { start, end }: Span): Range {
  return { start: positionOf(source, start), end: positionOf(source, end) };
}

export function spanOf(source: SourceText, { start, end }: Range): Span {
  return { start: offsetOf(source, start), end: offsetOf(source, end) };
}

/** The text after changes, each of which is in the terms of the text that the one before it left. */
export function changedText(before: SourceText, changes: readonly TextDocumentContentChangeEvent[]): string {
  return changes.reduce<SourceText>((source, change) => {
    if (!("range" in change)) return new SourceText(source.path, change.text);
    const { start, end } = spanOf(source, change.range);
    return new SourceText(source.path, source.text.slice(0, start) + change.text + source.text.slice(end));
  }, before).text;
}
