// What a rehearsal cannot know: an answer that only the run will get, and whatever an expression makes of it. Stands among
// values only while expressions are evaluated; steps are given text that stands in for it.

import { canonicalJson, isJsonObject, type Json } from "./json.ts";

/** What a condition asks of something unknown: whether `subject` comes out as `literal`. Both are text of expressions. */
export interface Question {
  readonly subject: string;
  readonly literal: string;
  readonly isNegated: boolean;
}

/** Gives text for what an expression will come out as; the same text for the same expression. */
export type TextFor = (expression: string, after: readonly string[]) => string;

interface More {
  readonly question?: Question;
  /** Whether it will be true or false, and nothing else. */
  readonly isTruth?: boolean;
  /** Of text that is known in part. */
  readonly text?: string;
}

export class Unknown {
  /** Tells it from all others: `steps.check.outputs.stdout`, `trim(steps.check.outputs.stdout)`. */
  readonly expression: string;
  /** The steps whose answers it is made of. */
  readonly after: readonly string[];
  /** Asked where it decides something. */
  readonly question: Question;
  readonly isTruth: boolean;
  readonly #textFor: TextFor;
  readonly #text: string | undefined;

  constructor(expression: string, after: readonly string[], textFor: TextFor, more: More = {}) {
    this.expression = expression;
    this.after = after;
    this.question = more.question ?? { subject: expression, literal: "true", isNegated: false };
    this.isTruth = more.isTruth ?? false;
    this.#textFor = textFor;
    this.#text = more.text;
  }

  /** What an expression makes of this and of others. */
  static from(all: readonly Unknown[], expression: string, more: More = {}): Unknown {
    const [first] = all;
    if (first === undefined) throw new Error("an unknown value is made of another one");
    return new Unknown(expression, [...new Set(all.flatMap(({ after }) => after))], first.#textFor, more);
  }

  member(name: string): Unknown {
    return Unknown.from([this], `${this.expression}${name}`);
  }

  /** Text for a step to work with. */
  get text(): string {
    return this.#text ?? this.#textFor(this.expression, this.after);
  }

  /** To stand among values. */
  get asJson(): Json {
    return this as unknown as Json;
  }
}

/** Everything unknown in a value. */
export function unknownsIn(value: Json): readonly Unknown[] {
  if (value instanceof Unknown) return [value];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(unknownsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(unknownsIn) : [];
}

/** How a value is written in an expression; for telling values apart, and for people. */
export function labelOf(value: Json): string {
  if (value instanceof Unknown) return value.expression;
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(labelOf).join(", ")}]`;
  if (!isJsonObject(value)) return canonicalJson(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${labelOf(member)}`)
    .join(", ")} }`;
}
