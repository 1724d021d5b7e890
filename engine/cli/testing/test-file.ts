// Reads a test file: checked as a runbook is, with every value at its place.

import type { ScriptAnswer } from "../../emulator/guest/scripted-guest.ts";
import type { Fault } from "../../emulator/faults/kinds.ts";
import { patternProblem } from "../faults/fault-words.ts";
import { faultOfSpec } from "../faults/fault-plan.ts";
import {
  type Authored,
  type AuthoredEntries,
  entriesOf,
  entryAt,
  plain,
  scalarAt,
  templatesIn,
  textAt,
} from "../../runbook/authored.ts";
import { type CompiledSchema, errorsOf, schemaCompiler } from "../../runbook/compile.ts";
import { readYaml } from "../../runbook/read-yaml.ts";
import type { SchemaPlace } from "../../runbook/schema-messages.ts";
import { checkShape, type Validator } from "../../runbook/shape.ts";
import { type Diagnostic, diagnosticAt, sortDiagnostics } from "../../source/diagnostic.ts";
import { SourceText, type Span } from "../../source/source-text.ts";
import { factsFor } from "../../steps/resource.ts";
import type { Json } from "../../value/json.ts";
import { matcherProblems } from "./match.ts";
import { testSchema } from "./test-schema.ts";

/** A value with its place. */
export interface Placed<T> {
  readonly value: T;
  readonly span: Span;
}

export interface StateRequest {
  readonly path: Placed<string>;
  readonly apiVersion: string;
}

export interface GivenInputs {
  readonly inputs: Readonly<Record<string, Json>>;
  /** Where each of them stands. */
  readonly inputPlaces: AuthoredEntries;
}

export type Preparation =
  | ({ readonly kind: "run"; readonly runbook: Placed<string> } & GivenInputs)
  | ({ readonly kind: "put"; readonly body: Json } & StateRequest);

export interface RunbookTest extends GivenInputs {
  readonly name: Placed<string>;
  readonly before: readonly Preparation[];
  readonly faults: readonly Placed<Fault>[];
  /** Steps whose question is answered no. */
  readonly reject: readonly Placed<string>[];
  /** What scripts say. */
  readonly scripts: readonly Placed<ScriptAnswer>[];
  /** Where its `state` looks, in the order written. */
  readonly looks: readonly StateRequest[];
  /** Entries of `expect`; empty without it. */
  readonly expect: AuthoredEntries;
}

export interface TestFile {
  readonly source: SourceText;
  /** As written; absent: the file beside this one. */
  readonly runbook?: Placed<string>;
  readonly tests: readonly RunbookTest[];
}

export interface LoadedTests {
  /** Present when there is no error among the diagnostics. */
  readonly file?: TestFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** Without what only the runbook can tell; `checkAgainst` does that. */
export function loadTests(text: string, path: string): LoadedTests {
  const source = new SourceText(path, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const { root, diagnostics: unreadable } = readYaml(source);
  if (root === undefined) return { diagnostics: unreadable.map(inWordsOfTests) };
  const found = [
    ...unreadable,
    ...checkShape(root, source, validator(), placeOf),
    ...[...templatesIn(root)].map(({ span }) =>
      diagnosticAt(source, span, "expression-place", "an expression stands in a test, where none is evaluated", {
        hint: "write the value out",
      }),
    ),
  ];
  if (found.length > 0) return { diagnostics: sortDiagnostics(found) };
  const reader = new Reader(source);
  const tests = listAt(entriesOf(root), "tests").map((node) => reader.test(entriesOf(node)!));
  if (reader.diagnostics.length > 0) return { diagnostics: sortDiagnostics(reader.diagnostics) };
  const runbook = placedText(entriesOf(root)!, "runbook");
  return { file: { source, tests, ...(runbook && { runbook }) }, diagnostics: [] };
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: SourceText;
  constructor(source: SourceText) {
    this.#source = source;
  }

  test(entries: AuthoredEntries): RunbookTest {
    const expect: AuthoredEntries = entriesOf(entries.get("expect")?.value) ?? new Map();
    this.#expectations(expect);
    return {
      name: placedText(entries, "name")!,
      ...givenInputs(entries),
      before: listAt(entries, "before").flatMap((node) => this.#preparation(node)),
      looks: listAt(expect, "state").flatMap((node) => this.#request(entriesOf(node)!, "get") ?? []),
      faults: listAt(entries, "faults").flatMap((node) => this.#fault(node)),
      reject: listAt(entries, "reject").flatMap((node) =>
        node.kind === "scalar" ? [{ value: String(node.value), span: node.span }] : [],
      ),
      scripts: listAt(entries, "scripts").map(scriptAnswer),
      expect,
    };
  }

  #expectations(expect: AuthoredEntries): void {
    for (const key of ["outputs", "failure", "state"]) {
      const value = expect.get(key)?.value;
      for (const { span, message, hint } of value === undefined ? [] : matcherProblems(value)) {
        this.#tell(span, message, hint);
      }
    }
    for (const [pattern, { keySpan }] of entriesOf(expect.get("calls")?.value) ?? []) {
      const problem = patternProblem(pattern);
      if (problem !== undefined) this.#tell(keySpan, `"${pattern}" is no pattern of requests: ${problem}`);
    }
  }

  #preparation(node: Authored): readonly Preparation[] {
    const entries = entriesOf(node)!;
    const runbook = placedText(entries, "runbook");
    const put = placedText(entries, "put");
    if ((runbook === undefined) === (put === undefined)) {
      this.#tell(node.span, 'an item of "before" has either "runbook" or "put"');
      return [];
    }
    const misplaced = runbook === undefined ? ["inputs"] : ["body", "apiVersion"];
    for (const key of misplaced) {
      const entry = entries.get(key);
      if (entry)
        this.#tell(entry.keySpan, `"${key}" says nothing beside "${runbook === undefined ? "put" : "runbook"}"`);
    }
    if (runbook !== undefined) return [{ kind: "run", runbook, ...givenInputs(entries) }];
    const request = this.#request(entries, "put");
    return request === undefined ? [] : [{ kind: "put", ...request, body: objectAt(entries, "body") }];
  }

  /** Where something is read or put, with the version of the interface that is written or known. */
  #request(entries: AuthoredEntries, key: "get" | "put"): StateRequest | undefined {
    const path = placedText(entries, key)!;
    const apiVersion = textAt(entries, "apiVersion") ?? apiVersionOf(path.value);
    if (apiVersion !== undefined) return { path, apiVersion };
    this.#tell(path.span, `"apiVersion" is missing, and the type of ${path.value} has none that is known`);
    return undefined;
  }

  #fault(node: Authored): readonly Placed<Fault>[] {
    const { value, span } = node as Extract<Authored, { kind: "scalar" }>;
    const fault = faultOfSpec(String(value));
    if ("kind" in fault) return [{ value: fault, span }];
    this.#tell(span, `"${String(value)}" is no fault: ${fault.problem}`, fault.hint);
    return [];
  }

  #tell(span: Span, message: string, hint?: string): void {
    this.diagnostics.push(diagnosticAt(this.#source, span, "wrong-value", message, { hint }));
  }
}

function scriptAnswer(node: Authored): Placed<ScriptAnswer> {
  const { contains, ...answer } = plain(node) as { contains: string } & Omit<ScriptAnswer, "script">;
  const span = scalarAt(entriesOf(node), "contains")?.span ?? node.span;
  return { value: { script: contains, ...answer }, span };
}

function apiVersionOf(path: string): string | undefined {
  if (/(^|\/)resourceGroups\/[^/]+$/i.test(path)) return factsFor("Microsoft.Resources/resourceGroups")?.apiVersion;
  const at = path.toLowerCase().lastIndexOf("providers/");
  if (at === -1) return undefined;
  const [namespace, ...rest] = path.slice(at + "providers/".length).split("/");
  return factsFor([namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/"))?.apiVersion;
}

let compiled: Validator | undefined;
function validator(): Validator {
  if (compiled !== undefined) return compiled;
  const schema = schemaCompiler().compile(testSchema()) as CompiledSchema;
  return (compiled = (value) => errorsOf(schema, value));
}

function placeOf(path: readonly string[], root: Authored): SchemaPlace {
  const last = path.at(-1);
  const isTest = path[0] === "tests" && path.length === 2;
  const what = last === undefined ? "the file" : isTest ? "this test" : /^\d+$/.test(last) ? "this item" : `"${last}"`;
  const name = path[0] === "tests" ? textAt(entriesOf(entryAt(root, path.slice(0, 2))?.node), "name") : undefined;
  const test = name === undefined ? `test ${Number(path[1]) + 1}` : `test "${name}"`;
  const inside = path.slice(2).join(".");
  const owner = path.length < 2 ? "the file" : inside === "" ? test : `"${inside}" of ${test}`;
  return { what, owner, entry: "key" };
}

function inWordsOfTests(one: Diagnostic): Diagnostic {
  if (one.code !== "empty-file") return one;
  return { ...one, message: "the file holds no tests", hint: "a test file has `version` and `tests`" };
}

function placedText(entries: AuthoredEntries, key: string): Placed<string> | undefined {
  const scalar = scalarAt(entries, key);
  return scalar === undefined ? undefined : { value: String(scalar.value), span: scalar.span };
}

export function listAt(entries: AuthoredEntries | undefined, key: string): readonly Authored[] {
  const node = entries?.get(key)?.value;
  return node?.kind === "list" ? node.items : [];
}

function givenInputs(entries: AuthoredEntries): GivenInputs {
  return { inputs: objectAt(entries, "inputs"), inputPlaces: entriesOf(entries.get("inputs")?.value) ?? new Map() };
}

function objectAt(entries: AuthoredEntries, key: string): Readonly<Record<string, Json>> {
  const node = entries.get(key)?.value;
  return node?.kind === "map" ? (plain(node) as Record<string, Json>) : {};
}
