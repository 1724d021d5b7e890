// Diagnostics as one JSON document.

import type { Diagnostic } from "../../source/diagnostic.ts";
import { regionOf } from "./places.ts";

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  const document = {
    format: "runbook.diagnostics",
    version: 1,
    diagnostics: diagnostics.map(({ source, span, severity, code, message, hint, notes = [] }) => ({
      file: source.path,
      ...regionOf(source, span),
      severity,
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(notes.length > 0 && {
        notes: notes.map((note) => ({ ...regionOf(source, note.span), message: note.message })),
      }),
    })),
  };
  return JSON.stringify(document, null, 2);
}
