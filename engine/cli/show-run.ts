// What a person or a program is shown of a run, for every command that performs one.

import { join, relative } from "node:path";
import type { RunResult } from "../run/execute.ts";
import type { Vault } from "../run/vault.ts";
import type { Runbook } from "../runbook/model.ts";
import { isJsonObject } from "../value/json.ts";
import { withoutSecrets } from "../value/secret.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { stateDirectory } from "./target-options.ts";
import { Terminal } from "./terminal.ts";
import { tellFailures } from "./views/failure-text.ts";
import { jsonView } from "./views/json-view.ts";
import { lineView } from "./views/line-view.ts";
import { liveView } from "./views/live-view.ts";
import type { RunProgress } from "./views/run-progress.ts";
import { type NextCommand, tellEnd, tellRows } from "./views/run-summary.ts";
import { quietView, type RunView } from "./views/run-view.ts";

/** `human`: progress and summary. `quiet`: outputs and failures only. */
export type RunOutput = "human" | "json" | "quiet";

export function viewFor(output: RunOutput, run: string, progress: RunProgress, vault: Vault, io: Io): RunView {
  if (output === "json") return jsonView(run, new Terminal(io.stdout, io.env), (text) => vault.redact(text));
  if (output === "quiet") return quietView;
  const terminal = new Terminal(io.stderr, io.env);
  if (!terminal.isLive) return lineView(progress, terminal);
  return liveView({ progress, terminal, now: () => io.clock.now() });
}

export interface EndedRun {
  readonly id: string;
  readonly runbook: Runbook;
  readonly result: RunResult;
  readonly progress: RunProgress;
  readonly vault: Vault;
  readonly next: readonly NextCommand[];
  /** Somebody walked through it, and has seen each step end. */
  readonly isWalk?: boolean;
}

/** Failures and summary to stderr, then the outputs to stdout. */
export function tellEndOfRun(
  { id, runbook, result, progress, vault, next, isWalk = false }: EndedRun,
  output: RunOutput,
  io: Io,
): void {
  const err = new Terminal(io.stderr, io.env);
  const human = output === "human";
  if (human) {
    if (!err.isLive && !isWalk) tellRows(progress, err);
    err.line();
  }
  tellFailures(runbook, result, err);
  if (human) {
    const journal = relative(io.cwd, join(stateDirectory(io), "runs", id, "journal.jsonl"));
    tellEnd(progress, { journal, next }, err);
  }
  if (output === "json" || !isJsonObject(result.outputs) || Object.keys(result.outputs).length === 0) return;
  if (human) err.line();
  const text = JSON.stringify(result.outputs, withoutSecrets, 2);
  new Terminal(io.stdout, io.env).line(vault.redact(text));
}

export function exitCodeOf(status: RunResult["status"]): ExitCode {
  return { done: EXIT.done, failed: EXIT.failed, interrupted: EXIT.interrupted }[status];
}
