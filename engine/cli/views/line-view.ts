// Without a terminal: one line for each change of state, fit for a log.

import type { RunEvent } from "../../run/events.ts";
import { withoutControls } from "../../source/display-text.ts";
import type { Terminal } from "../terminal.ts";
import { countText } from "../diagnostic-formats.ts";
import { causeOf, type RunProgress } from "./run-progress.ts";
import type { RunView } from "./run-view.ts";
import { approvalText, endText, headingOf } from "./step-rows.ts";
import { durationText } from "./text-fit.ts";

/** `progress` must have taken an event before the view is given it. */
export function lineView(progress: RunProgress, terminal: Terminal): RunView {
  /** What each step was last said to wait for: a repeated attempt is no news. */
  const told = new Map<string, string>();
  const tell = (text: string): void => terminal.line(withoutControls(text));
  return {
    event(event: RunEvent) {
      switch (event.type) {
        case "run-started":
          tell(headingOf(progress));
          return;
        case "step-started":
          tell(`${event.step}: started`);
          return;
        case "step-expanded":
          tell(`${event.step}: ${countText(event.items.length, "item")}`);
          return;
        case "attempt-failed": {
          const cause = causeOf(event.failure, event.propagation);
          if (told.get(event.step) === cause) return;
          told.set(event.step, cause);
          tell(`${event.step}: waiting for ${cause}`);
          return;
        }
        case "approval-asked":
          tell(`${event.step}: ${approvalText(event.message)}`);
          return;
        case "approval-given":
          tell(`${event.step}: ${event.approved ? "approved" : "rejected"} by ${event.by}`);
          return;
        case "warning":
          tell(`${event.step}: warning: ${event.message}`);
          return;
        case "step-finished": {
          const step = progress.step(event.step);
          const took = step.startedAt === undefined ? "" : ` after ${durationText(event.at - step.startedAt)}`;
          tell(`${event.step}: ${endText(step)}${took}`);
          return;
        }
        default:
      }
    },
    note: (text) => terminal.line(text),
    finish: () => {},
  };
}
