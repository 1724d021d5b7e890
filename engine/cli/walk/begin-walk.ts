// A walk through a run that is about to begin or to go on, with the view that belongs to it.

import { openApprovals } from "../../run/journal/approvals.ts";
import { answerApproval } from "../approval-answer.ts";
import type { Io } from "../io.ts";
import type { OpenJournal } from "../run-journal.ts";
import { Terminal } from "../terminal.ts";
import type { RunProgress } from "../views/run-progress.ts";
import type { RunView } from "../views/run-view.ts";
import { Walk, type WalkOptions } from "./walk.ts";
import { walkView } from "./walk-view.ts";

const SOON_MS = 50;

export interface BegunWalk {
  readonly walk: Walk;
  readonly view: RunView;
}

export function beginWalk(
  options: Omit<WalkOptions, "answer"> & {
    readonly run: string;
    readonly journal: OpenJournal;
    readonly progress: RunProgress;
  },
  io: Io,
): BegunWalk {
  const { run, journal, progress } = options;
  const answer: WalkOptions["answer"] = async (step, approved) => {
    for (;;) {
      const open = openApprovals(journal.journal.state).find((one) => one.step === step);
      if (open !== undefined) return void (await answerApproval(run, open, { approved }, io));
      // An answer that is there before the question is recorded would be taken for one to an earlier question.
      await io.clock.sleep(SOON_MS);
    }
  };
  return { walk: new Walk({ ...options, answer }, io), view: walkView(progress, new Terminal(io.stderr, io.env)) };
}
