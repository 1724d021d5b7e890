// Loads step types of others: a file beside the runbook, or a package that is installed there. Loading one runs it, with all
// that the user may do; docs/writing-a-step.md says so.

import { createRequire, register } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NamedExtension } from "../runbook/extensions.ts";
import { type Diagnostic, diagnosticAt } from "../source/diagnostic.ts";
import { validatorsFor } from "../runbook/validators.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";

/** What one file names, with the file's path. */
export interface NamingFile {
  readonly named: readonly NamedExtension[];
  readonly path: string;
}

export interface LoadedExtensions {
  readonly registry: StepRegistry;
  /** Where their files are. */
  readonly paths: readonly string[];
  /** Of those that cannot be loaded. */
  readonly diagnostics: readonly Diagnostic[];
}

/** An extension that several files name is loaded once. */
export async function loadExtensions(files: readonly NamingFile[]): Promise<LoadedExtensions> {
  const registry = new Map(builtinSteps);
  const from = new Map<string, { readonly name: string; readonly url: string }>();
  const urls = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const load = async (extension: NamedExtension, path: string): Promise<void> => {
    const url = addressOf(extension, path);
    if (urls.has(url)) return;
    urls.add(url);
    for (const step of await stepsOf(url)) {
      const other = from.get(step.name);
      if (other !== undefined || builtinSteps.has(step.name)) {
        const whose = other === undefined ? "comes with the engine" : `is defined by ${other.name}`;
        throw broken(`defines "${step.name}", which ${whose} already`);
      }
      from.set(step.name, { name: extension.name, url });
      registry.set(step.name, step);
    }
  };
  for (const { named, path } of files) {
    for (const extension of named) {
      try {
        await load(extension, path);
      } catch (thrown) {
        if (!(thrown instanceof BrokenExtension)) throw thrown;
        const { name, source, span } = extension;
        const { message, hint } = thrown;
        diagnostics.push(diagnosticAt(source, span, "extension", `extension "${name}" ${message}`, { hint }));
      }
    }
  }
  const paths = [...urls].flatMap((url) => (url.startsWith("file:") ? [fileURLToPath(url)] : []));
  return { registry, paths, diagnostics };
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
  if (/^\.\.?\//.test(name)) return pathToFileURL(resolve(dirname(runbook), name)).href;
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
    validatorsFor(new Map([[step.name, step]]));
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
