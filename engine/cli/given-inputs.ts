// Collects a runbook's inputs from everywhere they may be given, except from a person at a prompt.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { shapeText } from "../runbook/editing/descriptions.ts";
import { isOfParts } from "../runbook/input-values.ts";
import type { GivenInput } from "../runbook/inputs.ts";
import type { Runbook, RunbookInput } from "../runbook/model.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { InputOptions } from "./input-options.ts";
import type { Io } from "./io.ts";

const PREFIX = "RUNBOOK_INPUT_";

/** `adminPassword` is `RUNBOOK_INPUT_ADMIN_PASSWORD`. */
export function environmentName(input: string): string {
  const words = input.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return `${PREFIX}${words.replaceAll("-", "_").toUpperCase()}`;
}

/** Of what is given twice the later counts: environment, files in the order given, secrets, then `--input`. */
export async function givenInputs(
  runbook: Runbook,
  options: InputOptions,
  io: Io,
): Promise<ReadonlyMap<string, GivenInput>> {
  const given = new Map<string, GivenInput>();
  const secrets = new Set(runbook.inputs.filter(({ secret }) => secret).map(({ name }) => name));
  for (const { name } of runbook.inputs) {
    const from = environmentName(name);
    const value = io.env[from];
    if (value !== undefined) given.set(name, { value, from, isText: true });
  }
  for (const file of options.inputsFiles) {
    for (const [name, value] of Object.entries(readInputsFile(file, io))) {
      given.set(name, { value, from: file, isText: false });
    }
  }
  for (const [name, file] of options.secretFiles) {
    given.set(name, { value: withoutLastNewline(readText(file, io)), from: file, isText: true });
  }
  if (options.secretStdin !== undefined) {
    const { text } = await import("node:stream/consumers");
    const value = withoutLastNewline(await text(io.stdin));
    given.set(options.secretStdin, { value, from: "standard input", isText: true });
  }
  for (const [name, value] of options.inputs) {
    if (secrets.has(name)) throw secretOnCommandLine(name);
    given.set(name, { value, from: "--input", isText: true });
  }
  return given;
}

/** All of them at once, each with the ways to give it. */
export function missingInputs(missing: readonly RunbookInput[], env: Io["env"]): CliError {
  const lines = missing.flatMap((input) => {
    const about = input.description === undefined ? "" : `: ${input.description}`;
    return [`  ${input.name} (${input.secret ? "secret" : shapeText(input)})${about}`, `    ${waysToGive(input)}`];
  });
  const what = missing.length === 1 ? "an input is missing" : `${missing.length} inputs are missing`;
  const expected = new Set(missing.map(({ name }) => environmentName(name)));
  const stray = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !expected.has(name));
  const hint = stray.length === 0 ? undefined : `set, but for no missing input: ${stray.toSorted().join(", ")}`;
  return new CliError(EXIT.badInput, [what, ...lines].join("\n"), hint);
}

function waysToGive({ name, secret, type }: RunbookInput): string {
  const variable = environmentName(name);
  return secret
    ? `${variable} in the environment, --secret-file ${name}=<file> or --secret-stdin ${name}`
    : `--input ${name}=${isOfParts(type) ? "<JSON>" : "<value>"}, ${variable} in the environment, or --inputs-file <file>`;
}

function secretOnCommandLine(name: string): CliError {
  return new CliError(
    EXIT.usage,
    `input "${name}" is secret and may not stand on a command line, where other users and the shell's history see it`,
    `change that value, and give it in ${environmentName(name)}, with --secret-file ${name}=<file> or --secret-stdin ${name}`,
  );
}

function readInputsFile(file: string, io: Io): Readonly<Record<string, Json>> {
  const value = parsed(file, readText(file, io));
  if (value === null) return {};
  if (!isJsonObject(value))
    throw new CliError(EXIT.badInput, `${file} holds no inputs: expected \`name: value\` lines`);
  return value;
}

/** JSON is YAML too. */
function parsed(file: string, text: string): Json {
  try {
    return parse(text) as Json;
  } catch (thrown) {
    // Only the place and the reason: the lines that the parser would show may hold secrets.
    const { linePos, code } = thrown as { linePos?: readonly [{ line: number; col: number }]; code?: string };
    const place = linePos === undefined ? file : `${file}:${linePos[0].line}:${linePos[0].col}`;
    throw new CliError(EXIT.badInput, `${place} is neither YAML nor JSON${code === undefined ? "" : ` (${code})`}`);
  }
}

function readText(file: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (thrown) {
    throw new CliError(EXIT.usage, `${file} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

/** Editors and `echo` end a file with a newline that is no part of a password. */
function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
