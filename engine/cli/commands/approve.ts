// Answers a run that waits for an approval, whether or not a process works on it now.

import { type Command } from "commander";
import { type OpenApproval, openApprovals } from "../../run/journal/approvals.ts";
import { readJournal } from "../../run/journal/file-journal.ts";
import { lockOwner } from "../../run/journal/lock.ts";
import { withoutControls } from "../../source/display-text.ts";
import { answerApproval } from "../approval-answer.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { programName } from "../next-commands.ts";
import { runStore } from "../run-journal.ts";
import { Terminal } from "../terminal.ts";

export const approveCommand: CliCommand = {
  examples: [
    ["runbook approve", "what the newest run waits for"],
    ["runbook approve 20261125-1836 ask -m 'seen by Ann'", "one step of one run, with a word on it"],
    ["runbook approve --reject", "say no: the step fails"],
  ],
  configure: (command) => {
    command
      .argument("[run]", "id of the run or the beginning of it; absent: the newest")
      .argument("[step]", "the step that waits; absent: the only one that does")
      .option("--reject", "say no; the step fails", false)
      .option("-m, --message <text>", "why; it is recorded");
  },
  run: (command, io) => approve(command, io),
};

async function approve(command: Command, io: Io): Promise<ExitCode> {
  const err = new Terminal(io.stderr, io.env);
  const [given, step] = command.processedArgs as [string?, string?];
  const { reject, message } = command.opts<{ reject: boolean; message?: string }>();
  const { run, directory, journal } = await runStore(io).find(given);
  const asked = chosen(run, openApprovals((await readJournal(journal)).state), step);
  const by = await answerApproval(run, asked, { approved: !reject, comment: message }, io);
  err.line(`${reject ? "rejected" : "approved"} by ${by}: ${withoutControls(asked.message)}`);
  if ((await lockOwner(directory)) === undefined)
    err.line(`nobody works on run ${run} now; \`${programName(io.env)} resume ${run}\` goes on`);
  return EXIT.done;
}

function chosen(run: string, open: readonly OpenApproval[], step: string | undefined): OpenApproval {
  const names = open.map((one) => one.step).join(", ");
  if (open.length === 0) throw new CliError(EXIT.failed, `run ${run} waits for no approval`);
  const fitting = step === undefined ? open : open.filter((one) => one.step === step);
  const [only, ...others] = fitting;
  if (only === undefined)
    throw new CliError(EXIT.failed, `step "${step}" of run ${run} waits for no approval`, `these do: ${names}`);
  if (others.length > 0)
    throw new CliError(EXIT.usage, `${open.length} steps of run ${run} wait for an approval`, `name one: ${names}`);
  return only;
}
