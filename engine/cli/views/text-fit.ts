// Text in columns of a terminal, where one character may take two or none.

import { stripVTControlCharacters } from "node:util";
import { cellsOf, widthOf as widthOfCells } from "../../source/display-text.ts";

/** Columns that a text takes; colour codes take none. */
export function widthOf(text: string): number {
  return widthOfCells(cellsOf(stripVTControlCharacters(text), []));
}

/** A text without colours, cut to a width with "…" at its end. What would command the terminal is taken out. */
export function cut(text: string, width: number): string {
  const cells = cellsOf(text, []);
  if (widthOfCells(cells) <= width) return cells.map((cell) => cell.text).join("");
  let taken = "";
  let left = width - 1;
  for (const cell of cells) {
    left -= cell.width;
    if (left < 0) break;
    taken += cell.text;
  }
  return width <= 0 ? "" : `${taken}…`;
}

/** Cut or filled with blanks to exactly a width. */
export function fit(text: string, width: number): string {
  const fitting = cut(text, width);
  return fitting + " ".repeat(Math.max(0, width - widthOf(fitting)));
}

/** At most nine columns: `1.2 s`, `12:05 min`, `2:03 h`. */
export function durationText(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(seconds % 60)} min`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)} h`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
