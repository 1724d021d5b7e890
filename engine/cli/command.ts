// What a command is to the command line. One file each in `commands/`, one row each in `commands.ts`.

import type { Command } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

export interface CliCommand {
  /** Shown first in its help: lines a person would really type, with what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Adds arguments and options. */
  configure(command: Command): void;
  /** Turns the parsed command into the command's own options and does the work. `argv` is what was typed. */
  run(command: Command, io: Io, argv: readonly string[]): Promise<ExitCode>;
}

export interface CommandEntry {
  readonly name: string;
  /** A heading of the overview. */
  readonly group: "Run" | "Write" | "Look";
  /** A few words for the overview, lower case, no full stop. */
  readonly summary: string;
  /** Loads the file: only the command that was asked for is loaded, with what it needs. */
  load(): Promise<CliCommand>;
}

/** For an option that may stand more than once: all values, in their order. */
export function collected(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
