// What an editor offers to do about a diagnostic.

import type { Diagnostic } from "../../source/diagnostic.ts";
import type { SourceText, Span } from "../../source/source-text.ts";
import type { TextEdit } from "./rename.ts";

export interface Action {
  readonly title: string;
  readonly diagnostic: Diagnostic;
  readonly edit: TextEdit;
  /** Most likely what is wanted. */
  readonly isPreferred: boolean;
}

/** For the diagnostics that touch a span. */
export function actionsFor(diagnostics: readonly Diagnostic[], { start, end }: Span): readonly Action[] {
  return diagnostics
    .filter(({ span }) => span.start <= end && start <= span.end)
    .flatMap((diagnostic) => [...corrections(diagnostic), ...settingAside(diagnostic)]);
}

const MEANT = /^did you mean "([^"]+)"\?$/;

function corrections(diagnostic: Diagnostic): readonly Action[] {
  const { source, span, hint = "" } = diagnostic;
  const meant = MEANT.exec(hint)?.[1];
  if (meant !== undefined) {
    return [
      {
        title: `Change to "${meant}"`,
        diagnostic,
        edit: { span: insideQuotes(source, span), text: meant },
        isPreferred: true,
      },
    ];
  }
  if (hint === "remove the quotes") {
    const inner = insideQuotes(source, span);
    const text = source.text.slice(inner.start, inner.end);
    return [{ title: `Remove the quotes`, diagnostic, edit: { span, text }, isPreferred: true }];
  }
  const quoted = /^put it in quotes: ("[^"]*")$/.exec(hint)?.[1];
  if (quoted === undefined) return [];
  return [{ title: `Change to ${quoted}`, diagnostic, edit: { span, text: quoted }, isPreferred: true }];
}

/** A comment on a line of its own above, as anything may stand at the end of the line. */
function settingAside(diagnostic: Diagnostic): readonly Action[] {
  const { source, span, code, severity } = diagnostic;
  if (severity !== "warning" || code === "unused-ignore") return [];
  const { line, column } = source.positionAt(span.start);
  const start = span.start - (column - 1);
  const indent = /^ */.exec(source.line(line))![0];
  const text = `${indent}# runbook-ignore: ${code}\n`;
  return [
    { title: `Set ${code} aside here`, diagnostic, edit: { span: { start, end: start }, text }, isPreferred: false },
  ];
}

function insideQuotes({ text }: SourceText, { start, end }: Span): Span {
  const quote = text[start];
  return (quote === '"' || quote === "'") && end - start >= 2 && text[end - 1] === quote
    ? { start: start + 1, end: end - 1 }
    : { start, end };
}
