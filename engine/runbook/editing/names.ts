// Every place in a runbook where a name stands that means something: what it names, and whether it is given there.

import { childrenOf, type Expression, stepOf } from "../../expression/ast.ts";
import { outputRead } from "../../expression/template.ts";
import type { SourceText, Span } from "../../source/source-text.ts";
import { type AuthoredScalar, templatesIn } from "../authored.ts";
import type { Outline } from "../outline.ts";

export interface NamePlace {
  readonly kind: "input" | "local" | "step" | "output" | "function";
  readonly name: string;
  /** Of an output: the step that has it. */
  readonly step?: string;
  /** Of the name alone, without quotes. */
  readonly span: Span;
  /** Whether the input or step is described here. */
  readonly isDefinition: boolean;
}

export function namePlaces({ source, root, inputs, locals, steps }: Outline): readonly NamePlace[] {
  const given = [...inputs].map(([name, { span }]) => placeOf("input", name, span, source, true));
  const named = [...locals].map(([name, { keySpan }]) => placeOf("local", name, keySpan, source, true));
  const ids = steps.flatMap(({ id, idSpan }) => (id === undefined ? [] : [placeOf("step", id, idSpan, source, true)]));
  const needed = steps.flatMap(({ needs }) =>
    needs.flatMap(({ value, span, isTemplate }) =>
      typeof value === "string" && !isTemplate ? [placeOf("step", value, span, source, false)] : [],
    ),
  );
  const read = [...templatesIn(root)].flatMap((scalar) => [...placesIn(scalar, source)]);
  return [...given, ...named, ...ids, ...needed, ...read].toSorted((a, b) => a.span.start - b.span.start);
}

export function placeAt(places: readonly NamePlace[], offset: number): NamePlace | undefined {
  return places.find(({ span }) => span.start <= offset && offset <= span.end);
}

/** All places of the same input or step. */
export function sameName(places: readonly NamePlace[], { kind, name, step }: NamePlace): readonly NamePlace[] {
  return places.filter((one) => one.kind === kind && one.name === name && one.step === step);
}

function placeOf(
  kind: NamePlace["kind"],
  name: string,
  span: Span,
  source: SourceText,
  isDefinition: boolean,
  step?: string,
): NamePlace {
  return { kind, name, span: withoutQuotes(span, source), isDefinition, ...(step !== undefined && { step }) };
}

function withoutQuotes({ start, end }: Span, { text }: SourceText): Span {
  return /["']/.test(text[start] ?? "") && text[end - 1] === text[start] && end - start >= 2
    ? { start: start + 1, end: end - 1 }
    : { start, end };
}

function* placesIn({ template, inFile }: AuthoredScalar, source: SourceText): Generator<NamePlace> {
  const within = function* (expression: Expression): Generator<NamePlace> {
    for (const child of childrenOf(expression)) yield* within(child);
    if (expression.kind === "call") {
      yield placeOf("function", expression.name, inFile(expression.nameSpan), source, false);
    }
    if (expression.kind !== "property") return;
    const span = inFile(expression.nameSpan);
    const output = outputRead(expression);
    const root = expression.target.kind === "name" ? expression.target.name : undefined;
    if (root === "inputs" || root === "locals") {
      yield placeOf(root === "inputs" ? "input" : "local", expression.name, span, source, false);
    } else if (stepOf(expression) !== undefined) yield placeOf("step", expression.name, span, source, false);
    else if (output !== undefined) yield placeOf("output", output.output, span, source, false, output.id);
  };
  for (const part of template?.parts ?? []) if (typeof part !== "string") yield* within(part);
}
