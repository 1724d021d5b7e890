// Plan, question and run in one: what is shown and agreed to is what is sent.

import type { Target } from "../azure/target.ts";
import type { Plan } from "../plan/model.ts";
import { planText } from "../plan/plan-run.ts";
import { planPage } from "../report/plan-page.ts";
import { summaryLines } from "../report/text-page.ts";
import type { RunbookRecord } from "../run/journal.ts";
import type { Runbook } from "../runbook/model.ts";
import { registryOf } from "../runbook/build.ts";
import { Secret } from "../value/secret.ts";
import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { runUnderPlan } from "./guarded-run.ts";
import type { Io } from "./io.ts";
import { painterOf } from "./plan-output.ts";
import type { RunInputs } from "./run-inputs.ts";
import type { RunOutput } from "./show-run.ts";
import { Terminal } from "./terminal.ts";

export interface PlanningOptions extends RunInputs {
  readonly runbook: Runbook;
  readonly target: Target;
  readonly output: RunOutput;
  /** False: it was agreed to beforehand, or nobody has to agree. */
  readonly asks: boolean;
}

export interface PlannedRunOptions extends PlanningOptions {
  readonly record: RunbookRecord;
  readonly argv: readonly string[];
  readonly concurrency: number;
  readonly step?: boolean;
}

export async function runPlanned(options: PlannedRunOptions, io: Io): Promise<ExitCode> {
  const agreed = await agreedPlan(options, io);
  return agreed === undefined ? EXIT.done : runUnderPlan({ ...options, plan: agreed.plan, planText: agreed.text }, io);
}

/** Makes a plan and shows its summary; `undefined` when the person says no. Throws when it may not be run. */
export async function agreedPlan(
  { runbook, inputs, vault, target, output, asks }: PlanningOptions,
  io: Io,
): Promise<{ readonly plan: Plan; readonly text: string } | undefined> {
  const err = new Terminal(io.stderr, io.env);
  const clear = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, value instanceof Secret ? vault.open(value) : value]),
  );
  const made = await planText({ runbook, registry: registryOf(runbook), inputs: clear, target, clock: io.clock });
  const isRefused = mayNotRun(made.plan);
  if (output === "human" || isRefused) {
    const page = planPage(made.plan);
    if (asks || target.kind === "azure") {
      for (const { name, value } of page.facts) err.line(`  ${err.paint("dim", name.padEnd(12))}  ${value}`);
    }
    for (const line of summaryLines(page, painterOf(err))) err.line(line);
    if (!isRefused && page.obstacles.length > 0) {
      err.line("it is run all the same: on the emulator a failure does no harm");
    }
  }
  if (isRefused) throw new CliError(EXIT.failed, "nothing was sent", "`runbook plan --full` shows every step");
  if (!asks) return made;
  const { askWhether } = await import("./prompts.ts");
  if (await askWhether("Run this plan?", io)) return made;
  err.line("nothing was sent");
  return undefined;
}

/**
 * What cannot be enforced is not run. What would fail is not begun on Azure, where it would leave half of it behind; on the
 * emulator a failure is there to be looked at, and the plan holds as far as it goes.
 */
function mayNotRun({ obstacles, steps, target }: Plan): boolean {
  const failing = steps.filter(({ change }) => change === "failed").length;
  return target.kind === "azure" ? obstacles.length > 0 : obstacles.length > failing;
}
