// Asks a run that another process works on to stop, as its Ctrl-C would.

import { hostname } from "node:os";
import { lockOwner } from "../../run/journal/lock.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { programName } from "../next-commands.ts";
import { runStore } from "../run-journal.ts";
import { Terminal } from "../terminal.ts";

/** How long the other process is waited for, in milliseconds. */
const PATIENCE_MS = 60_000;

export const cancelCommand: CliCommand = {
  examples: [["runbook cancel", "the newest run starts nothing more and records what is in flight"]],
  configure: (command) => {
    command.argument("[run]", "id of the run or the beginning of it; absent: the newest");
  },
  run: (command, io) => cancel((command.processedArgs as [string?])[0], io),
};

async function cancel(given: string | undefined, io: Io): Promise<ExitCode> {
  const err = new Terminal(io.stderr, io.env);
  const { run, directory } = await runStore(io).find(given);
  const owner = await lockOwner(directory);
  if (owner === undefined) throw new CliError(EXIT.failed, `nobody works on run ${run}`);
  if (owner.host !== hostname()) {
    throw new CliError(EXIT.failed, `run ${run} belongs to process ${owner.pid} on ${owner.host}`, "cancel it there");
  }
  process.kill(owner.pid, "SIGTERM");
  err.line(`asked process ${owner.pid} to stop; what it has sent is waited for`);
  for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
    if ((await lockOwner(directory)) === undefined) {
      err.line(`run ${run} has stopped; \`${programName(io.env)} resume ${run}\` goes on`);
      return EXIT.done;
    }
    await io.clock.sleep(100);
  }
  throw new CliError(
    EXIT.failed,
    `process ${owner.pid} still waits for what it sent`,
    "cancel again to end it at once",
  );
}
