// What the YAML parser found, in the words of somebody who writes runbooks, at the place where to mend it.

import { type Document, isCollection, isScalar, visit, type YAMLParseError } from "yaml";
import type { SourceText, Span } from "../source/source-text.ts";

export interface YamlProblem {
  readonly span: Span;
  readonly message: string;
  readonly hint?: string;
}

const QUOTE_EXPRESSION = "put the value that begins with `${{` in double quotes, or use one line for each key";

export function explainYamlError(error: YAMLParseError, document: Document.Parsed, source: SourceText): YamlProblem {
  const span = spanOf(error, source);
  const line = source.line(source.positionAt(span.start).line);
  const found = source.text
    .slice(span.start, Math.min(span.end, span.start + 40))
    .split("\n", 1)[0]!
    .trim();
  const at = (message: string, hint?: string): YamlProblem => ({ span, message, ...(hint !== undefined && { hint }) });

  if (/[{[,]\s*(?:\w+:\s*)?\$\{\{/.test(line))
    return at("an unquoted expression stands inside of `{ }` or `[ ]`", QUOTE_EXPRESSION);
  if (/!\s*\$\{\{/.test(line)) {
    return at("`!` stands in front of an expression, and means something else in YAML", "write ${{ !inputs.<name> }}");
  }
  if (/"[^"]*\$\{\{[^"}]*"/.test(line)) {
    return at("a double quote inside an expression ends the text around it", "write text in single quotes: 'text'");
  }
  if (/\$\{\{[^}]* \? /.test(line)) {
    return at("`? :` stands in an expression, and there is none", "write default(value, other) to replace null");
  }
  const dash = /^\s*(-[^\s-]\S*)/.exec(line);
  if (dash !== null) return at(`\`${dash[1]!}\` is no item of a list`, "put a blank behind the dash");
  switch (error.code) {
    case "TAB_AS_INDENT":
      return at("a tab indents this line, and YAML takes blanks only", "replace the tab with blanks");
    case "MULTIPLE_DOCS":
      return at("a second document begins here, and a file holds one runbook", "put each runbook in a file of its own");
    case "BAD_SCALAR_START":
      return at(`a text begins with \`${found.charAt(0)}\`, which YAML keeps for itself`, "put the text in quotes");
    case "BAD_DQ_ESCAPE":
      return at("a backslash stands in double quotes and begins no escape", "use single quotes, or write `\\\\`");
    case "KEY_OVER_1024_CHARS":
      return at("a key has more than 1024 characters");
    case "BAD_INDENT":
      return badIndent(error.message, span, document);
    case "MISSING_CHAR":
      return missingCharacter(error.message, span, document);
    case "BLOCK_AS_IMPLICIT_KEY":
      return source.line(source.positionAt(span.start).line).slice(source.positionAt(span.start).column).includes(": ")
        ? at("a text with `: ` in it stands here unquoted", "put the text in quotes")
        : at("the line below is indented as if it went on with this value", "indent it like the key above");
    case "MULTILINE_IMPLICIT_KEY":
      return at(`\`${found}\` is no key`, "write `key: value`");
    case "UNEXPECTED_TOKEN":
      return at(`\`${found}\` is not expected here`);
    default:
      return at(lowerFirst(error.message));
  }
}

/** The place of an error, without the blanks in front of what is meant. */
function spanOf({ pos: [start, end] }: YAMLParseError, { text }: SourceText): Span {
  const blanks = /^ */.exec(text.slice(start, start + 1000))![0].length;
  const from = text[start + blanks] === undefined || /[\r\n]/.test(text[start + blanks]!) ? start : start + blanks;
  return { start: from, end: Math.max(end, from + 1) };
}

function badIndent(message: string, span: Span, document: Document.Parsed): YamlProblem {
  const open = /^Flow (map|sequence)/.exec(message)?.[1];
  if (open === undefined) {
    const hint = "indent the keys of one map alike, and the items of one list";
    return { span, message: "this line is indented like nothing above it", hint };
  }
  const [bracket, closing] = open === "map" ? ["{", "}"] : ["[", "]"];
  return {
    span: lastStart(document, span.start, (node) => isCollection(node) && node.flow === true) ?? span,
    message: `\`${bracket}\` is not closed`,
    hint: `write \`${closing}\` behind the last item, and indent what is between`,
  };
}

function missingCharacter(message: string, span: Span, document: Document.Parsed): YamlProblem {
  if (message.includes("quote")) {
    const begins = lastStart(document, span.end, (node) => isScalar(node) && node.type?.startsWith("QUOTE") === true);
    return {
      span: begins ?? span,
      message: "a text begins with a quote and does not end",
      hint: "close it with a quote",
    };
  }
  if (message.startsWith("Sequence item")) return badIndent(message, span, document);
  if (message.includes("flow")) return { span, message: "a comma is missing between the items of this list or map" };
  return { span, message: lowerFirst(message) };
}

/** The first character of the last node that begins before a place and is of a kind. */
function lastStart(document: Document.Parsed, before: number, isMeant: (node: unknown) => boolean): Span | undefined {
  let found: Span | undefined;
  visit(document, {
    Node(_key, node) {
      const start = node.range?.[0];
      if (start !== undefined && start < before && isMeant(node)) found = { start, end: start + 1 };
    },
  });
  return found;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
