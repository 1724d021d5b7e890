// From a text to a runbook, or to everything that is wrong with the text. Pure: reads no file, asks nobody.

import { type Diagnostic, sortDiagnostics } from "../source/diagnostic.ts";
import { SourceText, type Span } from "../source/source-text.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { authoredIn, buildRunbook } from "./build.ts";
import { CallLoader, type LoadOne } from "./call-loader.ts";
import { type CallLookup, type FileReader, isCall } from "./calls.ts";
import { hiddenInLine, hiddenInTree } from "./hidden.ts";
import { ignoreProblems, withoutIgnored } from "./ignores.ts";
import type { Runbook } from "./model.ts";
import { extensionsIn, typesFor, withExtensionHint } from "./extensions.ts";
import { withLocals } from "./locals.ts";
import { type Outline, outlineOf, type Rule } from "./outline.ts";
import { readYaml } from "./read-yaml.ts";
import { calls } from "./rules/calls.ts";
import { composedIds } from "./rules/composed-ids.ts";
import { constantConditions } from "./rules/constant-conditions.ts";
import { dependencies } from "./rules/dependencies.ts";
import { describedInputs, unusedInputs } from "./rules/described-inputs.ts";
import { extensions } from "./rules/extensions.ts";
import { expressions, typesOfOutputs } from "./rules/expressions.ts";
import { handedOn } from "./rules/handed-on.ts";
import { identityOrder } from "./rules/identities.ts";
import { ids } from "./rules/ids.ts";
import { impliedNeeds } from "./rules/implied-needs.ts";
import { locals, unusedLocals } from "./rules/locals.ts";
import { otherSyntax } from "./rules/other-syntax.ts";
import { places } from "./rules/places.ts";
import { type KnownValues, knownCallInputs, stepInputs } from "./rules/step-inputs.ts";
import { timeouts } from "./rules/timeouts.ts";
import { unreadSteps } from "./rules/unread-steps.ts";
import { checkShape, schemaPlaces } from "./shape.ts";
import { validatorsFor } from "./validators.ts";

const RULES: readonly Rule[] = [ids, locals, describedInputs, timeouts, dependencies, calls, extensions, expressions];

/** To be asked only when there is no error: what is misspelt reads nothing and waits for nothing. */
const ADVICE: readonly Rule[] = [
  unusedInputs,
  unusedLocals,
  unreadSteps,
  impliedNeeds,
  constantConditions,
  identityOrder,
];

export interface LoadOptions {
  /** The file's path as messages show it. */
  readonly file: string;
  readonly registry: StepRegistry;
  /** Reads the runbooks that it calls, by their paths, made from `file` and the one that is written; absent: it may call none. */
  readonly readFile?: FileReader;
  /** Whether extensions that it or what it calls names are not in `registry`: then nothing is said of step types that are not there. */
  readonly lacksExtensions?: boolean;
}

export interface Loaded {
  /** Present when there is no error among the diagnostics. */
  readonly runbook?: Runbook;
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Throws for no text. Of runbooks that are called the errors are among the diagnostics.
 *
 * @example
 * const { runbook, diagnostics } = loadRunbook(text, { file: "vm.yaml", registry: builtinSteps });
 */
export function loadRunbook(text: string, options: LoadOptions): Loaded {
  const { outline: _, ...loaded } = loadOne(text, options, calledFrom(options));
  return loaded;
}

/** Finds what the runbook of a file calls; nothing when there is nobody to read it. */
export function calledFrom(options: LoadOptions): CallLookup | undefined {
  const { file, readFile, lacksExtensions = false } = options;
  if (readFile === undefined) return undefined;
  const loadCalled: LoadOne = (inner, path, lookup) => {
    const { runbook, diagnostics, outline } = loadOne(inner, { ...options, file: path }, lookup);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    return {
      errors,
      outputs: outline === undefined ? new Map() : typesOfOutputs(outline),
      ...(runbook && { runbook }),
      ...(outline && { outline }),
    };
  };
  const loader = new CallLoader(readFile, file, loadCalled, lacksExtensions);
  return loader.lookupFrom(file);
}

function loadOne(
  text: string,
  { file, registry: all, lacksExtensions = false }: LoadOptions,
  lookup: CallLookup | undefined,
): Loaded & { readonly outline?: Outline } {
  // A byte order mark is no part of the text.
  const source = new SourceText(file, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const { root: written, diagnostics: unreadable } = readYaml(source);
  if (written === undefined)
    return { diagnostics: unreadable.map((one) => hiding(one, hiddenInLine(source, one.span))) };
  const root = withLocals(written);
  const registry = typesFor(root, all);
  const validators = validatorsFor(registry);
  const outline = outlineOf(root, source, registry, lookup);
  const told = new Told(unreadable);
  // From the causes to their effects: what an earlier stage has told of a value, no later one tells again.
  told.add(places(outline));
  told.add(otherSyntax(outline));
  told.add(
    checkShape(root, source, validators.runbook, schemaPlaces(registry)).map((one) => withExtensionHint(one, all)),
  );
  told.add(RULES.flatMap((rule) => rule(outline)));
  const defaults = { values: defaultsOf(outline), areGiven: false };
  told.add(stepInputs(outline, defaults, validators.knownInputs, (span) => told.isWithin(span)));
  if (!told.hasError) {
    told.add(handedOn(outline, validators.knownInputs));
    told.add(composedIds(outline));
    told.add(ADVICE.flatMap((rule) => rule(outline)));
  }
  const hidden = hiddenInTree(outline);
  const kept = [...withoutIgnored(told.all, source), ...ignoreProblems(told.all, source)];
  const own = sortDiagnostics(kept.map((one) => hiding(one, hidden)));
  const called = outline.steps.flatMap(({ call }) => call?.called?.errors ?? []);
  const within = told.hasError || !outline.steps.some(isCall) ? [] : calledWith(outline, defaults, all);
  const diagnostics = [...own, ...sortDiagnostics([...called, ...within])];
  // Whoever has not loaded its extensions cannot know their step types.
  if (lacksExtensions || (all === builtinSteps && extensionsIn(root).length > 0)) {
    return { diagnostics: diagnostics.filter(({ code }) => code !== "unknown-step-type"), outline };
  }
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics, outline };
  return { runbook: buildRunbook(outline, all, validatorsFor(all).inputs), diagnostics, outline };
}

/** The errors of steps that are called, which show only with what they are given. */
function calledWith(outline: Outline, known: KnownValues, registry: StepRegistry): readonly Diagnostic[] {
  return outline.steps.flatMap((step) => {
    const inner = step.call?.called?.outline;
    if (inner === undefined) return [];
    const handedOn = knownCallInputs(outline, step, known);
    if (handedOn === undefined) return [];
    const given = { ...defaultsOf(inner), ...handedOn };
    const values = { values: given, areGiven: true };
    const hidden = hiddenInTree(inner);
    const found = stepInputs(inner, values, validatorsFor(registry).knownInputs, () => false);
    // What is doubted of the file alone is told of the file alone.
    const defaults = { values: defaultsOf(inner), areGiven: false };
    const isDoubted = found.some(({ severity }) => severity !== "error");
    const own = isDoubted ? stepInputs(inner, defaults, validatorsFor(registry).knownInputs, () => false) : [];
    const before = new Set(own.map(placedText));
    const fresh = found.filter((one) => one.severity === "error" || !before.has(placedText(one)));
    const errors = withoutIgnored(fresh, inner.source).map((one) => hiding(one, hidden));
    return [...errors, ...calledWith(inner, values, registry)];
  });
}

/**
 * Checks a runbook's steps once more, now with the values of one run. What was told when it was loaded is not told again.
 * Secrets are in clear in `values` and never in what is answered.
 */
export function checkWithInputs(
  runbook: Runbook,
  registry: StepRegistry,
  values: Readonly<Record<string, Json>>,
): readonly Diagnostic[] {
  const outline = authoredIn(runbook);
  const validate = validatorsFor(registry).knownInputs;
  const known = { values, areGiven: true };
  const found = stepInputs(outline, known, validate, () => false);
  const defaults = { values: defaultsOf(outline), areGiven: false };
  const before = found.length === 0 ? [] : stepInputs(outline, defaults, validate, () => false);
  const told = new Set(before.map(placedText));
  const fresh = found.filter((one) => !told.has(placedText(one)));
  const hidden = hiddenInTree(outline);
  const own = sortDiagnostics(withoutIgnored(fresh, outline.source).map((one) => hiding(one, hidden)));
  return [...own, ...sortDiagnostics(calledWith(outline, known, registry))];
}

/** Where a value came from is told in notes, and is no other finding. */
const placedText = ({ span, code, message }: Diagnostic): string => `${span.start}-${span.end} ${code} ${message}`;

function defaultsOf({ inputs }: Outline): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    [...inputs].flatMap(([name, { input }]) => (input?.default === undefined ? [] : [[name, input.default]])),
  );
}

function hiding(diagnostic: Diagnostic, hidden: readonly Span[]): Diagnostic {
  return hidden.length === 0 ? diagnostic : { ...diagnostic, hidden };
}

/** What has been told so far. */
class Told {
  readonly all: Diagnostic[];
  #byStart: readonly Span[] | undefined;
  constructor(first: readonly Diagnostic[]) {
    this.all = [...first];
  }

  get hasError(): boolean {
    return this.all.some(({ severity }) => severity === "error");
  }

  /** Adds the findings of one stage, without those at a place that an earlier stage told of. */
  add(found: readonly Diagnostic[]): void {
    const places = new Set(this.all.map(({ span }) => `${span.start}-${span.end}`));
    for (const one of found) if (!places.has(`${one.span.start}-${one.span.end}`)) this.all.push(one);
    this.#byStart = undefined;
  }

  isWithin({ start, end }: Span): boolean {
    this.#byStart ??= this.all.map(({ span }) => span).toSorted((a, b) => a.start - b.start);
    let low = 0;
    let high = this.#byStart.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#byStart[middle]!.start < start) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.#byStart.length && this.#byStart[at]!.start < end; at++) {
      if (this.#byStart[at]!.end <= end) return true;
    }
    return false;
  }
}
