// The parts of a tree that rules look at. Lenient: what has the wrong shape is left out, since the schema has told of it.

import type { Diagnostic } from "../source/diagnostic.ts";
import type { SourceText, Span } from "../source/source-text.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import { type Authored, type AuthoredEntries, type AuthoredScalar, entriesOf, scalarAt, textAt } from "./authored.ts";
import { type CallLookup, callOf, type CallOutline, isCall, typeOfCall } from "./calls.ts";
import { inputOf } from "./inputs.ts";
import type { RunbookInput } from "./model.ts";
import { type OutputOutline, outputsIn } from "./outputs.ts";

export interface Outline {
  readonly source: SourceText;
  readonly root: Authored;
  readonly inputs: ReadonlyMap<string, InputOutline>;
  /** Those of `steps`, then those of `finally`. */
  readonly steps: readonly StepOutline[];
  readonly locals: AuthoredEntries;
  readonly outputs: ReadonlyMap<string, OutputOutline>;
  /** False when an input or a step could not be read, so that nobody can say of a name that it is none of them. */
  readonly isComplete: { readonly inputs: boolean; readonly steps: boolean };
}

export interface InputOutline {
  readonly node: Authored;
  /** Of its name. */
  readonly span: Span;
  /** Absent when its description has no type that could be meant. */
  readonly input?: RunbookInput;
}

export interface StepOutline {
  /** Absent when the step has none that can be read. */
  readonly id?: string;
  /** Of its id, or else of its first key. */
  readonly idSpan: Span;
  readonly uses: string;
  /** Absent when `uses` names no known step type. */
  readonly definition?: StepDefinition;
  readonly with?: Authored;
  readonly needs: readonly AuthoredScalar[];
  readonly if?: AuthoredScalar;
  readonly timeout?: AuthoredScalar;
  readonly retry?: AuthoredEntries;
  readonly onError?: string;
  readonly forEach?: ForEachOutline;
  readonly isFinally: boolean;
  readonly description?: string;
  /** Present for a step that calls a runbook. */
  readonly call?: CallOutline;
  /** Where its keys are. */
  readonly keySpans: ReadonlyMap<string, Span>;
}

export interface ForEachOutline {
  /** What is gone over. */
  readonly in: Authored;
  readonly concurrency?: number;
  readonly maxErrors?: number;
}

/** A rule looks at the whole and tells what is wrong. */
export type Rule = (outline: Outline) => readonly Diagnostic[];

/** `lookup`: the runbooks that it calls; absent: nothing is said of them. */
export function outlineOf(root: Authored, source: SourceText, registry: StepRegistry, lookup?: CallLookup): Outline {
  const top = entriesOf(root);
  const described = top?.get("inputs")?.value;
  const inputs = [...(entriesOf(described) ?? [])].map(([name, { keySpan, value }]) => {
    const input = inputOf(name, value, keySpan);
    return [name, { span: keySpan, node: value, ...(input && { input }) }] as const;
  });
  const list = top?.get("steps")?.value;
  const last = top?.get("finally")?.value;
  const stepsIn = (node: Authored | undefined, isFinally: boolean): readonly StepOutline[] =>
    node?.kind === "list" ? node.items.flatMap((item) => stepOf(item, registry, isFinally, lookup) ?? []) : [];
  const steps = [...stepsIn(list, false), ...stepsIn(last, true)];
  const items = list?.kind === "list" ? list.items.length + (last?.kind === "list" ? last.items.length : 0) : 0;
  const whole = !(root.kind === "map" && root.isPartial === true);
  const isMap = described === undefined || (described.kind === "map" && described.isPartial !== true);
  return {
    source,
    root,
    inputs: new Map(inputs),
    steps,
    locals: entriesOf(top?.get("locals")?.value) ?? new Map(),
    outputs: outputsIn(entriesOf(top?.get("outputs")?.value)),
    isComplete: {
      inputs: whole && isMap,
      steps:
        whole &&
        list?.kind === "list" &&
        (last === undefined || last.kind === "list") &&
        steps.length === items &&
        steps.every(({ id }) => id !== undefined),
    },
  };
}

function stepOf(
  item: Authored,
  registry: StepRegistry,
  isFinally: boolean,
  lookup: CallLookup | undefined,
): StepOutline | undefined {
  const entries = entriesOf(item);
  if (entries === undefined) return undefined;
  const id = scalarAt(entries, "id");
  const uses = textAt(entries, "uses") ?? "";
  const call = isCall({ uses }) ? callOf(entries, lookup) : undefined;
  const type = registry.get(uses);
  const definition = type && call?.called ? typeOfCall(type, call.called) : type;
  const withNode = entries.get("with")?.value;
  const needs = entries.get("needs")?.value;
  const condition = scalarAt(entries, "if");
  const timeout = scalarAt(entries, "timeout");
  const retry = entriesOf(entries.get("retry")?.value);
  const onError = textAt(entries, "onError");
  const forEach = forEachOf(entries.get("forEach")?.value);
  const description = textAt(entries, "description");
  return {
    isFinally,
    idSpan: id?.span ?? [...entries.values()][0]?.keySpan ?? item.span,
    uses,
    needs: needs?.kind === "list" ? needs.items.filter((one) => one.kind === "scalar") : [],
    ...(typeof id?.value === "string" && !id.isTemplate && { id: id.value }),
    ...(definition && { definition }),
    ...(withNode && { with: withNode }),
    ...(condition && { if: condition }),
    ...(timeout && { timeout }),
    ...(retry && { retry }),
    ...(onError !== undefined && { onError }),
    ...(forEach && { forEach }),
    ...(description !== undefined && { description }),
    ...(call && { call }),
    keySpans: new Map([...entries].map(([key, { keySpan }]) => [key, keySpan])),
  };
}

/** In its short form it is the list, or the expression, itself. */
function forEachOf(node: Authored | undefined): ForEachOutline | undefined {
  if (node === undefined) return undefined;
  const entries = entriesOf(node);
  const over = entries?.get("in")?.value;
  if (over === undefined) return { in: node };
  const [concurrency, maxErrors] = [scalarAt(entries, "concurrency")?.value, scalarAt(entries, "maxErrors")?.value];
  return {
    in: over,
    ...(typeof concurrency === "number" && { concurrency }),
    ...(typeof maxErrors === "number" && { maxErrors }),
  };
}
