// What is shown of a run that somebody walks through, between the words: what each step does, and how it ended.

import type { RunEvent } from "../../run/events.ts";
import type { Terminal } from "../terminal.ts";
import { causeOf, type RunProgress } from "../views/run-progress.ts";
import type { RunView } from "../views/run-view.ts";
import { headingOf, idWidth, stepRow } from "../views/step-rows.ts";
import { cut } from "../views/text-fit.ts";

/** `progress` must have taken an event before the view is given it. */
export function walkView(progress: RunProgress, terminal: Terminal): RunView {
  let doing = "";
  const tellDoing = (text: string): void => {
    // A repeated attempt is no news.
    if (text !== doing) terminal.line(terminal.paint("dim", cut(`    ${text}`, terminal.columns - 1)));
    doing = text;
  };
  return {
    event(event: RunEvent) {
      if (event.type === "run-started") {
        terminal.line(terminal.paint("bold", cut(headingOf(progress), terminal.columns - 1)));
      }
      // What an earlier process did is shown by looking back.
      if (event.replayed === true) return;
      // What it asks stands in the question.
      if (event.type === "operation-started" && !event.summary.startsWith("wait for approval"))
        tellDoing(event.summary);
      if (event.type === "attempt-failed") tellDoing(`waiting for ${causeOf(event.failure, event.propagation)}`);
      if (event.type === "approval-given") tellDoing(`${event.approved ? "approved" : "rejected"} by ${event.by}`);
      if (event.type === "warning") tellDoing(`warning: ${event.message}`);
      if (event.type !== "step-finished") return;
      doing = "";
      const { columns } = terminal;
      terminal.line(
        stepRow(progress.step(event.step), { width: idWidth(progress, columns), columns, now: event.at }, terminal),
      );
    },
    note: (text) => terminal.line(text),
    finish: () => {},
  };
}
