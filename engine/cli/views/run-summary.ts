// The end of a run for a person: what each step did, what is to be looked at, and what to type next.

import { withoutControls } from "../../source/display-text.ts";
import type { StepProgress, RunProgress } from "./run-progress.ts";
import type { Terminal } from "../terminal.ts";
import { countText } from "../diagnostic-formats.ts";
import { idWidth, stepRow } from "./step-rows.ts";
import { durationText } from "./text-fit.ts";

export interface NextCommand {
  readonly line: string;
  readonly does: string;
}

/** `rows`: false when the view has already left a row of each step on the terminal. */
export function tellRows(progress: RunProgress, terminal: Terminal): void {
  // In a log nothing is cut: whoever reads it later has as much room as they need.
  const columns = terminal.isTerminal ? terminal.columns : 1000;
  const at = { width: idWidth(progress, columns), columns, now: progress.at };
  for (const step of progress.steps.values()) {
    terminal.line(stepRow(step, at, terminal));
    for (const item of step.items ?? []) terminal.line(stepRow(item, at, terminal));
  }
}

/** For example `7 steps in 2.4 s: 4 created, 1 updated, 2 unchanged; 5 retries`. */
export function totalsText(progress: RunProgress): string {
  const steps = progress.leaves;
  const count = (is: (step: StepProgress) => boolean, word: string): readonly string[] => {
    const number = steps.filter(is).length;
    return number === 0 ? [] : [`${number} ${word}`];
  };
  const done = (step: StepProgress): boolean => step.status === "done";
  const parts = [
    ...count((step) => done(step) && step.change === "remove", "removed"),
    ...count((step) => done(step) && step.change === "create", "created"),
    ...count((step) => done(step) && step.change === "update", "updated"),
    ...count((step) => done(step) && step.change === "run" && step.ran !== undefined, "ran"),
    ...count((step) => done(step) && isUnchanged(step), "unchanged"),
    ...count((step) => step.status === "failed" && step.continued !== true, "failed"),
    ...count((step) => step.continued === true, "failed without harm"),
    ...count((step) => step.status === "skipped", "skipped"),
    ...count((step) => step.status === "waiting", "not started"),
    ...count((step) => step.status === "running", "not ended"),
  ];
  const retries = steps.reduce((sum, step) => sum + step.retries, 0);
  const repeated = retries === 0 ? "" : `; ${retries} ${retries === 1 ? "retry" : "retries"}`;
  const took = durationText(progress.at - progress.startedAt);
  return `${countText(steps.length, "step")} in ${took}: ${parts.join(", ")}${repeated}`;
}

const isUnchanged = ({ change, ran }: StepProgress): boolean =>
  change === "run" ? ran === undefined : !["create", "update", "remove"].includes(change);

export function tellEnd(
  progress: RunProgress,
  end: { readonly journal: string; readonly next: readonly NextCommand[] },
  terminal: Terminal,
): void {
  const color = progress.status === "done" ? "green" : progress.status === "failed" ? "red" : "yellow";
  for (const warning of progress.warnings) {
    terminal.line(`${terminal.paint(["bold", "yellow"], "warning")}: ${withoutControls(warning)}`);
  }
  terminal.line(`${terminal.paint(["bold", color], progress.status)}: ${totalsText(progress)}`);
  terminal.line(`journal: ${end.journal}`);
  if (end.next.length > 0) terminal.line("next:");
  for (const { line, does } of end.next) {
    terminal.line(`  ${terminal.paint("bold", line)}`);
    terminal.line(terminal.paint("dim", `    ${does}`));
  }
}
