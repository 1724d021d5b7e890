// The step types that `steps` and `schema` tell of: those of the engine, and those of extensions that are named on the command
// line or by a runbook. Loading an extension runs it.

import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { SourceText } from "../source/source-text.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { CliError } from "./cli-error.ts";
import { collected } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import type { NamingFile } from "./extensions.ts";
import type { Io } from "./io.ts";

export interface StepTypeOptions {
  /** Files or packages of extensions, named from where the command is started. */
  readonly extensions: readonly string[];
  /** A runbook whose extensions are meant too. */
  readonly runbook?: string;
}

export function addStepTypeOptions(command: Command): void {
  command
    .option(
      "--extension <extension>",
      "with the step types of this file or package, which runs it; repeatable",
      collected,
      [],
    )
    .option("--runbook <file>", "with those of the extensions that this runbook names, which runs them");
}

export function stepTypeOptionsOf(command: Command): StepTypeOptions {
  const { extension, runbook } = command.opts<{ extension: string[]; runbook?: string }>();
  return { extensions: extension, ...(runbook !== undefined && { runbook }) };
}

export async function knownStepTypes({ extensions, runbook }: StepTypeOptions, io: Io): Promise<StepRegistry> {
  if (extensions.length === 0 && runbook === undefined) return builtinSteps;
  const [{ loadLocated, locateExtensions }, { namedBy, readRunbookFile }] = await Promise.all([
    import("./extensions.ts"),
    import("./runbook-file.ts"),
  ]);
  const given: readonly NamingFile[] = extensions.map((name) => {
    const written = asNamed(name, io.cwd);
    const source = new SourceText("--extension", written);
    return { named: [{ name: written, source, span: { start: 0, end: written.length } }], path: resolve(io.cwd, "-") };
  });
  const located = locateExtensions([...given, ...(runbook === undefined ? [] : namedBy(readRunbookFile(runbook, io)))]);
  const { registry, problems } = await loadLocated(located);
  const [first] = problems;
  if (first === undefined) return registry;
  const [index, { message, hint }] = first;
  throw new CliError(EXIT.badInput, `extension "${located[index]!.extension.name}" ${message}`, hint);
}

/** As a runbook in the same folder would name it: a file by its path from there, whatever way it is typed. */
function asNamed(name: string, cwd: string): string {
  const path = resolve(cwd, name);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (/^\.\.?\//.test(name) || !isFile) return name;
  const fromHere = relative(cwd, path).replaceAll("\\", "/");
  return fromHere.startsWith("../") ? fromHere : `./${fromHere}`;
}
