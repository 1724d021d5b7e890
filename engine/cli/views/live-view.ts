// On a terminal: finished steps scroll up, and a block of at most ten lines below them is drawn again and again.

import type { RunEvent } from "../../run/events.ts";
import type { Terminal } from "../terminal.ts";
import type { RunProgress } from "./run-progress.ts";
import type { RunView } from "./run-view.ts";
import { approvalText, headingOf, idWidth, stepRow } from "./step-rows.ts";
import { cut, widthOf } from "./text-fit.ts";

const BLOCK_LINES = 10;
const REDRAW_MS = 100;

export interface LiveViewOptions {
  readonly progress: RunProgress;
  readonly terminal: Terminal;
  readonly now: () => number;
  /** Calls back every so many milliseconds until the returned function is called. */
  readonly every?: (ms: number, tick: () => void) => () => void;
}

export function liveView({ progress, terminal, now, every = realInterval }: LiveViewOptions): RunView {
  let frame = 0;
  /** Lines that scroll up at the next redraw. */
  let above: string[] = [];
  let drawn: readonly string[] = [];
  const draw = (block: readonly string[]): void => {
    const { columns } = terminal;
    // A terminal that was made narrower has wrapped the old block: it takes more rows than it has lines.
    const height = drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    const up = height === 0 ? "" : `\u001b[${height}A`;
    terminal.write(`\r${up}\u001b[J${[...above, ...block].map((line) => `${line}\n`).join("")}`);
    above = [];
    drawn = block;
  };
  // Events only keep the books; the ticker alone draws, so nothing is drawn more than ten times a second.
  const stop = every(REDRAW_MS, () => {
    frame++;
    draw(liveBlock(progress, terminal, now(), frame));
  });
  return {
    event(event: RunEvent) {
      if (event.type === "run-started")
        above.push(terminal.paint("bold", cut(headingOf(progress), terminal.columns - 1)));
      if (event.type === "approval-asked")
        above.push(cut(`${event.step} ${approvalText(event.message)}`, terminal.columns - 1));
      if (event.type !== "step-finished") return;
      const { columns } = terminal;
      const at = { width: idWidth(progress, columns), columns, now: event.at };
      above.push(stepRow(progress.step(event.step), at, terminal));
    },
    note: (text) => void above.push(text),
    finish() {
      stop();
      draw([]);
    },
  };
}

/** The steps that run, longest first, and how many more there are. Never more than ten lines, nor than the screen has. */
export function liveBlock(progress: RunProgress, terminal: Terminal, now: number, frame: number): readonly string[] {
  const { columns, symbols } = terminal;
  const most = Math.max(1, Math.min(BLOCK_LINES, terminal.rows - 2));
  const running = [...progress.withStatus("running")].toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
  const waiting = progress.withStatus("waiting").length;
  const room = running.length > most || waiting > 0 ? most - 1 : most;
  const shown = running.slice(0, room);
  const spinner = symbols.frames[frame % symbols.frames.length] ?? "";
  const at = { width: idWidth(progress, columns), columns, now, frame: spinner };
  const rest = [
    ...(running.length > shown.length ? [`${running.length - shown.length} more running`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ];
  const lines = shown.map((step) => stepRow(step, at, terminal));
  return rest.length === 0 ? lines : [...lines, terminal.paint("dim", cut(`  ${rest.join(", ")}`, columns - 1))];
}

function realInterval(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  return () => clearInterval(timer);
}
