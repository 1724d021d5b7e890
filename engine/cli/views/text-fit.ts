// Text in columns of a terminal, where one character may take two or none.

import truncatedWidth from "fast-string-truncated-width";

/** Columns that a text takes; colour codes take none. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width;
}

/** A text without colours, cut to a width with "…" at its end. */
export function cut(text: string, width: number): string {
  if (width <= 0) return "";
  const { index, ellipsed } = truncatedWidth(text, { limit: width, ellipsis: "…", ellipsisWidth: 1 });
  return ellipsed ? `${text.slice(0, index)}…` : text;
}

/** Cut or filled with blanks to exactly a width. */
export function fit(text: string, width: number): string {
  const fitting = cut(text, width);
  return fitting + " ".repeat(Math.max(0, width - widthOf(fitting)));
}

export function durationText(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
