// Runs a runbook, from its first step to its summary.

import { type Command, InvalidArgumentError, Option } from "commander";
import { preloadClients } from "../../azure/clients.ts";
import { admitToAzure, refuseUnattended } from "../azure-admission.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addFaultOptions, type FaultOptions, faultOptionsOf } from "../faults/fault-options.ts";
import { addGuestOption, type GuestOption, guestOptionOf } from "../guest-option.ts";
import { addInputOptions, type InputOptions, inputOptionsOf } from "../input-options.ts";
import type { Io } from "../io.ts";
import { runbookRecord } from "../../run/resume.ts";
import { runInputs } from "../run-inputs.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import type { RunOutput } from "../show-run.ts";
import { addTargetOptions, openTarget, type TargetOptions, targetOptionsOf } from "../target-options.ts";
import { Terminal } from "../terminal.ts";

export interface RunCommandOptions {
  /** Absent: the tutorial. */
  readonly file?: string;
  readonly inputs: InputOptions;
  readonly target: TargetOptions;
  readonly faults?: FaultOptions;
  readonly guest?: GuestOption;
  readonly concurrency: number;
  /** Start without asking. */
  readonly yes: boolean;
  /** Walk through it: one step after the other, each when somebody says so. */
  readonly step: boolean;
  readonly output: RunOutput;
  /** What was typed, to be shown as what can be typed again. */
  readonly argv: readonly string[];
}

export const runCommand: CliCommand = {
  examples: [
    ["runbook run", "the tutorial, on the embedded emulator"],
    ["runbook run vm.yaml -i location=westeurope", "your own, with an input"],
    ["runbook run vm.yaml --target azure", "on your subscription"],
  ],
  configure: (command) => {
    command.argument("[file]", "the runbook; absent: the tutorial");
    addInputOptions(command);
    addTargetOptions(command);
    addFaultOptions(command);
    addGuestOption(command);
    command
      .option("-c, --concurrency <n>", "how many steps may run at once", wholeNumber, 16)
      .option("-y, --yes", "start without asking")
      .addOption(new Option("-s, --step", "walk through it, step by step").conflicts(["json", "quiet", "concurrency"]))
      .option("--json", "tell events as JSON lines on standard output")
      .addOption(new Option("-q, --quiet", "tell outputs and failures only").conflicts("json"));
  },
  run: (command, io, argv) => run(optionsOf(command, argv), io),
};

function optionsOf(command: Command, argv: readonly string[]): RunCommandOptions {
  const [file] = command.processedArgs as [string?];
  const guest = guestOptionOf(command);
  const { concurrency, yes, step, json, quiet } = command.opts<{
    concurrency: number;
    yes?: true;
    step?: true;
    json?: true;
    quiet?: true;
  }>();
  return {
    ...(file !== undefined && { file }),
    inputs: inputOptionsOf(command),
    target: targetOptionsOf(command),
    faults: faultOptionsOf(command),
    concurrency: step === true ? 1 : concurrency,
    step: step === true,
    ...(guest !== undefined && { guest }),
    yes: yes === true,
    argv,
    output: json === true ? "json" : quiet === true ? "quiet" : "human",
  };
}

export async function run(options: RunCommandOptions, io: Io): Promise<ExitCode> {
  const onAzure = options.target.target === "azure";
  if (onAzure) refuseUnattended(options.yes, io);
  const err = new Terminal(io.stderr, io.env);
  const file = readRunbookFile(options.file, io);
  const { runbook, diagnostics } = await loadFile(file);
  tellDiagnostics(diagnostics, err);
  if (runbook === undefined) return EXIT.badInput;
  const asks = !options.yes && (onAzure || !options.step) && io.stdin.isTTY === true && io.stdout.isTTY === true;
  const { inputs, vault } = await runInputs(runbook, options.inputs, options.target.target, io);
  // Loaded while the target is opened, which may have to make a key or to ask a server.
  const [target, { runPlanned }] = await Promise.all([
    openTarget(options.target, io, "runbook run", options.faults, options.guest),
    import("../planned-run.ts"),
    preloadClients(),
  ]);
  try {
    // The question is asked with the plan.
    if (onAzure) await admitToAzure(target);
    const record = runbookRecord(runbook.name, file.text, file.shown, runbook.calls);
    return await runPlanned({ ...options, runbook, record, inputs, vault, target, asks }, io);
  } finally {
    await target.close();
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}
