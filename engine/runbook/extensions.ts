// The files and packages with further step types that a runbook names.

import type { Diagnostic } from "../source/diagnostic.ts";
import { SourceText, type Span } from "../source/source-text.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { type Authored, entriesOf } from "./authored.ts";
import { readYaml } from "./read-yaml.ts";

export interface NamedExtension {
  /** A path that begins with `./` or `../`, or the name of a package. */
  readonly name: string;
  readonly source: SourceText;
  readonly span: Span;
}

/** Of a text: without loading anything. What is wrong with the text is told when it is checked. */
export function namedExtensions(text: string, file: string): readonly NamedExtension[] {
  // Most runbooks name none, and are not read twice for it.
  if (!/^["']?extensions["']?\s*:/m.test(text)) return [];
  const source = new SourceText(file, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const { root } = readYaml(source);
  return extensionsIn(root).map(({ value, span }) => ({ name: String(value), source, span }));
}

export function extensionsIn(root: Authored | undefined) {
  const list = entriesOf(root)?.get("extensions")?.value;
  const items = list?.kind === "list" ? list.items : [];
  return items.flatMap((item) => (item.kind === "scalar" && typeof item.value === "string" ? [item] : []));
}

/** Kept, because schemas are compiled for each registry. */
const withoutExtensions = new WeakMap<StepRegistry, StepRegistry>();

/**
 * The step types that a file may use. Extensions that only another one names, which calls it or is called by it, are not
 * among them: the file would stop working by itself, or once that one changes.
 */
export function typesFor(root: Authored, registry: StepRegistry): StepRegistry {
  if (registry === builtinSteps || extensionsIn(root).length > 0) return registry;
  const known = withoutExtensions.get(registry);
  if (known !== undefined) return known;
  const own = [...registry].filter(([, { extension }]) => extension === undefined);
  const isBuiltin = own.length === builtinSteps.size && own.every(([name, type]) => builtinSteps.get(name) === type);
  const types = own.length === registry.size ? registry : isBuiltin ? builtinSteps : new Map(own);
  withoutExtensions.set(registry, types);
  return types;
}

/** Says what to do of a step type that is there and not named. */
export function withExtensionHint(found: Diagnostic, registry: StepRegistry): Diagnostic {
  if (found.code !== "unknown-step-type") return found;
  const { source, span } = found;
  const name = source.text.slice(span.start, span.end).replaceAll(/^["']|["']$/g, "");
  if (registry.get(name)?.extension === undefined) return found;
  return { ...found, hint: "another file names the extension that it is of; name it under `extensions` here too" };
}
