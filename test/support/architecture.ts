// Which file may import what, and touch what.

import { posix } from "node:path";

/** From the bottom up: a layer imports itself and those before it. `source` and `graph` know nothing of each other. */
const LAYERS = ["value", "source", "graph", "expression", "steps", "runbook", "run", "azure", "plan", "report", "cli"];

/** Files outside of `cli/` and the emulator that may touch the disk, as beginnings of their paths. */
const FILE_USERS = ["engine/run/journal"];

interface Use {
  readonly what: RegExp;
  readonly problem: string;
  isAllowed(path: string, layer: string): boolean;
}

const USES: readonly Use[] = [
  {
    what: /(?<![\w.$-])process\s*\.|\bfrom ["'](node:)?process["']/,
    problem: "only cli/ touches process",
    // A lock names the process that holds it, and asks whether another lives; a sandbox is a process.
    isAllowed: (path, layer) =>
      layer === "cli" || path === "engine/run/journal/process-record.ts" || path.startsWith("engine/emulator/sandbox/"),
  },
  {
    what: /(?<![\w.$-])console\s*\.|\bfrom ["'](node:)?(console|readline|tty)["']/,
    problem: "only cli/ touches console",
    isAllowed: (_path, layer) => layer === "cli",
  },
  {
    what: /["'](node:)?fs(\/promises)?["']/,
    problem: "this file may not touch files",
    isAllowed: (path, layer) =>
      layer === "cli" || layer === "emulator" || FILE_USERS.some((start) => path.startsWith(start)),
  },
  {
    what: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bhrtime\b|(?<![\w.$])set(Timeout|Interval)\(|["']node:timers/,
    problem: "only a Clock tells the time",
    isAllowed: (path, layer) => layer === "cli" || layer === "emulator" || path === "engine/run/clock.ts",
  },
  {
    what: /["']@azure\/(?!core-auth["'])/,
    problem: "only azure/ knows the SDKs",
    isAllowed: (_path, layer) => layer === "azure",
  },
];

/** Sentences about what is wrong, for files by their paths from the repository's root. */
export function architectureProblems(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].flatMap(([path, text]) => problemsOf(path, withoutComments(text)));
}

function problemsOf(path: string, text: string): readonly string[] {
  const layer = layerOf(path);
  // The library's front door is above everything.
  if (layer === "index.ts") return [];
  if (layer !== "emulator" && !LAYERS.includes(layer)) return [`${path}: ${layer} is no layer of the engine`];
  const uses = USES.filter(({ what, isAllowed }) => what.test(text) && !isAllowed(path, layer));
  return [
    ...importsOf(text).flatMap(({ from, isDynamic }) => importProblem(path, layer, from, isDynamic)),
    ...uses.map(({ problem }) => `${path}: ${problem}`),
  ];
}

function importProblem(path: string, layer: string, from: string, isDynamic: boolean): readonly string[] {
  const imported = layerOf(posix.join(posix.dirname(path), from));
  if (imported === layer || mayImport(layer, imported, isDynamic)) return [];
  return [`${path}: ${layer} imports ${imported} (${from})`];
}

function mayImport(layer: string, imported: string, isDynamic: boolean): boolean {
  if (layer === "emulator") return false;
  if (imported === "emulator") return layer === "cli" || layer === "plan" || (layer === "azure" && isDynamic);
  if (layer === "graph" && imported === "source") return false;
  return LAYERS.includes(imported) && LAYERS.indexOf(imported) < LAYERS.indexOf(layer);
}

/** Relative imports and re-exports, static and dynamic. */
function importsOf(text: string): readonly { readonly from: string; readonly isDynamic: boolean }[] {
  const all = text.matchAll(/\b(?:from|import)(\s*\()?\s*["'](\.[^"']+)["']/g);
  return [...all].map(([, paren, from = ""]) => ({ from, isDynamic: paren !== undefined }));
}

/** `engine/run/a.ts` is in `run`. */
function layerOf(path: string): string {
  return path.split("/")[1] ?? path;
}

/** Good enough for this code, in which no string holds the start of a comment after a blank. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}
