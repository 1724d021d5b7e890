// For programs: one JSON object a line. The first names the format; the others are the run's events as they happen.

import type { RunEvent } from "../../run/events.ts";
import type { Terminal } from "../terminal.ts";
import type { RunView } from "./run-view.ts";

export const EVENT_STREAM = { format: "runbook.events", version: 1 } as const;

/** `redact` takes known secrets out of a line: the last guard, since events hold none. */
export function jsonView(run: string, terminal: Terminal, redact: (text: string) => string): RunView {
  terminal.line(JSON.stringify({ type: "stream-started", ...EVENT_STREAM, run }));
  return {
    event: (event: RunEvent) => terminal.line(redact(JSON.stringify(event))),
    note: () => {},
    finish: () => {},
  };
}
