// What is told of the name or key under a pointer, as Markdown.

import type { Span } from "../../source/source-text.ts";
import type { Json } from "../../value/json.ts";
import { type Authored, type AuthoredMap, entriesOf, plain } from "../authored.ts";
import { shortJson } from "../input-values.ts";
import type { StepOutline } from "../outline.ts";
import { describeFunction, describeInput, describeOutput, describeStepType, typeText } from "./descriptions.ts";
import type { EditedRunbook } from "./edited-runbook.ts";
import { type NamePlace, placeAt } from "./names.ts";
import { type Schema, schemaAt } from "./schema-place.ts";

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

/** `schema` is the runbook's own, for keys of the format. */
export function hoverAt(runbook: EditedRunbook, offset: number, schema: Schema): Hover | undefined {
  const place = placeAt(runbook.places, offset);
  const named = place && describePlace(place, runbook);
  if (place !== undefined && named !== undefined) return { span: place.span, markdown: named };
  const { outline } = runbook;
  if (outline === undefined) return undefined;
  const step = stepAt(outline.steps, outline.root, offset);
  return stepTypeAt(step, outline.root, offset) ?? keyAt(outline.root, offset, step, schema);
}

function describePlace({ kind, name, step }: NamePlace, { outline }: EditedRunbook): string | undefined {
  if (kind === "function") return describeFunction(name);
  if (kind === "local") {
    const value = outline?.locals.get(name)?.value;
    return value && `**locals.${name}** stands for \`${shortJson(plain(value) as Json)}\``;
  }
  if (kind === "input") {
    const input = outline?.inputs.get(name)?.input;
    return input && describeInput(input);
  }
  const given = outline?.steps.find(({ id }) => id === (step ?? name));
  const { definition } = given ?? {};
  if (given === undefined || definition === undefined) return undefined;
  if (kind === "step") {
    const about = given.description === undefined ? "" : `\n\n${given.description}`;
    return `**steps.${name}** (${given.uses})${about}\n\n${definition.summary}`;
  }
  const schema = schemaAt(definition.outputs as unknown as Schema, [name]);
  return schema && describeOutput(step!, name, schema);
}

interface StepAt {
  readonly step: StepOutline;
  readonly node: Authored;
}

function stepAt(steps: readonly StepOutline[], root: Authored, offset: number): StepAt | undefined {
  const lists = ["steps", "finally"].flatMap((key) => entriesOf(root)?.get(key)?.value ?? []);
  const nodes = lists.flatMap((list) => (list.kind === "list" ? list.items : []));
  const node = nodes.find(({ span }) => span.start <= offset && offset <= span.end);
  const step = node && steps.find(({ idSpan }) => node.span.start <= idSpan.start && idSpan.end <= node.span.end);
  return node && step && { step, node };
}

function stepTypeAt(at: StepAt | undefined, root: Authored, offset: number): Hover | undefined {
  const uses = entriesOf(at?.node)?.get("uses")?.value;
  if (at === undefined || uses === undefined || !isWithin(uses.span, offset)) return undefined;
  const { definition } = at.step;
  return definition && { span: uses.span, markdown: describeStepType(definition) };
}

/** The key under the pointer, described by the schema of where it stands. */
function keyAt(root: Authored, offset: number, at: StepAt | undefined, schema: Schema): Hover | undefined {
  const found = pathTo(root, offset);
  if (found === undefined) return undefined;
  const { path, span } = found;
  const inputs = at?.step.definition?.inputs as unknown as Schema | undefined;
  const isInput = path[0] !== "inputs" && path[2] === "with" && path.length > 3;
  const described = isInput ? inputs && schemaAt(inputs, path.slice(3)) : schemaAt(schema, path);
  const about = described?.["description"];
  if (described === undefined || (typeof about !== "string" && !isInput)) return undefined;
  const head = `**${path.at(-1)!}** (${typeText(described)})`;
  return { span, markdown: typeof about === "string" ? `${head}\n\n${about}` : head };
}

function pathTo(node: Authored, offset: number): { readonly path: readonly string[]; readonly span: Span } | undefined {
  if (node.kind === "list") {
    const item = node.items.find(({ span }) => isWithin(span, offset));
    const found = item && pathTo(item, offset);
    return found && { ...found, path: ["-", ...found.path] };
  }
  if (node.kind !== "map") return undefined;
  for (const [key, { keySpan, value }] of (node as AuthoredMap).entries) {
    if (isWithin(keySpan, offset)) return { path: [key], span: keySpan };
    const found = isWithin(value.span, offset) ? pathTo(value, offset) : undefined;
    if (found !== undefined) return { ...found, path: [key, ...found.path] };
  }
  return undefined;
}

const isWithin = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end;
