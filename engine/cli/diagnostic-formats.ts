// Diagnostics for people and for programs.

import type { Diagnostic, PlacedMessage } from "../source/diagnostic.ts";
import { renderDiagnostic } from "../source/render-diagnostic.ts";
import type { Terminal } from "./terminal.ts";

/** Writes all of them to a terminal, with a blank line between two. */
export function tellDiagnostics(diagnostics: readonly PlacedMessage[], terminal: Terminal): void {
  for (const [index, diagnostic] of diagnostics.entries()) {
    if (index > 0) terminal.line();
    terminal.line(painted(renderDiagnostic(diagnostic), diagnostic, terminal));
  }
}

/** Colours what the renderer wrote: its first line, the underline and the hint. */
function painted(text: string, { severity }: PlacedMessage, terminal: Terminal): string {
  const color = severity === "error" ? "red" : "yellow";
  const lines = text.split("\n").map((line, index) => {
    if (index === 0) return line.replace(`: ${severity}: `, `: ${terminal.paint(["bold", color], `${severity}:`)} `);
    if (line.startsWith("hint: ")) return `${terminal.paint("cyan", "hint:")} ${line.slice(6)}`;
    return index === 3 ? line.replace(/~+$/, (wave) => terminal.paint(color, wave)) : line;
  });
  return lines.join("\n");
}

/** For programs: one JSON document. Lines and columns count from 1, in UTF-16 code units; the end is exclusive. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(
    {
      format: "runbook.diagnostics",
      version: 1,
      diagnostics: diagnostics.map(({ source, span, severity, code, message, hint }) => {
        const start = source.positionAt(span.start);
        const end = source.positionAt(span.end);
        return {
          file: source.path,
          line: start.line,
          column: start.column,
          endLine: end.line,
          endColumn: end.column,
          severity,
          code,
          message,
          ...(hint !== undefined && { hint }),
        };
      }),
    },
    null,
    2,
  );
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
