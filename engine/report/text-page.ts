// A page for a terminal: concise, a line for each step that changes nothing; or in full.

import { wavesOf } from "../graph/graph.ts";
import { formatDuration } from "./duration.ts";
import {
  type DifferenceLine,
  isLacking,
  isMarked,
  isQuiet,
  LOOKS,
  MARK_TEXTS,
  type Page,
  type PageStep,
} from "./page.ts";

/** What a piece of text is, so that whoever prints it can give it a colour. Colour never carries meaning alone. */
export type Ink = "title" | "dim" | "add" | "change" | "remove" | "mark" | "bad" | "good";
export type Paint = (ink: Ink, text: string) => string;

export interface TextOptions {
  readonly full: boolean;
  /** Columns; longer lines about steps and outputs are cut, except in full. Who, where and which roles are always whole. */
  readonly width: number;
  readonly paint: Paint;
}

export function textPage(page: Page, options: TextOptions): string {
  const { paint } = options;
  const lines: string[] = [paint("title", page.title)];
  const widest = Math.max(...page.facts.map(({ name }) => name.length));
  for (const { name, value } of page.facts) lines.push(`  ${paint("dim", name.padEnd(widest))}  ${value}`);
  lines.push("", ...summaryLines(page, paint));
  const fit = (line: string): string => fitted(line, options);
  lines.push("", ...waveLines(page, paint).map(fit), "");
  for (const step of page.steps) lines.push(...stepLines(step, options).map(fit));
  const section = (title: string, items: readonly string[]): void => {
    if (items.length > 0)
      lines.push("", paint("title", title), ...items.flatMap((item) => wrapped(item, options.width)));
  };
  section("Roles", page.roles);
  section("What differed from the plan", page.deviations);
  const { unsent } = page;
  const isBrief = !options.full && unsent.length > BRIEF;
  section("Planned and not sent", isBrief ? [`${unsent.length} requests; \`--full\` lists them`] : unsent);
  if (page.outputs !== "") {
    lines.push("", paint("title", "Outputs"), ...page.outputs.split("\n").map((line) => fit(`  ${line}`)));
  }
  section("What a rehearsal cannot know", page.unknowns);
  return `${lines.join("\n")}\n`;
}

/** The counts and the verdict alone: what `run` asks with. */
export function summaryLines({ counts, verdict, obstacles }: Page, paint: Paint): readonly string[] {
  const marked = counts.filter(({ isMarked }) => isMarked).map(({ text }) => paint("mark", `! ${text}`));
  const others = counts.filter(({ isMarked }) => !isMarked).map(({ text }) => text);
  const tone = { calm: "good", busy: "title", bad: "bad" } as const;
  return [
    ...marked,
    ...(others.length > 0 ? [others.join(", ")] : []),
    paint(tone[verdict.tone], verdict.text),
    ...obstacles.map((obstacle) => paint("bad", `  ${obstacle}`)),
  ];
}

function waveLines({ steps }: Page, paint: Paint): readonly string[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const waves = wavesOf(new Map(steps.map(({ id, waitsFor }) => [id, waitsFor])));
  return waves.map((wave, index) => {
    const names = wave.map((id) => {
      const step = byId.get(id)!;
      return `${paint(inkOf(step), LOOKS[step.change].sign)} ${id}`;
    });
    return `${paint("dim", `wave ${index + 1}`)}  ${names.join("  ")}`;
  });
}

function inkOf(step: PageStep): Ink {
  const { change } = step;
  if (isMarked(step)) return "mark";
  if (change === "create") return "add";
  if (change === "remove" || change === "failed") return "bad";
  return change === "update" || change === "run" || change === "opaque" ? "change" : "dim";
}

/** More requests than these are listed only in full. */
const BRIEF = 3;

function stepLines(step: PageStep, options: TextOptions): string[] {
  const { full, paint } = options;
  const { sign, word } = LOOKS[step.change];
  const took = step.run?.startMs === undefined ? "" : `  ${timeOf(step)}`;
  const head = `${paint(inkOf(step), sign)} ${paint("title", step.id)}  ${step.uses}  ${paint("dim", word)}${took}`;
  // The whole path is among the facts; here it would leave no room on a narrow terminal.
  const place = full ? step.place : step.shortPlace;
  const lines = [place === undefined ? head : `${head}  ${paint("dim", place)}`];
  const add = (text: string, depth = 1): void => void lines.push(indented(text, depth));
  if (step.run?.failure !== undefined) add(paint("bad", step.run.failure));
  if (step.reason !== undefined && step.run === undefined)
    add(step.change === "failed" ? paint("bad", step.reason) : step.reason);
  for (const retry of step.run?.retries ?? []) add(paint("dim", retry));
  if (isQuiet(step) && !full) return lines;
  for (const mark of step.marks) add(paint("mark", `! ${MARK_TEXTS[mark]}`));
  if (full && step.waitsFor.length > 0) add(`waits for ${step.waitsFor.join(", ")}`);
  lines.push(...doneLines(step, 1, options));
  for (const one of step.onlyIf) {
    add(`only if ${one.when}:`);
    for (const mark of one.marks) add(paint("mark", `! ${MARK_TEXTS[mark]}`), 2);
    lines.push(...doneLines(one, 2, options));
  }
  if (!full) return lines;
  for (const { who, action, scope, state, because } of step.rights) {
    add(`${isLacking(state) ? paint("bad", state) : state}: ${action} for ${who}, ${because}`);
    add(paint("dim", `at ${scope}`), 2);
  }
  if (step.outputs !== undefined) for (const line of `outputs ${step.outputs}`.split("\n")) add(line);
  return lines;
}

/** What is planned for one step, below its name. */
export function planLines(step: PageStep, options: TextOptions): readonly string[] {
  const { paint } = options;
  const { sign, word } = LOOKS[step.change];
  const done = doneLines(step, 1, options);
  return [
    ...step.marks.map((mark) => indented(paint("mark", `! ${MARK_TEXTS[mark]}`), 1)),
    ...(step.reason === undefined ? [] : [indented(`${isSound(step) ? "" : `${sign} ${word}: `}${step.reason}`, 1)]),
    ...(done.length > 0 || step.reason !== undefined ? done : [indented(paint("dim", `${sign} ${word}`), 1)]),
  ].map((line) => fitted(line, options));
}

const isSound = ({ change }: PageStep): boolean => change !== "failed" && change !== "opaque";

const indented = (text: string, depth: number): string => `${"    ".repeat(depth)}${text}`;

/** What is changed and asked; with its requests only in full. */
function doneLines(
  { resources, inVm, requests, reads }: Pick<PageStep, "resources" | "inVm" | "requests" | "reads">,
  depth: number,
  { full, paint }: TextOptions,
): readonly string[] {
  const lines: string[] = [];
  const add = (text: string, further = 0): void => void lines.push(indented(text, depth + further));
  for (const { type, name, change, lines: differences } of resources) {
    if (change === "none" && !full) continue;
    add(`${LOOKS[change].sign} ${type.slice(type.indexOf("/") + 1)} ${name}`);
    // What is made is told by its parts only in full; what is altered, always.
    if (full || change !== "create") for (const one of differences) add(differenceLine(one, paint), 1);
  }
  for (const text of inVm) add(text);
  if (!full) return lines;
  for (const { method, url, body } of requests) {
    add(`${method} ${url}`);
    if (body !== "") for (const line of body.split("\n")) add(paint("dim", line), 1);
  }
  for (const read of reads) add(paint("dim", read));
  return lines;
}

function timeOf({ run }: PageStep): string {
  const { startMs = 0, endMs } = run ?? {};
  return endMs === undefined ? `since ${formatDuration(startMs)}` : formatDuration(endMs - startMs);
}

export function differenceLine({ kind, path, before, after }: DifferenceLine, paint: Paint): string {
  if (kind === "add") return paint("add", `+ ${path}: ${after ?? ""}`);
  if (kind === "remove") return paint("remove", `- ${path}: ${before ?? ""}`);
  return paint("change", `~ ${path}: ${before ?? ""} -> ${after ?? ""}`);
}

/** A sentence on as many lines as it takes. */
function wrapped(text: string, width: number): readonly string[] {
  const room = width <= 0 ? Infinity : Math.max(20, width - 4);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one, index) => `${index === 0 ? "  - " : "    "}${one}`);
}

/** Cuts what does not fit. Escape sequences take no room. */
function fitted(line: string, { width, full }: TextOptions): string {
  if (full || width <= 0) return line;
  let room = width;
  let result = "";
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
  for (const piece of line.split(/(\u001B\[[\d;]*m)/)) {
    if (piece.startsWith("\u001B")) result += piece;
    else {
      const letters = [...piece];
      const cut = letters.length > room;
      result += cut ? `${letters.slice(0, Math.max(0, room - 1)).join("")}${room > 0 ? "…" : ""}` : piece;
      room = cut ? 0 : room - letters.length;
    }
  }
  return result;
}
