#!/usr/bin/env node
// The command's first file where it is installed: loads the chunks of the bundle together with the compiled code that an
// earlier start of the same command left behind. docs/decisions/0054-compiled-code-is-kept.md tells why.

import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

/** A word that is no command: nothing was done that another start would do. `EXIT.usage`, without loading it for that. */
const USAGE = 64;

type Require = (id: string) => unknown;
type Chunk = (
  this: unknown,
  exports: unknown,
  require: Require,
  module: { exports: unknown },
  file: string,
  directory: string,
) => void;

/** What chunks import packages with: a script of ours cannot, one that Node loads can. */
const IMPORTER = "./import-module.js";

const here = dirname(fileURLToPath(import.meta.url));
const native = createRequire(import.meta.url);
const directory = cacheDirectory();
/** Those that were compiled anew, by the files that will keep what they compiled. */
const compiled = new Map<string, Script>();

if (directory !== undefined) process.once("exit", (code) => code !== USAGE && keep());
load(join(here, "start.js"));

/** As `require` does, so that whoever requires a chunk later gets the same one. */
function load(file: string): unknown {
  const known = native.cache[file];
  if (known !== undefined) return known.exports;
  const module = new Module(file);
  native.cache[file] = module;
  // The build leaves only ASCII in chunks: no decoding.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "latin1")}\n})`;
  const kept =
    directory === undefined || !isNamedByContent(file) ? undefined : join(directory, `${basename(file)}.bin`);
  const cachedData = kept === undefined ? undefined : readOwn(kept);
  const script = new Script(source, {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  if (kept !== undefined && (cachedData === undefined || script.cachedDataRejected === true))
    compiled.set(kept, script);
  const isChunk = (id: string): boolean => id.startsWith(".") && id !== IMPORTER;
  const require: Require = (id) => (isChunk(id) ? load(join(dirname(file), id)) : native(id));
  (script.runInThisContext() as Chunk).call(module.exports, module.exports, require, module, file, dirname(file));
  return module.exports;
}

/** V8 compares only the length of the text that the code was compiled from. */
function isNamedByContent(file: string): boolean {
  return /-[\w-]{8}\.js$/.test(file);
}

/**
 * A folder for each command, since each uses other functions, beside what Node keeps itself; nothing where Node has been told
 * to keep none (https://nodejs.org/api/module.html#module-compile-cache).
 */
function cacheDirectory(): string | undefined {
  if (process.env["NODE_DISABLE_COMPILE_CACHE"] === "1") return undefined;
  const parent = process.env["NODE_COMPILE_CACHE"] || join(tmpdir(), "node-compile-cache");
  const word = process.argv[2] ?? "";
  const command = /^[a-z]+$/.test(word) ? word : "overview";
  return join(parent, `azure-runbook-${process.version}-${process.arch}-${ourselves() ?? "any"}`, command);
}

function ourselves(): number | undefined {
  return process.getuid?.();
}

/** Compiled code is code: what another user wrote there is not run. */
function readOwn(file: string): Buffer | undefined {
  try {
    const open = openSync(file, "r");
    try {
      return fstatSync(open).uid === (ourselves() ?? 0) ? readFileSync(open) : undefined;
    } finally {
      closeSync(open);
    }
  } catch {
    return undefined;
  }
}

/** At the end, when all that the command uses has been compiled. What cannot be kept is compiled again. */
function keep(): void {
  for (const [file, script] of compiled) {
    const making = `${file}.${process.pid}`;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const open = openSync(making, "wx", 0o600);
      writeFileSync(open, script.createCachedData());
      // V8 does not look for damage in it: it must be whole before it has its name.
      fsyncSync(open);
      closeSync(open);
      renameSync(making, file);
    } catch {
      return;
    }
  }
}
