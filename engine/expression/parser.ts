// Builds the tree of one expression from its tokens.

import type { Span } from "../source/source-text.ts";
import { type BinaryOperator, type Expression, PRECEDENCE } from "./ast.ts";
import type { Token } from "./lexer.ts";
import { type ExpressionProblem, problemAt } from "./problem.ts";

/** How deep expressions may be nested: far more than anyone writes, far less than the call stack holds. */
const MAX_DEPTH = 100;
/** Parts of one expression, which bounds how deep a chain such as `a.b.c` makes the tree. */
const MAX_PARTS = 1000;

export type Parsed = { readonly expression: Expression } | { readonly problem: ExpressionProblem };

/** The first thing that cannot be read ends the parse: what follows would be guesswork. */
export function parse(tokens: readonly Token[]): Parsed {
  try {
    const parser = new Parser(tokens);
    return { expression: parser.whole() };
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { problem: thrown.problem };
    throw thrown;
  }
}

class Unreadable extends Error {
  readonly problem: ExpressionProblem;
  constructor(problem: ExpressionProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

const WORD_LITERALS: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([
  ["null", null],
  ["true", true],
  ["false", false],
]);
const WORD_OPERATORS: ReadonlyMap<string, string> = new Map([
  ["and", "&&"],
  ["or", "||"],
  ["not", "!"],
  ["is", "=="],
  ["eq", "=="],
  ["ne", "!="],
]);

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #parts = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    if (this.#isAtEnd()) this.#fail("the expression is empty", "write a reference, for example inputs.name");
    const expression = this.#binary(0);
    if (!this.#isAtEnd()) this.#unexpected("an operator or `}}`");
    return expression;
  }

  #isAtEnd(): boolean {
    return this.#token.kind === "end";
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  #binary(tightness: number): Expression {
    return this.#nested(() => {
      let left = this.#unary();
      for (;;) {
        const token = this.#token;
        const precedence = token.kind === "sign" ? PRECEDENCE[token.text as BinaryOperator] : undefined;
        if (precedence === undefined || precedence <= tightness) return left;
        this.#at++;
        const right = this.#binary(precedence);
        const operator = (token as { readonly text: string }).text as BinaryOperator;
        this.#count();
        left = { kind: "binary", operator, left, right, span: spanOf(left, right) };
      }
    });
  }

  #unary(): Expression {
    const token = this.#token;
    if (!this.#take("!")) return this.#chain(this.#primary());
    const operand = this.#nested(() => this.#unary());
    return { kind: "not", operand, span: { start: token.span.start, end: operand.span.end } };
  }

  #chain(first: Expression): Expression {
    let target = first;
    for (; ; this.#count()) {
      if (this.#take(".")) {
        const name = this.#token;
        if (name.kind !== "word") this.#unexpected("a name behind the dot");
        this.#at++;
        target = { kind: "property", target, name: name.text, nameSpan: name.span, span: spanOf(target, name) };
      } else if (this.#take("[")) {
        const index = this.#binary(0);
        const close = this.#token;
        this.#expect("]");
        const span = { start: target.span.start, end: close.span.end };
        target =
          index.kind === "literal" && typeof index.value === "string"
            ? { kind: "property", target, name: index.value, nameSpan: index.span, span }
            : { kind: "index", target, index, span };
      } else return target;
    }
  }

  #primary(): Expression {
    const token = this.#token;
    this.#count();
    if (token.kind === "number" || token.kind === "string") {
      this.#at++;
      return { kind: "literal", value: token.value, span: token.span };
    }
    if (token.kind === "word") {
      this.#at++;
      const literal = WORD_LITERALS.get(token.text);
      if (literal !== undefined) return { kind: "literal", value: literal, span: token.span };
      if (this.#take("(")) return this.#call(token.text, token.span);
      return { kind: "name", name: token.text, span: token.span };
    }
    if (this.#take("(")) {
      const inner = this.#binary(0);
      this.#expect(")");
      return inner;
    }
    return this.#unexpected("a value");
  }

  #call(name: string, nameSpan: Span): Expression {
    const args: Expression[] = [];
    let close = this.#token;
    if (!this.#take(")")) {
      do args.push(this.#binary(0));
      while (this.#take(","));
      close = this.#token;
      if (!this.#take(")")) this.#unexpected("`,` or `)`");
    }
    return { kind: "call", name, nameSpan, arguments: args, span: { start: nameSpan.start, end: close.span.end } };
  }

  #take(sign: string): boolean {
    const token = this.#token;
    if (token.kind !== "sign" || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#unexpected(`\`${sign}\``);
  }

  #count(): void {
    if (++this.#parts > MAX_PARTS) this.#fail(`the expression has more than ${MAX_PARTS} parts`);
  }

  #nested<T>(work: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.#fail(`the expression is nested more than ${MAX_DEPTH} deep`);
    const result = work();
    this.#depth--;
    return result;
  }

  #unexpected(wanted: string): never {
    const token = this.#token;
    if (token.kind === "end") return this.#fail(`the expression ends here, expected ${wanted}`);
    const found = token.kind === "word" || token.kind === "sign" ? `\`${token.text}\`` : `a ${token.kind}`;
    return this.#fail(`found ${found}, expected ${wanted}`, this.#hintFor(token));
  }

  #hintFor(token: Token): string | undefined {
    if (token.kind === "word") {
      const operator = WORD_OPERATORS.get(token.text.toLowerCase());
      return operator && `write \`${operator}\``;
    }
    const before = this.#tokens[this.#at - 1];
    if (token.kind === "number" && before?.kind === "sign" && before.text === ".") {
      return `write [${token.value}] to read an item of a list`;
    }
    return token.kind === "number" && token.value < 0 ? "there is no arithmetic" : undefined;
  }

  #fail(message: string, hint?: string): never {
    throw new Unreadable(problemAt(this.#token.span, "expression-syntax", message, hint));
  }
}

function spanOf(first: { readonly span: Span }, last: { readonly span: Span }): Span {
  return { start: first.span.start, end: last.span.end };
}
