// Where a file holds what must not be shown, so that no message quotes the line as it is. Generous: a name that only
// looks like that of a secret counts.

import type { SourceText, Span } from "../source/source-text.ts";
import { nearest } from "../source/suggestion.ts";
import { SECRET_KEYWORD } from "../steps/definition.ts";
import { type Authored, entriesOf } from "./authored.ts";
import type { Outline } from "./outline.ts";

const SECRET_NAME = /pas+w|pwd|token|secret|credential|private/i;
const PRIVATE_KEY = /PRIVATE KEY/;

/** Of a longer line nothing is looked for behind this, which keeps a hostile one from costing much. */
const MOST_LOOKED_AT = 1000;
const SECRET_KEY =
  /(?:pas+w|pwd|token|secret|credential|private)[\w-]*["']?\s*:\s*(?!\s|["']?\$\{\{|true\b|false\b)(.+)$/i;

/** In a text that is not YAML: what stands behind a key with such a name, to the end of the line of the place. */
export function hiddenInLine(source: SourceText, place: Span): readonly Span[] {
  const { line, column } = source.positionAt(place.start);
  const found = SECRET_KEY.exec(source.line(line).slice(0, MOST_LOOKED_AT));
  if (found === null) return [];
  const end = place.start - (column - 1) + source.line(line).length;
  return [{ start: place.start - (column - 1) + found.index + found[0].length - found[1]!.length, end }];
}

export function hiddenInTree({ root, inputs, steps, outputs }: Outline): readonly Span[] {
  const declared = [...inputs].flatMap(([name, { node, input }]) => {
    if (input?.secret !== true && !SECRET_NAME.test(name)) return [];
    const entries = entriesOf(node);
    return ["default", "enum"].flatMap((key) => scalarsIn(entries?.get(key)?.value));
  });
  const given = steps.flatMap(({ with: node, definition, call }) => {
    const properties = (definition?.inputs.properties ?? {}) as Properties;
    const inner = properties["inputs"]?.["properties"] as Properties | undefined;
    return [...secretsIn(node, properties), ...(call ? secretsIn(call.inputs, inner ?? {}) : [])];
  });
  const answered = [...outputs].flatMap(([name, { value, secretSpan }]) =>
    secretSpan !== undefined || SECRET_NAME.test(name) ? scalarsIn(value) : [],
  );
  return [...declared, ...given, ...answered, ...privateKeysIn(root)];
}

type Properties = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What is given to inputs that are secret, or look like it. */
function secretsIn(node: Authored | undefined, properties: Properties): readonly Span[] {
  const secrets = Object.keys(properties).filter((key) => properties[key]?.[SECRET_KEYWORD] === true);
  return [...(entriesOf(node) ?? [])].flatMap(([key, { value }]) => {
    const isSecret = key in properties ? secrets.includes(key) : nearest(key, secrets) !== undefined;
    return isSecret || SECRET_NAME.test(key) ? scalarsIn(value) : [];
  });
}

function scalarsIn(node: Authored | undefined): readonly Span[] {
  if (node === undefined) return [];
  if (node.kind === "list") return node.items.flatMap(scalarsIn);
  if (node.kind === "map") return [...node.entries.values()].flatMap(({ value }) => scalarsIn(value));
  return node.isTemplate || typeof node.value === "boolean" || node.value === null ? [] : [node.span];
}

function privateKeysIn(node: Authored): readonly Span[] {
  if (node.kind === "list") return node.items.flatMap(privateKeysIn);
  if (node.kind === "map") return [...node.entries.values()].flatMap(({ value }) => privateKeysIn(value));
  return typeof node.value === "string" && PRIVATE_KEY.test(node.value) ? [node.span] : [];
}
