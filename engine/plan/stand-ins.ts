// Text that stands in, in a rehearsal, for what only the run will know. It is short and looks like a name, so that steps can
// work with it; wherever it is found again, it is known what belongs there.

import { hashOf } from "../value/hash.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { Unknown } from "../value/unknown.ts";

export interface StandIn {
  /** What it stands in for. */
  readonly expression: string;
  /** Steps after which that is known. */
  readonly after: readonly string[];
}

const SHAPE = /[yz][0-9a-v]{7}/g;
const DIGITS = "0123456789abcdefghijklmnopqrstuv";

/** Those of one rehearsal. */
export class StandIns {
  /** By text. */
  readonly known = new Map<string, StandIn>();
  readonly #isVaried: (step: string) => boolean;

  /** `isVaried`: whether what a step answers is to be stood in for by another text than usual. */
  constructor(isVaried: (step: string) => boolean) {
    this.#isVaried = isVaried;
  }

  readonly textFor = (expression: string, after: readonly string[]): string => {
    // Asked of each step: whoever asks is put down as one whose answers are made up.
    const isOther = after.filter((step) => this.#isVaried(step)).length > 0;
    const text = wordFor(expression, isOther);
    this.known.set(text, { expression, after });
    return text;
  };

  unknown(expression: string, after: readonly string[]): Unknown {
    return new Unknown(expression, after, this.textFor);
  }

  /** The value as an expression is to see it: what holds such a text is unknown. */
  unveiled(value: Json): Json {
    if (this.known.size === 0) return value;
    if (typeof value === "string") {
      const found = this.in(value);
      if (found.length === 0) return value;
      const [only] = found;
      if (only === value) return this.unknown(this.known.get(only)!.expression, this.known.get(only)!.after).asJson;
      const written = this.spelledOut(value);
      const after = [...new Set(found.flatMap((word) => this.known.get(word)!.after))];
      return new Unknown(written, after, this.textFor, { text: value }).asJson;
    }
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => this.unveiled(item));
    if (!isJsonObject(value) || value instanceof Secret) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.unveiled(member)]));
  }

  /** A text with expressions in place of what stands in for them. */
  spelledOut(text: string): string {
    return text.replaceAll(SHAPE, (word) => {
      const standIn = this.known.get(word);
      return standIn === undefined ? word : `\${{ ${standIn.expression} }}`;
    });
  }

  /** Those in a text, in order. */
  in(text: string): readonly string[] {
    return (text.match(SHAPE) ?? []).filter((word) => this.known.has(word));
  }

  isIn(value: Json): boolean {
    if (this.known.size === 0) return false;
    if (typeof value === "string") return this.in(value).length > 0;
    if (Array.isArray(value)) return (value as readonly Json[]).some((item) => this.isIn(item));
    if (!isJsonObject(value) || value instanceof Secret) return false;
    return Object.entries(value).some(([key, member]) => this.in(key).length > 0 || this.isIn(member));
  }
}

/** The same length and form in every rehearsal. */
function wordFor(expression: string, isOther: boolean): string {
  const bytes = hashOf("sha256", `stand-in ${expression}`).subarray(0, 7);
  const digits = [...bytes].map((byte) => DIGITS[(byte + (isOther ? 13 : 0)) % DIGITS.length]);
  return `${isOther ? "y" : "z"}${digits.join("")}`;
}

/** Texts of another rehearsal, with what stands in them replaced by what stands for the same in the base one. */
export function replacing(base: StandIns, other: StandIns): ((text: string) => string) | undefined {
  const usual = new Map([...base.known].map(([text, { expression }]) => [expression, text]));
  const names = new Map(
    [...other.known].flatMap(([text, { expression }]) => {
      const same = usual.get(expression);
      return same === undefined || same === text ? [] : [[text, same] as const];
    }),
  );
  return names.size === 0 ? undefined : (text) => text.replaceAll(SHAPE, (word) => names.get(word) ?? word);
}

/** A value with every text in it replaced. */
export function mapTexts(value: Json, replace: (text: string) => string): Json {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => mapTexts(item, replace));
  if (!isJsonObject(value) || value instanceof Secret) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [replace(key), mapTexts(member, replace)]));
}
