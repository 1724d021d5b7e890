// Asks a person. Loads the prompt library, so it is itself loaded only when somebody is asked.

import { confirm, isCancel, password, select, text } from "@clack/prompts";
import { shapeText } from "../runbook/editing/descriptions.ts";
import { constraintProblem, fromText, isOfParts } from "../runbook/input-values.ts";
import type { RunbookInput } from "../runbook/model.ts";
import type { Json } from "../value/json.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** Asks until the answer is one that the input takes. Ctrl-C ends the command. */
export async function askInput(input: RunbookInput, io: Io): Promise<Json> {
  const streams = { input: io.stdin, output: io.stdout };
  const about = input.description === undefined ? input.name : `${input.name}: ${input.description}`;
  const message = isOfParts(input.type) ? `${about} (${shapeText(input)}, as JSON)` : about;
  const validate = (answer: string | undefined): string | undefined =>
    constraintProblem(input, fromText(answer ?? "", input.type));
  if (input.secret) return answered(await password({ ...streams, message, validate }));
  if (input.enum !== undefined) {
    const options = input.enum.map((value) => ({ value: JSON.stringify(value), label: String(value) }));
    return JSON.parse(answered(await select({ ...streams, message, options }))) as Json;
  }
  if (input.type === "boolean") return answered(await confirm({ ...streams, message }));
  return fromText(answered(await text({ ...streams, message, validate })), input.type);
}

/** False unless the answer is a clear yes. */
export async function askWhether(message: string, io: Io): Promise<boolean> {
  return answered(await confirm({ input: io.stdin, output: io.stdout, message, initialValue: false }));
}

/** Asks until `problem` finds none. */
export async function askText(message: string, problem: (text: string) => string | undefined, io: Io): Promise<string> {
  const streams = { input: io.stdin, output: io.stdout };
  return answered(await text({ ...streams, message, validate: (answer) => problem(answer ?? "") }));
}

export async function askChoice(
  message: string,
  choices: readonly { readonly value: string; readonly about: string }[],
  io: Io,
): Promise<string> {
  const options = choices.map(({ value, about }) => ({ value, label: value, hint: about }));
  return answered(await select({ input: io.stdin, output: io.stdout, message, options }));
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new CliError(EXIT.interrupted, "stopped at the question");
  return answer as Exclude<T, symbol>;
}
