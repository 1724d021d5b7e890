// What editors show beside a name, as Markdown.

import { functionNamed } from "../../expression/functions.ts";
import { describeType, typeOfSchema } from "../../expression/types.ts";
import type { StepDefinition } from "../../steps/definition.ts";
import { shortJson } from "../input-values.ts";
import type { RunbookInput, ValueShape } from "../model.ts";
import type { Schema } from "./schema-place.ts";

/** The type that a schema stands for, in one or two words. */
export function typeText(schema: Schema): string {
  const values = schema["enum"];
  if (Array.isArray(values)) return values.map(String).join(" | ");
  const type = typeOfSchema(schema);
  return type.kind === "any" ? "any value" : describeType(type).replace(/^an? /, "");
}

export function describeInputs(type: StepDefinition): string {
  const { properties, required = [] } = type.inputs as unknown as {
    readonly properties: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  const lines = Object.entries(properties).map(([name, of]) => {
    const about = of["description"];
    const need = required.includes(name) ? ", required" : "";
    return `- \`${name}\` (${typeText(of)}${need})${typeof about === "string" ? `: ${about}` : ""}`;
  });
  return [type.summary, ...(lines.length > 0 ? ["", "Inputs:", "", ...lines] : [])].join("\n");
}

export function describeStepType(type: StepDefinition): string {
  const outputs = Object.entries(type.outputs.properties as unknown as Readonly<Record<string, Schema>>);
  const lines = outputs.map(([name, of]) => {
    const about = of["description"];
    return `- \`${name}\` (${typeText(of)})${typeof about === "string" ? `: ${about}` : ""}`;
  });
  const head = `**${type.name}**\n\n${describeInputs(type)}`;
  return lines.length === 0 ? head : `${head}\n\nOutputs:\n\n${lines.join("\n")}`;
}

export function describeInput(input: RunbookInput): string {
  const { name, secret, description, default: value } = input;
  const kind = secret ? "secret" : shapeText(input);
  const about = value === undefined ? kind : `${kind}, default ${shortJson(value)}`;
  const members = membersOf(input);
  return [
    `**inputs.${name}** (${about})`,
    ...(description === undefined ? [] : ["", description]),
    ...(members.length === 0 ? [] : ["", "Members:", "", ...members]),
  ].join("\n");
}

/** In two or three words: `string`, `list of objects`. */
export function shapeText(shape: ValueShape): string {
  const { type, items, values } = shape;
  const of = items ?? values;
  return of === undefined ? type : `${type} of ${shapeText(of).replace(/^\w+/, "$&s")}`;
}

/** Of an object, or of the objects in a list or map. */
function membersOf({ properties, items, values }: ValueShape): readonly string[] {
  const inner = items ?? values;
  if (properties === undefined) return inner === undefined ? [] : membersOf(inner);
  return [...properties].map(([name, member]) => {
    const { optional, description, default: value } = member;
    const need = value === undefined ? (optional ? ", optional" : "") : `, default ${shortJson(value)}`;
    return `- \`${name}\` (${shapeText(member)}${need})${description === undefined ? "" : `: ${description}`}`;
  });
}

export function describeOutput(step: string, output: string, schema: Schema): string {
  const about = schema["description"];
  const head = `**steps.${step}.outputs.${output}** (${typeText(schema)})`;
  return typeof about === "string" ? `${head}\n\n${about}` : head;
}

export function describeFunction(name: string): string | undefined {
  const known = functionNamed(name);
  if (known === undefined) return undefined;
  const { signature, summary, example } = known;
  return `**${signature}**\n\n${summary}\n\n\`${example.text}\` gives \`${JSON.stringify(example.value)}\``;
}
