// Where in the file the characters of a scalar's value were written: YAML folds lines, drops indentation and has escapes.

import { Scalar } from "yaml";
import type { Span } from "../source/source-text.ts";

/**
 * Turns spans of a scalar's value into spans of the file. Exact for text on one line and for blocks; a place that cannot
 * be followed becomes the nearest one before it.
 */
export function valuePlaces(
  value: string,
  file: string,
  span: Span,
  type: Scalar.Type | undefined | null,
): (span: Span) => Span {
  const isQuoted = type === Scalar.QUOTE_SINGLE || type === Scalar.QUOTE_DOUBLE;
  const first = span.start + (isQuoted ? 1 : 0);
  if (file.startsWith(value, first) && first + value.length <= span.end) {
    return ({ start, end }) => ({ start: first + start, end: first + end });
  }
  let starts: readonly number[] | undefined;
  return ({ start, end }) => {
    // Followed only when there is something to tell.
    starts ??= follow(value, file, span, type);
    const from = starts[start] ?? span.start;
    const to = end > start ? (starts[end - 1] ?? from) + 1 : from;
    return { start: from, end: Math.max(to, from + 1) };
  };
}

/** For each character of the value the offset in the file where it was written. */
function follow(value: string, file: string, span: Span, type: Scalar.Type | undefined | null): readonly number[] {
  const isBlock = type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;
  const isDouble = type === Scalar.QUOTE_DOUBLE;
  let at = span.start;
  if (isBlock) at = file.indexOf("\n", at) + 1;
  else if (isDouble || type === Scalar.QUOTE_SINGLE) at++;
  const starts: number[] = [];
  for (let index = 0; index < value.length; index++) {
    const wanted = value[index]!;
    // Indentation and the ends of folded lines stand for one blank or for nothing.
    if (file[at] !== wanted) {
      const from = at;
      while (at < span.end && /\s/.test(file[at]!) && file[at] !== wanted) at++;
      if (/\s/.test(wanted)) {
        starts.push(file[at] === wanted ? at++ : from);
        continue;
      }
    }
    starts.push(Math.min(at, span.end - 1));
    if (isDouble && file[at] === "\\") at += escapeLength(file, at);
    else at += file[at] === "'" && wanted === "'" && type === Scalar.QUOTE_SINGLE ? 2 : 1;
  }
  return starts;
}

function escapeLength(file: string, at: number): number {
  const digits = { x: 2, u: 4, U: 8 }[file[at + 1] ?? ""];
  return 2 + (digits ?? 0);
}
