// Values that a plan knows in part. A template is JSON in which some texts have holes: what stands there is known only
// when a step of the run is done. Made by comparing rehearsals that differ in what was invented.

import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { Secret } from "../value/secret.ts";

/** A piece of text that is not known yet. */
export interface Hole {
  /** Steps after which it is known; empty for what the engine makes anew for each attempt. */
  readonly after: readonly string[];
  /** What it will look like: a GUID; letters, digits, `_`, `.`, `~` and `-`; any text. */
  readonly like: "guid" | "word" | "text";
  /** Its value in the rehearsal. */
  readonly example: string;
  /** Where it will be read: an operation, and a JSON pointer into an answer of it. Absent: it is derived from that. */
  readonly from?: { readonly operation: string; readonly at: string };
  /** The runbook's expression that gives it, of what no rehearsal can tell. */
  readonly expression?: string;
}

/** JSON with `{ "$text": [pieces] }` for a text with holes and `{ "$unknown": [steps] }` for what has no known shape. */
export type Template = Json;

export interface Variant {
  /** The varied step, or `(time)`; in a coded rehearsal the code's label. */
  readonly label: string;
  readonly value: Json | undefined;
}

/** Where a value that differs between rehearsals comes from: its value in each, the base first. */
export type Sources = (values: readonly string[]) => Hole["from"];

const GUID_TEXT = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const WORD_TEXT = "[A-Za-z0-9_.~-]+";
const LOOKS: Record<Hole["like"], string> = { guid: GUID_TEXT, word: WORD_TEXT, text: "[^]*" };
const isA = Object.fromEntries(
  Object.entries(LOOKS).map(([like, source]) => [like, new RegExp(`^${source}$`, "i")]),
) as Record<Hole["like"], RegExp>;

type StandInTexts = ReadonlyMap<string, { readonly expression: string; readonly after: readonly string[] }>;
const NO_STAND_INS: StandInTexts = new Map();

/** A text in pieces between which holes may begin and end, so that a hole is never a whole URL. */
function tokensOf(text: string, standIns: StandInTexts = NO_STAND_INS): readonly string[] {
  if (standIns.size > 0) {
    const parts = text.split(new RegExp(`(${[...standIns.keys()].join("|")})`));
    if (parts.length > 1) return parts.flatMap((part, index) => (index % 2 === 1 ? [part] : tokensOf(part)));
  }
  return text.match(new RegExp(`${GUID_TEXT}|${WORD_TEXT}|[^A-Za-z0-9_.~-]`, "gi")) ?? [];
}

function looksLike(values: readonly string[]): Hole["like"] {
  if (values.every((value) => isA.guid.test(value))) return "guid";
  return values.every((value) => isA.word.test(value)) ? "word" : "text";
}

export class TemplateMaker {
  readonly #sources: Sources;
  /** Turns labels of rehearsals into steps. */
  readonly #decode: (labels: readonly string[]) => readonly string[];
  /** Texts that the engine makes anew for each attempt. */
  readonly #nonces: ReadonlySet<string>;
  readonly #standIns: StandInTexts;

  constructor(
    sources: Sources,
    decode: (labels: readonly string[]) => readonly string[],
    nonces: ReadonlySet<string> = new Set(),
    standIns: StandInTexts = NO_STAND_INS,
  ) {
    this.#sources = sources;
    this.#decode = decode;
    this.#nonces = nonces;
    this.#standIns = standIns;
  }

  make(base: Json, variants: readonly Variant[]): Template {
    // What differs is looked at where it stands, not at each level above it.
    const differing = (): readonly string[] =>
      variants.filter(({ value }) => canonicalJson(value) !== canonicalJson(base)).map(({ label }) => label);
    const unknown = (): Template => ({ $unknown: this.#decode(differing()) });
    const whole = (): Template => (differing().length > 0 ? unknown() : base);
    if (base instanceof Secret) return whole();
    if (typeof base === "string") {
      if (!variants.every(({ value }) => typeof value === "string")) return unknown();
      const hasMadeUp = this.#nonces.size > 0 || this.#standIns.size > 0;
      if (!hasMadeUp && variants.every(({ value }) => value === base)) return base;
      return this.#text(base, variants);
    }
    if (Array.isArray(base)) {
      const items = base as readonly Json[];
      const alike = variants.every(({ value }) => Array.isArray(value) && value.length === items.length);
      return alike ? items.map((item, index) => this.make(item, membersAt(variants, index))) : unknown();
    }
    if (!isJsonObject(base)) return whole();
    const keys = Object.keys(base);
    const alike = variants.every(({ value }) => isJsonObject(value) && sameKeys(keys, Object.keys(value)));
    // A literal that looks like a piece of a template would be read as one.
    if (!alike || keys.some((key) => RESERVED.has(key))) return unknown();
    return Object.fromEntries(keys.map((key) => [key, this.make(base[key] ?? null, membersAt(variants, key))]));
  }

  #text(base: string, variants: readonly Variant[]): Template {
    const texts = variants.map(({ value }) => value as string);
    const tokens = tokensOf(base, this.#standIns);
    const others = texts.map((text) => tokensOf(text, this.#standIns));
    const stepsOf = (differs: (index: number) => boolean): readonly string[] =>
      this.#decode(variants.filter((_, index) => differs(index)).map(({ label }) => label));
    if (others.some((other) => other.length !== tokens.length)) {
      return { $text: [{ after: stepsOf((index) => texts[index] !== base), like: "text", example: base }] };
    }
    const pieces: (string | Hole)[] = [];
    for (const [index, token] of tokens.entries()) {
      const values = [token, ...others.map((other) => other[index] ?? "")];
      const last = pieces.at(-1);
      const standIn = this.#standIns.get(token);
      if (standIn !== undefined) pieces.push({ ...standIn, like: "text", example: token });
      else if (this.#nonces.has(token)) pieces.push({ after: [], like: "word", example: token });
      else if (values.some((value) => value !== token)) {
        const from = this.#sources(values);
        const after = stepsOf((variant) => others[variant]?.[index] !== token);
        pieces.push({ after, like: looksLike(values), example: token, ...(from && { from }) });
      } else if (typeof last === "string") pieces[pieces.length - 1] = last + token;
      else pieces.push(token);
    }
    return pieces.some((piece) => typeof piece === "object") ? { $text: pieces as unknown as Json[] } : base;
  }
}

const RESERVED: ReadonlySet<string> = new Set(["$text", "$unknown", "$secret"]);

function membersAt(variants: readonly Variant[], key: string | number): readonly Variant[] {
  return variants.map(({ label, value }) => ({ label, value: (value as Record<string | number, Json>)[key] }));
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key) => b.includes(key));
}

/** The pieces of a text with holes; `undefined` for any other template. */
export function piecesOf(template: Template): readonly (string | Hole)[] | undefined {
  if (!isJsonObject(template)) return undefined;
  const pieces = template["$text"];
  return Array.isArray(pieces) ? (pieces as unknown as readonly (string | Hole)[]) : undefined;
}

/** The steps after which a value of unknown shape is known; `undefined` for any other template. */
function unknownAfter(template: Template): readonly string[] | undefined {
  if (!isJsonObject(template)) return undefined;
  const steps = template["$unknown"];
  return Array.isArray(steps) ? (steps as readonly string[]) : undefined;
}

/** Every hole in it. */
export function* holesIn(template: Template): Generator<Hole> {
  const pieces = piecesOf(template);
  if (pieces !== undefined) {
    for (const piece of pieces) if (typeof piece === "object") yield piece;
  } else if (Array.isArray(template)) for (const item of template as readonly Json[]) yield* holesIn(item);
  else if (isJsonObject(template)) for (const member of Object.values(template)) yield* holesIn(member);
}

/** A text of the base rehearsal with the holes that were found elsewhere. */
export function withHoles(
  text: string,
  holes: ReadonlyMap<string, Hole>,
  standIns: StandInTexts = NO_STAND_INS,
): Template {
  const pieces: (string | Hole)[] = [];
  for (const token of tokensOf(text, standIns)) {
    const hole = holes.get(token);
    const last = pieces.at(-1);
    if (hole !== undefined) pieces.push(hole);
    else if (typeof last === "string") pieces[pieces.length - 1] = last + token;
    else pieces.push(token);
  }
  return pieces.some((piece) => typeof piece === "object") ? { $text: pieces as unknown as Json[] } : text;
}

/** Whether some of it has no known shape: a request of that kind cannot be enforced. */
export function hasUnknownShape(template: Template): boolean {
  if (unknownAfter(template) !== undefined) return true;
  if (Array.isArray(template)) return template.some((item: Json) => hasUnknownShape(item));
  if (!isJsonObject(template) || piecesOf(template) !== undefined) return false;
  return Object.values(template).some(hasUnknownShape);
}

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

function matchText(
  pieces: readonly (string | Hole)[],
  value: Json | undefined,
  { answered, evaluated }: Filling,
  at: string,
): Match {
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

/** What stands in the holes of a text; `undefined` when it is another one. */
export function filled(
  pieces: readonly (string | Hole)[],
  value: string,
): readonly { readonly hole: Hole; readonly text: string }[] | undefined {
  const source = pieces
    .map((piece) =>
      typeof piece === "string" ? piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : `(${LOOKS[piece.like]})`,
    )
    .join("");
  const found = new RegExp(`^${source}$`, "i").exec(value);
  if (found === null) return undefined;
  const holes = pieces.filter((piece) => typeof piece === "object");
  return holes.map((hole, index) => ({ hole, text: found[index + 1] ?? "" }));
}

/** ARM ids and URLs of Resource Manager compare without case. */
function sameSpelling(a: string, b: string): boolean {
  const isId = a.startsWith("/subscriptions/") || a.startsWith("/providers/");
  return isId ? a.toLowerCase() === b.toLowerCase() : a === b;
}

function foldKey(key: string): string {
  return key.startsWith("/subscriptions/") ? key.toLowerCase() : key;
}

/** The template as text for people; `hole` says how an unknown piece is written. */
export function fillTemplate(template: Template, hole: (hole: Hole) => string): Json {
  if (template instanceof Secret) return "(secret)";
  const pieces = piecesOf(template);
  if (pieces !== undefined) return pieces.map((piece) => (typeof piece === "string" ? piece : hole(piece))).join("");
  const steps = unknownAfter(template);
  if (steps !== undefined) return `(known after ${steps.join(", ")})`;
  if (Array.isArray(template)) return template.map((item: Json) => fillTemplate(item, hole));
  if (!isJsonObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, member]) => [key, fillTemplate(member, hole)]));
}

/** A copy without examples: what two plans made at different times have in common. */
export function withoutExamples(template: Template): Template {
  const pieces = piecesOf(template);
  if (pieces !== undefined) {
    return {
      $text: pieces.map((piece) => {
        if (typeof piece === "string") return piece;
        const { example: _, ...rest } = piece;
        return rest as unknown as Json;
      }),
    };
  }
  if (Array.isArray(template)) return template.map((item: Json) => withoutExamples(item));
  if (!isJsonObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, member]) => [key, withoutExamples(member)]));
}
