// A step's `timeout` is a time that makes sense.

import { diagnosticAt } from "../../source/diagnostic.ts";
import type { Rule } from "../outline.ts";

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
/** A week. A timer of the runtime holds no more than 24 days. */
const MAX_MS = 7 * 24 * UNIT_MS.h;

/** A time such as `90s` in milliseconds; absent when the text is none. */
export function milliseconds(text: string): number | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  return parts === null ? undefined : Math.round(Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS]);
}

export const timeouts: Rule = ({ steps, source }) =>
  steps.flatMap(({ timeout }) => {
    const ms = typeof timeout?.value === "string" ? milliseconds(timeout.value) : undefined;
    if (timeout === undefined || ms === undefined || (ms > 0 && ms <= MAX_MS)) return [];
    const message = `"timeout" is "${String(timeout.value)}", expected more than nothing and at most 168h`;
    return [diagnosticAt(source, timeout.span, "wrong-value", message)];
  });
