// Values that a plan knows in part. A template is JSON in which some texts have holes: what stands there is known only
// when a step of the run is done. Made by comparing rehearsals that differ in what was invented.

import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { GUID_TEXT, LOOKS, merged, type Pieces, WORD_TEXT } from "./pieces.ts";
import type { StandIn } from "./stand-ins.ts";

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

const isA = Object.fromEntries(
  Object.entries(LOOKS).map(([like, source]) => [like, new RegExp(`^${source}$`)]),
) as Record<Hole["like"], RegExp>;

type StandInTexts = ReadonlyMap<string, StandIn>;
const NO_STAND_INS: StandInTexts = new Map();

/** A text in pieces between which holes may begin and end, so that a hole is never a whole URL. */
export function tokensOf(text: string, standIns: StandInTexts = NO_STAND_INS): readonly string[] {
  if (standIns.size > 0) {
    const parts = text.split(new RegExp(`(${[...standIns.keys()].join("|")})`));
    if (parts.length > 1) return parts.flatMap((part, index) => (index % 2 === 1 ? [part] : tokensOf(part)));
  }
  return text.match(new RegExp(`${GUID_TEXT}|${WORD_TEXT}|[^A-Za-z0-9_.~-]`, "g")) ?? [];
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
    return textOf(pieces) ?? base;
  }
}

/** `undefined` for a text without holes. */
function textOf(pieces: Pieces): Template | undefined {
  if (!pieces.some((piece) => typeof piece === "object")) return undefined;
  return { $text: merged(pieces) as unknown as Json[] };
}

const RESERVED: ReadonlySet<string> = new Set(["$text", "$unknown", "$secret"]);

function membersAt(variants: readonly Variant[], key: string | number): readonly Variant[] {
  return variants.map(({ label, value }) => ({ label, value: (value as Record<string | number, Json>)[key] }));
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key) => b.includes(key));
}

/** The pieces of a text with holes; `undefined` for any other template. */
export function piecesOf(template: Template): Pieces | undefined {
  if (!isJsonObject(template)) return undefined;
  const pieces = template["$text"];
  return Array.isArray(pieces) ? (pieces as unknown as Pieces) : undefined;
}

/** The steps after which a value of unknown shape is known; `undefined` for any other template. */
export function unknownAfter(template: Template): readonly string[] | undefined {
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
    const standIn = standIns.get(token);
    const hole = standIn === undefined ? holes.get(token) : { ...standIn, like: "text" as const, example: token };
    const last = pieces.at(-1);
    if (hole !== undefined) pieces.push(hole);
    else if (typeof last === "string") pieces[pieces.length - 1] = last + token;
    else pieces.push(token);
  }
  return textOf(pieces) ?? text;
}

/** Whether some of it has no known shape: a request of that kind cannot be enforced. */
export function hasUnknownShape(template: Template): boolean {
  if (unknownAfter(template) !== undefined) return true;
  if (Array.isArray(template)) return template.some((item: Json) => hasUnknownShape(item));
  if (!isJsonObject(template) || piecesOf(template) !== undefined) return false;
  return Object.values(template).some(hasUnknownShape);
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
