// Runs a saved plan, if it still is the plan, and nothing but the plan.

import { registryOf } from "../../runbook/build.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { CLOUDS } from "../../azure/clouds.ts";
import type { Plan } from "../../plan/model.ts";
import { PlanFault } from "../../plan/plan-file.ts";
import { runbookRecord } from "../../run/resume.ts";
import type { Json } from "../../value/json.ts";
import { Secret } from "../../value/secret.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addFaultOptions, type FaultOptions, faultOptionsOf } from "../faults/fault-options.ts";
import { addGuestOption, type GuestOption, guestOptionOf } from "../guest-option.ts";
import { addInputOptions, type InputOptions, inputOptionsOf } from "../input-options.ts";
import type { Io } from "../io.ts";
import { withPlannedInputs } from "../plan-inputs.ts";
import { readPlanFile, refused } from "../plan-output.ts";
import { runInputs } from "../run-inputs.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import type { RunOutput } from "../show-run.ts";
import {
  addTargetOptions,
  makeStateDirectory,
  openTarget,
  type TargetOptions,
  targetOptionsOf,
  targetWords,
} from "../target-options.ts";
import { Terminal } from "../terminal.ts";

export interface ApplyCommandOptions {
  readonly plan: string;
  /** Absent: where the plan says that it is. */
  readonly runbook?: string;
  readonly inputs: InputOptions;
  /** Absent: that of the plan. */
  readonly target?: TargetOptions;
  readonly faults?: FaultOptions;
  readonly guest?: GuestOption;
  readonly output: RunOutput;
}

export const applyCommand: CliCommand = {
  examples: [
    ["runbook apply plan.json", "what was reviewed, and nothing else"],
    ["runbook apply plan.json --secret-file adminPassword=pw.txt", "with the secret that it needs"],
    ["runbook apply plan.json --runbook other/place.yaml", "when the runbook has moved"],
  ],
  configure: (command) => {
    command.argument("<plan>", "a plan saved with `runbook plan -o`");
    command.option("--runbook <file>", "the runbook; absent: where it was when it was planned");
    addInputOptions(command);
    addTargetOptions(command);
    addGuestOption(command);
    addFaultOptions(command);
    command
      .option("--json", "tell events as JSON lines on standard output")
      .option("-q, --quiet", "tell outputs and failures only");
  },
  run: (command, io) => apply(optionsOf(command), io),
};

function optionsOf(command: Command): ApplyCommandOptions {
  const { runbook, json, quiet } = command.opts<{ runbook?: string; json?: true; quiet?: true }>();
  const guest = guestOptionOf(command);
  const isGiven = ["target", "subscription", "cloud", "latency"].some(
    (name) => command.getOptionValueSource(name) === "cli",
  );
  return {
    plan: command.processedArgs[0] as string,
    ...(runbook !== undefined && { runbook }),
    inputs: inputOptionsOf(command),
    ...(isGiven && { target: targetOptionsOf(command) }),
    faults: faultOptionsOf(command),
    ...(guest !== undefined && { guest }),
    output: json === true ? "json" : quiet === true ? "quiet" : "human",
  };
}

export async function apply(options: ApplyCommandOptions, io: Io): Promise<ExitCode> {
  const plan = readPlanFile(options.plan, io);
  const planText = readFileSync(resolve(io.cwd, options.plan), "utf8");
  requireUnused(plan, io);
  const file = options.runbook ?? plan.runbook.path;
  const read = readRunbookFile(file, io);
  const { runbook, diagnostics } = await loadFile(read);
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  if (runbook === undefined) return EXIT.badInput;
  const given = options.target ?? targetOf(plan);
  const { inputs, vault } = await runInputs(runbook, withPlannedInputs(options.inputs, plan.inputs), given.target, io);
  const target = await openTarget(given, io, "runbook apply", options.faults, options.guest);
  try {
    const [{ requireApplicable }, { runUnderPlan }] = await Promise.all([
      import("../../plan/apply.ts"),
      import("../guarded-run.ts"),
    ]);
    const clear = inClear(inputs, (secret) => vault.open(secret));
    try {
      await requireApplicable({ plan, runbook, registry: registryOf(runbook), inputs: clear, target, clock: io.clock });
    } catch (thrown) {
      if (thrown instanceof PlanFault) throw refused(thrown);
      throw thrown;
    }
    use(plan, io);
    const { output } = options;
    return await runUnderPlan(
      {
        plan,
        planText,
        runbook,
        record: runbookRecord(runbook.name, read.text, read.shown, runbook.calls),
        argv: ["plan", file, ...targetWords(given)],
        target,
        inputs,
        vault,
        concurrency: 16,
        output,
      },
      io,
    );
  } finally {
    await target.close();
  }
}

function targetOf({ target }: Plan): TargetOptions {
  if (target.kind === "emulator") return { target: "emulator", latency: "fast" };
  const { subscriptionId: subscription, resourceManager, description } = target;
  const cloud = [...CLOUDS.values()].find((known) => known.resourceManager === resourceManager)?.name;
  if (cloud !== undefined) return { target: "azure", subscription, cloud };
  // A plan may have travelled, and the file that describes its cloud lies elsewhere or is another one.
  throw new CliError(
    EXIT.usage,
    `the plan is for ${description}, at ${resourceManager}, which is none of the clouds that are known by name`,
    "say --target azure --cloud <file> with the file that describes the cloud",
  );
}

export function inClear(
  inputs: Readonly<Record<string, Json>>,
  open: (secret: Secret) => string,
): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, value instanceof Secret ? open(value) : value]),
  );
}

const markOf = ({ digest }: Plan, io: Io): string =>
  join(makeStateDirectory(io, "plans"), `${digest.replace(/[^a-z0-9]/g, "-")}.used`);

function requireUnused(plan: Plan, io: Io): void {
  try {
    const { used } = JSON.parse(readFileSync(markOf(plan, io), "utf8")) as { used: string };
    throw refused(new PlanFault("used", `the plan was applied at ${used}; a plan serves one run; make a new plan`));
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown;
  }
}

/** Before anything is sent; two processes cannot both use a plan, because only one makes the file. */
function use(plan: Plan, io: Io): void {
  try {
    const used = new Date(io.clock.now()).toISOString();
    writeFileSync(markOf(plan, io), `${JSON.stringify({ used })}\n`, { flag: "wx", mode: 0o600 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    throw refused(new PlanFault("used", "the plan is being applied by another process; a plan serves one run"));
  }
}
