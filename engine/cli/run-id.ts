// The names of runs.

import { randomInt } from "node:crypto";

/** Without vowels and look-alikes: no words, nothing to mistake. */
const LETTERS = "bcdfghjkmnpqrstvwxz";

/** `20261125-183612-kfp`: sorts by time (UTC), and two of the same second differ. */
export function newRunId(now: number): string {
  const [date = "", time = ""] = new Date(now).toISOString().split("T");
  const mark = Array.from({ length: 3 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${mark}`;
}
