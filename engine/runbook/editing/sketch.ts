// The names in a runbook's text, read line by line: while somebody types, a text is seldom YAML. Knows the layout that
// runbooks have, blocks outside and braces within one line, and takes a few milliseconds for thousands of lines.

import { parseDocument } from "yaml";
import type { Span } from "../../source/source-text.ts";
import { CALL } from "../../steps/builtin/runbook.ts";
import type { ValueShape } from "../model.ts";
import { shapeOf } from "../value-shapes.ts";

export interface Sketch {
  readonly inputs: readonly SketchedInput[];
  readonly locals: readonly string[];
  readonly steps: readonly SketchedStep[];
}

export interface SketchedInput {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly isSecret: boolean;
  /** Its parts, when their description can be read already. */
  readonly shape?: ValueShape;
}

export interface SketchedStep {
  readonly id?: string;
  readonly uses?: string;
  /** Keys that the step has, and those of its `with`, by the lines that they stand on. */
  readonly keys: readonly string[];
  readonly inputs: readonly string[];
  /** Of a step that calls a runbook: the path of its file. */
  readonly path?: string;
  readonly needs: readonly string[];
  readonly isFinally: boolean;
  readonly span: Span;
}

interface Line {
  readonly text: string;
  readonly start: number;
  readonly indent: number;
}

export function sketchOf(text: string): Sketch {
  const lines = linesOf(text);
  return {
    inputs: entriesOf(lines, "inputs").map(inputOf),
    locals: entriesOf(lines, "locals").map(([name]) => name),
    steps: [...stepsOf(lines, "steps", text.length), ...stepsOf(lines, "finally", text.length)],
  };
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length;) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? text.length : end);
    // Blank lines and comments have no indentation.
    if (/^\s*[^\s#]/.test(line)) lines.push({ text: line, start, indent: /^ */.exec(line)![0].length });
    if (end === -1) break;
    start = end + 1;
  }
  return lines;
}

/** The lines under a key at the left margin, and where they end; the list of a key may stand at the margin as well. */
function section(lines: readonly Line[], key: string): readonly Line[] {
  const head = lines.findIndex(({ text }) => text.startsWith(`${key}:`));
  if (head === -1) return [];
  const rest = lines.slice(head + 1);
  const end = rest.findIndex(({ text, indent }) => indent === 0 && !text.startsWith("-"));
  return end === -1 ? rest : rest.slice(0, end);
}

/** The entries of a map under a key at the margin: name and everything that belongs to it. */
function entriesOf(lines: readonly Line[], key: string): readonly (readonly [name: string, text: string])[] {
  const inside = section(lines, key);
  const indent = inside[0]?.indent ?? 0;
  const entries: [string, string][] = [];
  for (const line of inside) {
    const name = line.indent === indent ? /^\s*["']?([\w-]+)["']?\s*:/.exec(line.text)?.[1] : undefined;
    if (name !== undefined) entries.push([name, line.text.slice(line.text.indexOf(":") + 1)]);
    else if (entries.length > 0) entries.at(-1)![1] += `\n${line.text}`;
  }
  return entries;
}

function inputOf([name, text]: readonly [string, string]): SketchedInput {
  const value = (key: string): string | undefined =>
    new RegExp(`(?:^|[{,\\s])${key}:\\s*("[^"]*"|'[^']*'|[^,}\\n]+)`)
      .exec(text)?.[1]
      ?.trim()
      .replaceAll(/^["']|["']$/g, "");
  const [type, description] = [value("type"), value("description")];
  return {
    name,
    isSecret: value("secret") === "true",
    ...(type !== undefined && { type: type === "array" ? "list" : type }),
    ...(description !== undefined && { description }),
    ...partsOf(text),
  };
}

/** Only what has parts is worth a look by the parser. */
function partsOf(text: string): Pick<SketchedInput, "shape"> {
  if (!/\b(?:items|values|properties)\s*:/.test(text)) return {};
  const document = parseDocument(text, { logLevel: "silent", stringKeys: true });
  const shape = document.errors.length > 0 ? undefined : shapeOf(document.toJS());
  return shape === undefined ? {} : { shape };
}

function stepsOf(lines: readonly Line[], key: string, length: number): readonly SketchedStep[] {
  const inside = section(lines, key);
  const indent = inside[0]?.indent ?? 0;
  const starts = inside.flatMap((line, index) => (line.indent === indent && /^\s*-/.test(line.text) ? [index] : []));
  const behind = lines[lines.indexOf(inside.at(-1)!) + 1]?.start ?? length;
  return starts.map((start, place) => {
    const next = starts[place + 1];
    return stepOf(inside.slice(start, next), next === undefined ? behind : inside[next]!.start, key === "finally");
  });
}

function stepOf(lines: readonly Line[], end: number, isFinally: boolean): SketchedStep {
  const [first] = lines;
  const head = first!.text.replace("-", " ");
  const column = /^ */.exec(head)![0].length;
  // A step in braces has all its keys on one line.
  const isFlow = /^\s*\{/.test(head);
  const own = isFlow
    ? [head]
    : lines.map((line, index) => (index === 0 ? head : line.text)).filter((line) => indentOf(line) === column);
  const text = own.join("\n");
  const value = (key: string): string | undefined =>
    new RegExp(`(?:^|[{,\\s])${key}:[ \\t]*["']?([A-Za-z][\\w-]*)`).exec(text)?.[1];
  const [id, uses] = [value("id"), value("uses")];
  return {
    keys: own.flatMap((line) => /^\s*([\w-]+)\s*:/.exec(line)?.[1] ?? []),
    inputs: inputsOf(lines, column),
    needs: needsOf(lines, column),
    isFinally,
    span: { start: first!.start, end },
    ...(id !== undefined && { id }),
    ...(uses !== undefined && { uses }),
    ...(uses === CALL && pathIn(lines)),
  };
}

function pathIn(lines: readonly Line[]): Pick<SketchedStep, "path"> {
  const text = lines.map((line) => line.text).join("\n");
  const path = /(?:^|[{,\s])path:[ \t]*["']?([^"'\s,}#]+)/.exec(text)?.[1];
  return path === undefined ? {} : { path };
}

/** The lines that belong to a key of a step, the rest of its own line first. */
function under(lines: readonly Line[], column: number, key: string): readonly string[] {
  const at = lines.findIndex(({ text }, index) => {
    const line = index === 0 ? text.replace("-", " ") : text;
    return indentOf(line) === column && line.trimStart().startsWith(`${key}:`);
  });
  if (at === -1) return [];
  const rest = lines.slice(at + 1).map(({ text }) => text);
  const end = rest.findIndex((line) => indentOf(line) <= column && !/^\s*-/.test(line));
  const own = lines[at]!.text;
  return [own.slice(own.indexOf(`${key}:`) + key.length + 1), ...(end === -1 ? rest : rest.slice(0, end))];
}

function inputsOf(lines: readonly Line[], column: number): readonly string[] {
  const [own = "", ...others] = under(lines, column, "with");
  const inBraces = Array.from(own.matchAll(/[{,]\s*([\w-]+)\s*:/g), (match) => match[1]!);
  const indent = others.length > 0 ? indentOf(others[0]!) : 0;
  return [
    ...inBraces,
    ...others.flatMap((line) => (indentOf(line) === indent ? (/^\s*([\w-]+)\s*:/.exec(line)?.[1] ?? []) : [])),
  ];
}

function needsOf(lines: readonly Line[], column: number): readonly string[] {
  return Array.from(
    under(lines, column, "needs")
      .join("\n")
      .matchAll(/[A-Za-z][\w-]*/g),
    ([name]) => name,
  );
}

const indentOf = (line: string): number => /^ */.exec(line)![0].length;
