// Every key of the shipped runbooks, dropped, misspelt or given a value of another type: nearly all of what is wrong then
// is told at the place of the mistake. What is missed is listed in mutations.out.

import { expect } from "chai";
import { readdirSync } from "node:fs";
import { type Document, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type Scalar } from "yaml";
import { type Authored, entryAt, templatesIn } from "../../engine/runbook/authored.ts";
import { namePlaces } from "../../engine/runbook/editing/names.ts";
import { schemaAt, type Schema } from "../../engine/runbook/editing/schema-place.ts";
import type { ValueShape } from "../../engine/runbook/model.ts";
import { outlineOf } from "../../engine/runbook/outline.ts";
import { readYaml } from "../../engine/runbook/read-yaml.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import type { Diagnostic } from "../../engine/source/diagnostic.ts";
import { SourceText, type Span } from "../../engine/source/source-text.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { load } from "../support/check-runbook.ts";
import { expectGolden } from "../support/golden.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

type Path = readonly string[];
interface Mutant {
  readonly what: string;
  readonly text: string;
  /** Where the mistake is in the text, and what it makes wrong. */
  readonly places: readonly Span[];
}

const schema = runbookSchema(builtinSteps);
const KINDS = ["dropped", "misspelt", "retyped"] as const;
type Kind = (typeof KINDS)[number];

const shipped = readdirSync(projectFile("runbooks")).filter((name) => /(?<!\.test)\.yaml$/.test(name));

function keysOf(node: unknown, path: Path = []): readonly Path[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => keysOf(item, [...path, String(index)]));
  if (!isMap(node)) return [];
  return node.items.flatMap((pair) => {
    const at = [...path, String((pair.key as Scalar).value)];
    return [at, ...keysOf(pair.value, at)];
  });
}

/** The schema of the values that an input of a called runbook takes. */
function schemaOfShape(shape: ValueShape): Schema {
  const { properties, values, items } = shape;
  const members = Object.fromEntries([...(properties ?? [])].map(([name, one]) => [name, schemaOfShape(one)]));
  const required = [...(properties ?? [])].filter(([, one]) => one.default === undefined && !one.optional);
  return {
    ...(properties && { properties: members, required: required.map(([name]) => name) }),
    ...(values && { additionalProperties: schemaOfShape(values) }),
    ...(items && { items: schemaOfShape(items) }),
  };
}

const ofCalls = new Map<string, Schema>();
function schemaOfCall(path: string): Schema {
  const known = ofCalls.get(path);
  if (known !== undefined) return known;
  const { inputs } = load(readProjectFile(`runbooks/${path}`)).runbook!;
  const whole: Schema = {
    properties: Object.fromEntries(inputs.map((input) => [input.name, schemaOfShape(input)])),
    required: inputs.flatMap(({ name, default: preset }) => (preset === undefined ? [name] : [])),
  };
  ofCalls.set(path, whole);
  return whole;
}

/** The schema of the map that holds a key; for inputs of a step that of its type. */
function schemaOf(path: Path, document: Document): Schema | undefined {
  const holder = path.slice(0, -1);
  if (!/^(?:steps|finally)$/.test(path[0]!) || holder[2] !== "with") {
    return schemaAt(
      schema,
      holder.map((part) => (/^\d+$/.test(part) ? "-" : part)),
    );
  }
  const read = (...keys: string[]): string =>
    (document.getIn([path[0], Number(path[1]), ...keys]) as string | undefined) ?? "";
  const uses = read("uses");
  if (uses === "runbook" && holder[3] === "inputs")
    return schemaAt(schemaOfCall(read("with", "path")), holder.slice(4));
  return schemaAt(builtinSteps.get(uses)!.inputs as unknown as Schema, holder.slice(3));
}

/** What no schema asks for and this runbook cannot do without. */
const NEEDED = new Set(["needs", "secret", "adminPassword", "systemAssignedIdentity", "token"]);

/** Whether a runbook is wrong with the mutation; names of outputs and tags are free, and what is optional may go. */
function isWrong(kind: Kind, path: Path, document: Document): boolean {
  const key = path.at(-1)!;
  const holder = schemaOf(path, document);
  const isName = (path[0] === "inputs" || path[0] === "locals") && path.length === 2;
  if (path[0] === "outputs" && path.length > 1) return false;
  // A local may be anything.
  if (isName) return path[0] === "inputs" || kind !== "retyped";
  if (kind === "dropped") return ((holder?.["required"] as readonly string[]) ?? []).includes(key) || NEEDED.has(key);
  return Object.hasOwn((holder?.["properties"] as Schema | undefined) ?? {}, key);
}

function mutate(kind: Kind, path: Path, whole: Document): string {
  const document = whole.clone();
  const at = path.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  if (kind === "dropped") document.deleteIn(at);
  else if (kind === "misspelt") pairAt(path, document).key.value = misspelt(path.at(-1)!);
  else document.setIn(at, document.createNode(retyped(pairAt(path, document).value)));
  return document.toString();
}

function pairAt(path: Path, document: Document): Pair<Scalar, unknown> {
  const holder = path.slice(0, -1).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const map = holder.length === 0 ? document.contents : document.getIn(holder);
  if (!isMap(map)) throw new Error("no map");
  return map.items.find((one) => (one.key as Scalar).value === path.at(-1)) as Pair<Scalar, unknown>;
}

/** The same in the text itself, without writing and reading it all: for what no name depends on. */
function edit(kind: "misspelt" | "retyped", path: Path, text: string, document: Document): Omit<Mutant, "what"> {
  const { key, value } = pairAt(path, document);
  const [keyStart, keyEnd] = (key as Node).range!;
  const [valueStart, valueEnd] = (value as Node).range!;
  const [start, end] = kind === "misspelt" ? [keyStart, keyEnd] : [valueStart, valueEnd];
  const lineEnd = text.slice(start, end).endsWith("\n") ? "\n" : "";
  const put = kind === "misspelt" ? misspelt(path.at(-1)!) : JSON.stringify(retyped(value)) + lineEnd;
  const moved = (at: number): number => (at >= end ? at + put.length - (end - start) : at);
  const id = /^(?:steps|finally)$/.test(path[0]!) ? document.getIn([path[0], Number(path[1]), "id"], true) : undefined;
  const spans = [(key as Node).range!, (value as Node).range!, ...(isScalar(id) ? [id.range!] : [])];
  return {
    text: text.slice(0, start) + put + text.slice(end),
    places: spans.map(([from, to]) => ({ start: moved(from), end: moved(to) })),
  };
}

function misspelt(key: string): string {
  const swapped = key.slice(0, 2) + key.charAt(3) + key.charAt(2) + key.slice(4);
  return key.length < 4 || swapped === key ? `${key}x` : swapped;
}

function retyped(value: unknown): unknown {
  if (isMap(value)) return "text";
  if (isSeq(value)) return { a: "map" };
  const scalar = isScalar(value) ? value.value : value;
  if (typeof scalar === "string") return ["list"];
  return String(scalar);
}

/** The key itself or the head of the map that it is missing from; and what reads it, of a name. */
function placesOf(kind: Kind, path: Path, text: string): readonly Span[] {
  const source = new SourceText("a.yaml", text);
  const { root } = readYaml(source);
  if (root === undefined) return [{ start: 0, end: text.length }];
  const found: Span[] = [];
  const add = (at: Path): void => {
    const entry = entryAt(root, at);
    if (entry?.keySpan !== undefined) found.push(entry.keySpan);
    if (entry !== undefined) found.push(kind === "dropped" ? headOf(entry.node) : entry.node.span);
  };
  add(kind === "misspelt" ? [...path.slice(0, -1), misspelt(path.at(-1)!)] : path);
  if (kind === "dropped") add(path.slice(0, -1));
  // A step is told of at its id.
  if (/^(?:steps|finally)$/.test(path[0]!) && path.length > 2) {
    const id = entryAt(root, [...path.slice(0, 2), "id"])?.node.span;
    if (id !== undefined) found.push(id);
  }
  if (path[0] === "locals") {
    for (const { template, span } of templatesIn(root)) {
      if (template !== undefined && text.slice(span.start, span.end).includes(`locals.${path[1]}`)) found.push(span);
    }
  }
  if (path[0] === "inputs" && path.length > 1) {
    const places = namePlaces(outlineOf(root, source, builtinSteps));
    found.push(...places.filter(({ kind: is, name }) => is === "input" && name === path[1]).map(({ span }) => span));
    for (const { template, span } of templatesIn(root)) {
      if (template !== undefined && text.slice(span.start, span.end).includes(`inputs.${path[1]}`)) found.push(span);
    }
  }
  return found;
}

function headOf(node: Authored): Span {
  if (node.kind !== "map") return node.span;
  return [...node.entries.values()][0]?.keySpan ?? node.span;
}

function mutantsOf(name: string, kind: Kind): readonly Mutant[] {
  const text = readProjectFile(`runbooks/${name}`);
  const document = parseDocument(text);
  return keysOf(document.contents)
    .filter((path) => isWrong(kind, path, document))
    .map((path) => {
      const what = `${name}: /${path.join("/")} ${kind}`;
      if (kind !== "dropped" && path[0] !== "inputs" && path[0] !== "locals")
        return { what, ...edit(kind, path, text, document) };
      const mutated = mutate(kind, path, document);
      return { what, text: mutated, places: placesOf(kind, path, mutated) };
    });
}

function isCaught({ text, places }: Mutant): boolean {
  const told: readonly Diagnostic[] = load(text).diagnostics;
  const spans = told.flatMap(({ span, notes = [] }) => [span, ...notes.map((note) => note.span)]);
  return spans.some((span) => places.some((place) => span.start <= place.end && place.start <= span.end));
}

describe("a shipped runbook with one key changed", () => {
  it("is told what is wrong, at the place, in at least 95 of 100 cases", () => {
    const mutants = shipped.flatMap((name) => KINDS.flatMap((kind) => mutantsOf(name, kind)));
    const missed = mutants.filter((mutant) => !isCaught(mutant)).map(({ what }) => what);
    expect(missed.length / mutants.length, missed.join("\n")).most(0.05);
    const counted = `${mutants.length} mistakes, ${missed.length} missed\n`;
    expectGolden("test/runbook/mutations.out", counted + missed.map((line) => `${line}\n`).join(""));
  }).timeout(180_000);
  it("is told nothing as it is", () => {
    for (const name of shipped) expect(load(readProjectFile(`runbooks/${name}`)).diagnostics).eql([]);
  });
});
