// What must hold before a recorded run goes on, and what of its record counts then.

import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../value/json.ts";
import type { RunEvent } from "./events.ts";
import type { RunOptions } from "./execute.ts";
import { isSameTarget, type Journal, type RunbookRecord, type TargetRecord, targetText } from "./journal.ts";
import type { JournalState } from "./journal/state.ts";
import { lineDiff } from "./line-diff.ts";
import { stepOf } from "./operation-key.ts";
import type { ScheduledStep } from "./scheduled-step.ts";

/** The run cannot go on as it is. The message is for the user; nothing has been sent and nothing was written. */
export class ResumeRefused extends Error {
  override readonly name = "ResumeRefused";
  /** Lines marked with `-` and `+`; empty when the refusal is not about a difference. */
  readonly diff: readonly string[];
  constructor(message: string, diff: readonly string[] = []) {
    super(message);
    this.diff = diff;
  }
}

export interface ResumeNow {
  readonly engine: string;
  readonly now: number;
  readonly runbook: RunbookRecord;
  readonly target: TargetRecord;
  /** All inputs of the run, the changed ones among them; secrets as handles. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** The steps of the runbook as it is now. */
  readonly steps: readonly ScheduledStep[];
  /** Whether inputs or the runbook may differ from what is recorded; steps that depend on it are begun anew. */
  readonly accept: boolean;
  readonly assume?: "done" | "repeat";
}

export function runbookRecord(
  name: string,
  text: string,
  file?: string,
  called: ReadonlyMap<string, string> = new Map(),
): RunbookRecord {
  const hash = hashOfTexts(text, called);
  return {
    name,
    text,
    hash,
    ...(file !== undefined && { file }),
    ...(called.size > 0 && { calls: Object.fromEntries(called) }),
  };
}

/** Of a runbook's text and of those that it calls, by path. */
export function hashOfTexts(text: string, called: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256").update(text);
  if (called.size > 0) hash.update(canonicalJson(Object.fromEntries(called)));
  return hash.digest("hex");
}

/** All of the text, for a person to see what is different. */
function textsOf({ text, calls = {} }: RunbookRecord): string {
  const called = Object.entries(calls).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [text, ...called.map(([file, inner]) => `# ${file}\n${inner}`)].join("\n");
}

/**
 * Checks that a run may go on, writes down that it does, and gives what `executeRun` needs. Steps that failed are begun
 * anew: whoever resumes a failed run has mended what was wrong.
 */
export function prepareResume(
  journal: Journal & { readonly state: JournalState },
  how: ResumeNow,
): NonNullable<RunOptions["resume"]> {
  const { state } = journal;
  const { header, runbook } = state;
  if (header === undefined || runbook === undefined) throw new ResumeRefused("the journal has no header");
  refuseOtherTarget(header.target, how.target);
  const isSameText = runbook.hash === how.runbook.hash;
  const isSameInput = canonicalJson(state.inputs) === canonicalJson(how.inputs);
  if (!how.accept) refuseOtherText(state, how.runbook);
  if (!isSameInput && !how.accept) {
    const changed = Object.keys({ ...state.inputs, ...how.inputs }).filter(
      (name) => canonicalJson(state.inputs[name]) !== canonicalJson(how.inputs[name]),
    );
    throw new ResumeRefused(
      `the inputs ${changed.join(", ")} are not those that run ${header.run} was begun with; change one on purpose with --set`,
    );
  }
  if (state.finished === "done" && isSameText && isSameInput) {
    throw new ResumeRefused(`run ${header.run} is done; there is nothing to resume`);
  }
  const again = stepsToRepeat(state, how.steps);
  journal.append({
    kind: "resumed",
    at: how.now,
    engine: how.engine,
    ...(!isSameText && { runbook: how.runbook }),
    ...(!isSameInput && { inputs: how.inputs }),
  });
  // Causes last: should this process die between two of these lines, the next still finds what failed.
  for (const step of again.toReversed()) journal.append({ kind: "discarded", step });
  return { recorded: state, accept: how.accept, ...(how.assume && { assume: how.assume }) };
}

/** Throws when the runbook is not the recorded one. */
export function refuseOtherText({ header, runbook }: JournalState, now: RunbookRecord): void {
  if (runbook === undefined || runbook.hash === now.hash) return;
  throw new ResumeRefused(
    `the runbook ${now.file ?? now.name} is not the one that run ${header?.run ?? ""} was begun with; put the old text back, or go on with the new one with --accept-changes`,
    lineDiff(textsOf(runbook), textsOf(now)),
  );
}

/** Throws when the run was begun elsewhere. */
export function refuseOtherTarget(recorded: TargetRecord, now: TargetRecord): void {
  if (isSameTarget(recorded, now)) return;
  throw new ResumeRefused(`the run was begun on ${targetText(recorded)} and cannot go on on ${targetText(now)}`);
}

/**
 * Steps and items that failed, as far as that failure counts, and what ran because of how those ended: the steps that
 * wait for them, and those of `finally`.
 */
function stepsToRepeat(state: JournalState, steps: readonly ScheduledStep[]): readonly string[] {
  const ended = new Map<string, RunEvent & { readonly type: "step-finished" }>();
  for (const event of state.events) if (event.type === "step-finished") ended.set(event.step, event);
  const failed = [...ended.values()].filter(({ status }) => status === "failed");
  const counted = new Set(failed.filter(({ continued }) => continued !== true).map(({ step }) => stepOf(step)));
  const again = new Set<string>();
  for (const { step } of failed) {
    // Of a step with items those that failed are repeated, not the others.
    const hasItems = failed.some((other) => other.step !== step && stepOf(other.step) === step);
    if (counted.has(stepOf(step)) && (!hasItems || step !== stepOf(step))) again.add(step);
  }
  const touched = new Set(counted);
  let isMain = false;
  for (const step of steps) isMain ||= step.isFinally !== true && counted.has(step.id);
  // Dependencies may be written behind what depends on them.
  for (let before = -1; before !== again.size;) {
    before = again.size;
    for (const step of steps) {
      const follows = step.dependencies.some((id) => touched.has(id)) || (isMain && step.isFinally === true);
      // Also one of which some items failed: what it was given may be otherwise now.
      if (!follows || again.has(step.id)) continue;
      touched.add(step.id);
      again.add(step.id);
    }
  }
  return [...again].filter((step) => counted.has(stepOf(step)) || hasBegun(state, step));
}

function hasBegun(state: JournalState, step: string): boolean {
  return state.events.some((event) => event.type === "step-started" && stepOf(event.step) === step);
}
