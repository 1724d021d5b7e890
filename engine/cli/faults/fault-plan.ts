// Reads fault plans: a file, checked as a runbook is, and the flag, which is one item of such a file in one line.

import type { Fault } from "../../emulator/faults/kinds.ts";
import { type Authored, entriesOf, entryAt, plain, scalarAt, textAt } from "../../runbook/authored.ts";
import { type CompiledSchema, errorsOf, schemaCompiler } from "../../runbook/compile.ts";
import { readYaml } from "../../runbook/read-yaml.ts";
import type { SchemaPlace } from "../../runbook/schema-messages.ts";
import { checkShape, type Validator } from "../../runbook/shape.ts";
import { type Diagnostic, diagnosticAt, sortDiagnostics } from "../../source/diagnostic.ts";
import { SourceText } from "../../source/source-text.ts";
import { faultPlanSchema } from "./fault-schema.ts";
import { faultOf, itemOf, patternProblem } from "./fault-words.ts";

export interface FaultPlan {
  readonly faults: readonly Fault[];
  readonly seed?: string;
}

export interface LoadedFaultPlan {
  /** Present when there is no error among the diagnostics. */
  readonly plan?: FaultPlan;
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `file`: its path as messages show it. */
export function loadFaultPlan(text: string, file: string): LoadedFaultPlan {
  const source = new SourceText(file, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const { root, diagnostics: unreadable } = readYaml(source);
  if (root === undefined) return { diagnostics: unreadable.map((one) => inWordsOfPlans(one)) };
  const found = [...unreadable, ...checkShape(root, source, validator(), placeOf), ...checkPatterns(root, source)];
  if (found.length > 0) return { diagnostics: sortDiagnostics(found) };
  const { seed, faults } = plain(root) as { seed?: string | number; faults: Readonly<Record<string, unknown>>[] };
  return { plan: { faults: faults.map(faultOf), ...(seed !== undefined && { seed: String(seed) }) }, diagnostics: [] };
}

/** A fault, or what is wrong with it in one line. */
export function faultOfSpec(spec: string): Fault | { readonly problem: string; readonly hint?: string } {
  const item = itemOf(spec);
  if (item["kind"] === undefined) return { problem: "it is empty" };
  // The same check as that of a file, so that both know the same and say the same.
  const text = JSON.stringify({ version: 1, faults: [item] });
  const { plan, diagnostics } = loadFaultPlan(text, "--fault");
  if (plan !== undefined) return plan.faults[0]!;
  const { message, hint } = diagnostics[0]!;
  return { problem: message.replaceAll(/this fault|fault 1/g, "it"), ...(hint !== undefined && { hint }) };
}

let compiled: Validator | undefined;
function validator(): Validator {
  if (compiled !== undefined) return compiled;
  const schema = schemaCompiler().compile(faultPlanSchema()) as CompiledSchema;
  return (compiled = (value) => errorsOf(schema, value));
}

function placeOf(path: readonly string[], root: Authored): SchemaPlace {
  const last = path.at(-1);
  const isFault = path[0] === "faults" && path.length === 2;
  const what = last === undefined ? "the fault plan" : isFault ? "this fault" : `"${last}"`;
  const kind = path[0] === "faults" ? textAt(entriesOf(entryAt(root, path.slice(0, 2))?.node), "kind") : undefined;
  const fault = kind === undefined ? `fault ${Number(path[1]) + 1}` : `a fault "${kind}"`;
  return { what, owner: path.length < 2 ? "the fault plan" : fault, entry: "key" };
}

function checkPatterns(root: Authored, source: SourceText): readonly Diagnostic[] {
  const faults = entriesOf(root)?.get("faults")?.value;
  if (faults?.kind !== "list") return [];
  return faults.items.flatMap((item) => {
    const on = scalarAt(entriesOf(item), "on");
    if (typeof on?.value !== "string") return [];
    const problem = patternProblem(on.value);
    if (problem === undefined) return [];
    const hint = "write PUT */virtualMachines/*, /subscriptions/*, or Microsoft.Compute/virtualMachines/write";
    return [diagnosticAt(source, on.span, "wrong-value", `"on" is no pattern: ${problem}`, { hint })];
  });
}

function inWordsOfPlans(one: Diagnostic): Diagnostic {
  if (one.code !== "empty-file") return one;
  return { ...one, message: "the file holds no fault plan", hint: "a fault plan has `version` and `faults`" };
}
