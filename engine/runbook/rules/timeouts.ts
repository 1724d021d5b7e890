// The times of a step make sense: `timeout`, and the delays of `retry`.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { durationMs } from "../../value/duration.ts";
import { type AuthoredScalar, scalarAt } from "../authored.ts";
import type { RetryPolicy } from "../model.ts";
import type { Outline, Rule, StepOutline } from "../outline.ts";

/** A week. */
const MAX_MS = 7 * 86_400_000;

export const timeouts: Rule = (outline) =>
  outline.steps.flatMap(({ timeout, retry }) => {
    const times = [["timeout", timeout], ...RETRY_TIMES.map((key) => [key, scalarAt(retry, key)])] as const;
    const found = times.flatMap(([key, node]) => senseless(String(key), node as AuthoredScalar | undefined, outline));
    const [delay, most] = RETRY_TIMES.map((key) => scalarAt(retry, key));
    const [delayMs = DEFAULT_DELAY_MS, mostMs] = [delay, most].map(millisecondsOf);
    if (found.length > 0 || most === undefined || mostMs === undefined || mostMs >= delayMs) return found;
    const message = `"maxDelay" is ${String(most.value)}, less than the delay that it grows from`;
    return [diagnosticAt(outline.source, most.span, "wrong-value", message)];
  });

const RETRY_TIMES = ["delay", "maxDelay"] as const;
const DEFAULT_DELAY_MS = 10_000;

function senseless(key: string, node: AuthoredScalar | undefined, { source }: Outline): readonly Diagnostic[] {
  const ms = millisecondsOf(node);
  if (node === undefined || ms === undefined || (ms > 0 && ms <= MAX_MS)) return [];
  const message = `"${key}" is "${String(node.value)}", expected more than nothing and at most 168h`;
  return [diagnosticAt(source, node.span, "wrong-value", message)];
}

function millisecondsOf(node: AuthoredScalar | undefined): number | undefined {
  return typeof node?.value === "string" ? durationMs(node.value) : undefined;
}

/** What `retry` says; the delays grow until they stay the same. */
export function retryPolicy({ retry }: StepOutline): RetryPolicy | undefined {
  const attempts = scalarAt(retry, "attempts")?.value;
  if (typeof attempts !== "number") return undefined;
  const delayMs = millisecondsOf(scalarAt(retry, "delay")) ?? DEFAULT_DELAY_MS;
  const mostMs = millisecondsOf(scalarAt(retry, "maxDelay")) ?? delayMs;
  const delaysMs = [delayMs];
  while (delaysMs.length < attempts && delaysMs.at(-1)! < mostMs) delaysMs.push(Math.min(delaysMs.at(-1)! * 2, mostMs));
  const on = retry?.get("on")?.value;
  const kinds =
    on?.kind === "list" ? on.items.flatMap((one) => (one.kind === "scalar" ? [String(one.value)] : [])) : [];
  return { attempts, delaysMs, ...(kinds.length > 0 && { on: kinds }) };
}
