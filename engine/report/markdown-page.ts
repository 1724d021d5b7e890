// A page for a pull-request comment: a summary, details folded, and never longer than such a comment may be.

import { type DifferenceLine, isQuiet, LOOKS, MARK_TEXTS, type Page, type PageStep } from "./page.ts";
import { differenceLine } from "./text-page.ts";

/** A comment of GitHub holds 65,536 characters; what posts it adds some of its own. */
export const MARKDOWN_LIMIT = 60_000;

export function markdownPage(page: Page): string {
  const head = headOf(page);
  const details = page.steps.filter((step) => !isQuiet(step)).map(detailOf);
  const tail = tailOf(page);
  const kept: string[] = [];
  let room = MARKDOWN_LIMIT - head.length - Math.min(tail.length, TAIL_LIMIT) - NOTICE_ROOM;
  for (const detail of details) {
    if (detail.length > room) break;
    kept.push(detail);
    room -= detail.length;
  }
  const left = details.length - kept.length;
  const notice =
    left === 0
      ? ""
      : `\n> **Cut: ${left} of ${details.length} steps in detail do not fit in a comment.** The saved plan has them all: \`runbook show --full\`.\n\n`;
  // Before what is there: whoever reads a part of a plan should know it from the start.
  const text = `${head}${notice}${kept.join("")}${cut(tail, TAIL_LIMIT)}`;
  return cut(text, MARKDOWN_LIMIT);
}

const TAIL_LIMIT = 10_000;
const NOTICE_ROOM = 300;

function headOf(page: Page): string {
  const { title, verdict, counts, facts, steps, obstacles } = page;
  const marked = counts.filter(({ isMarked }) => isMarked).map(({ text }) => `**⚠ ${escape(text)}**`);
  const others = counts.filter(({ isMarked }) => !isMarked).map(({ text }) => escape(text));
  const rows = steps.map(
    ({ id, uses, change, marks, onlyIf, waitsFor }) =>
      `| \`${LOOKS[change].sign}\` ${LOOKS[change].word} | ${code(id)} | ${code(uses)} | ${waitsFor.map(code).join(" ")} | ${notesOf(marks, onlyIf)} |`,
  );
  // A table of hundreds of rows would leave no room for anything else.
  const table =
    rows.length <= TABLE_ROWS
      ? rows
      : [...rows.slice(0, TABLE_ROWS), `| | … and ${rows.length - TABLE_ROWS} more steps | | | |`];
  return [
    `## ${page.kind === "plan" ? "Plan" : "Run"}: ${escape(title)}`,
    "",
    `**${escape(verdict.text)}** ${[...marked, ...others].join(" · ")}`,
    "",
    ...obstacles.map((obstacle) => `- ⛔ ${escape(obstacle)}`),
    ...(obstacles.length > 0 ? [""] : []),
    "| change | step | type | waits for | note |",
    "| --- | --- | --- | --- | --- |",
    ...table,
    "",
    "<details><summary>Where and who</summary>",
    "",
    ...facts.map(({ name, value }) => `- ${escape(name)}: ${code(value)}`),
    "",
    "</details>",
    "",
  ].join("\n");
}

const TABLE_ROWS = 150;

function notesOf(marks: PageStep["marks"], onlyIf: PageStep["onlyIf"]): string {
  const conditional = onlyIf.flatMap((one) =>
    one.marks.map((mark) => `${MARK_TEXTS[mark]}, only if ${escape(one.when)}`),
  );
  return [...marks.map((mark) => MARK_TEXTS[mark]), ...conditional].join("; ");
}

function detailOf(step: PageStep): string {
  const { sign, word } = LOOKS[step.change];
  const rights = step.rights.map(
    ({ state, action, who, because }) => `- ${state}: ${code(action)} for ${escape(who)}, ${escape(because)}`,
  );
  return [
    `<details><summary><code>${sign}</code> <b>${html(step.id)}</b> ${html(step.uses)}: ${word}</summary>`,
    "",
    ...(step.reason === undefined ? [] : [escape(step.reason), ""]),
    ...(step.run?.failure === undefined ? [] : [`**${escape(step.run.failure)}**`, ""]),
    ...doneLines(step),
    ...step.onlyIf.flatMap((one) => [`**Only if ${escape(one.when)}:**`, "", ...doneLines(one)]),
    ...rights,
    "",
    "</details>",
    "",
  ].join("\n");
}

function doneLines(what: Pick<PageStep, "resources" | "inVm" | "requests">): readonly string[] {
  const differences = what.resources
    .filter(({ change }) => change !== "none")
    .flatMap(({ type, name, change, lines }) => [
      `${DIFF_SIGN[change]} ${type} ${name}`,
      ...lines.map((line) => `${DIFF_SIGN[LINE_CHANGE[line.kind]]}   ${plain(line)}`),
    ]);
  const requests = what.requests.map(({ method, url, body }) => `${method} ${url}${body === "" ? "" : `\n${body}`}`);
  return [
    ...(differences.length > 0 ? [fence(differences.join("\n"), "diff"), ""] : []),
    ...what.inVm.map((text) => `- ${escape(text)}`),
    ...(requests.length > 0 ? ["", fence(requests.join("\n\n"), "http"), ""] : []),
  ];
}

const LINE_CHANGE = { add: "create", change: "update", remove: "remove" } as const;
/** What a diff block of Markdown gives a colour. */
const DIFF_SIGN = { create: "+", update: "!", remove: "-", none: " " } as const;

function plain(line: DifferenceLine): string {
  return differenceLine(line, (_ink, text) => text).slice(2);
}

function tailOf(page: Page): string {
  const list = (title: string, items: readonly string[]): string =>
    items.length === 0 ? "" : `\n**${title}**\n\n${items.map((item) => `- ${escape(item)}`).join("\n")}\n`;
  return [
    list("Roles", page.roles),
    list("What differed from the plan", page.deviations),
    list("Planned and not sent", page.unsent),
    list("What a rehearsal cannot know", page.unknowns),
  ].join("");
}

function cut(text: string, limit: number): string {
  const notice = "\n\n**… cut: it does not fit in a comment.**\n";
  return text.length <= limit ? text : text.slice(0, limit - notice.length) + notice;
}

/** A fence longer than any in the text: what is planned may hold Markdown. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const ticks = "`".repeat(longest + 1);
  const inner = longest > 0 ? ` ${text} ` : text;
  return `${ticks}${inner.replaceAll("|", "\\|").replaceAll("\n", " ")}${ticks}`;
}

function escape(text: string): string {
  return text.replace(/[\\`*_[\]<>|#@]/g, "\\$&").replaceAll("\n", " ");
}

const html = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
