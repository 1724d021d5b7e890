// Text of unknown origin on a terminal: how wide it is, and without what would command the terminal.

import type { Span } from "./source-text.ts";

/** A piece of a line that is shown as one, and the offsets in the line that it stands for. */
export interface Cell extends Span {
  readonly text: string;
  readonly width: number;
}

/** The others take an expression with Unicode's properties, whose making costs a start a hundredth of its time. */
const PLAIN = /^[\t\x20-\x7e]*$/;

const HIDDEN = "********";

/** The text with a replacement character for each that a terminal would obey rather than show; tabs stay. */
export function withoutControls(text: string): string {
  if (PLAIN.test(text)) return text;
  // Control characters, and those that change the direction of text, which can make a line read as another one.
  return text.replaceAll(/(?!\t)[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029\ufeff]/gu, "\ufffd");
}

/** Cuts a line into cells. Each hidden span becomes one cell of stars. */
export function cellsOf(line: string, hidden: readonly Span[]): readonly Cell[] {
  const cells: Cell[] = [];
  for (let start = 0; start < line.length;) {
    const secret = hidden.find((span) => span.start <= start && start < span.end);
    if (secret !== undefined) {
      const end = Math.min(secret.end, line.length);
      cells.push({ text: HIDDEN, width: HIDDEN.length, start, end });
      start = end;
      continue;
    }
    const character = String.fromCodePoint(line.codePointAt(start)!);
    const end = start + character.length;
    const text = withoutControls(character);
    cells.push({ text, width: characterWidth(text), start, end });
    start = end;
  }
  return cells;
}

export function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

function characterWidth(character: string): number {
  if (character < "\u007f") return 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return isWide(character) ? 2 : 1;
}

function isWide(character: string): boolean {
  return /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u.test(
    character,
  );
}
