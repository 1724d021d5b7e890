// Compares what a test's author expects with what came. Only what is written is looked at.

import { type Authored, entriesOf, plain } from "../../runbook/authored.ts";
import { suggest } from "../../source/suggestion.ts";
import type { Span } from "../../source/source-text.ts";

export interface Mismatch {
  /** In the test file: the value that is not met, or the key that is not there. */
  readonly span: Span;
  /** Lower case, no full stop. */
  readonly message: string;
  readonly hint?: string;
}

/** `what` names the value in messages: `outputs.group`. Secrets in `actual` must be hidden already. */
export function mismatches(expected: Authored, actual: unknown, what: string): readonly Mismatch[] {
  const matcher = matcherOf(expected);
  if (matcher !== undefined) return matcher.problem(actual, what);
  if (expected.kind === "scalar") {
    const { value, span } = expected;
    if (value === (actual ?? null)) return [];
    return [{ span, message: `${what} is ${shown(actual)}, expected ${shown(value)}` }];
  }
  if (expected.kind === "list") return ofList(expected.items, actual, what, expected.span);
  if (typeof actual !== "object" || actual === null || Array.isArray(actual)) {
    const { span } = [...expected.entries.values()].map(({ keySpan }) => ({ span: keySpan }))[0] ?? expected;
    return [{ span, message: `${what} is ${shown(actual)}, expected a map` }];
  }
  const members = new Map(Object.entries(actual));
  return [...expected.entries].flatMap(([key, { keySpan, value }]): readonly Mismatch[] => {
    const path = /^[A-Za-z_][\w-]*$/.test(key) ? `${what}.${key}` : `${what}[${JSON.stringify(key)}]`;
    if (members.has(key) || accepts(value, undefined)) return mismatches(value, members.get(key), path);
    const hint = suggest(key, members.keys());
    return [{ span: keySpan, message: `${path} is not there`, ...(hint !== undefined && { hint }) }];
  });
}

function ofList(items: readonly Authored[], actual: unknown, what: string, span: Span): readonly Mismatch[] {
  if (!Array.isArray(actual)) return [{ span, message: `${what} is ${shown(actual)}, expected a list` }];
  const list = actual as readonly unknown[];
  if (list.length !== items.length) {
    return [{ span, message: `${what} is ${shown(list)}, of ${list.length} items, expected ${items.length}` }];
  }
  return items.flatMap((item, index) => mismatches(item, list[index], `${what}[${index}]`));
}

interface Matcher {
  problem(actual: unknown, what: string): readonly Mismatch[];
}

/** What stands for a value instead of being one. */
export const MATCHERS = ["$matches", "$any", "$exists"] as const;

function matcherOf(expected: Authored): Matcher | undefined {
  const entries = entriesOf(expected);
  const [name = "", entry] = [...(entries ?? [])][0] ?? [];
  if (entry === undefined || entries?.size !== 1 || !(MATCHERS as readonly string[]).includes(name)) return undefined;
  const { span } = entry.value;
  const argument = plain(entry.value);
  const tell = (message: string): readonly Mismatch[] => [{ span, message }];
  if (name === "$any" || (name === "$exists" && argument === true)) {
    return { problem: (actual, what) => (isThere(actual) ? [] : tell(`${what} is not there, expected any value`)) };
  }
  if (name === "$exists") {
    return {
      problem: (actual, what) => (isThere(actual) ? tell(`${what} is ${shown(actual)}, expected none`) : []),
    };
  }
  return {
    problem(actual, what) {
      const text = typeof actual === "string" ? actual : JSON.stringify(actual ?? null);
      return new RegExp(String(argument), "u").test(text)
        ? []
        : tell(`${what} is ${shown(actual)}, expected a text that matches ${String(argument)}`);
    },
  };
}

/** A regular expression of a test that cannot be read, at its place. */
export function matcherProblems(expected: Authored): readonly Mismatch[] {
  if (expected.kind === "list") return expected.items.flatMap(matcherProblems);
  if (expected.kind === "scalar") return [];
  return [...expected.entries].flatMap(([key, { keySpan, value }]): readonly Mismatch[] => {
    if (key === "$matches") {
      try {
        void new RegExp(String(plain(value)), "u");
        return [];
      } catch (thrown) {
        return [{ span: value.span, message: (thrown as Error).message.replace(/^Invalid/, "invalid") }];
      }
    }
    if (key.startsWith("$") && !(MATCHERS as readonly string[]).includes(key)) {
      const hint = suggest(key, MATCHERS);
      return [{ span: keySpan, message: `"${key}" stands for no value`, ...(hint !== undefined && { hint }) }];
    }
    return matcherProblems(value);
  });
}

const isThere = (actual: unknown): boolean => actual !== undefined && actual !== null;
const accepts = (expected: Authored, actual: unknown): boolean =>
  (matcherOf(expected) !== undefined || expected.kind === "scalar") && mismatches(expected, actual, "").length === 0;

const LONGEST = 120;

/** One short line. */
export function shown(value: unknown): string {
  if (value === undefined) return "not there";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
