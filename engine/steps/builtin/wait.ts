// `wait`: lets time pass. The time is recorded when the wait begins, so a resume waits for the rest of it only.

import { DURATION_PATTERN, DURATION_RULE, durationMs } from "../../value/duration.ts";
import { defineStep, type InputProblem } from "../definition.ts";
import { wait as waitFor, waitUntil } from "../operation.ts";
import { Type } from "../type.ts";
import { Patterned } from "./fields.ts";

/** A year; longer is a slip. */
const MOST_MS = 366 * 86_400_000;
const INSTANT = "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d)$";

export const wait = defineStep({
  name: "wait",
  summary: "Wait for some time, or until a point in time; a run that was cut off meanwhile waits for the rest only.",
  inputs: Type.Object(
    {
      for: Type.Optional(Patterned(DURATION_PATTERN, DURATION_RULE, "How long, for example 90s, 5m or 1.5h.")),
      until: Type.Optional(
        Patterned(
          INSTANT,
          "expected a time with its zone, such as 2026-12-24T08:00:00Z",
          "The point in time, for example 2026-12-24T08:00:00Z. One that has passed is not waited for.",
        ),
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({}),
  examples: [
    { title: "Five minutes", with: { for: "5m" } },
    { title: "Until a maintenance window opens", with: { until: "2026-12-24T22:00:00+01:00" } },
  ],
  check({ for: length, until }, written): readonly InputProblem[] {
    if (written.has("for") && written.has("until"))
      return [{ at: "/until", message: '"for" and "until" are both given, expected one of them', isAboutKey: true }];
    if (!written.has("for") && !written.has("until"))
      return [{ at: "", message: 'neither "for" nor "until" is given', hint: "write for: 5m" }];
    const ms = length === undefined ? undefined : durationMs(length);
    if (ms !== undefined && ms > MOST_MS)
      return [{ at: "/for", message: `"for" is ${length}, expected at most a year (8784h)` }];
    if (until !== undefined && !isInstant(until))
      return [{ at: "/until", message: `"until" is ${until}, which is no date of the calendar` }];
    return [];
  },
  *run({ for: length, until }) {
    if (until !== undefined) yield* waitUntil(until);
    else yield* waitFor(durationMs(length ?? "") ?? 0);
    return {};
  },
});

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isInstant(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text)!.map(Number);
  return !Number.isNaN(Date.parse(text)) && day! <= new Date(Date.UTC(year!, month!, 0)).getUTCDate();
}
