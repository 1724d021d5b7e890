// The names of runs.

import { randomInt } from "node:crypto";

/** Without vowels and look-alikes: no words, nothing to mistake. In the order of the alphabet: marks sort as numbers do. */
const LETTERS = "bcdfghjkmnpqrstvwxz";
const MARKS = LETTERS.length ** 3;

/**
 * `20261125-183612-kfp`: sorts by time (UTC), and two of the same second differ. `newest` is the newest there is: an id of
 * the same second sorts after it.
 */
export function newRunId(now: number, newest = ""): string {
  const [date = "", time = ""] = new Date(now).toISOString().split("T");
  const second = `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-`;
  const least = newest.startsWith(second) ? numberOf(newest.slice(second.length)) + 1 : 0;
  // Far from the end, so that many more of this second find room behind.
  return second + markOf(least + randomInt(Math.max(1, Math.ceil((MARKS - least) / 16))));
}

function numberOf(mark: string): number {
  return [...mark].reduce((sum, letter) => sum * LETTERS.length + LETTERS.indexOf(letter), 0);
}

function markOf(value: number): string {
  const digits = [LETTERS.length ** 2, LETTERS.length, 1];
  return digits.map((weight) => LETTERS[Math.floor(value / weight) % LETTERS.length]).join("");
}
