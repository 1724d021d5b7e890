// The parts of a tree that rules look at. Lenient: what has the wrong shape is left out, since the schema has told of it.

import type { SourceText, Span } from "../source/source-text.ts";
import type { Diagnostic } from "../source/diagnostic.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import type { Authored, AuthoredEntry, AuthoredMap, AuthoredScalar } from "./authored.ts";

export interface Outline {
  readonly source: SourceText;
  readonly inputs: ReadonlyMap<string, { readonly span: Span; readonly node: Authored }>;
  readonly steps: readonly StepOutline[];
  readonly outputs: ReadonlyMap<string, AuthoredEntry>;
}

export interface StepOutline {
  readonly id: string;
  readonly idSpan: Span;
  readonly uses: string;
  /** Absent when `uses` names no known step type. */
  readonly definition?: StepDefinition;
  readonly with?: Authored;
  readonly needs: readonly AuthoredScalar[];
  readonly if?: AuthoredScalar;
  readonly timeout?: string;
  readonly description?: string;
}

/** A rule looks at the whole and tells what is wrong. */
export type Rule = (outline: Outline) => readonly Diagnostic[];

export function outlineOf(root: Authored, source: SourceText, registry: StepRegistry): Outline {
  const top = mapOf(root);
  const inputs = [...(mapOf(top?.get("inputs")?.value) ?? [])].map(
    ([name, { keySpan, value }]) => [name, { span: keySpan, node: value }] as const,
  );
  const list = top?.get("steps")?.value;
  const items = list?.kind === "list" ? list.items : [];
  return {
    source,
    inputs: new Map(inputs),
    steps: items.flatMap((item) => stepOf(item, registry) ?? []),
    outputs: mapOf(top?.get("outputs")?.value) ?? new Map<string, AuthoredEntry>(),
  };
}

function stepOf(item: Authored, registry: StepRegistry): StepOutline | undefined {
  const entries = mapOf(item);
  const id = scalarAt(entries, "id");
  if (entries === undefined || id === undefined || typeof id.value !== "string" || id.isTemplate) return undefined;
  const uses = textAt(entries, "uses") ?? "";
  const definition = registry.get(uses);
  const withNode = entries.get("with")?.value;
  const needs = entries.get("needs")?.value;
  const condition = scalarAt(entries, "if");
  const timeout = textAt(entries, "timeout");
  const description = textAt(entries, "description");
  return {
    id: id.value,
    idSpan: id.span,
    uses,
    needs: needs?.kind === "list" ? needs.items.filter((one) => one.kind === "scalar") : [],
    ...(definition && { definition }),
    ...(withNode && { with: withNode }),
    ...(condition && { if: condition }),
    ...(timeout !== undefined && { timeout }),
    ...(description !== undefined && { description }),
  };
}

export function mapOf(node: Authored | undefined): AuthoredMap["entries"] | undefined {
  return node?.kind === "map" ? node.entries : undefined;
}

export function scalarAt(entries: AuthoredMap["entries"] | undefined, key: string): AuthoredScalar | undefined {
  const node = entries?.get(key)?.value;
  return node?.kind === "scalar" ? node : undefined;
}

export function textAt(entries: AuthoredMap["entries"] | undefined, key: string): string | undefined {
  const value = scalarAt(entries, key)?.value;
  return typeof value === "string" ? value : undefined;
}

/** Every scalar in a tree that holds expressions. */
export function* templatesIn(node: Authored | undefined): Generator<AuthoredScalar> {
  if (node === undefined) return;
  if (node.kind === "scalar") {
    if (node.isTemplate) yield node;
  } else if (node.kind === "list") for (const item of node.items) yield* templatesIn(item);
  else for (const { value } of node.entries.values()) yield* templatesIn(value);
}
