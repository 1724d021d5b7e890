// The options with which a command is given a runbook's inputs.

import type { Command } from "commander";
import { CliError } from "./cli-error.ts";
import { collected } from "./command.ts";
import { EXIT } from "./exit-code.ts";

export interface InputOptions {
  /** Name and text, as given with `--input`. */
  readonly inputs: readonly (readonly [name: string, text: string])[];
  readonly inputsFiles: readonly string[];
  /** Name of a secret input and the file that holds it. */
  readonly secretFiles: readonly (readonly [name: string, path: string])[];
  /** The secret input whose value is read from standard input. */
  readonly secretStdin?: string;
}

type Pair = readonly [string, string];

export function addInputOptions(command: Command): void {
  command
    .option("-i, --input <name=value>", "a value of the runbook's inputs; repeatable; never a secret", pairs, [])
    .option("--inputs-file <file>", "values from a YAML or JSON file; repeatable", collected, []);
  addSecretOptions(command);
}

export function addSecretOptions(command: Command): void {
  command
    .option("--secret-file <name=file>", "a secret input's value from a file; repeatable", pairs, [])
    .option("--secret-stdin <name>", "a secret input's value from standard input");
}

export function inputOptionsOf(command: Command): InputOptions {
  const { input, inputsFile } = command.opts<{ input: Pair[]; inputsFile: string[] }>();
  return { inputs: input, inputsFiles: inputsFile, ...secretOptionsOf(command) };
}

export function secretOptionsOf(command: Command): Pick<InputOptions, "secretFiles" | "secretStdin"> {
  const { secretFile, secretStdin } = command.opts<{ secretFile: Pair[]; secretStdin?: string }>();
  return { secretFiles: secretFile, ...(secretStdin !== undefined && { secretStdin }) };
}

function pairs(text: string, before: readonly Pair[]): readonly Pair[] {
  const at = text.indexOf("=");
  // The text is not repeated: it may hold what was meant to stay secret.
  if (at < 1)
    throw new CliError(EXIT.usage, "an input is given as name=value", "for example `--input location=eastus`");
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
