// The values that stand for themselves on the command line: files, step types, runs, a runbook's inputs.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Io } from "../io.ts";
import { packagePath } from "../package-root.ts";
import { stateDirectory } from "../target-options.ts";
import type { Candidate } from "./command-line.ts";
import { SHELLS } from "./scripts.ts";

export interface Place {
  readonly command: string;
  /** What is typed of the value. */
  readonly typed: string;
  /** The runbook that the line names, if it does. */
  readonly file?: string;
}

const RUNBOOK = /\.ya?ml$/i;

/** `placeholder` is the name of an option and of its value, as `--out file`, or `argument` and its name. */
export async function namedValues(placeholder: string, place: Place, io: Io): Promise<readonly Candidate[]> {
  const { command, typed } = place;
  switch (placeholder) {
    case "argument file":
    case "argument files":
      if (command === "test") return filesFrom(typed, /\.test\.ya?ml$/i, io);
      return [...filesFrom(typed, /(?<!\.test)\.ya?ml$/i, io), ...shippedRunbooks()];
    case "--runbook file":
    case "argument before":
    case "argument after":
      return filesFrom(typed, RUNBOOK, io);
    case "--inputs-file file":
      return filesFrom(typed, /\.(ya?ml|json)$/i, io);
    case "argument plan":
    case "--cloud cloud":
      return [...filesFrom(typed, /\.json$/i, io), ...(placeholder.startsWith("--cloud") ? clouds() : [])];
    case "argument run":
      return runs(io);
    case "argument show":
      return [{ value: "show", about: "tell the story of one run" }];
    case "argument shell":
      return SHELLS.map((value) => ({ value }));
    case "--template template":
      return (await import("../commands/new.ts")).templateNames().map((value) => ({ value }));
    case "argument type":
      return stepTypes();
    case "--input name=value":
    case "--set name=value":
      return inputsOf(place, io, (input) => input["secret"] !== true);
    case "--secret-stdin name":
      return (await inputsOf(place, io, isSecret)).map((one) => ({ ...one, value: one.value.slice(0, -1) }));
    case "--secret-file name=file": {
      const at = typed.indexOf("=") + 1;
      if (at === 0) return inputsOf(place, io, isSecret);
      const files = filesFrom(typed.slice(at), /./, io);
      return files.map(({ value }) => ({ value: `${typed.slice(0, at)}${value}` }));
    }
    default:
      return placeholder.endsWith(" file") ? filesFrom(typed, /./, io) : [];
  }
}

/** Folders and fitting files below what is typed; hidden ones only when a dot is typed. */
function filesFrom(typed: string, fitting: RegExp, { cwd, env }: Io): readonly Candidate[] {
  const folder = typed.slice(0, typed.lastIndexOf("/") + 1);
  const home = folder.startsWith("~/") && env["HOME"] !== undefined ? `${env["HOME"]}${folder.slice(1)}` : folder;
  const beginning = typed.slice(folder.length);
  try {
    return readdirSync(resolve(cwd, home), { withFileTypes: true })
      .filter(({ name }) => name.startsWith(beginning) && (beginning.startsWith(".") || !name.startsWith(".")))
      .flatMap((entry) => {
        if (entry.isDirectory()) return entry.name === "node_modules" ? [] : [{ value: `${folder}${entry.name}/` }];
        return fitting.test(entry.name) ? [{ value: `${folder}${entry.name}` }] : [];
      })
      .toSorted((a, b) => (a.value < b.value ? -1 : 1));
  } catch {
    return [];
  }
}

function shippedRunbooks(): readonly Candidate[] {
  const files = readdirSync(packagePath("runbooks")).filter((file) => /(?<!\.test)\.yaml$/.test(file));
  return files.map((file) => ({ value: basename(file, ".yaml"), about: "comes with the package" }));
}

function clouds(): readonly Candidate[] {
  return ["public", "usgovernment", "china"].map((value) => ({ value }));
}

async function stepTypes(): Promise<readonly Candidate[]> {
  const { builtinSteps } = await import("../../steps/builtin/index.ts");
  return [...builtinSteps.values()].map(({ name, summary }) => ({ value: name, about: summary }));
}

/** The newest first, as far as the shell keeps the order. */
function runs(io: Io): readonly Candidate[] {
  const folder = join(stateDirectory(io), "runs");
  try {
    const ids = readdirSync(folder).toSorted().toReversed();
    return ids.map((id) => ({ value: id, about: runbookOf(join(folder, id, "journal.jsonl")) }));
  } catch {
    return [];
  }
}

/** The first line of a journal names the runbook. */
function runbookOf(journal: string): string {
  try {
    const [line = "{}"] = readFileSync(journal, "utf8").split("\n", 1);
    const { runbook } = JSON.parse(line) as { runbook?: { name?: string } };
    return runbook?.name ?? "";
  } catch {
    return "";
  }
}

type AuthoredInput = Readonly<Record<string, unknown>>;
const isSecret = (input: AuthoredInput): boolean => input["secret"] === true;

/** `name=`, and after it the values that the input is limited to. A runbook with mistakes has inputs too. */
async function inputsOf(
  { file, typed, command }: Place,
  io: Io,
  fits: (input: AuthoredInput) => boolean,
): Promise<readonly Candidate[]> {
  try {
    const [{ readRunbookFile }, { parse }] = await Promise.all([import("../runbook-file.ts"), import("yaml")]);
    if (command === "apply" || command === "resume") return [];
    const { inputs = {} } = parse(readRunbookFile(file, io).text) as { inputs?: Record<string, AuthoredInput> };
    const fitting = Object.entries(inputs).filter(([, input]) => fits(input));
    const at = typed.indexOf("=");
    const named = at === -1 ? undefined : fitting.find(([name]) => name === typed.slice(0, at))?.[1];
    if (at !== -1) return valuesOf(named).map((value) => ({ value: `${typed.slice(0, at)}=${value}` }));
    return fitting.map(([name, { description }]) => ({
      value: `${name}=`,
      ...(typeof description === "string" && { about: description }),
    }));
  } catch {
    return [];
  }
}

function valuesOf(input: AuthoredInput | undefined): readonly string[] {
  if (input?.["type"] === "boolean") return ["true", "false"];
  return Array.isArray(input?.["enum"]) ? (input["enum"] as readonly unknown[]).map(String) : [];
}
