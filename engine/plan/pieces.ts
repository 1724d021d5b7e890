// The pieces of a text with holes: which of them nobody can tell apart, and what stands in them.

import type { Hole } from "./template.ts";

export type Pieces = readonly (string | Hole)[];

export const GUID_TEXT = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
export const WORD_TEXT = "[A-Za-z0-9_.~-]+";
export const LOOKS: Record<Hole["like"], string> = { guid: GUID_TEXT, word: WORD_TEXT, text: "[^]*" };

/** ARM ids and URLs of Resource Manager compare without case. */
export const isAddress = (text: string): boolean => /^\/(?:subscriptions|providers)\//.test(text);

/**
 * Where one text that only the run will know ends and the next one begins, nobody can tell from what they come to: they,
 * and what is between them, are one hole. In an address no name reaches beyond its segment.
 */
export function merged(pieces: Pieces): Pieces {
  const [first] = pieces;
  if (typeof first !== "string" || !isAddress(first)) return asOne(pieces);
  const segments: (string | Hole)[][] = [[]];
  for (const piece of pieces) {
    for (const part of typeof piece === "string" ? piece.split(/(?<=[/?&])/) : [piece]) {
      segments.at(-1)!.push(part);
      if (typeof part === "string" && /[/?&]$/.test(part)) segments.push([]);
    }
  }
  return segments.flatMap(asOne).reduce<(string | Hole)[]>((all, piece) => {
    const last = all.at(-1);
    return typeof last === "string" && typeof piece === "string"
      ? [...all.slice(0, -1), last + piece]
      : [...all, piece];
  }, []);
}

function asOne(pieces: Pieces): Pieces {
  const isExpression = (piece: string | Hole): boolean => typeof piece === "object" && piece.expression !== undefined;
  const [start, end] = [pieces.findIndex(isExpression), pieces.findLastIndex(isExpression)];
  const run = pieces.slice(start, end + 1);
  // What is known of the others would be lost.
  if (start === end || run.some((piece) => typeof piece === "object" && !isExpression(piece))) return pieces;
  const written = (write: (hole: Hole) => string): string =>
    run.map((piece) => (typeof piece === "string" ? piece : write(piece))).join("");
  const one: Hole = {
    expression: written(({ expression }) => `\${{ ${expression} }}`),
    after: [...new Set(run.flatMap((piece) => (typeof piece === "string" ? [] : piece.after)))],
    like: "text",
    example: written(({ example }) => example),
  };
  return [...pieces.slice(0, start), one, ...pieces.slice(end + 1)];
}

export interface Filled {
  readonly hole: Hole;
  readonly text: string;
}

/** What may stand in the holes of a text; `undefined` when it is another one. */
export function filled(pieces: Pieces, value: string): readonly Filled[] | undefined {
  return parted(pieces, value, "");
}

/** What stands in the holes of a text, where it can be parted in one way only. */
export function filledSurely(pieces: Pieces, value: string): readonly Filled[] {
  const [most = [], least = []] = [parted(pieces, value, ""), parted(pieces, value, "?")];
  // The first of all ways, in an order of them, is the last one too: there is no other.
  return most.every(({ text }, index) => text === least[index]?.text) ? most : [];
}

function parted(pieces: Pieces, value: string, greed: "" | "?"): readonly Filled[] | undefined {
  const source = pieces
    .map((piece) => {
      if (typeof piece === "string") return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return `(${LOOKS[piece.like]}${piece.like === "guid" ? "" : greed})`;
    })
    .join("");
  const [first] = pieces;
  const found = new RegExp(`^${source}$`, typeof first === "string" && isAddress(first) ? "i" : "").exec(value);
  if (found === null) return undefined;
  const holes = pieces.filter((piece) => typeof piece === "object");
  return holes.map((hole, index) => ({ hole, text: found[index + 1] ?? "" }));
}
