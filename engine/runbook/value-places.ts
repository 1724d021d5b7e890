// Where in the file the characters of a scalar's value were written: YAML folds lines, drops indentation and has escapes.

import { Scalar } from "yaml";
import type { Span } from "../source/source-text.ts";

type Style = Scalar.Type | undefined | null;

/** Turns spans of a scalar's value into spans of the file. */
export function valuePlaces(value: string, file: string, span: Span, style: Style): (span: Span) => Span {
  const isQuoted = style === Scalar.QUOTE_SINGLE || style === Scalar.QUOTE_DOUBLE;
  const first = span.start + (isQuoted ? 1 : 0);
  if (file.startsWith(value, first) && first + value.length <= span.end) {
    return ({ start, end }) => ({ start: first + start, end: first + end });
  }
  let starts: readonly number[] | undefined;
  return ({ start, end }) => {
    // Followed only when there is something to tell.
    starts ??= isBlock(style) ? followBlock(value, file, span) : followFlow(file, span, style);
    const from = starts[start] ?? span.start;
    const to = end > start ? (starts[end - 1] ?? from) + 1 : from;
    return { start: from, end: Math.max(to, from + 1) };
  };
}

function isBlock(style: Style): boolean {
  return style === Scalar.BLOCK_FOLDED || style === Scalar.BLOCK_LITERAL;
}

/** The end of a line with the blanks around it and the empty lines behind it. */
const FOLD = /[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/y;
/** A line that ends in a backslash goes on, and its end stands for nothing. */
const CONTINUATION = /\\\r?\n\s*/y;
const ESCAPE = /\\(?:x.{2}|u.{4}|U.{8}|[^])/y;

/** For each character of plain or quoted text, in order, the offset where it was written. */
function followFlow(file: string, { start, end }: Span, style: Style): readonly number[] {
  const starts: number[] = [];
  const isDouble = style === Scalar.QUOTE_DOUBLE;
  const isSingle = style === Scalar.QUOTE_SINGLE;
  const stop = isDouble || isSingle ? end - 1 : end;
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(file)?.[0];
  };
  for (let at = isDouble || isSingle ? start + 1 : start; at < stop;) {
    const fold = match(FOLD, at);
    if (fold !== undefined) {
      const lineEnds = fold.split("\n").length - 1;
      // One end of a line stands for a blank, several for all but the first of them.
      for (let count = Math.max(1, lineEnds - 1); count > 0; count--) starts.push(at);
      at += fold.length;
      continue;
    }
    const continued = isDouble ? match(CONTINUATION, at) : undefined;
    if (continued !== undefined) {
      at += continued.length;
      continue;
    }
    const escape = isDouble ? match(ESCAPE, at) : undefined;
    starts.push(at);
    // An escape may stand for two code units.
    if (escape?.startsWith("\\U") === true && Number.parseInt(escape.slice(2), 16) > 0xffff) starts.push(at);
    at += escape?.length ?? (isSingle && file[at] === "'" ? 2 : 1);
  }
  return starts;
}

/** For each character of a block the offset where it was written; of folded lines with deeper ones among them, nearly. */
function followBlock(value: string, file: string, span: Span): readonly number[] {
  const starts: number[] = [];
  let at = file.indexOf("\n", span.start) + 1;
  const blanksOf = (text: string): number => /^(?: *\r?\n)*( *)/.exec(text)![1]!.length;
  // Blanks of the first line that are in the value were not indentation.
  const indent = Math.max(0, blanksOf(file.slice(at, span.end)) - blanksOf(value));
  const skipIndent = (): void => {
    for (let column = 0; column < indent && file[at] === " "; column++) at++;
  };
  skipIndent();
  for (let index = 0; index < value.length; index++) {
    // An end of a line that is no character of the value.
    const skipped = value[index] === "\n" || value[index] === " " ? /[\r]/ : /[\r\n]/;
    while (at < span.end && skipped.test(file[at]!)) {
      at++;
      if (file[at - 1] === "\n") skipIndent();
    }
    starts.push(Math.min(at, span.end - 1));
    at++;
    if (file[at - 1] === "\n") skipIndent();
  }
  return starts;
}
