// What was kept of a run: its journal and, when it had one, its plan.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../plan/model.ts";
import { readPlan } from "../plan/plan-file.ts";
import type { RunEvent } from "../run/events.ts";
import type { JournalEntry } from "../run/journal.ts";
import { isJsonObject, parseJson } from "../value/json.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { stateDirectory } from "./target-options.ts";

export interface KeptRun {
  readonly id: string;
  readonly entries: readonly JournalEntry[];
  readonly events: readonly RunEvent[];
  readonly plan?: Plan;
}

export const PLAN_FILE = "plan.json";

/** Absent: the latest run. Throws a `CliError` when there is no such run. */
export function readRun(given: string | undefined, io: Io): KeptRun {
  const runs = join(stateDirectory(io), "runs");
  const ids = existsSync(runs) ? readdirSync(runs).toSorted() : [];
  const id = given ?? ids.at(-1);
  if (id === undefined) throw new CliError(EXIT.usage, "there is no run here yet", "start one with `runbook run`");
  if (!ids.includes(id)) {
    throw new CliError(EXIT.usage, `there is no run ${id}`, `the latest runs: ${ids.slice(-5).join(", ") || "none"}`);
  }
  const entries = entriesOf(readFileSync(join(runs, id, "journal.jsonl"), "utf8"));
  const events = entries.flatMap((entry) => (entry.kind === "event" ? [entry.event] : []));
  const planPath = join(runs, id, PLAN_FILE);
  return { id, entries, events, ...(existsSync(planPath) && { plan: readPlan(readFileSync(planPath, "utf8")) }) };
}

/** Lines of other kinds are passed over, and so is a last line that was torn when the process was killed. */
function entriesOf(text: string): readonly JournalEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry = parseJson(line);
      return isJsonObject(entry) && KINDS.has(String(entry["kind"])) ? [entry as unknown as JournalEntry] : [];
    } catch {
      return [];
    }
  });
}

const KINDS: ReadonlySet<string> = new Set(["intent", "completion", "event"]);
