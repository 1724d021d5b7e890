// What somebody answered to a run that asks for an approval: one file for each answer beside the journal, so that it can be
// given by another process, and also while no process works on the run.

import { open, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, parseJson } from "../../value/json.ts";
import type { Clock } from "../clock.ts";
import type { SignalAnswer } from "../driver.ts";
import { JournalFailure } from "../journal.ts";
import type { SignalSource } from "../local-driver.ts";
import { instanceOf } from "../operation-key.ts";
import type { JournalState } from "./state.ts";

/** How often the answer is looked for, in milliseconds. */
const LOOK_MS = 500;

/** An approval that a run waits for. */
export interface OpenApproval {
  readonly key: string;
  /** The step, with its item if it has one. */
  readonly step: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

/** In the order in which they were asked for; those of one moment by name. */
export function openApprovals(state: JournalState): readonly OpenApproval[] {
  const open = [...state.signals].flatMap(([key, { message, askedAt }]) =>
    state.completions.has(key) ? [] : [{ key, step: instanceOf(key), message, askedAt }],
  );
  return open.toSorted((a, b) => a.askedAt - b.askedAt || (a.key < b.key ? -1 : 1));
}

/** Answers once. Throws a `JournalFailure` when it has been answered already. */
export async function giveAnswer(run: string, key: string, answer: SignalAnswer): Promise<void> {
  try {
    await mkdir(join(run, FOLDER), { recursive: true, mode: 0o700 });
    const file = await open(fileOf(run, key), "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(answer)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST")
      throw new JournalFailure(`cannot write the answer: ${(thrown as Error).message}`);
    const before = await answerIn(run, key);
    const who = before === undefined ? "somebody" : `${before.by} at ${new Date(before.at).toISOString()}`;
    throw new JournalFailure(
      `this has been ${before?.approved === false ? "rejected" : "approved"} already, by ${who}`,
    );
  }
}

/** Waits for answers to what a run asks. An answer to an earlier question of the same name does not count. */
export function approvalsOf(run: string, clock: Clock): SignalSource {
  return async ({ key }, { signal, isAskedBefore, ask }) => {
    // Before the question can be seen: an answer that is there by then is to an earlier one.
    if (!isAskedBefore) await rm(fileOf(run, key), { force: true });
    await ask();
    for (;;) {
      const answer = await answerIn(run, key);
      if (answer !== undefined) return answer;
      await clock.sleep(LOOK_MS, signal);
    }
  };
}

const FOLDER = "approvals";

function fileOf(run: string, key: string): string {
  return join(run, FOLDER, `${encodeURIComponent(key)}.json`);
}

/** Absent when there is none, or while it is being written. */
async function answerIn(run: string, key: string): Promise<SignalAnswer | undefined> {
  try {
    const answer = parseJson(await readFile(fileOf(run, key), "utf8"));
    return isJsonObject(answer) ? (answer as unknown as SignalAnswer) : undefined;
  } catch {
    return undefined;
  }
}
