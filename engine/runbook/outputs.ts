// The outputs of a runbook as they are written: the value itself, or `{ value, secret }` for one that is never shown.

import type { Span } from "../source/source-text.ts";
import { type Authored, type AuthoredEntries, scalarAt } from "./authored.ts";

export interface OutputOutline {
  /** Of its name. */
  readonly keySpan: Span;
  readonly value: Authored;
  /** Where it is marked `secret: true`. */
  readonly secretSpan?: Span;
}

const LONG_FORM: ReadonlySet<string> = new Set(["value", "secret", "description"]);

export function outputsIn(entries: AuthoredEntries | undefined): ReadonlyMap<string, OutputOutline> {
  return new Map([...(entries ?? [])].map(([name, { keySpan, value }]) => [name, { keySpan, ...markedOutput(value) }]));
}

/** A map with `value`, `secret` and no other keys but `description` describes an output; any other one is a value. */
function markedOutput(node: Authored): Omit<OutputOutline, "keySpan"> {
  if (node.kind !== "map") return { value: node };
  const { entries } = node;
  const value = entries.get("value")?.value;
  const secret = scalarAt(entries, "secret");
  const isLong = [...entries.keys()].every((key) => LONG_FORM.has(key));
  if (value === undefined || typeof secret?.value !== "boolean" || !isLong) return { value: node };
  return { value, ...(secret.value && { secretSpan: secret.span }) };
}
