// Writes what a runbook does for other tools: a script of `az` commands, or its resources as Bicep.

import { registryOf } from "../../runbook/build.ts";
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { environmentName } from "../given-inputs.ts";
import { addInputOptions, type InputOptions, inputOptionsOf } from "../input-options.ts";
import type { Io } from "../io.ts";
import { planInputs } from "../plan-inputs.ts";
import { writeText } from "../plan-output.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

export interface ExportOptions {
  /** Absent: the tutorial. */
  readonly file?: string;
  readonly to: "az" | "bicep";
  readonly inputs: InputOptions;
  /** Absent: standard output. */
  readonly out?: string;
  readonly group?: string;
}

export const exportCommand: CliCommand = {
  examples: [
    ["runbook export vm.yaml --to az -o vm.sh", "a script for who has `az` alone"],
    ["runbook export vm.yaml --to bicep -o vm.bicep", "its resources, declared"],
  ],
  configure: (command) => {
    command.argument("[file]", "the runbook; absent: the tutorial");
    command.addOption(new Option("--to <format>", "what is written").choices(["az", "bicep"]).makeOptionMandatory());
    command
      .option("-o, --out <file>", "where it is written; absent: standard output")
      .option("--group <name>", "bicep: the resource group, where the runbook has several");
    addInputOptions(command);
  },
  run: (command, io) => exportRunbook(optionsOf(command), io),
};

function optionsOf(command: Command): ExportOptions {
  const [file] = command.processedArgs as [string?];
  const { to, out, group } = command.opts<{ to: "az" | "bicep"; out?: string; group?: string }>();
  if (group !== undefined && to === "az")
    throw new CliError(EXIT.usage, "--group means something only with --to bicep");
  return {
    ...(file !== undefined && { file }),
    to,
    inputs: inputOptionsOf(command),
    ...(out !== undefined && { out }),
    ...(group !== undefined && { group }),
  };
}

/** Contacts nobody: what is exported is what the runbook does where nothing is there yet. */
export async function exportRunbook({ file, to, inputs: given, out, group }: ExportOptions, io: Io): Promise<ExitCode> {
  const err = new Terminal(io.stderr, io.env);
  const { runbook, diagnostics } = await loadFile(readRunbookFile(file, io));
  tellDiagnostics(diagnostics, err);
  if (runbook === undefined) return EXIT.badInput;
  const inputs = await planInputs(runbook, given, io);
  const [{ openEmulatorTarget }, { planRun }, { exportModel }] = await Promise.all([
    import("../../azure/emulator-target.ts"),
    import("../../plan/plan-run.ts"),
    import("../../report/export/export-model.ts"),
  ]);
  const target = await openEmulatorTarget({ description: "where nothing is there yet", now: () => io.clock.now() });
  const plan = await planRun({ runbook, registry: registryOf(runbook), inputs, target, clock: io.clock }).finally(() =>
    target.close(),
  );
  const model = exportModel(plan);
  let text: string;
  if (to === "az") text = (await import("../../report/export/az-script.ts")).azScript(model, environmentName);
  else {
    const { bicepFile, SeveralGroups } = await import("../../report/export/bicep-file.ts");
    try {
      const made = bicepFile(model, group);
      if (made === undefined)
        throw new CliError(EXIT.failed, "the runbook makes nothing in a resource group that could be declared");
      ({ text } = made);
    } catch (thrown) {
      if (!(thrown instanceof SeveralGroups)) throw thrown;
      const hint = `choose one with --group: ${thrown.groups.join(", ")}`;
      throw new CliError(
        EXIT.usage,
        group === undefined ? thrown.message : `the runbook makes nothing in "${group}"`,
        hint,
      );
    }
  }
  if (out === undefined) new Terminal(io.stdout, io.env).write(text);
  else writeText(out, text, io);
  for (const { step, why } of model.leftOut) err.line(`left out: ${step}: ${why}`);
  return EXIT.done;
}
