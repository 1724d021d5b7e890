// A runbook's text as a tree in which every value, key and expression keeps its place. Knows YAML's values, not runbooks.

import type { Template } from "../expression/template.ts";
import type { Span } from "../source/source-text.ts";

export type Authored = AuthoredScalar | AuthoredList | AuthoredMap;

export interface AuthoredScalar {
  readonly kind: "scalar";
  readonly value: null | boolean | number | string;
  readonly span: Span;
  /** Present when the text holds expressions that could be read. */
  readonly template?: Template;
  /** Whether the text holds `${{`, readable or not. */
  readonly isTemplate: boolean;
  /** What stands here could not be read, and has been told of. */
  readonly isUnread?: true;
  /** Turns a span in the value's text into one of the file. */
  inFile(span: Span): Span;
}

export interface AuthoredList {
  readonly kind: "list";
  readonly items: readonly Authored[];
  readonly span: Span;
}

export interface AuthoredMap {
  readonly kind: "map";
  readonly entries: AuthoredEntries;
  /** An entry could not be read, and has been told of. */
  readonly isPartial?: true;
  readonly span: Span;
}

export type AuthoredEntries = ReadonlyMap<string, AuthoredEntry>;

export interface AuthoredEntry {
  readonly keySpan: Span;
  readonly value: Authored;
}

/** The tree as plain JSON; templates are their text. */
export function plain(node: Authored): unknown {
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "scalar") return node.value;
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}

export function entriesOf(node: Authored | undefined): AuthoredEntries | undefined {
  return node?.kind === "map" ? node.entries : undefined;
}

export function scalarAt(entries: AuthoredEntries | undefined, key: string): AuthoredScalar | undefined {
  const node = entries?.get(key)?.value;
  return node?.kind === "scalar" ? node : undefined;
}

export function textAt(entries: AuthoredEntries | undefined, key: string): string | undefined {
  const value = scalarAt(entries, key)?.value;
  return typeof value === "string" ? value : undefined;
}

/** A node in a tree, with the key that leads to it if one does. */
export interface Found {
  readonly node: Authored;
  readonly keySpan?: Span;
}

/** The node at a path of keys and indexes. */
export function entryAt(root: Authored, path: readonly string[]): Found | undefined {
  let found: Found | undefined = { node: root };
  for (const part of path) found = found && childAt(found.node, part);
  return found;
}

function childAt(node: Authored, part: string): Found | undefined {
  if (node.kind === "map") {
    const entry = node.entries.get(part);
    return entry && { node: entry.value, keySpan: entry.keySpan };
  }
  const item = node.kind === "list" ? node.items[Number(part)] : undefined;
  return item && { node: item };
}

/** The parts of a JSON pointer. */
export function pathOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Every scalar in a tree that holds expressions. */
export function* templatesIn(node: Authored | undefined): Generator<AuthoredScalar> {
  if (node === undefined) return;
  if (node.kind === "scalar") {
    if (node.isTemplate) yield node;
  } else if (node.kind === "list") for (const item of node.items) yield* templatesIn(item);
  else for (const { value } of node.entries.values()) yield* templatesIn(value);
}
