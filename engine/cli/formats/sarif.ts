// Diagnostics as SARIF 2.1.0, which code hosts and editors read.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

import type { Diagnostic } from "../../source/diagnostic.ts";
import { DIAGNOSTIC_CODES, type DiagnosticCode } from "../../source/diagnostic-codes.ts";
import type { SourceText, Span } from "../../source/source-text.ts";
import { regionOf } from "./places.ts";

/** `version` is that of this program. */
export function diagnosticsSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].toSorted();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "runbook", semanticVersion: version, rules: codes.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map((one) => resultOf(one, codes)),
      },
    ],
  };
  return JSON.stringify(log, null, 2);
}

function ruleOf(code: DiagnosticCode): object {
  const { severity, summary } = DIAGNOSTIC_CODES[code];
  return { id: code, shortDescription: { text: summary }, defaultConfiguration: { level: severity } };
}

function resultOf(
  { code, severity, message, hint, source, span, notes = [] }: Diagnostic,
  codes: readonly DiagnosticCode[],
): object {
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: hint === undefined ? message : `${message}\nhint: ${hint}` },
    locations: [locationOf(source, span)],
    ...(notes.length > 0 && {
      relatedLocations: notes.map((note, index) => ({
        id: index + 1,
        message: { text: note.message },
        ...locationOf(source, note.span),
      })),
    }),
  };
}

function locationOf(source: SourceText, span: Span): object {
  const { line, column, endLine, endColumn } = regionOf(source, span);
  return {
    physicalLocation: {
      artifactLocation: uriOf(source.path),
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  };
}

/** A path from where the command was started is one from the root of the sources, as code hosts take it. */
function uriOf(path: string): object {
  const uri = path.split(/[\\/]/).map(encodeURIComponent).join("/");
  if (path.startsWith("/")) return { uri: `file://${uri}` };
  if (/^[A-Za-z]:[\\/]/.test(path)) return { uri: `file:///${path.slice(0, 2)}${uri.slice(uri.indexOf("/"))}` };
  return { uri, uriBaseId: "%SRCROOT%" };
}
