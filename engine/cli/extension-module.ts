// Imports the module of an extension, and says what is wrong with one that cannot be. Importing runs it: it may throw, never
// come to an end, or try to end the process, and none of that may take the command down without a word.

import { spawnSync } from "node:child_process";
import { register } from "node:module";
import { basename, dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Longer than any module takes that only defines step types. */
const LONGEST_MS = 20_000;

type Module = Readonly<Record<string, unknown>>;

let before: Promise<unknown> = Promise.resolve();

/** Rejects with an error whose message is the end of a sentence that begins with the extension's name. */
export function importExtension(url: string): Promise<Module> {
  // One after the other: `process.exit` is replaced meanwhile, and two at once would put back each other's.
  const next = before.then(() => importAlone(url));
  before = next.catch(() => {});
  return next;
}

async function importAlone(url: string): Promise<Module> {
  knowOurselves();
  const { exit } = process;
  process.exit = (): never => {
    throw new Error("it calls process.exit, which would end this command");
  };
  try {
    return await beforeLong(import(url) as Promise<Module>);
  } catch (thrown) {
    if (thrown instanceof NeverLoaded) throw thrown;
    const place = placeIn(url, thrown) ?? (thrown instanceof SyntaxError ? syntaxPlace(url) : undefined);
    const at = place === undefined ? "" : ` (${place})`;
    throw new Error(`cannot be loaded: ${reasonOf(url, thrown)}${at}`, { cause: thrown });
  } finally {
    process.exit = exit;
  }
}

class NeverLoaded extends Error {}

/** Fails when the import waits for something that does not come: for a long time, or with nothing left to happen. */
async function beforeLong<T>(loading: Promise<T>): Promise<T> {
  let giveUp: () => void = () => {};
  const never = new Promise<T>((_, reject) => {
    giveUp = () => reject(new NeverLoaded("does not come to the end of its module: what it awaits there never comes"));
  });
  const timer = setTimeout(giveUp, LONGEST_MS).unref();
  process.once("beforeExit", giveUp);
  try {
    return await Promise.race([loading, never]);
  } finally {
    clearTimeout(timer);
    process.off("beforeExit", giveUp);
  }
}

let isKnown = false;

/** An extension's `import "azure-runbook"` is this program, wherever it is installed: two copies would not know each other. */
function knowOurselves(): void {
  if (isKnown) return;
  isKnown = true;
  const self = new URL("../index.js", import.meta.url).href;
  const hook = `export const resolve = (specifier, context, next) =>
    specifier === "azure-runbook" ? { url: ${JSON.stringify(self)}, shortCircuit: true } : next(specifier, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

/** `steps.mjs:12:5`: where in the extension something was thrown. */
export function placeIn(url: string, thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const path = fileURLToPath(url);
  const at = stack.split("\n").find((line) => line.includes(url) || line.includes(path));
  const numbers = at === undefined ? undefined : /:(\d+)(?::(\d+))?\)?$/.exec(at.trim());
  if (numbers === undefined || numbers === null) return undefined;
  return `${basename(path)}:${numbers[1]}${numbers[2] === undefined ? "" : `:${numbers[2]}`}`;
}

/** An import's error says nothing of the place; Node.js tells it to whoever asks for a check of the file. */
function syntaxPlace(url: string): string | undefined {
  const path = fileURLToPath(url);
  const { stderr } = spawnSync(process.execPath, ["--check", path], { encoding: "utf8" });
  const [first = "", , carets = ""] = stderr.split("\n");
  const line = /:(\d+)$/.exec(first)?.[1];
  const column = carets.indexOf("^") + 1;
  if (line === undefined) return undefined;
  return `${basename(path)}:${line}${column === 0 ? "" : `:${column}`}`;
}

function reasonOf(url: string, thrown: unknown): string {
  const message = messageOf(thrown);
  const missing = /^Cannot find (?:module|package) '([^']+)' imported from (.+)$/.exec(message);
  if (missing === null) return message;
  const folder = dirname(fileURLToPath(url));
  const [, what = "", from = ""] = missing;
  const importer = from.startsWith("file:") ? fileURLToPath(from) : from;
  return what.startsWith("/") || /^[A-Za-z]:/.test(what)
    ? `${relative(folder, importer)} imports ${relative(folder, what)}, which is not there`
    : `${relative(folder, importer)} imports ${what}, which is not installed here`;
}

/** Its first line: what follows are paths and pictures of Node.js's own. */
export function messageOf(thrown: unknown): string {
  const [first = ""] = (thrown instanceof Error ? thrown.message : String(thrown)).split("\n");
  return first;
}
