// Cuts the text behind one `${{` into tokens and finds the `}}` that closes it. A `}}` inside quotes closes nothing.

import type { Span } from "../source/source-text.ts";
import { problemAt, type ExpressionProblem } from "./problem.ts";

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "word"; readonly text: string; readonly span: Span }
  | { readonly kind: "sign"; readonly text: string; readonly span: Span }
  | { readonly kind: "end"; readonly span: Span };

export interface Lexed {
  /** The last one is the `end`. */
  readonly tokens: readonly Token[];
  readonly problems: readonly ExpressionProblem[];
  /** False when a problem left a hole in the tokens, so that parsing them would only tell it again. */
  readonly complete: boolean;
  /** Behind the closing `}}`, or where to look on when there is none. */
  readonly end: number;
}

const BLANK = /[ \t\r\n]+/y;
const NUMBER = /-?(?:0x[0-9A-Fa-f]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
const NUMBER_LIKE = /-?[0-9](?:[eE][+-]|[A-Za-z0-9_.])*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const SINGLE_QUOTED = /'[^']*(?:''[^']*)*'/y;
const DOUBLE_QUOTED = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const SIGN = /==|!=|<=|>=|&&|\|\||[<>!()[\].,]/y;

/** Signs of other languages: what is written here instead, and the sign to go on with, if there is one. */
const FOREIGN: readonly { readonly text: string; readonly hint: string; readonly means?: string }[] = [
  { text: "===", hint: "write `==`, which never converts types", means: "==" },
  { text: "!==", hint: "write `!=`, which never converts types", means: "!=" },
  { text: "<>", hint: "write `!=`", means: "!=" },
  { text: "=", hint: "write `==` to compare", means: "==" },
  { text: "&", hint: "write `&&`", means: "&&" },
  { text: "|", hint: "write `||`", means: "||" },
  { text: "??", hint: "write default(value, other)" },
  { text: "?", hint: "there is no `? :`; write default(value, other) to replace null" },
  { text: "+", hint: "write format('{0}{1}', a, b) to join text; there is no arithmetic" },
  { text: "-", hint: "there is no arithmetic" },
  { text: "*", hint: "there is no arithmetic, and `.*` is not known; write [0], [1], ... to read a list" },
  { text: "/", hint: "there is no arithmetic" },
  { text: "%", hint: "there is no arithmetic" },
  { text: "`", hint: "write text in single quotes: 'text'" },
];

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Reads one expression. `open` is where its `${{` stands. */
export function lex(text: string, open: number): Lexed {
  const tokens: Token[] = [];
  const problems: ExpressionProblem[] = [];
  let complete = true;
  let at = open + 3;

  const syntax = (span: Span, message: string, hint?: string): void => {
    problems.push(problemAt(span, "expression-syntax", message, hint));
  };
  const unclosed = (end: number): Lexed => ({
    tokens: [],
    problems: [
      problemAt(
        { start: open, end: open + 3 },
        "expression-syntax",
        "`${{` is not closed",
        "write `}}` behind the expression",
      ),
    ],
    complete: false,
    end,
  });

  for (;;) {
    at += match(BLANK, text, at)?.length ?? 0;
    const rest = text.slice(at, at + 3);
    // Another opening, or no more text: what was found so far is an echo of the missing `}}`.
    if (rest === "" || rest === "${{") return unclosed(at);
    if (rest.startsWith("}}")) {
      tokens.push({ kind: "end", span: { start: at, end: at + 2 } });
      return { tokens, problems, complete, end: at + 2 };
    }
    const start = at;
    const take = (found: string): Span => {
      at += found.length;
      return { start, end: at };
    };

    if (rest.startsWith("'")) {
      const found = match(SINGLE_QUOTED, text, at);
      if (found === undefined) {
        const close = text.indexOf("}}", at);
        if (close === -1) return unclosed(text.length);
        const span = { start, end: close };
        syntax(span, "`'` begins a text that does not end", "close it with `'`; write `''` for a quote inside");
        return { tokens, problems, complete: false, end: close + 2 };
      }
      tokens.push({ kind: "string", value: found.slice(1, -1).replaceAll("''", "'"), span: take(found) });
      continue;
    }
    if (rest.startsWith('"')) {
      const found = match(DOUBLE_QUOTED, text, at) ?? '"';
      const span = take(found);
      syntax(span, "text stands in double quotes, expected single quotes", "write text in single quotes: 'text'");
      if (found === '"') complete = false;
      else tokens.push({ kind: "string", value: found.slice(1, -1), span });
      continue;
    }
    const numberLike = match(NUMBER_LIKE, text, at);
    if (numberLike !== undefined) {
      const span = take(numberLike);
      const value = match(NUMBER, text, start) === numberLike ? readNumber(numberLike) : Number.NaN;
      if (Number.isFinite(value)) tokens.push({ kind: "number", value, span });
      else {
        syntax(span, `\`${numberLike}\` is no number`, "write numbers as in 12, -1.5, 2e6 or 0xff");
        complete = false;
      }
      continue;
    }
    const word = match(WORD, text, at);
    if (word !== undefined) {
      tokens.push({ kind: "word", text: word, span: take(word) });
      continue;
    }
    const foreign = FOREIGN.find((one) => text.startsWith(one.text, at));
    const sign = match(SIGN, text, at);
    if (sign !== undefined && (foreign === undefined || foreign.text.length <= sign.length)) {
      tokens.push({ kind: "sign", text: sign, span: take(sign) });
      continue;
    }
    const found = foreign?.text ?? String.fromCodePoint(text.codePointAt(at)!);
    const span = take(found);
    syntax(span, `\`${found}\` has no meaning in an expression`, foreign?.hint);
    if (foreign?.means === undefined) complete = false;
    else tokens.push({ kind: "sign", text: foreign.means, span });
  }
}

function readNumber(text: string): number {
  const value = text.startsWith("-0x") ? -Number(text.slice(1)) : Number(text);
  // JSON has one zero only.
  return value === 0 ? 0 : value;
}
