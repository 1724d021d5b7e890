// One run on a target, with its journal, its signals and its view. What is told after it is up to the command.

import type { SealingKeys } from "../azure/guest/sealing-key.ts";
import { performerFor } from "../azure/performer.ts";
import type { Target } from "../azure/target.ts";
import { reportingTap } from "../azure/wire.ts";
import type { Guarding } from "../plan/guard.ts";
import { executeRun, type RunOptions, type RunResult } from "../run/execute.ts";
import type { HeldStep } from "../run/scheduler.ts";
import type { Vault } from "../run/vault.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { registryOf } from "../runbook/build.ts";
import type { Json } from "../value/json.ts";
import { countText } from "./diagnostic-formats.ts";
import type { Io } from "./io.ts";
import type { Walk } from "./walk/walk.ts";
import type { OpenJournal } from "./run-journal.ts";
import type { RunProgress } from "./views/run-progress.ts";
import type { RunView } from "./views/run-view.ts";

export interface SessionOptions {
  readonly journal: OpenJournal;
  readonly resume?: NonNullable<RunOptions["resume"]>;
  readonly runbook: Pick<RunOptions, "steps" | "outputs"> & { readonly name: string };
  /** Absent: the step types that come with the engine. */
  readonly registry?: StepRegistry;
  /** Secrets among them as handles into the vault. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly vault: Vault;
  readonly target: Target;
  readonly concurrency: number;
  readonly progress: RunProgress;
  readonly view: RunView;
  readonly io: Io;
  /** Lets through what the run's plan lists. */
  readonly guard?: Guarding;
  /** Somebody walks through it, step by step. */
  readonly walk?: Walk;
  /** Aborted by the guard: nothing more is started. */
  readonly stop?: AbortSignal;
  /** What answers from inside VMs are sealed for; absent: made when the first one is needed. */
  readonly sealingKeys?: SealingKeys;
}

/** `undefined`: a second Ctrl-C ended it with operations in flight; the process is to end at once. */
export async function performRun(options: SessionOptions): Promise<RunResult | undefined> {
  const { runbook, inputs, vault, target, concurrency, progress, view, io, resume, guard, stop, sealingKeys } = options;
  const { journal, signals } = options.journal;
  const interrupt = new AbortController();
  for (const signal of [stop, options.walk?.stop]) {
    signal?.addEventListener("abort", () => interrupt.abort(), { once: true });
  }
  const { abandoned, stopListening } = listen(io, () => {
    interrupt.abort();
    const running = countText(progress.withStatus("running").length, "step");
    view.note(`stopping: nothing more is started; what ${running} sent is waited for; Ctrl-C again ends at once`);
  });
  try {
    const run = executeRun({
      runbook: runbook.name,
      target: target.description,
      steps: guard?.steps(runbook.steps) ?? runbook.steps,
      registry: options.registry ?? registryOf(options.runbook),
      inputs,
      outputs: (scope) => runbook.outputs(scope),
      performer: (onRetry, onSend) =>
        performerFor({
          target,
          vault,
          clock: io.clock,
          onRetry,
          tap: reportingTap(guard?.tap, onSend),
          ...(sealingKeys && { sealingKeys }),
        }),
      journal,
      clock: io.clock,
      vault,
      ...(signals && { signals }),
      ...(resume && { resume }),
      concurrency,
      interrupt: interrupt.signal,
      ...(options.walk && { pace: (step: HeldStep) => options.walk!.before(step, interrupt.signal) }),
      onEvent: (event) => {
        progress.apply(event);
        view.event(event);
        options.walk?.event(event);
      },
    });
    const result = await Promise.race([run, abandoned]);
    // A run that is abandoned goes on writing until the process ends, so its journal stays open.
    if (result !== undefined) await options.journal.close();
    return result;
  } catch (thrown) {
    throw withoutSecrets(thrown, vault);
  } finally {
    stopListening();
    options.walk?.close();
    view.finish();
  }
}

/** A mistake of our own is told with its stack, into which a secret may have found its way. */
function withoutSecrets(thrown: unknown, vault: Vault): unknown {
  if (thrown instanceof Error) {
    thrown.message = vault.redact(thrown.message);
    if (thrown.stack !== undefined) thrown.stack = vault.redact(thrown.stack);
  }
  return thrown;
}

/** The first Ctrl-C or SIGTERM calls `onFirst`; the second settles `abandoned`. */
function listen(
  io: Io,
  onFirst: () => void,
): { readonly abandoned: Promise<undefined>; readonly stopListening: () => void } {
  let stopListening = (): void => {};
  const abandoned = new Promise<undefined>((resolve) => {
    let before = 0;
    stopListening = io.onInterrupt(() => {
      if (before++ === 0) onFirst();
      else resolve(undefined);
    });
  });
  return { abandoned, stopListening };
}
