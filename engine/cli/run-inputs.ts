// The inputs of one run, complete: given, asked for, or generated; checked; and their secrets in a vault.

import { Vault } from "../run/vault.ts";
import { type GivenInput, resolveInputs } from "../runbook/inputs.ts";
import { checkWithInputs } from "../runbook/load.ts";
import type { Runbook } from "../runbook/model.ts";
import { registryOf } from "../runbook/build.ts";
import type { Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { CliError } from "./cli-error.ts";
import { tellDiagnostics } from "./diagnostic-formats.ts";
import { EXIT } from "./exit-code.ts";
import { generateSecret } from "./generated-secret.ts";
import { givenInputs, missingInputs } from "./given-inputs.ts";
import type { InputOptions } from "./input-options.ts";
import type { Io } from "./io.ts";
import { Terminal } from "./terminal.ts";

/** What the environment may hold of a sign-in (https://learn.microsoft.com/javascript/api/@azure/identity/environmentcredential). */
const CREDENTIALS = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD"];

export interface RunInputs {
  /** Secrets among them as handles. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly vault: Vault;
}

/**
 * Throws a `CliError` for everything that is wrong or missing. `recorded`: inputs of a run that is resumed, which count
 * unless `--input` names them.
 */
export async function runInputs(
  runbook: Runbook,
  options: InputOptions,
  target: "emulator" | "azure",
  io: Io,
  recorded: Readonly<Record<string, Json>> = {},
): Promise<RunInputs> {
  const given = new Map(await givenInputs(runbook, options, io));
  const set = new Set(options.inputs.map(([name]) => name));
  for (const [name, value] of Object.entries(recorded)) {
    if (!set.has(name) && !(value instanceof Secret)) given.set(name, { value, from: "the journal", isText: false });
  }
  const first = resolveInputs(runbook, given);
  refuseProblems(first.problems);
  await complete(first.missing, given, target, io);
  const { values, missing, problems } = resolveInputs(runbook, given);
  refuseProblems(problems);
  if (missing.length > 0) throw missingInputs(missing, io.env);
  const diagnostics = checkWithInputs(runbook, registryOf(runbook), values);
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  if (diagnostics.some(({ severity }) => severity === "error")) {
    throw new CliError(EXIT.badInput, "the runbook does not go with these inputs");
  }
  const vault = new Vault();
  // Never used from here, only known: so that an error text that echoes one does not show it.
  for (const name of CREDENTIALS) {
    const value = io.env[name];
    if (value !== undefined) vault.put(`env.${name}`, value);
  }
  const secrets = new Set(runbook.inputs.filter(({ secret }) => secret).map(({ name }) => name));
  const inputs = Object.entries(values).map(([name, value]) => {
    const kept = secrets.has(name) ? vault.put(`inputs.${name}`, String(value)) : value;
    return [name, kept] as const;
  });
  return { inputs: Object.fromEntries(inputs), vault };
}

/** Adds what can be had without being given: on the emulator a generated secret, and on a terminal an answer. */
async function complete(
  missing: readonly Runbook["inputs"][number][],
  given: Map<string, GivenInput>,
  target: "emulator" | "azure",
  io: Io,
): Promise<void> {
  const asks = io.stdin.isTTY === true && io.stdout.isTTY === true;
  for (const input of missing) {
    const generated = target === "emulator" && input.secret ? generateSecret(input) : undefined;
    if (generated !== undefined) given.set(input.name, { value: generated, from: "generated", isText: true });
    else if (asks) {
      const { askInput } = await import("./prompts.ts");
      given.set(input.name, { value: await askInput(input, io), from: "the prompt", isText: false });
    }
  }
}

function refuseProblems(problems: readonly string[]): void {
  const [only, ...more] = problems;
  if (only === undefined) return;
  const message =
    more.length === 0 ? only : ["some inputs are wrong", ...problems.map((line) => `  ${line}`)].join("\n");
  throw new CliError(EXIT.badInput, message);
}
