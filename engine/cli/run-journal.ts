// The journal of a run that a command begins or takes up, with the lock that keeps others off it.

import { RunStore } from "../run/journal/run-store.ts";
import type { RunPlace } from "../run/journal/run-store.ts";
import { JOURNAL_FORMAT, type RunbookRecord, type TargetRecord } from "../run/journal.ts";
import { FileJournal } from "../run/journal/file-journal.ts";
import { approvalsOf } from "../run/journal/approvals.ts";
import { takeLock } from "../run/journal/lock.ts";
import type { SignalSource } from "../run/local-driver.ts";
import type { Target } from "../azure/target.ts";
import type { Json } from "../value/json.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { packageVersion } from "./package-root.ts";
import { makeStateDirectory, type TargetOptions } from "./target-options.ts";

export interface OpenJournal {
  readonly journal: FileJournal;
  /** Who answers what the run waits to be told; absent where nothing is asked. */
  readonly signals?: SignalSource;
  /** Closes the file and gives the lock back. */
  close(): Promise<void>;
}

export interface NewRun {
  readonly id: string;
  readonly runbook: RunbookRecord;
  /** Secrets among them as handles. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly target: Target;
}

export function runStore(io: Io): RunStore {
  return new RunStore(makeStateDirectory(io, "runs"));
}

export function targetRecord(target: Target): TargetRecord {
  const { kind, description, subscriptionId, resourceManager, cloud, guest } = target;
  const where =
    kind === "azure" ? { resourceManager, ...(cloud !== undefined && { cloud }) } : { ...(guest && { guest }) };
  return { kind, description, subscriptionId, ...where };
}

/**
 * How the target of a run is opened again. What was recorded is used where no other cloud is named: a command that had to
 * repeat it would, typed without it, look for the run's resources in another cloud.
 */
export function recordedTarget(
  { kind, subscriptionId, cloud }: TargetRecord,
  given: string | undefined,
): TargetOptions {
  if (kind === "azure") return { target: kind, cloud: given ?? cloud ?? "public", subscription: subscriptionId };
  if (given === undefined) return { target: kind, latency: "fast" };
  throw new CliError(EXIT.usage, "--cloud means something only for a run on Azure; this one was made on the emulator");
}

export function beginJournal({ id, runbook, inputs, target }: NewRun, io: Io): Promise<OpenJournal> {
  const place = runStore(io).place(id);
  const at = io.clock.now();
  return locked(place, "runbook run", io, () =>
    FileJournal.create(place.journal, {
      kind: "header",
      format: JOURNAL_FORMAT,
      run: id,
      at,
      engine: packageVersion(),
      runbook,
      inputs,
      target: targetRecord(target),
    }),
  );
}

export function reopenJournal(place: RunPlace, io: Io): Promise<OpenJournal> {
  return locked(place, "runbook resume", io, () => FileJournal.open(place.journal));
}

async function locked(
  { run, directory }: RunPlace,
  doing: string,
  io: Io,
  open: () => Promise<FileJournal>,
): Promise<OpenJournal> {
  const lock = await takeLock(directory, { what: `run ${run}`, doing, now: io.clock.now() });
  try {
    const journal = await open();
    return {
      journal,
      signals: approvalsOf(directory, io.clock),
      async close() {
        await journal.close().finally(() => lock.release());
      },
    };
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}
