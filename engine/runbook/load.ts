// From a text to a runbook, or to everything that is wrong with the text. Pure: reads no file, asks nobody.

import type { Diagnostic } from "../source/diagnostic.ts";
import { sortDiagnostics } from "../source/diagnostic.ts";
import { SourceText } from "../source/source-text.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { readYaml } from "./authored.ts";
import { buildRunbook } from "./build.ts";
import { inputOf } from "./inputs.ts";
import { checkKnown } from "./known-inputs.ts";
import type { Runbook } from "./model.ts";
import { type Outline, outlineOf, type Rule } from "./outline.ts";
import { dependencies } from "./rules/dependencies.ts";
import { expressions } from "./rules/expressions.ts";
import { ids } from "./rules/ids.ts";
import { inputs } from "./rules/inputs.ts";
import { places } from "./rules/places.ts";
import { checkShape } from "./shape.ts";
import { validatorsFor } from "./validators.ts";

const RULES: readonly Rule[] = [ids, inputs, places, dependencies, expressions];

export interface LoadOptions {
  /** The file's path as messages show it. */
  readonly file: string;
  readonly registry: StepRegistry;
}

export interface Loaded {
  /** Present when there is no error among the diagnostics. */
  readonly runbook?: Runbook;
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @example
 * const { runbook, diagnostics } = loadRunbook(text, { file: "vm.yaml", registry: builtinSteps });
 */
export function loadRunbook(text: string, { file, registry }: LoadOptions): Loaded {
  // A byte order mark is no part of the text.
  const source = new SourceText(file, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const { root, diagnostics: unreadable } = readYaml(source);
  if (root === undefined) return { diagnostics: sortDiagnostics(unreadable) };
  const validators = validatorsFor(registry);
  const outline = outlineOf(root, source, registry);
  const found = [
    ...checkShape(root, source, validators.runbook),
    ...RULES.flatMap((rule) => rule(outline)),
    ...checkKnown(outline, defaultsOf(outline)),
  ];
  const diagnostics = sortDiagnostics(withoutEchoes(found));
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics };
  return { runbook: buildRunbook(root, outline, validators.inputs), diagnostics };
}

function defaultsOf({ inputs: described }: Outline): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    [...described].flatMap(([name, { node, span }]) => {
      const value = inputOf(name, node, span)?.default;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Of two messages about the same place the first is the cause: shape before rules. */
function withoutEchoes(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return found.filter(({ span }) => {
    const place = `${span.start}-${span.end}`;
    return !seen.has(place) && seen.add(place);
  });
}
