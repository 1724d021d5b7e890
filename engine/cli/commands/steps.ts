// Tells which step types there are, and all about one.

import type { Command } from "commander";
import { nearest } from "../../source/suggestion.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { painterOf } from "../plan-output.ts";
import { addStepTypeOptions, knownStepTypes, type StepTypeOptions, stepTypeOptionsOf } from "../step-types.ts";
import { Terminal } from "../terminal.ts";

export interface StepsOptions extends StepTypeOptions {
  /** Absent: all of them. */
  readonly type?: string;
  readonly format: "text" | "json" | "example";
}

export const stepsCommand: CliCommand = {
  examples: [
    ["runbook steps", "what `uses:` can name"],
    ["runbook steps create-vm", "its inputs, outputs, rights and examples"],
    ["runbook steps create-vm --example > vm.yaml", "a runbook to begin with"],
    ["runbook steps --extension ./mine.mjs", "with the step types of an extension"],
  ],
  configure: (command) => {
    command
      .argument("[type]", "a step type; absent: all of them")
      .option("--json", "print it as JSON instead")
      .option("--example", "print its first example alone, a runbook that runs");
    addStepTypeOptions(command);
  },
  run: (command, io) => steps(optionsOf(command), io),
};

function optionsOf(command: Command): StepsOptions {
  const [type] = command.processedArgs as [string?];
  const { json, example } = command.opts<{ json?: true; example?: true }>();
  if (json === true && example === true) throw new CliError(EXIT.usage, "--json and --example do not go together");
  if (example === true && type === undefined) throw new CliError(EXIT.usage, "--example needs the name of a step type");
  return {
    ...stepTypeOptionsOf(command),
    ...(type !== undefined && { type }),
    format: json ? "json" : example ? "example" : "text",
  };
}

export async function steps({ type: name, format, ...of }: StepsOptions, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const look = { width: out.columns - 1, paint: painterOf(out) };
  const { stepListText, stepText } = await import("../../report/step-text.ts");
  const registry = await knownStepTypes(of, io);
  const types = [...registry.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (name === undefined) {
    const listed = types.map(({ name: type, summary }) => ({ name: type, summary }));
    if (format === "json") out.line(JSON.stringify(listed, undefined, 2));
    else out.write(stepListText(listed, look));
    return EXIT.done;
  }
  const type = registry.get(name);
  if (type === undefined)
    throw unknownType(
      name,
      types.map((one) => one.name),
    );
  const { extension } = type;
  const [example] = type.examples;
  if (format === "example") {
    if (example === undefined) throw new CliError(EXIT.failed, `${name} has no example`);
    const { exampleRunbook } = await import("../../runbook/example-runbook.ts");
    const { besideText } = await import("../../report/step-pages.ts");
    const { text } = await soundly(extension, () => exampleRunbook(type, example, registry));
    out.write(text + besideText(example.files ?? {}));
    return EXIT.done;
  }
  const { pageOfStep } = await import("../../report/step-pages.ts");
  const page = await soundly(extension, () => pageOfStep(type, registry, io.clock));
  if (format === "text") out.write(stepText(page, look));
  else {
    const { inputs, outputs } = type;
    const { summary, rights, examples } = page;
    out.line(JSON.stringify({ name, summary, inputs, outputs, rights, examples }, undefined, 2));
  }
  return EXIT.done;
}

/** An example that is wrong is a mistake of who wrote the step type. */
async function soundly<T>(extension: string | undefined, make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (extension === undefined || !(thrown instanceof Error)) throw thrown;
    throw new CliError(EXIT.badInput, `extension "${extension}": ${thrown.message}`);
  }
}

function unknownType(name: string, known: readonly string[]): CliError {
  const near = nearest(name, known);
  const hint = near === undefined ? "`runbook steps` lists them" : `did you mean "${near}"?`;
  return new CliError(EXIT.usage, `there is no step type "${name}"`, hint);
}
