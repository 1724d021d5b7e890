// Answers a question of a run, in the name of who works at this machine.

import { hostname, userInfo } from "node:os";
import { giveAnswer, type OpenApproval } from "../run/journal/approvals.ts";
import type { Io } from "./io.ts";
import { runStore } from "./run-journal.ts";

/** Whoever answered. Throws when it was answered before. */
export async function answerApproval(
  run: string,
  { key }: OpenApproval,
  { approved, comment }: { readonly approved: boolean; readonly comment?: string | undefined },
  io: Io,
): Promise<string> {
  const by = `${userInfo().username}@${hostname()}`;
  const { directory } = runStore(io).place(run);
  await giveAnswer(directory, key, { approved, by, at: io.clock.now(), ...(comment !== undefined && { comment }) });
  return by;
}
