// Locals: values with a name, which expressions may read as `locals.<name>`. Each reference is given what it stands for, so
// that whatever looks at expressions sees through it: to the steps it waits for, the secrets it holds, its type.

import { childrenOf, type Expression, type LocalValue } from "../expression/ast.ts";
import type { Template } from "../expression/template.ts";
import type { Authored, AuthoredScalar } from "./authored.ts";
import { entriesOf, templatesIn } from "./authored.ts";

/** Of a local that holds others: together they have at most so many parts. */
export const MOST_PARTS = 2000;

interface Resolved {
  readonly value: LocalValue;
  readonly parts: number;
}

/** The tree with its references to locals resolved; those in a circle, to unknown or to too large ones stay as they are. */
export function withLocals(root: Authored): Authored {
  const locals = entriesOf(entriesOf(root)?.get("locals")?.value);
  if (root.kind !== "map" || locals === undefined || locals.size === 0) return root;
  const known = new Map<string, Resolved | undefined>();
  const underWay = new Set<string>();

  const local = (name: string): Resolved | undefined => {
    if (known.has(name)) return known.get(name);
    const entry = locals.get(name);
    if (entry === undefined || underWay.has(name)) return undefined;
    underWay.add(name);
    const value = valueOf(node(entry.value));
    underWay.delete(name);
    const parts = partsIn(value);
    const resolved = parts > MOST_PARTS ? undefined : { value, parts };
    known.set(name, resolved);
    return resolved;
  };
  const expression = (of: Expression): Expression => {
    if (of.kind === "property" && of.target.kind === "name" && of.target.name === "locals") {
      const found = local(of.name);
      return found === undefined ? of : { kind: "local", name: of.name, value: found.value, span: of.span };
    }
    switch (of.kind) {
      case "property":
        return { ...of, target: expression(of.target) };
      case "index":
        return { ...of, target: expression(of.target), index: expression(of.index) };
      case "not":
        return { ...of, operand: expression(of.operand) };
      case "binary":
        return { ...of, left: expression(of.left), right: expression(of.right) };
      case "call":
        return { ...of, arguments: of.arguments.map(expression) };
      default:
        return of;
    }
  };
  const scalar = (of: AuthoredScalar): AuthoredScalar => {
    const { template } = of;
    if (template === undefined || !readsLocals(template)) return of;
    const parts = template.parts.map((part) => (typeof part === "string" ? part : expression(part)));
    return { ...of, template: { ...template, parts }, inFile: (span) => of.inFile(span) };
  };
  const node = (of: Authored): Authored => {
    if (of.kind === "scalar") return scalar(of);
    if (of.kind === "list") return { ...of, items: of.items.map(node) };
    const entries = [...of.entries].map(([key, entry]) => [key, { ...entry, value: node(entry.value) }] as const);
    return { ...of, entries: new Map(entries) };
  };
  return node(root);
}

/** The locals that a value reads; one that is read twice is there twice. */
export function localsIn(value: Authored): readonly string[] {
  const found: string[] = [];
  const within = (of: Expression): void => {
    if (of.kind === "local") found.push(of.name);
    else if (of.kind === "property" && of.target.kind === "name" && of.target.name === "locals") found.push(of.name);
    else childrenOf(of).forEach(within);
  };
  for (const { template } of templatesIn(value)) {
    for (const part of template?.parts ?? []) if (typeof part !== "string") within(part);
  }
  return found;
}

function readsLocals({ parts }: Template): boolean {
  const within = (of: Expression): boolean =>
    (of.kind === "name" && of.name === "locals") || childrenOf(of).some(within);
  return parts.some((part) => typeof part !== "string" && within(part));
}

function valueOf(node: Authored): LocalValue {
  if (node.kind === "list") return { kind: "list", items: node.items.map(valueOf) };
  if (node.kind === "map") {
    return { kind: "map", entries: [...node.entries].map(([key, { value }]) => [key, valueOf(value)] as const) };
  }
  return node.template === undefined
    ? { kind: "literal", value: node.value }
    : { kind: "template", template: node.template };
}

/** Counts no further than it must. */
function partsIn(value: LocalValue): number {
  let parts = 0;
  const count = (of: LocalValue): void => {
    if (++parts > MOST_PARTS) return;
    if (of.kind === "list") of.items.forEach(count);
    else if (of.kind === "map") for (const [, member] of of.entries) count(member);
    else if (of.kind === "template") for (const part of of.template.parts) if (typeof part !== "string") countIn(part);
  };
  const countIn = (of: Expression): void => {
    if (++parts > MOST_PARTS) return;
    if (of.kind === "local") count(of.value);
    else childrenOf(of).forEach(countIn);
  };
  count(value);
  return parts;
}
