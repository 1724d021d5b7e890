// Shows a saved plan from its file alone.

import { planPage } from "../../report/plan-page.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { addPageOptions, type PageOptions, pageOptionsOf, readPlanFile, tellPage } from "../plan-output.ts";

export const showCommand: CliCommand = {
  examples: [
    ["runbook show plan.json", "what was planned, without asking anybody"],
    ["runbook show plan.json --full", "with every request and right"],
    ["runbook show plan.json --html plan.html", "as a page"],
  ],
  configure: (command) => {
    command.argument("<plan>", "a plan saved with `runbook plan -o`");
    addPageOptions(command);
  },
  run: (command, io) => show(command.processedArgs[0] as string, pageOptionsOf(command), io),
};

export async function show(file: string, options: PageOptions, io: Io): Promise<ExitCode> {
  const plan = readPlanFile(file, io);
  await tellPage(planPage(plan), `${JSON.stringify(plan, undefined, 2)}\n`, options, io);
  return EXIT.done;
}
