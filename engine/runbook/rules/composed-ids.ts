// Ids and paths that are put together of words and outputs: their form, their end, and the version they are asked with.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { parseArmId } from "../../steps/arm-id.ts";
import { versionDoubt } from "../../steps/api-versions.ts";
import { wholeOutput } from "../../expression/template.ts";
import { entriesOf, scalarAt } from "../authored.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { type ComputedInput, computedInputs, samplePath, usesIn, type UsesOf } from "./sampled.ts";

/** To be asked only of a runbook without errors. */
export function composedIds(outline: Outline): readonly Diagnostic[] {
  const uses = usesIn(outline);
  return outline.steps.flatMap((step) => [
    ...computedInputs(step).flatMap((input) => [
      ...wrongForm(step, input, outline, uses),
      ...slashAtEnd(input, outline),
    ]),
    ...wrongVersion(step, outline, uses),
  ]);
}

/** One whose form is known although its names are not. */
function wrongForm(
  step: StepOutline,
  { name, node, template, problemOf }: ComputedInput,
  { source }: Outline,
  uses: UsesOf,
): readonly Diagnostic[] {
  if (wholeOutput(template) !== undefined || (name !== "id" && name !== "path")) return [];
  const text = samplePath(node, uses, step.uses !== "arm-post");
  // A slash at its end is told of by itself.
  const problem = text === undefined || text.endsWith("/") ? undefined : problemOf(text);
  if (problem === undefined) return [];
  const code = problem.isDoubt === true ? "doubtful-input" : "step-input";
  return [diagnosticAt(source, node.span, code, problem.message, { hint: problem.hint })];
}

function wrongVersion(step: StepOutline, { source }: Outline, uses: UsesOf): readonly Diagnostic[] {
  const entries = entriesOf(step.with);
  const version = scalarAt(entries, "apiVersion");
  const path = scalarAt(entries, "path") ?? scalarAt(entries, "id");
  if (version === undefined || version.isTemplate || path === undefined || typeof version.value !== "string") return [];
  const id = samplePath(path, uses);
  const parsed = id === undefined ? undefined : parseArmId(id);
  if (parsed === undefined) return [];
  // A subscription, a tenant: what they offer has versions of its own.
  if (parsed.type === undefined && parsed.group === undefined) return [];
  const type = parsed.type ?? "Microsoft.Resources/resourceGroups";
  const doubt = versionDoubt(type, version.value);
  if (doubt === undefined) return [];
  const message = `${type} has no api-version "${version.value}" that this engine knows`;
  return [diagnosticAt(source, version.span, "doubtful-input", message, doubt)];
}

/** One id of each kind that inputs of steps ask for; the last of its parts may be any name. */
const ANY_GUID = "00000000-0000-0000-0000-000000000000";
const GROUP = `/subscriptions/${ANY_GUID}/resourceGroups/any`;
const SAMPLE_IDS = [
  GROUP,
  `${GROUP}/providers/Microsoft.Compute/virtualMachines/any`,
  `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/any`,
  `${GROUP}/providers/Microsoft.Network/virtualNetworks/any/subnets/any`,
];

/** An id with a slash behind an expression is none, whatever the expression gives. */
function slashAtEnd({ node, template, problemOf }: ComputedInput, { source }: Outline): readonly Diagnostic[] {
  const { parts } = template;
  const last = parts.at(-1);
  if (parts.length < 2 || typeof last !== "string" || !last.endsWith("/")) return [];
  for (const sample of SAMPLE_IDS) {
    const text = parts
      .map((part, index) => (typeof part === "string" ? part : index === 0 ? sample : ANY_GUID))
      .join("");
    const problem = problemOf(text);
    if (problem === undefined || problemOf(text.replace(/\/+$/, "")) !== undefined) continue;
    const end = String(node.value).length;
    const span = node.inFile({ start: end - 1, end });
    return [diagnosticAt(source, span, "step-input", problem.message, { hint: problem.hint })];
  }
  return [];
}
