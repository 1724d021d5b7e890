// Diagnostics as GitHub shows them beside the lines of a pull request: workflow commands on standard output.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import type { Diagnostic } from "../../source/diagnostic.ts";
import { regionOf } from "./places.ts";

/** One line for each; empty when there is none. */
export function githubAnnotations(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => `${annotation(diagnostic)}\n`).join("");
}

function annotation({ source, span, severity, code, message, hint, notes = [] }: Diagnostic): string {
  const { line, column, endLine, endColumn } = regionOf(source, span);
  const properties = {
    file: source.path,
    line,
    endLine,
    // GitHub takes columns only of one line, and its end is inclusive.
    ...(line === endLine && { col: column, endColumn: Math.max(column, endColumn - 1) }),
    title: `${code} (runbook)`,
  };
  const told = [
    message,
    ...notes.map((note) => `line ${regionOf(source, note.span).line}: ${note.message}`),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  const given = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::${severity} ${given.join(",")}::${escaped(told.join("\n"))}`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
