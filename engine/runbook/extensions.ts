// The files and packages with further step types that a runbook names.

import { SourceText, type Span } from "../source/source-text.ts";
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
