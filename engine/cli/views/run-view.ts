// How a run is shown while it goes on. The summary at its end is another file's work.

import type { RunEvent } from "../../run/events.ts";

export interface RunView {
  event(event: RunEvent): void;
  /** A sentence between the events, such as that the run is being stopped. */
  note(text: string): void;
  /** Leaves the terminal as it was found; called once, also after a failure. */
  finish(): void;
}

export const quietView: RunView = { event: () => {}, note: () => {}, finish: () => {} };
