// Loads step types of others: a file beside the runbook, or a package that is installed there. Loading one runs it, with all
// that the user may do; docs/writing-a-step.md says so.

import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire, register } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NamedExtension } from "../runbook/extensions.ts";
import { validatorsFor } from "../runbook/validators.ts";
import { type Diagnostic, diagnosticAt } from "../source/diagnostic.ts";
import { nearest } from "../source/suggestion.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";

/** What one file names, with the file's path. */
export interface NamingFile {
  readonly named: readonly NamedExtension[];
  readonly path: string;
}

/** One that a file names, with the address of its module, or why there is none. */
export interface LocatedExtension {
  readonly extension: NamedExtension;
  readonly url?: string;
  readonly problem?: ExtensionProblem;
}

/** The end of a sentence that begins with the extension's name, and what to do. */
export interface ExtensionProblem {
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface LoadedExtensions {
  readonly registry: StepRegistry;
  /** The name of the extension that each of their step types is of. */
  readonly definedBy: ReadonlyMap<string, string>;
  /** By the extension's place among those that were located. */
  readonly problems: ReadonlyMap<number, ExtensionProblem>;
}

/** Of what some files name: the step types, and what is wrong with those that cannot be loaded. */
export async function loadExtensions(
  files: readonly NamingFile[],
): Promise<{ readonly registry: StepRegistry; readonly diagnostics: readonly Diagnostic[] }> {
  const located = locateExtensions(files);
  const { registry, problems } = await loadLocated(located);
  return { registry, diagnostics: problemDiagnostics(located, problems) };
}

/** Loads nothing. `versionOf` gives what a file's address ends with, so that one which has changed is another module. */
export function locateExtensions(
  files: readonly NamingFile[],
  versionOf: (path: string) => string = () => "",
): readonly LocatedExtension[] {
  return files.flatMap(({ named, path }) =>
    named.map((extension) => {
      try {
        const url = addressOf(extension, path);
        return { extension, url: url + versionOf(fileURLToPath(url)) };
      } catch (thrown) {
        return { extension, problem: problemOf(thrown) };
      }
    }),
  );
}

/** A module runs once in a process, and a folder's runbooks mostly name the same ones. */
const loadedBefore = new Map<string, Promise<LoadedExtensions>>();

/** Runs each of them once, however many files name it; what was loaded before is the same registry again. */
export function loadLocated(located: readonly LocatedExtension[]): Promise<LoadedExtensions> {
  const key = JSON.stringify(located.map(({ extension: { name }, url, problem }) => [name, url, problem]));
  const known = loadedBefore.get(key) ?? loadAll(located);
  loadedBefore.set(key, known);
  return known;
}

async function loadAll(located: readonly LocatedExtension[]): Promise<LoadedExtensions> {
  const registry = new Map(builtinSteps);
  const definedBy = new Map<string, string>();
  const urls = new Set<string>();
  const problems = new Map<number, ExtensionProblem>();
  const load = async ({ name }: NamedExtension, url: string): Promise<void> => {
    if (urls.has(url)) return;
    urls.add(url);
    for (const step of await stepsOf(url)) {
      const other = definedBy.get(step.name);
      if (other !== undefined || builtinSteps.has(step.name)) {
        const whose = other === undefined ? "comes with the engine" : `is defined by ${other}`;
        throw broken(`defines "${step.name}", which ${whose} already`);
      }
      definedBy.set(step.name, name);
      registry.set(step.name, { ...step, extension: name });
    }
  };
  for (const [index, { extension, url, problem }] of located.entries()) {
    try {
      if (url === undefined) problems.set(index, problem!);
      else await load(extension, url);
    } catch (thrown) {
      problems.set(index, problemOf(thrown));
    }
  }
  return { registry, definedBy, problems };
}

export function problemDiagnostics(
  located: readonly LocatedExtension[],
  problems: LoadedExtensions["problems"],
): readonly Diagnostic[] {
  return [...problems].map(([index, { message, hint }]) => {
    const { name, source, span } = located[index]!.extension;
    return diagnosticAt(source, span, "extension", `extension "${name}" ${message}`, { hint });
  });
}

function problemOf(thrown: unknown): ExtensionProblem {
  if (!(thrown instanceof BrokenExtension)) throw thrown;
  return { message: thrown.message, hint: thrown.hint };
}

class BrokenExtension extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

async function stepsOf(url: string): Promise<readonly StepDefinition[]> {
  let module: Readonly<Record<string, unknown>>;
  try {
    knowOurselves();
    module = (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    const place = placeIn(url, thrown);
    throw broken(`cannot be loaded: ${messageOf(thrown)}${place === undefined ? "" : ` (${place})`}`);
  }
  const steps = Object.values(module).filter(isStep);
  if (steps.length === 0) throw broken("exports no step type", "export what `defineStep(…)` gives");
  for (const step of steps) requireSound(step);
  return steps.map((step) => placed(step, url));
}

function addressOf(extension: NamedExtension, runbook: string): string {
  const { name } = extension;
  if (/^\.\.?\//.test(name)) return addressOfFile(name, resolve(dirname(runbook), name));
  if (/^([A-Za-z]:|[/\\]|\w+:)/.test(name)) {
    throw broken("is neither a path beside the runbook nor a package", "write ./<file> or the package's name");
  }
  try {
    return pathToFileURL(createRequire(runbook).resolve(name)).href;
  } catch {
    const hint = "install it where the runbook is; a file is written ./<file>";
    throw broken("is no package that is installed here", hint);
  }
}

function addressOfFile(name: string, path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return pathToFileURL(path).href;
  if (stat !== undefined) throw broken("is a folder", "name the file in it");
  const folder = dirname(path);
  const near = existsSync(folder) ? nearest(basename(path), readdirSync(folder)) : undefined;
  const hint = near === undefined ? undefined : `did you mean "${name.slice(0, -basename(path).length)}${near}"?`;
  throw broken("is a file that is not there", hint);
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

function isStep(value: unknown): value is StepDefinition {
  const { name, inputs, outputs, start } = (value ?? {}) as Partial<Record<keyof StepDefinition, unknown>>;
  return typeof name === "string" && typeof start === "function" && isObject(inputs) && isObject(outputs);
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

/** What would be wrong with the whole checker is told as what it is: a mistake of the extension. */
function requireSound(step: StepDefinition): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(step.name)) {
    throw broken(`names a step type "${step.name}"`, "names are small letters and digits, with `-` between");
  }
  try {
    validatorsFor(new Map([[step.name, step]])).inputs(step.name, {});
  } catch (thrown) {
    throw broken(`has a schema in "${step.name}" that cannot be read: ${messageOf(thrown)}`);
  }
}

/** The same step type, whose slips name their place. */
function placed(step: StepDefinition, url: string): StepDefinition {
  const told = (thrown: unknown): unknown => {
    const place = thrown instanceof Error && thrown.constructor !== Error ? placeIn(url, thrown) : undefined;
    return place === undefined || !isSlip(thrown) ? thrown : new Error(`${messageOf(thrown)} (${step.name}, ${place})`);
  };
  return {
    ...step,
    examples: step.examples ?? [],
    check(known, written) {
      try {
        return step.check(known, written);
      } catch (thrown) {
        throw told(thrown);
      }
    },
    *start(inputs) {
      try {
        return yield* step.start(inputs);
      } catch (thrown) {
        throw told(thrown);
      }
    },
  };
}

const isSlip = (thrown: unknown): boolean =>
  thrown instanceof TypeError || thrown instanceof ReferenceError || thrown instanceof RangeError;

/** `steps.mjs:12:5`: where in the extension something was thrown. */
function placeIn(url: string, thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const path = fileURLToPath(url);
  const at = stack.split("\n").find((line) => line.includes(url) || line.includes(path));
  const numbers = at === undefined ? undefined : /:(\d+)(?::(\d+))?\)?$/.exec(at.trim());
  if (numbers === undefined || numbers === null) return undefined;
  return `${basename(path)}:${numbers[1]}${numbers[2] === undefined ? "" : `:${numbers[2]}`}`;
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const broken = (message: string, hint?: string): BrokenExtension => new BrokenExtension(message, hint);
