// Comments that set a warning aside for one line: `# runbook-ignore: unused-step`, on the line itself or alone on the
// line above it. Errors cannot be set aside.

import { type Diagnostic, diagnosticAt } from "../source/diagnostic.ts";
import { DIAGNOSTIC_CODES, type DiagnosticCode } from "../source/diagnostic-codes.ts";
import type { SourceText } from "../source/source-text.ts";
import { suggest } from "../source/suggestion.ts";

/** Codes are separated by commas; what follows `--` is a reason, for people. */
const COMMENT = /(^|[ \t])#[ \t]*runbook-ignore:[ \t]*([^\n]*?)(?:[ \t]--[^\n]*)?[ \t\r]*$/gm;

const WARNINGS = Object.keys(DIAGNOSTIC_CODES).filter(
  (code) => DIAGNOSTIC_CODES[code as DiagnosticCode].severity === "warning",
);

/** What is left of what was found when that which is set aside is left out. */
export function withoutIgnored(found: readonly Diagnostic[], source: SourceText): readonly Diagnostic[] {
  const comments = commentsIn(source);
  return comments.length === 0 ? found : found.filter((one) => ignoreOf(one, comments) === undefined);
}

/** What is wrong with the comments themselves, given everything that a check found. */
export function ignoreProblems(found: readonly Diagnostic[], source: SourceText): readonly Diagnostic[] {
  const comments = commentsIn(source);
  if (comments.length === 0) return [];
  const used = new Set(found.map((one) => ignoreOf(one, comments)));
  const hasError = found.some(({ severity }) => severity === "error");
  return comments.flatMap((comment) => (used.has(comment) ? [] : problemOf(comment, source, hasError)));
}

function ignoreOf({ severity, code, source, span }: Diagnostic, comments: readonly Ignore[]): Ignore | undefined {
  if (severity !== "warning") return undefined;
  const { line } = source.positionAt(span.start);
  return comments.find((comment) => comment.line === line && comment.code === code);
}

interface Ignore {
  readonly code: string;
  /** Of the line that it is for. */
  readonly line: number;
  readonly span: { readonly start: number; readonly end: number };
}

function commentsIn(source: SourceText): readonly Ignore[] {
  if (!source.text.includes("runbook-ignore:")) return [];
  return [...source.text.matchAll(COMMENT)].flatMap((match) => {
    const codes = match[2]!;
    const start = match.index + match[0].indexOf(codes, match[0].indexOf("runbook-ignore:") + "runbook-ignore:".length);
    const { line } = source.positionAt(match.index + match[1]!.length);
    const isAlone = /^[ \t]*#/.test(source.line(line));
    return [...codes.matchAll(/[^\s,]+/g)].map((code) => ({
      code: code[0],
      line: isAlone ? line + 1 : line,
      span: { start: start + code.index, end: start + code.index + code[0].length },
    }));
  });
}

function problemOf({ code, span }: Ignore, source: SourceText, hasError: boolean): readonly Diagnostic[] {
  const tell = (message: string, hint?: string): readonly Diagnostic[] => [
    diagnosticAt(source, span, "unused-ignore", message, { hint }),
  ];
  if (!Object.hasOwn(DIAGNOSTIC_CODES, code)) {
    return tell(`"${code}" is no code of a warning`, suggest(code, WARNINGS));
  }
  if (!WARNINGS.includes(code)) return tell(`"${code}" is an error, and errors cannot be set aside`, "mend it instead");
  // Some warnings are looked for only when there is no error, and what is doubtful may depend on the inputs of a run.
  return hasError || code === "doubtful-input" ? [] : tell(`no "${code}" is told of this line`, "remove the comment");
}
