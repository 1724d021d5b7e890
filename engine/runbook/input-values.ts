// Whether a value is one that an input takes, and how text becomes one.

import { isJsonObject, type Json } from "../value/json.ts";
import type { InputType, RunbookInput } from "./model.ts";

export function isOfType(value: Json, type: InputType): boolean {
  switch (type) {
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isJsonObject(value);
    default:
      return typeof value === type;
  }
}

/** What is wrong with a value, as the end of a sentence, or `undefined`. A secret's value is never in it. */
export function constraintProblem(input: RunbookInput, value: Json): string | undefined {
  const shown = input.secret ? "" : ` ${JSON.stringify(value)}`;
  if (!isOfType(value, input.type)) return `is${shown === "" ? " not" : `${shown}, expected`} ${article(input.type)}`;
  if (input.enum !== undefined && !input.enum.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    return `is${shown || " not allowed"}, expected ${input.enum.map((one) => JSON.stringify(one)).join(" or ")}`;
  }
  if (typeof value === "string") {
    if (input.pattern !== undefined && !new RegExp(input.pattern, "u").test(value)) {
      return `is${shown || " a text"}, which does not match \`${input.pattern}\``;
    }
    const length = [...value].length;
    if (input.minLength !== undefined && length < input.minLength) {
      return `has ${length} characters, expected ${input.minLength} or more`;
    }
    if (input.maxLength !== undefined && length > input.maxLength) {
      return `has ${length} characters, expected at most ${input.maxLength}`;
    }
  }
  return undefined;
}

function article(type: InputType): string {
  return `${/^[aio]/.test(type) ? "an" : "a"} ${type}`;
}

/** Text from a command line or the environment as the input's type; text that is none is given back as it is. */
export function fromText(text: string, type: InputType): Json {
  if (type === "string") return text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (type === "number" || type === "integer") {
    const value = Number(text);
    return text.trim() === "" || Number.isNaN(value) ? text : value;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
