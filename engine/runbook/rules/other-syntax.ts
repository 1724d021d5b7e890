// Expressions in the syntax of other tools: `${inputs.a}` and `{{ inputs.a }}` are text here, and nobody means them so when
// they name something of the runbook.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import type { Authored } from "../authored.ts";
import type { Outline, Rule } from "../outline.ts";

const OTHER = /(?<!\$)(?:\$\{(?!\{)|\{\{)\s*((?:inputs|steps|locals|each)\.[\w-]+[^{}\n]*?)\s*\}\}?/g;

export const otherSyntax: Rule = (outline) => {
  const { steps, outputs, locals } = outline;
  const nodes = [
    ...steps.flatMap((step) => [step.with, step.if, step.forEach?.in].filter((node) => node !== undefined)),
    ...[...outputs.values(), ...locals.values()].map(({ value }) => value),
  ];
  return nodes.flatMap((node) => [...within(node, outline)]);
};

function* within(node: Authored, outline: Outline): Generator<Diagnostic> {
  if (node.kind === "list") for (const item of node.items) yield* within(item, outline);
  else if (node.kind === "map") for (const { value } of node.entries.values()) yield* within(value, outline);
  // Scripts and templates for other tools have several lines, and a syntax of their own.
  else if (typeof node.value === "string" && !node.value.includes("\n")) {
    const { source } = outline;
    let from = node.span.start;
    for (const [written, expression = ""] of node.value.matchAll(OTHER)) {
      const start = source.text.indexOf(written, from);
      if (start !== -1) from = start + written.length;
      if (!isKnown(expression, outline)) continue;
      const isFound = start !== -1 && start + written.length <= node.span.end && written !== node.value;
      const span = isFound ? { start, end: start + written.length } : node.span;
      const message = `\`${written}\` is text, and no expression`;
      yield diagnosticAt(source, span, "expression-syntax", message, { hint: `write \${{ ${expression} }}` });
    }
  }
}

function isKnown(expression: string, { inputs, steps, locals }: Outline): boolean {
  const [root, name = ""] = expression.split(/[.[\s|]/);
  if (root === "inputs") return inputs.has(name);
  if (root === "locals") return locals.has(name);
  return root === "each" ? /^(?:value|key|index)$/.test(name) : steps.some(({ id }) => id === name);
}
