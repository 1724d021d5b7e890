// Writes a new runbook and its tests, from a template. Nothing that is there is written over.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { suggest } from "../../source/suggestion.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { programName } from "../next-commands.ts";
import { packagePath } from "../package-root.ts";
import { shownPath } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

export interface NewOptions {
  /** The runbook's name, with the folder that it goes to; absent: it is asked for. */
  readonly path?: string;
  readonly template?: string;
}

export const newCommand: CliCommand = {
  examples: [
    ["runbook new lab", "asks what it is to begin with, and writes lab.yaml and lab.test.yaml"],
    ["runbook new ops/lab --template vm-with-identity", "asks nothing"],
  ],
  configure: (command) => {
    command
      .argument("[name]", "name of the runbook, with a folder in front if you like")
      .option("-t, --template <template>", `what to begin with: ${templateNames().join(", ")}`);
  },
  run: (command, io) => create(optionsOf(command), io),
};

function optionsOf(command: Command): NewOptions {
  const [path] = command.processedArgs as [string?];
  const { template } = command.opts<{ template?: string }>();
  return { ...(path !== undefined && { path }), ...(template !== undefined && { template }) };
}

/** What stands for the name in every template. */
const PLACEHOLDER = "myRunbook";
/** A name that can be one of a runbook, of a file and of a resource group alike. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/;
const NAME_RULE = "expected letters, digits, `-` and `_`, at most 60, with a letter or digit first";

export async function create(options: NewOptions, io: Io): Promise<ExitCode> {
  const asks = io.stdin.isTTY === true && io.stdout.isTTY === true;
  const path = options.path ?? (asks ? await askName(io) : undefined);
  if (path === undefined) throw new CliError(EXIT.usage, "a name is missing", "for example `runbook new lab`");
  const name = basename(path).replace(/\.ya?ml$/i, "");
  if (!NAME.test(name)) throw new CliError(EXIT.usage, `"${name}" is no name for a runbook, ${NAME_RULE}`);
  const template = options.template ?? (asks ? await askTemplate(io) : "empty");
  if (!templateNames().includes(template)) {
    throw new CliError(EXIT.usage, `there is no template "${template}"`, suggest(template, templateNames()));
  }
  const folder = resolve(io.cwd, dirname(path));
  const files = [".yaml", ".test.yaml"].map((ending) => ({
    file: join(folder, `${name}${ending}`),
    text: textOf(`${template}${ending}`, name),
  }));
  for (const { file } of files) if (existsSync(file)) throw taken(file, io);
  mkdirSync(folder, { recursive: true });
  const out = new Terminal(io.stdout, io.env);
  for (const { file, text } of files) {
    try {
      writeFileSync(file, text, { flag: "wx" });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "EEXIST") throw taken(file, io);
      throw thrown;
    }
    out.line(`wrote ${shownPath(file, io.cwd)}`);
  }
  tellNext(shownPath(files[0]!.file, io.cwd), io);
  return EXIT.done;
}

function taken(file: string, io: Io): CliError {
  return new CliError(
    EXIT.usage,
    `${shownPath(file, io.cwd)} is there already`,
    "take another name, or another folder",
  );
}

function tellNext(file: string, io: Io): void {
  const err = new Terminal(io.stderr, io.env);
  const program = programName(io.env);
  const word = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  err.line();
  for (const [does, what] of [
    ["check", "says what is wrong with it"],
    ["test", "runs its tests"],
    ["plan", "shows what it would do"],
    ["run", "does it, on the emulator"],
  ] as const) {
    err.line(`  ${err.paint("bold", `${program} ${does} ${word}`)}`);
    err.line(err.paint("dim", `    ${what}`));
  }
}

export function templateNames(): readonly string[] {
  const files = readdirSync(packagePath("runbooks/templates")).filter((file) => /(?<!\.test)\.yaml$/.test(file));
  const names = files.map((file) => basename(file, ".yaml")).toSorted();
  return ["empty", ...names.filter((name) => name !== "empty")];
}

/** The line for editors names a place that is none once the file is somewhere else. */
function textOf(file: string, name: string): string {
  const text = readFileSync(packagePath(join("runbooks/templates", file)), "utf8");
  return text.replace(/^# yaml-language-server:.*\n/, "").replaceAll(PLACEHOLDER, name);
}

async function askName(io: Io): Promise<string> {
  const { askText } = await import("../prompts.ts");
  return askText("Name of the runbook", (text) => (NAME.test(basename(text)) ? undefined : NAME_RULE), io);
}

async function askTemplate(io: Io): Promise<string> {
  const { askChoice } = await import("../prompts.ts");
  const choices = templateNames().map((template) => {
    const text = readFileSync(packagePath(join("runbooks/templates", `${template}.yaml`)), "utf8");
    return { value: template, about: /^description: (.*)$/m.exec(text)?.[1] ?? "" };
  });
  return askChoice("What it begins with", choices, io);
}
