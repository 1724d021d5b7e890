// The names of runs.

import { randomInt } from "node:crypto";

/** Without vowels and look-alikes: no words, nothing to mistake. */
const LETTERS = "bcdfghjkmnpqrstvwxz";

/** Three letters tell a thousand milliseconds apart, and this many runs of one millisecond. */
const PER_MILLISECOND = 6;

/** `20261125-183612-kfp`: sorts by time (UTC) to the millisecond, which stands in the letters. */
export function newRunId(now: number): string {
  const [date = "", time = ""] = new Date(now).toISOString().split("T");
  let rest = (((now % 1000) + 1000) % 1000) * PER_MILLISECOND + randomInt(PER_MILLISECOND);
  let mark = "";
  for (let place = 0; place < 3; place += 1) {
    mark = `${LETTERS[rest % LETTERS.length]}${mark}`;
    rest = Math.floor(rest / LETTERS.length);
  }
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${mark}`;
}
