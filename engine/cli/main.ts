// From arguments to an exit code. Only the command that was asked for is loaded, and nothing here ends the process.

import { Command, CommanderError, Help, type Option } from "commander";
import { JournalFailure } from "../run/journal.ts";
import { diskReason } from "../run/journal/disk-reason.ts";
import { withoutControls } from "../source/display-text.ts";
import { CliError } from "./cli-error.ts";
import type { CliCommand } from "./command.ts";
import { COMMANDS, hasCommand } from "./commands.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { packageVersion } from "./package-root.ts";
import { Terminal } from "./terminal.ts";

/** `argv` without the program's own name. Resolves for every end that was thought of; rejects never. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io);
  } catch (thrown) {
    return tell(thrown, argv, new Terminal(io.stderr, io.env));
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  let ended: Promise<ExitCode> = Promise.resolve(EXIT.done);
  const program = programFor(io);
  const named = argv.filter((word) => !word.startsWith("-"));
  const chosen = named[0] === "help" ? named[1] : named[0];
  // The others matter only where commands are listed or one is suggested.
  const isOneEnough = chosen !== undefined && named[0] === chosen && hasCommand(chosen);
  for (const entry of COMMANDS) {
    if (isOneEnough && entry.name !== chosen) continue;
    const command = program.command(entry.name).summary(entry.summary).helpGroup(`${entry.group}:`);
    command.description(sentence(entry.summary));
    if (entry.name !== chosen) continue;
    const loaded = await entry.load();
    loaded.configure(command);
    showExamplesFirst(command, loaded.examples);
    command.action(() => {
      ended = loaded.run(command, io, argv);
    });
  }
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT.done;
  }
  program.parse(argv, { from: "user" });
  return ended;
}

function programFor(io: Io): Command {
  const out = new Terminal(io.stdout, io.env);
  const err = new Terminal(io.stderr, io.env);
  const program = new Command("runbook")
    .description("A declarative workflow engine for Azure.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => out.columns,
      getOutHasColors: () => out.hasColors,
      // The message is told where all others are, in `tell`.
      outputError: () => {},
    })
    .configureHelp({ styleTitle: (title) => out.paint("bold", title), optionDescription: describeOption });
  return showExamplesFirst(program, [
    ["runbook run", "the tutorial, on the embedded emulator"],
    ["runbook check vm.yaml", "what is wrong with a runbook"],
    ["runbook run vm.yaml --target azure", "on your subscription"],
  ]);
}

/** Lines that a person would type stand above everything else in a help text. */
function showExamplesFirst(command: Command, examples: CliCommand["examples"]): Command {
  const inherited = command.configureHelp();
  return command.configureHelp({
    ...inherited,
    formatHelp(shown, helper) {
      // A subcommand that is not loaded inherits the overview's examples, and never shows its help.
      const width = Math.max(...examples.map(([line]) => line.length));
      const lines = examples.map(([line, does]) => helper.formatItem(line, width, does, helper));
      return [...helper.formatItemList("Examples:", lines, helper), Help.prototype.formatHelp(shown, helper)].join(
        "\n",
      );
    },
  });
}

/** A default is told where it is one that a person would type. */
function describeOption({ description, argChoices = [], defaultValue }: Option): string {
  const isTold = typeof defaultValue === "string" || typeof defaultValue === "number";
  const more = [
    ...(argChoices.length > 0 ? [argChoices.join(" or ")] : []),
    ...(isTold ? [`default ${defaultValue}`] : []),
  ];
  return more.length === 0 ? description : `${description} (${more.join("; ")})`;
}

function tell(thrown: unknown, argv: readonly string[], err: Terminal): ExitCode {
  const error = (message: string, hint?: string): void => {
    // What was typed and what services answer is repeated here: it must not command the terminal.
    const shown = message.split("\n").map(withoutControls).join("\n");
    err.line(`${err.paint(["bold", "red"], "error:")} ${shown}`);
    if (hint !== undefined) err.line(`${err.paint("cyan", "hint:")} ${withoutControls(hint)}`);
  };
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT.done;
    const [message = "", suggestion] = thrown.message.replace(/^error: /, "").split("\n");
    const meant = /\(Did you mean (.*)\?\)/.exec(suggestion ?? "")?.[1];
    const command = argv.find((word) => hasCommand(word));
    const help = `\`${["runbook", ...(command === undefined ? [] : [command]), "--help"].join(" ")}\` shows what there is`;
    error(message, meant === undefined ? help : `did you mean ${meant}?`);
    return EXIT.usage;
  }
  if (thrown instanceof CliError) {
    error(thrown.message, thrown.hint);
    return thrown.exitCode;
  }
  if (thrown instanceof JournalFailure || isSystemError(thrown)) {
    if (isFull(thrown))
      error(`cannot write: ${diskReason(thrown)}`, "make room; `runbook resume` goes on with a run that has begun");
    else error(thrown.message);
    return EXIT.failed;
  }
  error(
    `this is a mistake in runbook itself, please report it\n${thrown instanceof Error ? thrown.stack : String(thrown)}`,
  );
  return EXIT.failed;
}

/** A file that cannot be read or written, a full disk: the system's own message says it. */
function isSystemError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "syscall" in thrown && "code" in thrown;
}

function isFull(thrown: Error): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

function sentence(summary: string): string {
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
}
