// What was kept of a run: its journal and the plan that it went by, which is another one after a resume that planned anew.

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../plan/model.ts";
import { PlanFault, readPlan } from "../plan/plan-file.ts";
import type { RunEvent } from "../run/events.ts";
import { type JournalEntry, JournalFailure } from "../run/journal.ts";
import { decodeLines } from "../run/journal/lines.ts";
import { RunStore } from "../run/journal/run-store.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { refused } from "./plan-output.ts";
import { makeStateDirectory, stateDirectory } from "./target-options.ts";

export interface KeptRun {
  readonly id: string;
  readonly entries: readonly JournalEntry[];
  readonly events: readonly RunEvent[];
  /** The last one. */
  readonly plan?: Plan;
  /** What was written under that plan: all of the journal, unless the run was resumed under another one. */
  readonly underPlan: readonly JournalEntry[];
}

/** `plan.json`, and `plan-2.json` of a run that was planned anew when it was resumed for the second time. */
const PLAN_FILE = /^plan(?:-(\d+))?\.json$/;

/** Keeps the plan that a run goes by from now on; `resumes`: how often the run will have been resumed then. */
export function keepPlan(run: string, text: string, resumes: number, io: Io): void {
  const name = resumes === 0 ? "plan.json" : `plan-${resumes}.json`;
  const path = join(makeStateDirectory(io, join("runs", run)), name);
  // Whole or not at all: nobody could go on by half a plan.
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** By its id or the beginning of it; absent: the latest run. Throws a `CliError` when there is no such run. */
export async function readRun(given: string | undefined, io: Io): Promise<KeptRun> {
  const store = new RunStore(join(stateDirectory(io), "runs"));
  const {
    run: id,
    directory,
    journal,
  } = await store.find(given).catch((thrown: unknown) => {
    if (!(thrown instanceof JournalFailure)) throw thrown;
    throw new CliError(EXIT.usage, thrown.message, "`runbook runs` lists them");
  });
  if (!existsSync(journal)) throw new CliError(EXIT.failed, `run ${id} has no journal: it had not begun`);
  const { entries } = decodeLines(readFileSync(journal), journal);
  const events = entries.flatMap((entry) => (entry.kind === "event" ? [entry.event] : []));
  const plans = readdirSync(directory).flatMap((name) => {
    const found = PLAN_FILE.exec(name);
    return found ? [{ name, resumes: Number(found[1] ?? 0) }] : [];
  });
  const last = plans.toSorted((a, b) => a.resumes - b.resumes).at(-1);
  if (last === undefined) return { id, entries, events, underPlan: entries };
  const plan = keptPlan(join(directory, last.name));
  return { id, entries, events, plan, underPlan: since(entries, last.resumes) };
}

function keptPlan(path: string): Plan {
  try {
    return readPlan(readFileSync(path, "utf8"));
  } catch (thrown) {
    if (thrown instanceof PlanFault) throw refused(thrown, path);
    throw thrown;
  }
}

/** From the resume of this number on, and what was answered before: later requests may hold values of it. */
function since(entries: readonly JournalEntry[], resumes: number): readonly JournalEntry[] {
  let seen = 0;
  return entries.filter((entry) => {
    if (entry.kind === "resumed") seen++;
    return seen >= resumes || entry.kind === "completion";
  });
}

export const resumesIn = (entries: readonly JournalEntry[]): number =>
  entries.filter(({ kind }) => kind === "resumed").length;
