// Shows a run after it: times, attempts, failures, outputs, and what differed from its plan.

import { verifyRun } from "../../plan/verify.ts";
import { runPage } from "../../report/run-page.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { addPageOptions, type PageOptions, pageOptionsOf, tellPage } from "../plan-output.ts";
import { readRun } from "../run-record.ts";

export const reportCommand: CliCommand = {
  examples: [
    ["runbook report", "of the latest run"],
    ["runbook report --html run.html", "as a page with a time line"],
    ["runbook report 20261125-101500-ab12 --json", "of another run, for a program"],
  ],
  configure: (command) => {
    command.argument("[run]", "the run; absent: the latest");
    addPageOptions(command);
  },
  run: (command, io) => report(command.processedArgs[0] as string | undefined, pageOptionsOf(command), io),
};

export async function report(run: string | undefined, options: PageOptions, io: Io): Promise<ExitCode> {
  const { id, underPlan, events, plan } = await readRun(run, io);
  const verification = plan && verifyRun(plan, underPlan);
  const page = runPage({ id, events, ...(plan && { plan }), ...(verification && { verification }) });
  await tellPage(page, `${JSON.stringify(page, undefined, 2)}\n`, options, io);
  return EXIT.done;
}
