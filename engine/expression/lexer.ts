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
  const lexer = new Lexer(text, open);
  lexer.read();
  const { tokens, problems, complete, at } = lexer;
  return { tokens: complete ? tokens : [], problems, complete, end: at };
}

class Lexer {
  readonly tokens: Token[] = [];
  readonly problems: ExpressionProblem[] = [];
  complete = true;
  at: number;
  readonly #text: string;
  readonly #open: number;
  constructor(text: string, open: number) {
    this.#text = text;
    this.#open = open;
    this.at = open + 3;
  }

  read(): void {
    for (;;) {
      this.at += match(BLANK, this.#text, this.at)?.length ?? 0;
      // Another opening, or no more text: what was found so far is an echo of the missing `}}`.
      if (this.at >= this.#text.length || this.#text.startsWith("${{", this.at)) return this.#unclosed();
      if (this.#text.startsWith("}}", this.at)) {
        this.tokens.push({ kind: "end", span: this.#take("}}") });
        return;
      }
      this.#token();
    }
  }

  #token(): void {
    const quote = this.#text.charAt(this.at);
    if (quote === "'") return this.#singleQuoted();
    if (quote === '"') return this.#doubleQuoted();
    const number = match(NUMBER_LIKE, this.#text, this.at);
    if (number !== undefined) return this.#number(number);
    const word = match(WORD, this.#text, this.at);
    if (word !== undefined) {
      this.tokens.push({ kind: "word", text: word, span: this.#take(word) });
      return;
    }
    const foreign = FOREIGN.find((one) => this.#text.startsWith(one.text, this.at));
    const sign = match(SIGN, this.#text, this.at);
    if (sign !== undefined && (foreign === undefined || foreign.text.length <= sign.length)) {
      this.tokens.push({ kind: "sign", text: sign, span: this.#take(sign) });
      return;
    }
    const found = foreign?.text ?? String.fromCodePoint(this.#text.codePointAt(this.at)!);
    const span = this.#take(found);
    const shown = found === "`" ? '"`"' : `\`${found}\``;
    this.#tell(span, `${shown} has no meaning in an expression`, foreign?.hint);
    if (foreign?.means === undefined) this.complete = false;
    else this.tokens.push({ kind: "sign", text: foreign.means, span });
  }

  #singleQuoted(): void {
    const start = this.at;
    const found = match(SINGLE_QUOTED, this.#text, start);
    if (found !== undefined) {
      this.tokens.push({ kind: "string", value: found.slice(1, -1).replaceAll("''", "'"), span: this.#take(found) });
      return;
    }
    const close = this.#text.indexOf("}}", start);
    if (close === -1) return this.#unclosed();
    this.at = close;
    const hint = "close it with `'`; write `''` for a quote inside";
    this.#tell({ start, end: close }, "`'` begins a text that does not end", hint);
    this.complete = false;
  }

  #doubleQuoted(): void {
    const start = this.at;
    const found = match(DOUBLE_QUOTED, this.#text, start);
    const close = this.#text.indexOf("}}", start);
    if (found === undefined && close === -1) return this.#unclosed();
    this.at = found === undefined ? close : start + found.length;
    const span = { start, end: this.at };
    this.#tell(span, "text stands in double quotes, expected single quotes", "write text in single quotes: 'text'");
    if (found === undefined) this.complete = false;
    else this.tokens.push({ kind: "string", value: found.slice(1, -1), span });
  }

  #number(found: string): void {
    const start = this.at;
    const span = this.#take(found);
    const value = match(NUMBER, this.#text, start) === found ? readNumber(found) : Number.NaN;
    if (Number.isFinite(value)) {
      this.tokens.push({ kind: "number", value, span });
      return;
    }
    this.#tell(span, `\`${found}\` is no number`, "write numbers as in 12, -1.5, 2e6 or 0xff");
    this.complete = false;
  }

  #take(found: string): Span {
    const start = this.at;
    this.at += found.length;
    return { start, end: this.at };
  }

  /** Once something could not be read, what follows it is guesswork and is not told of. */
  #tell(span: Span, message: string, hint?: string): void {
    if (this.complete) this.problems.push(problemAt(span, "expression-syntax", message, hint));
  }

  #unclosed(): void {
    const span = { start: this.#open, end: this.#open + 3 };
    this.problems.splice(0);
    const next = this.#text.indexOf("${{", this.at);
    this.at = next === -1 ? this.#text.length : next;
    this.complete = true;
    this.#tell(span, "`${{` is not closed", "write `}}` behind the expression");
    this.complete = false;
  }
}

function readNumber(text: string): number {
  const value = text.startsWith("-0x") ? -Number(text.slice(1)) : Number(text);
  // JSON has one zero only.
  return value === 0 ? 0 : value;
}
