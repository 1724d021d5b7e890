// Plan, question and run in one: what is agreed to is what is sent.

import type { Target } from "../azure/target.ts";
import { planText } from "../plan/plan-run.ts";
import { planPage } from "../report/plan-page.ts";
import { summaryLines } from "../report/text-page.ts";
import type { RunbookRecord } from "../run/journal.ts";
import type { Runbook } from "../runbook/model.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import { Secret } from "../value/secret.ts";
import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { runUnderPlan } from "./guarded-run.ts";
import type { Io } from "./io.ts";
import { painterOf } from "./plan-output.ts";
import type { RunInputs } from "./run-inputs.ts";
import type { RunOutput } from "./show-run.ts";
import { Terminal } from "./terminal.ts";

export interface ConsentedRunOptions extends RunInputs {
  readonly runbook: Runbook;
  readonly record: RunbookRecord;
  readonly argv: readonly string[];
  readonly target: Target;
  readonly concurrency: number;
  readonly output: RunOutput;
  /** False: it was agreed to beforehand. */
  readonly asks: boolean;
}

export async function runWithConsent(options: ConsentedRunOptions, io: Io): Promise<ExitCode> {
  const { runbook, inputs, vault, target, asks } = options;
  const err = new Terminal(io.stderr, io.env);
  const clear = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, value instanceof Secret ? vault.open(value) : value]),
  );
  const made = await planText({ runbook, registry: builtinSteps, inputs: clear, target, clock: io.clock });
  const page = planPage(made.plan);
  for (const { name, value } of page.facts) err.line(`  ${err.paint("dim", name.padEnd(12))}  ${value}`);
  for (const line of summaryLines(page, painterOf(err))) err.line(line);
  if (made.plan.obstacles.length > 0) {
    throw new CliError(EXIT.failed, "nothing was sent", "`runbook plan --full` shows every step");
  }
  if (asks) {
    const { askWhether } = await import("./prompts.ts");
    if (!(await askWhether("Run this plan?", io))) {
      err.line("nothing was sent");
      return EXIT.done;
    }
  }
  return runUnderPlan({ ...options, plan: made.plan, planText: made.text }, io);
}
