// Messages about an expression, before anyone knows which file it stands in.

import type { Span } from "../source/source-text.ts";

export interface ExpressionProblem {
  /** kebab-case; a row of the table of codes. */
  readonly code: string;
  /** Lower case, no full stop, one clause. */
  readonly message: string;
  readonly hint?: string;
  /** Offsets in the text of the template. */
  readonly span: Span;
}

export function problemAt(span: Span, code: string, message: string, hint?: string): ExpressionProblem {
  return hint === undefined ? { code, message, span } : { code, message, hint, span };
}
