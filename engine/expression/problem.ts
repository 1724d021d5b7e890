// Messages about an expression, before anyone knows which file it stands in.

import type { DiagnosticCode } from "../source/diagnostic-codes.ts";
import type { Span } from "../source/source-text.ts";

export interface ExpressionProblem {
  readonly code: DiagnosticCode;
  /** Lower case, no full stop, one clause. */
  readonly message: string;
  readonly hint?: string;
  /** Offsets in the text of the template. */
  readonly span: Span;
}

export function problemAt(span: Span, code: DiagnosticCode, message: string, hint?: string): ExpressionProblem {
  return hint === undefined ? { code, message, span } : { code, message, hint, span };
}
