// Outputs that are handed on to where something of another kind is expected: the id of a group where that of a VM is,
// an object id where a client id is, a name where an id is.

import { outputRead, wholeOutput } from "../../expression/template.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { sampleOutput } from "../../steps/sample-outputs.ts";
import type { Json } from "../../value/json.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { schemaProblem } from "../schema-messages.ts";
import { type ComputedInput, computedInputs, sampleOf, usesIn, type UsesOf } from "./sampled.ts";
import type { InputsValidator } from "./step-inputs.ts";

/** To be asked only of a runbook without errors. */
export function handedOn(outline: Outline, validate: InputsValidator): readonly Diagnostic[] {
  const uses = usesIn(outline);
  return outline.steps.flatMap((step) =>
    computedInputs(step).flatMap((input) => {
      const errorOf = (value: Json): SchemaError | undefined =>
        validate(step.uses, { [input.name]: value }).find(({ instancePath }) => instancePath === `/${input.name}`);
      return [...nameForId(input, outline, uses, errorOf), ...wrongKind(step, input, outline, uses, errorOf)];
    }),
  );
}

type SchemaError = ReturnType<InputsValidator>[number];
type ErrorOf = (value: Json) => SchemaError | undefined;

/** The name of a resource where its id belongs: alone, or at the beginning of a longer id. */
function nameForId(
  { name, node, template, problemOf }: ComputedInput,
  { source }: Outline,
  uses: UsesOf,
  errorOf: ErrorOf,
): readonly Diagnostic[] {
  const [first, ...rest] = template.parts;
  if (first === undefined || typeof first === "string") return [];
  const read = outputRead(first);
  const id = read && sampleOutput(uses.get(read.id) ?? "", "id");
  if (read?.output !== "name" || id === undefined) return [];
  const text = rest.map((part) => (typeof part === "string" ? part : (sampleOf(part, uses) ?? "sample"))).join("");
  const isWrong = (sample: string): boolean =>
    errorOf(sample + text) !== undefined || problemOf(sample + text) !== undefined;
  if (!isWrong("sample") || isWrong(id)) return [];
  const message = `"${name}" ${rest.length === 0 ? "is" : "begins with"} the name that step "${read.id}" gives, expected an ARM id`;
  const hint = `write steps.${read.id}.outputs.id`;
  return [diagnosticAt(source, node.inFile(first.span), "type-mismatch", message, { hint })];
}

function wrongKind(
  step: StepOutline,
  { name, node, template, problemOf }: ComputedInput,
  { source }: Outline,
  uses: UsesOf,
  errorOf: ErrorOf,
): readonly Diagnostic[] {
  const read = wholeOutput(template);
  const sample = read && sampleOutput(uses.get(read.id) ?? "", read.output);
  if (read === undefined || sample === undefined) return [];
  const span = node.inFile(template.span);
  const given = `"${read.output}" of step "${read.id}"`;
  const error = errorOf(sample);
  const rule = error && schemaProblem(error, { what: `"${name}"`, owner: step.uses, entry: "input" });
  if (rule !== undefined) {
    const expected = /expected .*$/.exec(rule.message)?.[0] ?? "";
    return [diagnosticAt(source, span, "type-mismatch", `"${name}" is ${given}, ${expected}`)];
  }
  const own = problemOf(sample);
  if (own !== undefined) {
    const code = own.isDoubt === true ? "doubtful-input" : "type-mismatch";
    return [diagnosticAt(source, span, code, `"${name}" is ${given}: ${own.message}`)];
  }
  const other = mixedUp(name, read.output);
  if (other === undefined) return [];
  const message = `"${name}" is ${given}, and the two are different ids of an identity`;
  return [diagnosticAt(source, span, "doubtful-input", message, { hint: `write steps.${read.id}.outputs.${other}` })];
}

/** The output that was meant, where a client id stands for an object id or the other way round. */
function mixedUp(input: string, output: string): string | undefined {
  if (input === "clientId" && (output === "principalId" || output === "tenantId")) return "clientId";
  if ((input === "principalId" || input === "objectId") && (output === "clientId" || output === "tenantId")) {
    return "principalId";
  }
  return undefined;
}
