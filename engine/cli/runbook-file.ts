// Finds and reads the runbook that a command names.

import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { builtinSteps } from "../steps/builtin/index.ts";
import { calledIn, type FileReader } from "../runbook/calls.ts";
import { namedExtensions } from "../runbook/extensions.ts";
import { type Loaded, loadRunbook } from "../runbook/load.ts";
import { type Diagnostic, diagnosticAt, sortDiagnostics } from "../source/diagnostic.ts";
import { SourceText } from "../source/source-text.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { nearest } from "../source/suggestion.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { NamingFile } from "./extensions.ts";
import type { Io } from "./io.ts";
import { packagePath } from "./package-root.ts";

const TUTORIAL = "windows-vm-user-assigned-identity";

export interface RunbookFile {
  readonly path: string;
  /** As messages show it. */
  readonly shown: string;
  readonly text: string;
  /** Its bytes are no UTF-8, and `text` has signs in place of some. */
  readonly isOtherEncoding?: true;
  /** Reads those that it calls. */
  readonly readFile: FileReader;
}

/** Absent: the tutorial. A name without a folder or an ending may be that of a runbook that comes with the package. */
export function readRunbookFile(given: string | undefined, io: Pick<Io, "cwd">): RunbookFile {
  const file = readAnyEncoding(given, io);
  if (file.isOtherEncoding !== true) return file;
  throw new CliError(EXIT.badInput, `${given ?? file.path} is not text in UTF-8`, "save it in the encoding UTF-8");
}

/** As `readRunbookFile`, for whoever tells of other encodings with all else that is wrong. */
export function readAnyEncoding(given: string | undefined, io: Pick<Io, "cwd">): RunbookFile {
  const path = given === undefined ? shippedPath(TUTORIAL) : resolve(io.cwd, given);
  try {
    return {
      path,
      shown: shownPath(path, io.cwd),
      ...textOf(readFileSync(path)),
      readFile: readerIn(io.cwd),
    };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT" && given !== undefined && shippedNames().includes(given)) {
      return readAnyEncoding(shippedPath(given), io);
    }
    throw unreadable(given ?? path, path, code, thrown);
  }
}

/** Of files by their paths as messages show them. */
export function readerIn(cwd: string): FileReader {
  return (path) => {
    try {
      return readFileSync(resolve(cwd, path), "utf8");
    } catch {
      return undefined;
    }
  };
}

export function textOf(bytes: Buffer): Pick<RunbookFile, "text" | "isOtherEncoding"> {
  const text = bytes.toString("utf8");
  return isUtf8(bytes) ? { text } : { text, isOtherEncoding: true };
}

/** Other encodings would show up as mistakes in names and texts that look right. */
export function encodingProblem({ shown, text }: RunbookFile): Diagnostic {
  const source = new SourceText(shown, text);
  const at = Math.max(0, text.indexOf("\uFFFD"));
  const extras = { hint: "save it in the encoding UTF-8" };
  return diagnosticAt(source, { start: at, end: at + 1 }, "yaml-syntax", "the file is not text in UTF-8", extras);
}

/** Loads the extensions that the runbook names, which runs them. */
export async function loadFile(file: RunbookFile): Promise<Loaded> {
  const { text, shown, readFile } = file;
  const { registry, diagnostics } = await registryFor(file);
  // Who lacks an extension cannot know its step types.
  const lacksExtensions = diagnostics.length > 0;
  const loaded = loadRunbook(text, { file: shown, registry, readFile, lacksExtensions });
  return lacksExtensions ? { diagnostics: sortDiagnostics([...diagnostics, ...loaded.diagnostics]) } : loaded;
}

export interface FileRegistry {
  readonly registry: StepRegistry;
  /** Of extensions that cannot be loaded. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The step types that a runbook's text may use, and those that it calls. */
export async function registryFor(file: RunbookFile): Promise<FileRegistry> {
  const naming = namedBy(file);
  if (naming.length === 0) return { registry: builtinSteps, diagnostics: [] };
  const { loadExtensions } = await import("./extensions.ts");
  return loadExtensions(naming);
}

/** What a runbook's file, and those that it calls, name. */
export function namedBy({ text, path, shown, readFile }: RunbookFile): readonly NamingFile[] {
  // Both are from the same folder, one as messages show it.
  return namingFiles(text, shown, readFile, (other) => resolve(path, relative(shown, other)));
}

/** A text that names extensions, and those that it calls. `pathOf` gives the path of a file on the disk. */
export function namingFiles(
  text: string,
  file: string,
  readFile: FileReader,
  pathOf: (file: string) => string,
): readonly NamingFile[] {
  const seen = new Set<string>();
  const found: NamingFile[] = [];
  const look = (inner: string, at: string): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const named = namedExtensions(inner, at);
    if (named.length > 0) found.push({ named, path: pathOf(at) });
    for (const called of calledIn(inner, at)) {
      const other = readFile(called);
      if (other !== undefined) look(other, called);
    }
  };
  look(text, file);
  return found;
}

/** Relative to where the command was started, unless that is far away. */
export function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") || isAbsolute(near) ? path : near;
}

function shippedPath(name: string): string {
  return packagePath(join("runbooks", `${name}.yaml`));
}

function shippedNames(): readonly string[] {
  const files = readdirSync(packagePath("runbooks")).filter((file) => !file.endsWith(".test.yaml"));
  return files.map((file) => basename(file, ".yaml"));
}

function unreadable(given: string, path: string, code: string | undefined, thrown: unknown): CliError {
  if (code === "EISDIR") return new CliError(EXIT.usage, `${given} is a folder, expected a runbook's file`);
  if (code === "EACCES") return new CliError(EXIT.usage, `${given} may not be read by this user`);
  if (code !== "ENOENT") return new CliError(EXIT.usage, `${given} cannot be read: ${(thrown as Error).message}`);
  const folder = resolve(path, "..");
  const near = nearest(basename(path), siblings(folder)) ?? nearest(given, shippedNames());
  const hint =
    near === undefined ? "leave it out to take the tutorial that comes with the package" : `did you mean "${near}"?`;
  return new CliError(EXIT.usage, `there is no file ${given}`, hint);
}

function siblings(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
