// Loads step types of others: a file beside the runbook, or a package that is installed there. Loading one runs it, with all
// that the user may do; docs/writing-a-step.md says so.

import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NamedExtension } from "../runbook/extensions.ts";
import { outputsProblem } from "../runbook/step-outputs.ts";
import { validatorsFor } from "../runbook/validators.ts";
import { type Diagnostic, diagnosticAt } from "../source/diagnostic.ts";
import { nearest } from "../source/suggestion.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import { schemaProblem } from "../steps/sound-spec.ts";
import type { Json } from "../value/json.ts";
import { importExtension, messageOf, placeIn } from "./extension-module.ts";

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
  const key = keyOf(located);
  const known = loadedBefore.get(key) ?? loadAll(located);
  loadedBefore.set(key, known);
  return known;
}

/** The same for the same modules, and for the same reasons why there are none. */
export function keyOf(located: readonly LocatedExtension[]): string {
  return JSON.stringify(located.map(({ extension: { name }, url, problem }) => [name, url, problem]));
}

async function loadAll(located: readonly LocatedExtension[]): Promise<LoadedExtensions> {
  const registry = new Map<string, StepDefinition>(builtinSteps);
  const urls = new Set<string>();
  const problems = new Map<number, ExtensionProblem>();
  const load = async ({ name }: NamedExtension, url: string): Promise<void> => {
    if (urls.has(url)) return;
    urls.add(url);
    for (const step of await stepsOf(url, name)) {
      const other = registry.get(step.name);
      if (other !== undefined) {
        const whose = other.extension === undefined ? "comes with the engine" : `is defined by ${other.extension}`;
        throw broken(`defines "${step.name}", which ${whose} already`);
      }
      registry.set(step.name, step);
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
  return { registry, problems };
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

async function stepsOf(url: string, extension: string): Promise<readonly StepDefinition[]> {
  const module = await importExtension(url).catch((thrown: unknown) => {
    throw broken(messageOf(thrown));
  });
  const steps = Object.values(module).filter(isStep);
  if (steps.length === 0) throw broken("exports no step type", "export what `defineStep(…)` gives");
  for (const step of steps) requireSound(step);
  return steps.map((step) => placed({ ...step, extension }, url));
}

function addressOf(extension: NamedExtension, runbook: string): string {
  const { name } = extension;
  if (/^\.\.?\//.test(name)) return addressOfFile(name, resolve(dirname(runbook), name));
  if (/^([A-Za-z]:|[/\\]|\w+:)/.test(name)) {
    throw broken("is neither a path beside the runbook nor a package", "write ./<file> or the package's name");
  }
  const path = installedPath(name, runbook);
  // Modules of Node.js itself have no path.
  if (path !== undefined && isAbsolute(path)) return pathToFileURL(path).href;
  throw broken("is no package that is installed here", "install it where the runbook is; a file is written ./<file>");
}

function installedPath(name: string, runbook: string): string | undefined {
  try {
    return createRequire(runbook).resolve(name);
  } catch {
    return undefined;
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
  const problem = schemaProblem({ ...step }, "inputs") ?? schemaProblem({ ...step }, "outputs");
  if (problem !== undefined) throw broken(`defines "${step.name}", which ${problem}`);
  for (const key of ["inputs", "outputs"] as const) {
    try {
      if (key === "inputs") validatorsFor(new Map([[step.name, step]])).inputs(step.name, {});
      else outputsProblem(step, {});
    } catch (thrown) {
      throw broken(`has a schema in \`${key}\` of "${step.name}" that cannot be read: ${unreadable(thrown)}`);
    }
  }
}

function unreadable(thrown: unknown): string {
  const message = messageOf(thrown);
  return /circular|call stack/i.test(message) ? "it holds itself" : message;
}

/** The same step type, whose slips name their place and whose outputs are what it describes. */
function placed(step: StepDefinition, url: string): StepDefinition {
  const told = (thrown: unknown, isTold: (thrown: unknown) => boolean): unknown => {
    const place = isTold(thrown) ? placeIn(url, thrown) : undefined;
    return place === undefined ? thrown : new Error(`${messageOf(thrown)} (${step.name}, ${place})`);
  };
  return {
    ...step,
    examples: step.examples ?? [],
    check(known, written) {
      try {
        return step.check(known, written);
      } catch (thrown) {
        throw told(thrown, () => true);
      }
    },
    *start(inputs) {
      let outputs: Json;
      try {
        outputs = yield* step.start(inputs);
      } catch (thrown) {
        throw told(thrown, isSlip);
      }
      const problem = outputsProblem(step, outputs);
      if (problem !== undefined) throw new Error(problem);
      return outputs;
    },
  };
}

const isSlip = (thrown: unknown): boolean =>
  thrown instanceof TypeError || thrown instanceof ReferenceError || thrown instanceof RangeError;

const broken = (message: string, hint?: string): BrokenExtension => new BrokenExtension(message, hint);
