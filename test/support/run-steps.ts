// Runs steps against a target as a run does, with everything in memory and time that passes by itself.

import { performerFor } from "../../engine/azure/performer.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { RunEvent } from "../../engine/run/events.ts";
import { executeRun, type RunResult } from "../../engine/run/execute.ts";
import type { ScheduledStep, Scope } from "../../engine/run/scheduler.ts";
import { Vault } from "../../engine/run/vault.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { Json } from "../../engine/value/json.ts";
import { MemoryJournal } from "./memory-journal.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Told {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly journal: MemoryJournal;
  readonly vault: Vault;
}

export async function runSteps(
  target: Target,
  clock: VirtualClock,
  steps: readonly ScheduledStep[],
  how: {
    readonly secrets?: Readonly<Record<string, string>>;
    readonly outputs?: (scope: Scope) => Json;
  } = {},
): Promise<Told> {
  const vault = new Vault();
  const events: RunEvent[] = [];
  const journal = new MemoryJournal();
  const inputs = Object.entries(how.secrets ?? {}).map(([name, value]) => [name, vault.put(`inputs.${name}`, value)]);
  const result = await executeRun({
    runbook: "test",
    target: target.description,
    steps,
    registry: builtinSteps,
    inputs: Object.fromEntries(inputs) as Readonly<Record<string, Json>>,
    outputs: how.outputs ?? (() => null),
    performer: (onRetry) => performerFor({ target, vault, clock, onRetry }),
    journal,
    clock,
    vault,
    concurrency: 16,
    onEvent: (event) => events.push(event),
  });
  return { result, events, journal, vault };
}

/** What each step changed. */
export const changes = (events: readonly RunEvent[]): Record<string, string> =>
  Object.fromEntries(events.flatMap((event) => (event.type === "step-finished" ? [[event.step, event.change]] : [])));
