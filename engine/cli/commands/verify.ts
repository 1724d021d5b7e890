// Compares what a run sent with what its plan lists, call by call.

import { verifyRun } from "../../plan/verify.ts";
import { textOf } from "../../report/plan-page.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { readPlanFile } from "../plan-output.ts";
import { readRun } from "../run-record.ts";
import { Terminal } from "../terminal.ts";

export const verifyCommand: CliCommand = {
  examples: [
    ["runbook verify plan.json", "the latest run"],
    ["runbook verify plan.json 20261125-101500-ab12", "a run of your choice"],
    ["runbook verify plan.json --json", "for a program"],
  ],
  configure: (command) => {
    command
      .argument("<plan>", "a plan saved with `runbook plan -o`")
      .argument("[run]", "the run; absent: the latest")
      .option("--json", "print the comparison as JSON");
  },
  run: async (command, io) => {
    const [plan, run] = command.processedArgs as [string, string?];
    return verify(plan, run, command.opts<{ json?: true }>().json === true, io);
  },
};

export async function verify(planFile: string, run: string | undefined, json: boolean, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const plan = readPlanFile(planFile, io);
  const { id, entries, plan: last, underPlan } = await readRun(run, io);
  const verified = verifyRun(plan, last?.digest === plan.digest ? underPlan : entries);
  const { sent, planned, conditional, extra, missing } = verified;
  const isSame = extra.length === 0 && missing.length === 0;
  if (json) out.line(JSON.stringify({ run: id, ...verified }, undefined, 2));
  else {
    for (const { method, url, why } of extra) {
      out.line(`${out.paint(["bold", "red"], "+ not planned")}  ${method} ${url} (${why})`);
    }
    for (const { method, url } of missing) {
      out.line(`${out.paint("yellow", "- not sent")}  ${method} ${textOf(url)}`);
    }
    const more = conditional === 0 ? "" : ` and ${conditional} for this case`;
    out.line(`${id}: ${sent} sent, ${planned} planned${more}, ${isSame ? "the same" : "not the same"}`);
  }
  return isSame ? EXIT.done : EXIT.failed;
}
