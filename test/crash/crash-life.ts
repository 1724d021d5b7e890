// Runs or resumes a runbook on an emulator, with everything on the disk; the process may be killed at a chosen moment, with
// the signal that no process can catch.

import { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import { performerFor } from "../../engine/azure/performer.ts";
import { executeRun } from "../../engine/run/execute.ts";
import type { JournalHeader } from "../../engine/run/journal.ts";
import { FileJournal, type JournalFile, type OpenFile } from "../../engine/run/journal/file-journal.ts";
import { takeLock } from "../../engine/run/journal/lock.ts";
import { MUTATING } from "../../engine/run/driver.ts";
import type { Performer } from "../../engine/run/local-driver.ts";
import { prepareResume, runbookRecord } from "../../engine/run/resume.ts";
import type { ScheduledStep, Scope } from "../../engine/run/scheduled-step.ts";
import { Vault } from "../../engine/run/vault.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { Json } from "../../engine/value/json.ts";
import { RESOURCE_STEPS } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

export interface CrashOrder {
  readonly runbook: string;
  readonly emulator: string;
  readonly run: string;
  readonly resume: boolean;
  /** Milliseconds since the epoch at which the process begins. */
  readonly now: number;
  readonly password: string;
  readonly kill?: {
    /**
     * `line`: after so many whole lines; `torn`: in the middle of the line after them; `unsent`: when a mutation's intent is
     * on the disk; `answered`: when a mutation has its answer, which is not recorded.
     */
    readonly when: "line" | "torn" | "unsent" | "answered";
    readonly count: number;
  };
}

export interface LifeResult {
  readonly status: string;
  readonly outputs: Json;
  readonly failures: readonly unknown[];
  /** Lines of the journal and requests that change something. */
  readonly lines: number;
  readonly mutations: number;
}

const die = (): Promise<never> => {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
};

export async function live(order: CrashOrder): Promise<LifeResult> {
  let lines = 0;
  const openCounted: OpenFile = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    const write = async (bytes: Buffer, offset: number, length: number) => {
      const { kill } = order;
      let end = offset;
      for (let at = bytes.indexOf(10, offset); at !== -1; at = bytes.indexOf(10, at + 1)) {
        if (kill?.when === "line" && lines === kill.count) {
          await file.write(bytes, offset, end - offset);
          return die();
        }
        if (kill?.when === "torn" && lines === kill.count) {
          await file.write(bytes, offset, end - offset + Math.ceil((at - end) / 2));
          return die();
        }
        lines++;
        end = at + 1;
      }
      return file.write(bytes, offset, length);
    };
    return {
      write: write as JournalFile["write"],
      datasync: () => file.datasync(),
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
    };
  };

  let mutations = 0;
  const deadly =
    (perform: Performer): Performer =>
    async (operation, how) => {
      const mine = MUTATING.has(operation.name) ? ++mutations : 0;
      if (mine === order.kill?.count && order.kill.when === "unsent") await die();
      const answer = await perform(operation, how);
      if (mine === order.kill?.count && order.kill.when === "answered") await die();
      return answer;
    };

  const clock = new VirtualClock(order.now);
  const lock = await takeLock(order.run, { what: "the run", doing: "crash test", now: order.now });
  const vault = new Vault();
  const inputs: Record<string, Json> = {};
  const { name, text, calls, steps, outputs } = await readRunbook(order, inputs, vault);
  const target = await openEmulatorTarget({
    directory: order.emulator,
    description: "emulator",
    now: () => clock.now(),
  });
  const record = runbookRecord(name, text, order.runbook, calls);
  const targetRecord = { kind: target.kind, description: target.description, subscriptionId: target.subscriptionId };
  const path = join(order.run, "journal.jsonl");
  const header: JournalHeader = {
    kind: "header",
    format: 1,
    run: "crash",
    at: clock.now(),
    engine: "0.0.0",
    runbook: record,
    inputs,
    target: targetRecord,
  };
  const journal = order.resume
    ? await FileJournal.open(path, openCounted)
    : await FileJournal.create(path, header, openCounted);
  const now = {
    engine: "0.0.0",
    now: clock.now(),
    runbook: record,
    target: targetRecord,
    inputs,
    steps,
    accept: false,
  };
  const resume = order.resume ? prepareResume(journal, now) : undefined;
  const result = await executeRun({
    runbook: name,
    target: target.description,
    steps,
    registry: builtinSteps,
    inputs,
    outputs,
    performer: (onRetry) => deadly(performerFor({ target, vault, clock, onRetry })),
    journal,
    clock,
    vault,
    concurrency: 16,
    onEvent: () => {},
    ...(resume && { resume }),
  });
  await journal.close();
  await target.close();
  await lock.release();
  const { status, outputs: given, failures } = result;
  return { status, outputs: given, failures: [...failures], lines, mutations };
}

/** A runbook in a file, or the tutorial's steps that make no request inside the VM. */
async function readRunbook(
  order: CrashOrder,
  inputs: Record<string, Json>,
  vault: Vault,
): Promise<{
  readonly name: string;
  readonly text: string;
  readonly calls?: ReadonlyMap<string, string>;
  readonly steps: readonly ScheduledStep[];
  readonly outputs: (scope: Scope) => Json;
}> {
  if (order.runbook === "resources") {
    inputs["adminPassword"] = vault.put("inputs.adminPassword", order.password);
    return { name: "resources", text: "", steps: RESOURCE_STEPS, outputs: (scope) => scope.steps as unknown as Json };
  }
  const written = await readFile(order.runbook, "utf8");
  const { runbook, diagnostics } = loadRunbook(written, {
    file: order.runbook,
    registry: builtinSteps,
    readFile: (path) => readFileSync(path, "utf8"),
  });
  if (!runbook) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  for (const input of runbook.inputs) {
    inputs[input.name] = input.secret ? vault.put(`inputs.${input.name}`, order.password) : (input.default ?? null);
  }
  const { name, calls, steps } = runbook;
  return { name, text: written, calls, steps, outputs: (scope) => runbook.outputs(scope) };
}
