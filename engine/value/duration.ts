// Times as authors write them: `90s`, `5m`, `1.5h`.

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** For a schema, with the rule that a message tells. */
export const DURATION_PATTERN = "^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h)$";
export const DURATION_RULE = "expected a time such as 90s, 5m or 1.5h";

/** In milliseconds; absent when the text is no such time. */
export function durationMs(text: string): number | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  return parts === null ? undefined : Math.round(Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS]);
}
