// Where a page goes: the terminal, and files that were asked for.

import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Plan } from "../plan/model.ts";
import { PlanFault, readPlan } from "../plan/plan-file.ts";
import type { Page } from "../report/page.ts";
import { type Ink, type Paint, textPage } from "../report/text-page.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { Terminal } from "./terminal.ts";

export interface PageOptions {
  readonly full: boolean;
  readonly json: boolean;
  readonly html?: string;
  readonly md?: string;
}

export function addPageOptions(command: Command): void {
  command
    .option("--full", "show every request, read and right")
    .option("--json", "print it as JSON instead")
    .option("--html <file>", "write it as one static page, to look at in a browser")
    .option("--md <file>", "write it as Markdown, for a pull request's comment");
}

export function pageOptionsOf(command: Command): PageOptions {
  const { full, json, html, md } = command.opts<{ full?: true; json?: true; html?: string; md?: string }>();
  return {
    full: full === true,
    json: json === true,
    ...(html !== undefined && { html }),
    ...(md !== undefined && { md }),
  };
}

const INKS: Readonly<Record<Ink, Parameters<Terminal["paint"]>[0]>> = {
  title: "bold",
  dim: "dim",
  add: "green",
  change: "yellow",
  remove: "red",
  mark: ["bold", "magenta"],
  bad: ["bold", "red"],
  good: "green",
};

export function painterOf(terminal: Terminal): Paint {
  return (ink, text) => terminal.paint(INKS[ink], text);
}

/** Shows a page as it was asked for. `json` is what `--json` prints. */
export async function tellPage(page: Page, json: string, options: PageOptions, io: Io): Promise<void> {
  const out = new Terminal(io.stdout, io.env);
  if (options.json) out.write(json);
  else {
    // A file or a pipe has no edge to cut at.
    const width = out.isTerminal ? out.columns : 0;
    out.write(textPage(page, { full: options.full, width, paint: painterOf(out) }));
  }
  if (options.html !== undefined) {
    const { htmlPage } = await import("../report/html-page.ts");
    writeText(options.html, await htmlPage(page), io);
  }
  if (options.md !== undefined) {
    const { markdownPage } = await import("../report/markdown-page.ts");
    writeText(options.md, markdownPage(page), io);
  }
}

export function writeText(file: string, text: string, io: Io): void {
  try {
    writeFileSync(resolve(io.cwd, file), text);
  } catch (thrown) {
    throw new CliError(
      EXIT.usage,
      `${file} cannot be written (${(thrown as NodeJS.ErrnoException).code ?? "unknown"})`,
    );
  }
}

/** Throws a `CliError` that says what is wrong with the file. */
export function readPlanFile(file: string, io: Io): Plan {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), "utf8");
  } catch (thrown) {
    throw new CliError(EXIT.usage, `${file} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
  try {
    return readPlan(text);
  } catch (thrown) {
    if (thrown instanceof PlanFault) throw refused(thrown);
    throw thrown;
  }
}

/** `file`: the plan's, where the message does not go without. */
export function refused({ part, message }: PlanFault, file?: string): CliError {
  return new CliError(EXIT.failed, `${file === undefined ? "" : `${file}: `}refused (${part}): ${message}`);
}
