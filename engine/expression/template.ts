// Texts that hold `${{ }}`.
//
// A text that is one expression and nothing else, not even a blank, stands for the expression's value of whatever type.
// Any other text with an expression in it stands for a text.

import type { Span } from "../source/source-text.ts";
import { childrenOf, type Expression, stepOf } from "./ast.ts";
import { lex } from "./lexer.ts";
import { parse } from "./parser.ts";
import type { ExpressionProblem } from "./problem.ts";

export type { ExpressionProblem } from "./problem.ts";

export interface Template {
  /** Texts and expressions in the order written; no text is empty. */
  readonly parts: readonly (string | Expression)[];
  /** True when there is one expression and nothing around it. */
  readonly whole: boolean;
  readonly span: Span;
}

const OPENING = "${{";
/** After so many problems in one text its rest is not looked at: it is no text of expressions. */
const MOST_PROBLEMS = 20;

/** True when the text holds `${{`. */
export function isTemplate(text: string): boolean {
  return text.includes(OPENING);
}

/** Parses a text. There is a template exactly when there is no problem; and of every expression in the text its own are told. */
export function parseTemplate(text: string): {
  readonly template: Template | undefined;
  readonly problems: readonly ExpressionProblem[];
} {
  const parts: (string | Expression)[] = [];
  const problems: ExpressionProblem[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf(OPENING, at);
    const before = open === -1 ? text.slice(at) : text.slice(at, open);
    if (before !== "") parts.push(before);
    if (open === -1 || problems.length >= MOST_PROBLEMS) break;
    const lexed = lex(text, open);
    problems.push(...lexed.problems);
    if (lexed.complete) {
      const parsed = parse(lexed.tokens);
      if ("problem" in parsed) problems.push(parsed.problem);
      else parts.push(parsed.expression);
    }
    at = lexed.end;
  }
  if (problems.length > 0) return { template: undefined, problems: problems.toSorted(byPlace) };
  const whole = parts.length === 1 && typeof parts[0] !== "string";
  return { template: { parts, whole, span: { start: 0, end: text.length } }, problems };
}

/** How an expression reads a step: its outputs, or only how it ended; or its outputs with something in their place. */
export type StepReading = "outputs" | "end";

export interface StepReference {
  readonly id: string;
  readonly span: Span;
  /** `end`: the step need not be done, since its status or error is read, or `default()` has another value. */
  readonly reads: StepReading;
}

/** The steps that a template reads, in the order written; one that is read twice is there twice. */
export function referencedSteps(template: Template): readonly StepReference[] {
  const within = (expression: Expression, isReplaced: boolean): readonly StepReference[] => {
    if (expression.kind === "local") {
      const { span } = expression;
      return childrenOf(expression).flatMap((child) => within(child, isReplaced).map((one) => ({ ...one, span })));
    }
    const step = stepOf(expression);
    if (step !== undefined) return [{ ...step, reads: isReplaced ? "end" : "outputs" }];
    const isEnd =
      expression.kind === "property" &&
      (expression.name === "status" || expression.name === "error") &&
      stepOf(expression.target) !== undefined;
    return childrenOf(expression).flatMap((child, index) => {
      const hasOther = expression.kind === "call" && expression.name === "default" && index === 0;
      return within(child, isReplaced || isEnd || hasOther);
    });
  };
  return template.parts.flatMap((part) => (typeof part === "string" ? [] : within(part, false)));
}

/** Whether an expression of the template begins with a name, such as `each`. */
export function readsName(template: Template, name: string): boolean {
  const within = (expression: Expression): boolean =>
    (expression.kind === "name" && expression.name === name) || childrenOf(expression).some(within);
  return template.parts.some((part) => typeof part !== "string" && within(part));
}

function byPlace(a: ExpressionProblem, b: ExpressionProblem): number {
  return a.span.start - b.span.start;
}

/** The output that a template stands for, if it is `${{ steps.<id>.outputs.<name> }}` and nothing else. */
export function wholeOutput({ whole, parts }: Template): OutputRead | undefined {
  const [only] = parts;
  return whole && only !== undefined && typeof only !== "string" ? outputRead(only) : undefined;
}

export interface OutputRead {
  readonly id: string;
  readonly output: string;
}

/** The output that an expression reads, if it is `steps.<id>.outputs.<name>`. */
export function outputRead(expression: Expression): OutputRead | undefined {
  if (expression.kind !== "property" || expression.target.kind !== "property") return undefined;
  if (expression.target.name !== "outputs") return undefined;
  const step = stepOf(expression.target.target);
  return step && { id: step.id, output: expression.name };
}
