// The steps' graph in the languages of other programs.

import type { PictureNode } from "./graph-svg.ts";

/** For Graphviz. */
export function dotText(name: string, nodes: readonly PictureNode[]): string {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const lines = nodes.flatMap(({ id, note, waitsFor }) => [
    `  ${quoted(id)} [label=${quoted(`${id}\n${note}`).replace("\n", "\\n")}];`,
    ...waitsFor.map((before) => `  ${quoted(before)} -> ${quoted(id)};`),
  ]);
  return [`digraph ${quoted(name)} {`, "  node [shape=box];", ...lines, "}", ""].join("\n");
}

/** For Markdown pages that draw Mermaid. Ids are numbers there: some words of ours are its keywords. */
export function mermaidText(nodes: readonly PictureNode[]): string {
  const numbers = new Map(nodes.map(({ id }, index) => [id, `s${index}`]));
  const quoted = (text: string): string => text.replaceAll('"', "#quot;");
  const lines = nodes.flatMap(({ id, note, waitsFor }) => [
    `  ${numbers.get(id)}["${quoted(id)}<br>${quoted(note)}"]`,
    ...waitsFor.flatMap((before) => (numbers.has(before) ? [`  ${numbers.get(before)} --> ${numbers.get(id)}`] : [])),
  ]);
  return ["flowchart TD", ...lines, ""].join("\n");
}

export function graphJson(nodes: readonly PictureNode[]): string {
  const steps = nodes.map(({ id, note, waitsFor }) => ({ id, uses: note, waitsFor }));
  return `${JSON.stringify({ steps }, undefined, 2)}\n`;
}
