// A step type's page on a terminal: two columns where they fit, one below the other where they do not.

import { type Field, shortAction, type RightsOn, type StepPage } from "./step-page.ts";
import type { Paint } from "./text-page.ts";

export interface StepTextOptions {
  readonly width: number;
  readonly paint: Paint;
}

export function stepText(page: StepPage, { width, paint }: StepTextOptions): string {
  const lines = [paint("title", page.name), ...wrap(page.summary, width)];
  const section = (title: string, rows: readonly Row[]): void => {
    if (rows.length > 0) lines.push("", paint("title", title), ...rowLines(rows, width, paint));
  };
  section("Inputs", page.inputs.map(inputRow));
  section("Outputs", page.outputs.map(outputRow));
  section(
    "Rights that the examples use",
    page.rights.map((right) => ({
      term: right.on,
      about: `${right.actions.map((action) => shortAction(action, right)).join(", ")}${byWhom(right)}`,
    })),
  );
  for (const { title, runbook } of page.examples) {
    lines.push("", paint("title", `Example: ${title}`));
    lines.push(
      ...runbook
        .trimEnd()
        .split("\n")
        .map((line) => (line === "" ? "" : `  ${line}`)),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** One line or two for each step type. */
export function stepListText(
  types: readonly { readonly name: string; readonly summary: string }[],
  { width, paint }: StepTextOptions,
): string {
  const rows = types.map(({ name, summary }) => ({ term: name, about: summary }));
  return `${rowLines(rows, width, paint).join("\n")}\n`;
}

const byWhom = ({ who }: RightsOn): string => (who === "caller" ? "" : `, by an ${who}`);

interface Row {
  readonly term: string;
  readonly about: string;
}

function inputRow({ name, type, isRequired, description }: Field): Row {
  return {
    term: name,
    about: `${type}${isRequired ? ", required" : ""}${description === "" ? "" : `. ${description}`}`,
  };
}

function outputRow({ name, type, isRequired, description }: Field): Row {
  const often = isRequired || /[.[]/.test(name) ? "" : ", not always there";
  return { term: name, about: `${type}${often}${description === "" ? "" : `. ${description}`}` };
}

/** Less room than this for the second column, and it goes below the first. */
const NARROWEST = 24;
const WIDEST_TERM = 50;

function rowLines(rows: readonly Row[], width: number, paint: Paint): readonly string[] {
  const widest = Math.min(WIDEST_TERM, Math.max(...rows.map(({ term }) => term.length)));
  const room = width - widest - 4;
  return rows.flatMap(({ term, about }) => {
    const longest = Math.max(...about.split(" ").map((word) => word.length));
    if (room < Math.max(NARROWEST, longest) || term.length > widest) {
      return [`  ${paint("good", term)}`, ...wrap(about, width - 4).map((line) => `    ${line}`)];
    }
    return wrap(about, room).map((line, index) => {
      const shown = index === 0 ? paint("good", term) + " ".repeat(widest - term.length) : " ".repeat(widest);
      return `  ${shown}  ${line}`;
    });
  });
}

/** Breaks at blanks; a word that is longer than a line gets one of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
