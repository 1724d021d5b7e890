// Lists the runs of this directory, and tells the story of one.

import type { RunEvent } from "../../run/events.ts";
import { stepOf } from "../../run/operation-key.ts";
import type { JournalState } from "../../run/journal/state.ts";
import type { StoredRun } from "../../run/journal/run-store.ts";
import { readJournal } from "../../run/journal/file-journal.ts";
import { lockOwner } from "../../run/journal/lock.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { runStore } from "../run-journal.ts";
import { Terminal } from "../terminal.ts";

export const runsCommand: CliCommand = {
  examples: [
    ["runbook runs", "all runs of this directory, the newest first"],
    ["runbook runs show", "what happened in the newest"],
    ["runbook runs show 20261125-1836", "and in another"],
  ],
  configure: (command) => {
    command.argument("[show]", "`show`: tell the story of one run").argument("[run]", "its id or the beginning of it");
  },
  run: (command, io) => {
    const [what, run] = command.processedArgs as [string?, string?];
    if (what === undefined) return list(io);
    if (what !== "show") throw new CliError(EXIT.usage, `"${what}" is nothing that runs can do`, "did you mean show?");
    return show(run, io);
  },
};

async function list(io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const runs = await runStore(io).list();
  if (runs.length === 0) new Terminal(io.stderr, io.env).line("no runs here yet");
  for (const run of runs) out.line(rowOf(run));
  return EXIT.done;
}

function rowOf({ run, state, problem, owner, isDestroyed }: StoredRun): string {
  if (state === undefined) return `${run}  unreadable   ${problem ?? ""}`;
  const name = state.runbook?.name ?? "";
  const { ended, steps } = countSteps(state);
  return `${run}  ${(isDestroyed ? "destroyed" : statusOf(state, owner?.pid)).padEnd(12)} ${name}, ${ended} of ${steps} steps, ${state.header?.target.description ?? ""}`;
}

function statusOf(state: JournalState, pid: number | undefined): string {
  if (pid !== undefined) return `running ${pid}`;
  return state.finished ?? "cut off";
}

function countSteps({ events }: JournalState): { readonly ended: number; readonly steps: number } {
  const started = events.find((event) => event.type === "run-started");
  const ended = new Set(
    events.flatMap((event) =>
      event.type === "step-finished" && event.step === stepOf(event.step) ? [event.step] : [],
    ),
  );
  return { ended: ended.size, steps: started?.steps.length ?? 0 };
}

async function show(given: string | undefined, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const place = await runStore(io).find(given);
  const { state } = await readJournal(place.journal);
  const { header } = state;
  const owner = await lockOwner(place.directory);
  out.line(`run ${place.run}: ${state.runbook?.name ?? ""}, ${statusOf(state, owner?.pid)}`);
  out.line(`  on ${header?.target.description ?? ""}, by runbook ${header?.engine ?? ""}`);
  const begun = header?.at ?? 0;
  out.line(`  begun ${new Date(begun).toISOString()}, taken up again ${times(state.sessions)}`);
  for (const event of state.events) {
    const line = lineOf(event);
    if (line !== undefined) out.line(`${seconds(event.at - begun)}  ${line}`);
  }
  const open = [...state.intents.keys()].filter((key) => !state.completions.has(key) && !state.results.has(key));
  for (const key of open) out.line(`${" ".repeat(10)}  ${key}: sent, or about to be; its answer is not recorded`);
  return EXIT.done;
}

const times = (count: number): string => (count === 0 ? "never" : count === 1 ? "once" : `${count} times`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`.padStart(10);

function lineOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "run-started":
      return `${event.steps.length} steps to do`;
    case "step-started":
      return `${event.step} started`;
    case "step-expanded":
      return `  ${event.step}: ${event.items.length} items`;
    case "operation-started":
      return `  ${event.step}: ${event.summary}`;
    case "operation-finished":
    case "request-sent":
      return undefined;
    case "attempt-failed":
      return `  ${event.step}: ${event.failure.code ?? event.failure.message}, again in ${event.retryInMs / 1000} s`;
    case "approval-asked":
      return `  ${event.step}: waits for approval: ${event.message}`;
    case "approval-given":
      return `  ${event.step}: ${event.approved ? "approved" : "rejected"} by ${event.by}${event.comment === undefined ? "" : `: ${event.comment}`}`;
    case "warning":
      return `  ${event.step}: warning: ${event.message}`;
    case "step-finished":
      return `${event.step} ${event.status}${event.failure ? `: ${event.failure.message}` : ` (${event.reason ?? event.change})`}`;
    case "run-finished":
      return `run ${event.status}`;
  }
}
