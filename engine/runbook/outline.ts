// The parts of a tree that rules look at. Lenient: what has the wrong shape is left out, since the schema has told of it.

import type { Diagnostic } from "../source/diagnostic.ts";
import type { SourceText, Span } from "../source/source-text.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import { type Authored, type AuthoredEntries, type AuthoredScalar, entriesOf, scalarAt, textAt } from "./authored.ts";
import { inputOf } from "./inputs.ts";
import type { RunbookInput } from "./model.ts";

export interface Outline {
  readonly source: SourceText;
  readonly root: Authored;
  readonly inputs: ReadonlyMap<string, InputOutline>;
  readonly steps: readonly StepOutline[];
  readonly outputs: AuthoredEntries;
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
  readonly description?: string;
}

/** A rule looks at the whole and tells what is wrong. */
export type Rule = (outline: Outline) => readonly Diagnostic[];

export function outlineOf(root: Authored, source: SourceText, registry: StepRegistry): Outline {
  const top = entriesOf(root);
  const described = top?.get("inputs")?.value;
  const inputs = [...(entriesOf(described) ?? [])].map(([name, { keySpan, value }]) => {
    const input = inputOf(name, value, keySpan);
    return [name, { span: keySpan, node: value, ...(input && { input }) }] as const;
  });
  const list = top?.get("steps")?.value;
  const steps = list?.kind === "list" ? list.items.flatMap((item) => stepOf(item, registry) ?? []) : [];
  const whole = !(root.kind === "map" && root.isPartial === true);
  const isMap = described === undefined || (described.kind === "map" && described.isPartial !== true);
  return {
    source,
    root,
    inputs: new Map(inputs),
    steps,
    outputs: entriesOf(top?.get("outputs")?.value) ?? new Map(),
    isComplete: {
      inputs: whole && isMap,
      steps:
        whole &&
        list?.kind === "list" &&
        steps.length === list.items.length &&
        steps.every(({ id }) => id !== undefined),
    },
  };
}

function stepOf(item: Authored, registry: StepRegistry): StepOutline | undefined {
  const entries = entriesOf(item);
  if (entries === undefined) return undefined;
  const id = scalarAt(entries, "id");
  const uses = textAt(entries, "uses") ?? "";
  const definition = registry.get(uses);
  const withNode = entries.get("with")?.value;
  const needs = entries.get("needs")?.value;
  const condition = scalarAt(entries, "if");
  const timeout = scalarAt(entries, "timeout");
  const description = textAt(entries, "description");
  return {
    idSpan: id?.span ?? [...entries.values()][0]?.keySpan ?? item.span,
    uses,
    needs: needs?.kind === "list" ? needs.items.filter((one) => one.kind === "scalar") : [],
    ...(typeof id?.value === "string" && !id.isTemplate && { id: id.value }),
    ...(definition && { definition }),
    ...(withNode && { with: withNode }),
    ...(condition && { if: condition }),
    ...(timeout && { timeout }),
    ...(description !== undefined && { description }),
  };
}
