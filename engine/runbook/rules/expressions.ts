// What expressions read exists, and has the type that is wanted where they stand.

import { checkTemplate, type Environment } from "../../expression/check.ts";
import { describeType, isAssignable, typeOfSchema, type ValueType } from "../../expression/types.ts";
import type { Diagnostic } from "../../source/diagnostic.ts";
import { SECRET_KEYWORD } from "../../steps/definition.ts";
import type { Authored, AuthoredScalar } from "../authored.ts";
import { inputOf } from "../inputs.ts";
import { type Outline, type Rule } from "../outline.ts";

export const expressions: Rule = (outline) => {
  const { source } = outline;
  const environment = environmentOf(outline);
  const found: Diagnostic[] = [];
  const check = (node: AuthoredScalar, wanted: ValueType | undefined, where: string): void => {
    if (node.template === undefined) return;
    const { type, problems } = checkTemplate(node.template, environment);
    for (const { code, message, span, hint } of problems) {
      const place = { source, span: node.inFile(span) };
      found.push({ code, severity: "error", message, ...place, ...(hint !== undefined && { hint }) });
    }
    if (problems.length > 0 || wanted === undefined || isAssignable(type, wanted)) return;
    const span = node.inFile(node.template.span);
    const leaks = describeType(type).includes("secret") && !describeType(wanted).includes("secret");
    const code = leaks ? "secret-in-plain" : "type-mismatch";
    const message = `${where} is ${describeType(type)}, expected ${describeType(wanted)}`;
    const hint = leaks ? "this value would be readable in Azure and in messages" : undefined;
    found.push({ code, severity: "error", message, source, span, ...(hint !== undefined && { hint }) });
  };
  const walk = (node: Authored, schema: Schema | undefined, where: string): void => {
    if (node.kind === "scalar") {
      if (node.isTemplate) check(node, schema && typeOfSchema(schema), where);
    } else if (node.kind === "list") {
      for (const item of node.items) walk(item, schema?.["items"] as Schema | undefined, `an item of ${where}`);
    } else {
      for (const [key, { value }] of node.entries) walk(value, memberOf(schema, key), `"${key}"`);
    }
  };
  for (const step of outline.steps) {
    if (step.with !== undefined) walk(step.with, step.definition?.inputs as Schema | undefined, '"with"');
    if (step.if?.isTemplate === true) check(step.if, { kind: "boolean" }, '"if"');
  }
  for (const { value } of outline.outputs.values()) walk(value, undefined, "this output");
  return found;
};

type Schema = Readonly<Record<string, unknown>>;

function memberOf(schema: Schema | undefined, key: string): Schema | undefined {
  const properties = schema?.["properties"] as Readonly<Record<string, Schema>> | undefined;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  const patterns = schema?.["patternProperties"] as Readonly<Record<string, Schema>> | undefined;
  return patterns === undefined ? undefined : Object.values(patterns)[0];
}

export function environmentOf({ inputs, steps }: Outline): Environment {
  return {
    inputs: new Map(
      [...inputs].map(([name, { node, span }]) => {
        const input = inputOf(name, node, span);
        if (input === undefined) return [name, typeOfSchema({})];
        return [name, typeOfSchema(input.secret ? { type: "string", [SECRET_KEYWORD]: true } : { type: input.type })];
      }),
    ),
    // Of two steps with one id the first counts; an unknown step type may have any outputs.
    steps: new Map(steps.toReversed().map(({ id, definition }) => [id, typeOfSchema(definition?.outputs ?? {})])),
  };
}
