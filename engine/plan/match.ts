// Whether what a run sends is what a template of the plan allows.

import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { filled, isAddress, type Pieces } from "./pieces.ts";
import { type Hole, piecesOf, type Template, tokensOf, unknownAfter } from "./template.ts";

export type Match =
  | { readonly ok: true; /** Of the holes that an attempt does not change. */ readonly values: readonly string[] }
  | { readonly ok: false; /** JSON pointer. */ readonly at: string; readonly why: string };

/** What a run knows of the holes by now. */
export interface Filling {
  /** What an operation was answered at a pointer. */
  answered(from: NonNullable<Hole["from"]>): readonly Json[];
  /** What an expression of the runbook gave; `undefined`: nobody can tell. */
  evaluated?(expression: string): readonly string[] | undefined;
}

/** Whether a value is one that the template allows. */
export function matchTemplate(template: Template, value: Json | undefined, filling: Filling, at = ""): Match {
  const no = (why: string): Match => ({ ok: false, at, why });
  const pieces = piecesOf(template);
  if (pieces !== undefined) return matchText(pieces, value, filling, at);
  if (unknownAfter(template) !== undefined) return no("the plan does not know what belongs there");
  if (template instanceof Secret || !(typeof template === "object" && template !== null)) {
    if (typeof template === "string" && typeof value === "string" && sameSpelling(template, value)) return NOTHING;
    return canonicalJson(template) === canonicalJson(value) ? NOTHING : no("it is another value");
  }
  const values: string[] = [];
  if (Array.isArray(template)) {
    if (!Array.isArray(value) || value.length !== template.length) return no("the list is another one");
    for (const [index, item] of (template as readonly Json[]).entries()) {
      const match = matchTemplate(item, (value as readonly Json[])[index], filling, `${at}/${index}`);
      if (!match.ok) return match;
      values.push(...match.values);
    }
    return { ok: true, values };
  }
  if (!isJsonObject(value)) return no("it is no object");
  const given = new Map(Object.entries(value).map(([key, member]) => [foldKey(key), member]));
  for (const [key, member] of Object.entries(template as JsonObject)) {
    const match = matchTemplate(member, given.get(foldKey(key)), filling, `${at}/${key}`);
    if (!match.ok) return match;
    given.delete(foldKey(key));
    values.push(...match.values);
  }
  const [extra] = given.keys();
  return extra === undefined
    ? { ok: true, values }
    : { ok: false, at: `${at}/${extra}`, why: "the plan has no such member" };
}

const NOTHING: Match = { ok: true, values: [] };

function matchText(pieces: Pieces, value: Json | undefined, { answered, evaluated }: Filling, at: string): Match {
  if (typeof value !== "string") return { ok: false, at, why: "it is no text" };
  const found = filled(pieces, value);
  if (found === undefined) return { ok: false, at, why: "it is another text" };
  const values: string[] = [];
  for (const { hole, text: got } of found) {
    const { from, expression } = hole;
    const isAnswer = (answer: Json): boolean =>
      typeof answer === "string" && tokensOf(answer).some((token) => token.toLowerCase() === got.toLowerCase());
    if (from !== undefined && !answered(from).some(isAnswer)) {
      return { ok: false, at, why: `it is not what ${from.operation} was answered at ${from.at}` };
    }
    if (expression !== undefined && evaluated?.(expression)?.includes(got) === false) {
      return { ok: false, at, why: `it is not what ${expression} gave` };
    }
    if (hole.after.length > 0) values.push(expression === undefined ? got.toLowerCase() : got);
  }
  return { ok: true, values };
}

function sameSpelling(a: string, b: string): boolean {
  return isAddress(a) ? a.toLowerCase() === b.toLowerCase() : a === b;
}

function foldKey(key: string): string {
  return key.startsWith("/subscriptions/") ? key.toLowerCase() : key;
}
