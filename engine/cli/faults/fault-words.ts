// A fault as an author writes it, in a plan or behind `--fault`, as the fault that the emulator injects.

import { FAULT_KINDS, type Fault, type FaultKind, type Kind } from "../../emulator/faults/kinds.ts";
import { BadPattern, patternOf } from "../../emulator/faults/pattern.ts";
import { durationMs } from "../../value/duration.ts";

/** Of a fault that the schema accepts. */
export function faultOf(written: Readonly<Record<string, unknown>>): Fault {
  const kind = written["kind"] as FaultKind;
  const settings = Object.entries<{ readonly written: string; readonly type: string }>(FAULT_KINDS[kind].settings);
  const entries = Object.entries(written).map(([key, value]) => {
    const [name, setting] = settings.find(([, one]) => one.written === key) ?? [key];
    return [name, setting?.type === "duration" ? durationMs(String(value)) : value];
  });
  return Object.fromEntries(entries) as Fault;
}

/** What is wrong with a pattern; absent: nothing. */
export function patternProblem(on: string): string | undefined {
  try {
    patternOf(on);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BadPattern) return thrown.message;
    throw thrown;
  }
}

/** A fault plan's item, of `kind [METHOD] pattern [key=value …]`. Numbers become numbers; nothing is checked. */
export function itemOf(spec: string): Readonly<Record<string, unknown>> {
  const words = [...spec.matchAll(/([\w]+)="((?:[^"\\]|\\.)*)"|(\S+)/g)];
  const [kind, ...rest] = words.map(([word]) => word);
  const item: Record<string, unknown> = { kind };
  const on: string[] = [];
  for (const word of rest) {
    const setting = /^([A-Za-z]+)=([\s\S]*)$/.exec(word);
    if (setting === null) on.push(word);
    else item[setting[1]!] = valueOf(setting[2]!);
  }
  if (on.length > 0) item["on"] = on.join(" ");
  return item;
}

function valueOf(text: string): unknown {
  if (/^".*"$/s.test(text)) return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** What each kind does, for a help text. */
export function kindsText(): string {
  const kinds: readonly (readonly [string, Kind])[] = Object.entries(FAULT_KINDS);
  const width = Math.max(...kinds.map(([name]) => name.length));
  return kinds.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
}
