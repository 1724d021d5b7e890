// A cloud that outlives the processes that work on it: an emulator with its state in a directory, and a clock.

import type { HttpClient } from "@azure/core-rest-pipeline";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import { performerFor } from "../../engine/azure/performer.ts";
import type { Target } from "../../engine/azure/target.ts";
import { readState } from "../../engine/emulator/state-file.ts";
import type { RunEvent } from "../../engine/run/events.ts";
import { executeRun, type RunOptions, type RunResult } from "../../engine/run/execute.ts";
import type { JournalEntry } from "../../engine/run/journal.ts";
import type { JournalState } from "../../engine/run/journal/state.ts";
import type { ScheduledStep } from "../../engine/run/scheduler.ts";
import { prepareResume, type ResumeNow } from "../../engine/run/resume.ts";
import { Vault } from "../../engine/run/vault.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { canonicalJson, type Json } from "../../engine/value/json.ts";
import { headerOf } from "./journal-header.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { RESOURCE_STEPS } from "./tutorial-steps.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const PASSWORD = "Pl4nted-canary-password";

export interface Process {
  /** Absent when it was killed. */
  readonly result?: RunResult;
  readonly events: readonly RunEvent[];
  readonly entries: readonly JournalEntry[];
  readonly state: JournalState;
}

export interface ProcessOptions extends Partial<Pick<RunOptions, "registry" | "concurrency" | "signals">> {
  readonly steps?: readonly ScheduledStep[];
  readonly inputs?: Readonly<Record<string, Json>>;
  /** What an earlier process left. */
  readonly resume?: readonly JournalEntry[];
  readonly how?: Partial<ResumeNow>;
  /** Killed when it is about to write an entry: by its place, or the first that is chosen. */
  readonly killAt?: number | ((entry: JournalEntry) => boolean);
}

const never = new Promise<never>(() => {});

export class World {
  readonly directory: string;
  clock = new VirtualClock();
  /** Requests that were answered, `PUT /path`, with their statuses. */
  readonly answered: { readonly request: string; readonly status: number }[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  async target(isDead: () => boolean = () => false): Promise<Target & { readonly httpClient: HttpClient }> {
    // A killed process's timers must not move the time of the next one.
    const clock = (this.clock = new VirtualClock(this.clock.now()));
    const target = await openEmulatorTarget({
      directory: this.directory,
      description: "emulator",
      now: () => clock.now(),
    });
    const { httpClient } = target as { httpClient: HttpClient };
    return {
      ...target,
      httpClient: {
        sendRequest: async (request) => {
          if (isDead()) return never;
          const answer = await httpClient.sendRequest(request);
          const { pathname } = new URL(request.url);
          this.answered.push({ request: `${request.method} ${pathname.replace(/^\/+/, "/")}`, status: answer.status });
          // The effect is there; whether the process lives to see the answer is another matter.
          return isDead() ? never : answer;
        },
      },
    };
  }

  /** Runs a process on this world to its end, or until it is killed. */
  async run(options: ProcessOptions = {}): Promise<Process> {
    let die: () => void = () => {};
    let dead = false;
    const death = new Promise<void>((resolve) => {
      die = () => {
        dead = true;
        resolve();
      };
    });
    const target = await this.target(() => dead);
    const clock = this.clock;
    const vault = new Vault();
    const given = { adminPassword: vault.put("inputs.adminPassword", PASSWORD), ...options.inputs };
    const { kind, description, subscriptionId } = target;
    const header = headerOf({ inputs: given, target: { kind, description, subscriptionId } });
    const journal = new MemoryJournal(options.resume ?? [header], (entry, entries) => {
      const { killAt } = options;
      if (typeof killAt === "number" ? entries >= killAt : killAt?.(entry)) die();
      if (dead) throw new Error("killed");
    });
    const now = { engine: "0.0.0", now: clock.now(), runbook: header.runbook, target: header.target };
    const events: RunEvent[] = [];
    const { steps = RESOURCE_STEPS } = options;
    const work = async (): Promise<RunResult> => {
      const resume =
        options.resume && prepareResume(journal, { ...now, inputs: given, steps, accept: false, ...options.how });
      return executeRun({
        runbook: "tutorial",
        target: target.description,
        steps,
        registry: options.registry ?? builtinSteps,
        inputs: given,
        outputs: (scope) => ({ ...scope.steps }) as unknown as Json,
        performer: (onRetry) => performerFor({ target, vault, clock, onRetry }),
        journal,
        clock,
        vault,
        concurrency: options.concurrency ?? 16,
        onEvent: (event) => events.push(event),
        ...(resume && { resume }),
        ...(options.signals && { signals: options.signals }),
      });
    };
    const running = work();
    running.catch(() => {});
    const result = await Promise.race([running, death]);
    return { events, entries: journal.entries.slice(), state: journal.state, ...(result && { result }) };
  }

  state(): Promise<string> {
    return Promise.resolve(worldState(this.directory));
  }

  /** Paths that a PUT created, as often as it did. */
  creates(): readonly string[] {
    return this.answered.flatMap(({ request, status }) =>
      request.startsWith("PUT ") && status === 201 ? [request.slice(4).toLowerCase()] : [],
    );
  }
}

/** What is there, without what differs from one undisturbed run to the next: times, and operations that have ended. */
export function worldState(directory: string): string {
  const stored = [...readState(directory).values()].filter((entry) => entry !== null);
  return canonicalJson(withoutTimes(resourcesIn(stored)));
}

/** What has a `goneAt` is gone, and kept for a while only to say so. */
type Stored = { readonly id: string; readonly body: unknown; readonly goneAt?: number };

function resourcesIn(stored: readonly Stored[]): readonly Stored[] {
  return stored
    .filter(
      ({ id, goneAt }) =>
        goneAt === undefined && id.startsWith("/subscriptions/") && !/\/operations?(results|statuses)?\//i.test(id),
    )
    .map(({ id, body }) => ({ id, body }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** A value without what differs between two runs that do the same: times, ids of requests and versions. */
export function withoutTimes(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, "(time)");
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([key]) => key !== "requestId" && key !== "etag");
  return Object.fromEntries(members.map(([key, member]) => [key, withoutTimes(member)]));
}
