// The runbooks that `check` and `fmt` are given: files, folders, patterns, or standard input.

import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { isMeantAsRunbook } from "../runbook/recognise.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import { hasWildcard, literalBeginning, matcherOf } from "./file-pattern.ts";
import type { Io } from "./io.ts";
import { readAnyEncoding, readerIn, readRunbookFile, type RunbookFile, textOf } from "./runbook-file.ts";

const ENDING = /\.ya?ml$/;
/** What a folder may hold beside runbooks: tests of them, and what other tools or this one put there. */
const OTHER_FILE = /\.test\.ya?ml$/;
const OTHER_FOLDER = /^\.|^node_modules$/;

export interface RunbookFiles {
  /** Each once, in the order given; those of a folder by name. */
  readonly files: readonly RunbookFile[];
  /** The YAML files of folders and patterns that are no runbooks, as messages show them. */
  readonly passedOver: readonly string[];
}

/** `-` is standard input. None: the tutorial. */
export async function readRunbookFiles(given: readonly string[], io: Io): Promise<RunbookFiles> {
  if (given.length === 0) return { files: [readRunbookFile(undefined, io)], passedOver: [] };
  const found = new Map<string, RunbookFile>();
  const passedOver: string[] = [];
  for (const one of given) {
    if (one === "-") {
      const { buffer } = await import("node:stream/consumers");
      found.set("-", {
        path: "-",
        shown: "<stdin>",
        ...textOf(await buffer(io.stdin)),
        readFile: readerIn(io.cwd),
      });
      continue;
    }
    const isFolder = isFolderAt(resolve(io.cwd, one));
    if (!isFolder && (!hasWildcard(one) || isFileAt(resolve(io.cwd, one)))) {
      const file = readAnyEncoding(one, io);
      found.set(file.path, file);
      continue;
    }
    const paths = isFolder ? yamlFilesIn(resolve(io.cwd, one)) : matching(one, io.cwd);
    const files = paths.map((path) => readAnyEncoding(path, io));
    const runbooks = files.filter(({ text }) => isMeantAsRunbook(text));
    if (runbooks.length === 0) {
      const where = isFolder ? `in the folder ${one}` : `at ${one}`;
      throw new CliError(EXIT.usage, `there is no runbook ${where}`, "runbooks end in .yaml or .yml and have `steps:`");
    }
    for (const file of runbooks) found.set(file.path, file);
    passedOver.push(...files.filter((file) => !runbooks.includes(file)).map(({ shown }) => shown));
  }
  return { files: [...found.values()], passedOver };
}

function yamlFilesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return OTHER_FOLDER.test(entry.name) ? [] : yamlFilesIn(path);
    return ENDING.test(entry.name) && !OTHER_FILE.test(entry.name) ? [path] : [];
  });
}

function matching(pattern: string, cwd: string): readonly string[] {
  const folder = resolve(cwd, literalBeginning(pattern));
  if (!isFolderAt(folder)) return [];
  const matches = matcherOf(resolve(cwd, pattern));
  return yamlFilesIn(folder).filter((path) => matches(path));
}

const isFolderAt = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const isFileAt = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
