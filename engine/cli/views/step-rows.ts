// One line about one step, the same in every view.

import type { Change } from "../../run/events.ts";
import { countText } from "../diagnostic-formats.ts";
import type { Terminal } from "../terminal.ts";
import type { RunProgress, StepProgress } from "./run-progress.ts";
import { cut, durationText, fit, widthOf } from "./text-fit.ts";

const RAN = { script: "script run inside the VM", action: "action done" } as const;

/** Reading is no change, and neither is a question asked inside a VM. */
const CHANGED: Readonly<Record<Change, string>> = {
  remove: "removed",
  create: "created",
  update: "updated",
  run: "no change, asked inside the VM",
  read: "no change",
  none: "no change",
};

const TIME_WIDTH = 9;

/** How wide the steps' ids are shown. */
export function idWidth(progress: RunProgress, columns: number): number {
  const names = [...progress.steps.values()].flatMap(({ id, items = [] }) => [id, ...items.map((item) => item.id)]);
  const longest = names.reduce((most, name) => Math.max(most, widthOf(name)), 4);
  return Math.min(longest, Math.max(4, Math.floor(columns * 0.3)));
}

/** What runs and where. */
export function headingOf(progress: RunProgress): string {
  return `${progress.runbook} on ${progress.target}`;
}

/** What somebody has to do, as the end of a sentence about a step. */
export function approvalText(message: string): string {
  return `waits for approval, with \`runbook approve\`: ${message}`;
}

/** How a step ended, as the end of a sentence about it. */
export function endText(step: StepProgress): string {
  if (step.status === "skipped") {
    if (step.reason === "maxErrors") return "skipped, too many other items failed";
    return step.reason === "if" ? "skipped, its `if` is false" : `skipped, it depends on "${step.reason ?? ""}"`;
  }
  if (step.status === "waiting") return "not started";
  if (step.status === "failed" && step.reason !== undefined) return `failed, since "${step.reason}" did`;
  const going = step.continued === true ? ", the run goes on" : "";
  const parts = [step.status === "failed" ? `failed${codeOf(step)}${going}` : changeText(step)];
  if (step.items !== undefined)
    return [itemsText(step.items), ...parts.slice(step.status === "failed" ? 1 : 0)].join(", ");
  if (step.retries > 0) parts.push(retryText(step));
  return parts.join(", ");
}

function changeText({ change, ran }: StepProgress): string {
  return change === "run" && ran !== undefined ? RAN[ran] : CHANGED[change];
}

/** For example `3 items, 1 failed`. */
function itemsText(items: readonly StepProgress[]): string {
  const count = (status: StepProgress["status"]): number => items.filter((item) => item.status === status).length;
  const [failed, skipped] = [count("failed"), count("skipped")];
  return [
    countText(items.length, "item"),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
}

function codeOf({ failure }: StepProgress): string {
  return failure?.code === undefined ? "" : ` (${failure.code})`;
}

/** For example `2 retries, waited 0.7 s for the new role assignment to be seen`. */
function retryText(step: StepProgress): string {
  const causes = [...step.waited].map(([cause, ms]) => `waited ${durationText(ms)} for ${cause}`);
  return [`${step.retries} ${step.retries === 1 ? "retry" : "retries"}`, ...causes].join(", ");
}

/** What a running step does now. */
export function doingText(step: StepProgress, now: number): string {
  const wait = [...step.waits.values()].at(-1);
  if (wait !== undefined) return `waiting for ${wait.cause}, ${durationText(now - wait.since)}`;
  const [first, ...more] = step.operations.values();
  if (first === undefined) return "starting";
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

/** `✓ vm        1.2 s  created`, cut to the terminal's width. */
export function stepRow(
  step: StepProgress,
  at: { readonly width: number; readonly columns: number; readonly now: number; readonly frame?: string },
  terminal: Terminal,
): string {
  const { symbols } = terminal;
  const [symbol, color] =
    step.status === "done"
      ? ([symbols.done, "green"] as const)
      : step.status === "failed"
        ? ([symbols.failed, "red"] as const)
        : step.status === "running"
          ? ([at.frame ?? " ", "cyan"] as const)
          : ([symbols.skipped, "dim"] as const);
  const time = step.startedAt === undefined ? "" : durationText((step.endedAt ?? at.now) - step.startedAt);
  const room = at.columns - 1 - (2 + at.width + TIME_WIDTH + 2);
  const text = step.status === "running" ? doingText(step, at.now) : endText(step);
  const shown = cut(text, room);
  return [
    `${terminal.paint(color, symbol)} ${fit(step.id, at.width)}`,
    terminal.paint("dim", time.padStart(TIME_WIDTH)),
    `  ${step.status === "done" || step.status === "failed" ? shown : terminal.paint("dim", shown)}`,
  ].join("");
}
