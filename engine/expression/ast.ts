// What an expression is once it is parsed. Spans are offsets in the text of the whole template.

import type { Span } from "../source/source-text.ts";
import type { Template } from "./template.ts";

export type Expression = Literal | Name | Property | Index | Not | Binary | Call | Local;

export interface Literal {
  readonly kind: "literal";
  readonly value: null | boolean | number | string;
  readonly span: Span;
}

/** Where a chain of properties begins: `inputs`, `steps`, or something that check refuses. */
export interface Name {
  readonly kind: "name";
  readonly name: string;
  readonly span: Span;
}

/** `target.name`, and also `target['name']`: both spellings mean the same and give the same node. */
export interface Property {
  readonly kind: "property";
  readonly target: Expression;
  readonly name: string;
  /** Of the name alone; with its quotes when it is written in brackets. */
  readonly nameSpan: Span;
  readonly span: Span;
}

/** `target[index]`, where the index is anything but a literal text. */
export interface Index {
  readonly kind: "index";
  readonly target: Expression;
  readonly index: Expression;
  readonly span: Span;
}

export interface Not {
  readonly kind: "not";
  readonly operand: Expression;
  readonly span: Span;
}

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=";

export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Expression[];
  readonly span: Span;
}

/** `locals.name` with what it stands for. The parser makes none: whoever knows the locals puts them in. */
export interface Local {
  readonly kind: "local";
  readonly name: string;
  readonly value: LocalValue;
  /** Of the reference; the spans within `value` are of other texts. */
  readonly span: Span;
}

export type LocalValue =
  | { readonly kind: "list"; readonly items: readonly LocalValue[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, LocalValue])[] }
  | { readonly kind: "literal"; readonly value: null | boolean | number | string }
  | { readonly kind: "template"; readonly template: Template };

/** How tightly a binary operator binds; more is tighter. All of them group to the left. */
export const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
};

/** A name that can stand behind a dot. */
export const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** The expressions directly inside one, in the order written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "name":
      return [];
    case "property":
      return [expression.target];
    case "index":
      return [expression.target, expression.index];
    case "not":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "call":
      return expression.arguments;
    case "local":
      return expressionsIn(expression.value);
  }
}

function expressionsIn(value: LocalValue): readonly Expression[] {
  switch (value.kind) {
    case "list":
      return value.items.flatMap(expressionsIn);
    case "map":
      return value.entries.flatMap(([, member]) => expressionsIn(member));
    case "literal":
      return [];
    case "template":
      return value.template.parts.filter((part) => typeof part !== "string");
  }
}

/** The id and its span, if the expression is `steps.<id>`. */
export function stepOf(expression: Expression): { readonly id: string; readonly span: Span } | undefined {
  if (expression.kind !== "property" || expression.target.kind !== "name" || expression.target.name !== "steps") {
    return undefined;
  }
  return { id: expression.name, span: expression.nameSpan };
}
