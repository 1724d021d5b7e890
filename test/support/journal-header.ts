// A header as a test needs one.

import type { JournalHeader } from "../../engine/run/journal.ts";
import { runbookRecord } from "../../engine/run/resume.ts";

export function headerOf(more: Partial<JournalHeader> = {}): JournalHeader {
  return {
    kind: "header",
    format: 1,
    run: "r1",
    at: 0,
    engine: "0.0.0",
    runbook: runbookRecord("test", "name: test\n", "test.yaml"),
    inputs: {},
    target: { kind: "emulator", description: "emulator", subscriptionId: "s" },
    ...more,
  };
}
