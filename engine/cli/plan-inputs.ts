// The inputs of a plan: all but the secrets, which a rehearsal can do without.

import { type GivenInput, resolveInputs } from "../runbook/inputs.ts";
import type { Runbook } from "../runbook/model.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import { givenInputs, missingInputs } from "./given-inputs.ts";
import type { InputOptions } from "./input-options.ts";
import type { Io } from "./io.ts";

/** Secrets in clear; those that are not given are left out. Throws a `CliError` for everything else that is missing. */
export async function planInputs(
  runbook: Runbook,
  options: InputOptions,
  io: Io,
): Promise<Readonly<Record<string, Json>>> {
  const given: ReadonlyMap<string, GivenInput> = await givenInputs(runbook, options, io);
  const { values, missing, problems } = resolveInputs(runbook, given);
  if (problems.length > 0) throw new CliError(EXIT.badInput, problems.join("\n"));
  const needed = missing.filter(({ secret }) => !secret);
  if (needed.length > 0) throw missingInputs(needed, io.env);
  return values;
}

/** The inputs that a plan was made with, as if they had been given; what is given now goes before. */
export function withPlannedInputs(options: InputOptions, planned: Json): InputOptions {
  const given = new Set(options.inputs.map(([name]) => name));
  const kept = Object.entries(isJsonObject(planned) ? planned : {}).flatMap(([name, value]) => {
    if (value instanceof Secret || given.has(name)) return [];
    return [[name, typeof value === "string" ? value : JSON.stringify(value)] as const];
  });
  return { ...options, inputs: [...kept, ...options.inputs] };
}
