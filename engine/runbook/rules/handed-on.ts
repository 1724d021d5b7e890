// Outputs that are handed on to where something of another kind is expected: the id of a group where that of a VM is,
// an object id where a client id is, a path of one type with the version of another.

import { outputRead, type Template, wholeOutput } from "../../expression/template.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { parseArmId } from "../../steps/arm-id.ts";
import { versionDoubt } from "../../steps/api-versions.ts";
import { sampleOutput } from "../../steps/sample-outputs.ts";
import { type AuthoredScalar, entriesOf, pathOf, scalarAt } from "../authored.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { schemaProblem } from "../schema-messages.ts";
import { ownProblems } from "./own-check.ts";
import type { InputsValidator } from "./step-inputs.ts";

/** To be asked only of a runbook without errors. */
export function handedOn(outline: Outline, validate: InputsValidator): readonly Diagnostic[] {
  const uses = new Map(
    outline.steps.toReversed().flatMap((step) => (step.id === undefined ? [] : [[step.id, step.uses]])),
  );
  return outline.steps.flatMap((step) => [
    ...namesForIds(step, outline, uses, validate),
    ...wrongKinds(step, outline, uses, validate),
    ...wrongVersion(step, outline, uses),
    ...slashesAtEnd(step, outline),
  ]);
}

type UsesOf = ReadonlyMap<string, string>;

/** The name of a resource where its id belongs: alone, or at the beginning of a longer id. */
function namesForIds(
  step: StepOutline,
  { source }: Outline,
  uses: UsesOf,
  validate: InputsValidator,
): readonly Diagnostic[] {
  const { definition } = step;
  const entries = entriesOf(step.with);
  if (definition === undefined || entries === undefined) return [];
  const written = new Set(entries.keys());
  return [...entries].flatMap(([name, { value: node }]) => {
    const [first, ...rest] = (node.kind === "scalar" ? node.template?.parts : undefined) ?? [];
    if (node.kind !== "scalar" || first === undefined || typeof first === "string") return [];
    const read = outputRead(first);
    const id = read && sampleOutput(uses.get(read.id) ?? "", "id");
    if (read?.output !== "name" || id === undefined) return [];
    const text = rest.map((part) => (typeof part === "string" ? part : (sampleOf(part, uses) ?? "sample"))).join("");
    const isWrong = (sample: string): boolean => {
      const given = { [name]: sample + text };
      if (validate(step.uses, given).some(({ instancePath }) => instancePath === `/${name}`)) return true;
      const { problems } = ownProblems(definition, given, written);
      return problems.some(({ at, isAboutKey }) => pathOf(at)[0] === name && isAboutKey !== true);
    };
    if (!isWrong("sample") || isWrong(id)) return [];
    const message = `"${name}" ${rest.length === 0 ? "is" : "begins with"} the name that step "${read.id}" gives, expected an ARM id`;
    const hint = `write steps.${read.id}.outputs.id`;
    return [diagnosticAt(source, node.inFile(first.span), "type-mismatch", message, { hint })];
  });
}

function wrongKinds(
  step: StepOutline,
  { source }: Outline,
  uses: UsesOf,
  validate: InputsValidator,
): readonly Diagnostic[] {
  const { definition } = step;
  const entries = entriesOf(step.with);
  if (definition === undefined || entries === undefined) return [];
  const written = new Set(entries.keys());
  /** A path that is put together of outputs and words, whose form is known although its names are not. */
  const composed = (name: string, node: AuthoredScalar): readonly Diagnostic[] => {
    if (name !== "id" && name !== "path") return [];
    const text = samplePath(node, uses, step.uses !== "arm-post");
    // A slash at its end is told of by itself.
    if (text === undefined || text.endsWith("/")) return [];
    const { problems } = ownProblems(definition, { [name]: text }, written);
    const own = problems.find(({ at, isAboutKey }) => pathOf(at)[0] === name && isAboutKey !== true);
    if (own === undefined) return [];
    const code = own.isDoubt === true ? "doubtful-input" : "step-input";
    return [diagnosticAt(source, node.span, code, own.message, { hint: own.hint })];
  };
  return [...entries].flatMap(([name, { value: node }]) => {
    if (node.kind !== "scalar" || node.template === undefined) return [];
    const read = wholeOutput(node.template);
    if (read === undefined) return composed(name, node);
    const sample = sampleOutput(uses.get(read.id) ?? "", read.output);
    if (sample === undefined) return [];
    const span = node.inFile(node.template.span);
    const given = `"${read.output}" of step "${read.id}"`;
    const [error] = validate(step.uses, { [name]: sample }).filter(({ instancePath }) => instancePath === `/${name}`);
    const rule = error && schemaProblem(error, { what: `"${name}"`, owner: step.uses, entry: "input" });
    if (rule !== undefined) {
      const expected = /expected .*$/.exec(rule.message)?.[0] ?? "";
      return [diagnosticAt(source, span, "type-mismatch", `"${name}" is ${given}, ${expected}`)];
    }
    const own = ownProblems(definition, { [name]: sample }, written).problems.find(({ at }) => pathOf(at)[0] === name);
    if (own !== undefined && own.isAboutKey !== true) {
      const code = own.isDoubt === true ? "doubtful-input" : "type-mismatch";
      return [diagnosticAt(source, span, code, `"${name}" is ${given}: ${own.message}`)];
    }
    const other = mixedUp(name, read.output);
    if (other === undefined) return [];
    const message = `"${name}" is ${given}, and the two are different ids of an identity`;
    return [diagnosticAt(source, span, "doubtful-input", message, { hint: `write steps.${read.id}.outputs.${other}` })];
  });
}

/** The output that was meant, where a client id stands for an object id or the other way round. */
function mixedUp(input: string, output: string): string | undefined {
  if (input === "clientId" && (output === "principalId" || output === "tenantId")) return "clientId";
  if ((input === "principalId" || input === "objectId") && (output === "clientId" || output === "tenantId")) {
    return "principalId";
  }
  return undefined;
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

/**
 * A path with samples in place of its expressions; absent when one of them may be anything. `isNameLast`: what stands behind
 * the last slash is a name.
 */
function samplePath({ value, template }: AuthoredScalar, uses: UsesOf, isNameLast = false): string | undefined {
  if (template === undefined) return typeof value === "string" ? value : undefined;
  const { parts } = template;
  const samples = parts.map((part, index) => {
    if (typeof part === "string") return part;
    const before = parts[index - 1];
    const isName = isNameLast && index === parts.length - 1 && typeof before === "string" && before.endsWith("/");
    return sampleOf(part, uses) ?? (isName ? "sample" : undefined);
  });
  return samples.includes(undefined) ? undefined : samples.join("");
}

function sampleOf(part: Exclude<Template["parts"][number], string>, uses: UsesOf): string | undefined {
  const read = outputRead(part);
  return read && sampleOutput(uses.get(read.id) ?? "", read.output);
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
function slashesAtEnd({ definition, with: given }: StepOutline, { source }: Outline): readonly Diagnostic[] {
  const entries = entriesOf(given);
  if (definition === undefined || entries === undefined) return [];
  const written = new Set(entries.keys());
  return [...entries].flatMap(([name, { value: node }]) => {
    if (node.kind !== "scalar" || node.template === undefined || typeof node.value !== "string") return [];
    const { parts } = node.template;
    const last = parts.at(-1);
    if (parts.length < 2 || typeof last !== "string" || !last.endsWith("/")) return [];
    const problemOf = (text: string) =>
      ownProblems(definition, { [name]: text }, written).problems.find(({ at }) => pathOf(at)[0] === name);
    for (const sample of SAMPLE_IDS) {
      const text = parts.map((part, index) => (typeof part === "string" ? part : index === 0 ? sample : ANY_GUID));
      const problem = problemOf(text.join(""));
      if (problem === undefined || problemOf(text.join("").replace(/\/+$/, "")) !== undefined) continue;
      const end = node.value.length;
      const span = node.inFile({ start: end - 1, end });
      return [diagnosticAt(source, span, "step-input", problem.message, { hint: problem.hint })];
    }
    return [];
  });
}
