// An Azure of its own for one cell of a drill: an emulator in memory, and processes that run or resume a runbook on it,
// with a clock that does not wait. A process may be told to die.

import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { clientSecretCredential } from "../../azure/emulator-target.ts";
import { SealingKeys } from "../../azure/guest/sealing-key.ts";
import { inProcessClient } from "../../azure/in-process.ts";
import { performerFor } from "../../azure/performer.ts";
import type { Target } from "../../azure/target.ts";
import { Emulator } from "../../emulator/emulator.ts";
import { type AnsweredRequest, FaultInjector } from "../../emulator/faults/injector.ts";
import type { Fault } from "../../emulator/faults/kinds.ts";
import type { Clock } from "../../run/clock.ts";
import { executeRun, type RunResult } from "../../run/execute.ts";
import { holding } from "../../run/held-clock.ts";
import { JOURNAL_FORMAT, type JournalEntry } from "../../run/journal.ts";
import { UnknownOutcome } from "../../run/local-driver.ts";
import { MemoryJournal } from "../../run/memory-journal.ts";
import { prepareResume, runbookRecord } from "../../run/resume.ts";
import { Vault } from "../../run/vault.ts";
import { VirtualClock } from "../../run/virtual-clock.ts";
import type { Runbook } from "../../runbook/model.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import { canonicalJson, type Json } from "../../value/json.ts";

/** What is drilled. */
export interface DrillSubject {
  readonly runbook: Runbook;
  readonly registry: StepRegistry;
  /** Secrets in clear. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly seed: string;
}

/** When a process dies: before it writes so many lines, or when a request that changes something has been answered. */
export type Death = { readonly at: "line"; readonly count: number } | { readonly at: "answer"; readonly count: number };

export interface Life {
  readonly entries: readonly JournalEntry[];
  /** Absent when the process died. */
  readonly result?: RunResult;
  readonly changingRequests: number;
}

/** Two of them for all cells: making one takes longer than a run, and all that matters is that a process has another. */
let sealing: readonly KeyObject[] = [];

/** Makes what all worlds of this thread share. To be awaited before the first one. */
export async function prepareDrill(): Promise<void> {
  await Emulator.prepare();
  const make = promisify(generateKeyPair);
  const pairs = [make("rsa", { modulusLength: 2048 }), make("rsa", { modulusLength: 2048 })];
  sealing = (await Promise.all(pairs)).map(({ privateKey }) => privateKey);
}

const START = Date.UTC(2026, 0, 1);
/** A run that has not ended by then never will. */
const LIMIT_MS = 2 * 86_400_000;
/** Between the death of a process and the next one. */
const GAP_MS = 3_600_000;

export class DrillWorld {
  readonly answered: AnsweredRequest[] = [];
  readonly faults: FaultInjector;
  readonly #subject: DrillSubject;
  readonly #emulator: Emulator;
  #clock: Clock = new VirtualClock(START, { limitMs: LIMIT_MS });
  #begin = START;
  #lives = 0;

  constructor(subject: DrillSubject, faults: readonly Fault[] = []) {
    this.#subject = subject;
    const { seed } = subject;
    this.faults = new FaultInjector({ faults, seed, onAnswered: (request) => this.answered.push(request) });
    this.#emulator = Emulator.open({
      seed,
      now: () => this.#clock.now(),
      sleep: (ms) => this.#clock.sleep(ms),
      faults: this.faults,
    });
  }

  /** Runs the runbook, or takes up what is recorded, to its end or to its death. */
  async live(recorded?: readonly JournalEntry[], death?: Death, assume?: "done" | "repeat"): Promise<Life> {
    const { runbook, registry, inputs: given } = this.#subject;
    // A process opens no answer that was sealed for the one before it.
    const sealingKeys = new SealingKeys(sealing[this.#lives++ % sealing.length]);
    const outer = new VirtualClock(this.#begin, { limitMs: LIMIT_MS });
    this.#begin = outer.now() + GAP_MS;
    let isDead = false;
    let die = (): void => {};
    const dead = new Promise<undefined>((resolve) => {
      die = () => {
        isDead = true;
        resolve(undefined);
      };
    });
    let changing = 0;
    const target = this.#target(
      () => isDead,
      () => {
        if (death?.at === "answer" && ++changing === death.count) die();
        else if (death === undefined) changing++;
      },
    );
    const vault = new Vault();
    const inputs = Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const isSecret = runbook.inputs.some((input) => input.name === name && input.secret);
        return [name, isSecret ? vault.put(`inputs.${name}`, String(value)) : value];
      }),
    );
    const header = this.#header(inputs, target);
    const journal = new MemoryJournal(recorded ?? [header], (entries) => {
      if (death?.at === "line" && entries >= death.count) die();
      return !isDead;
    });
    const work = async (): Promise<RunResult> => {
      const { engine, runbook: record, target: about } = header;
      const now = { engine, now: outer.now(), runbook: record, target: about, inputs, steps: runbook.steps };
      const resume = recorded && prepareResume(journal, { ...now, accept: false, ...(assume && { assume }) });
      return executeRun({
        runbook: runbook.name,
        target: target.description,
        steps: runbook.steps,
        registry,
        inputs,
        outputs: (scope) => runbook.outputs(scope),
        performer: (onRetry) =>
          holding(outer, (clock) => {
            this.#clock = clock;
            return performerFor({ target, vault, clock, onRetry, sealingKeys });
          }),
        journal,
        clock: outer,
        vault,
        concurrency: 16,
        onEvent: () => {},
        signals: async (_operation, { ask }) => {
          await ask();
          return { approved: true, by: "the drill", at: outer.now() };
        },
        ...(resume && { resume }),
      });
    };
    const running = work();
    running.catch(() => {});
    const result = await Promise.race([running, dead]);
    // Another process has a clock of its own; what still sleeps on this one never wakes.
    this.#begin = Math.max(this.#begin, outer.now() + GAP_MS);
    return { entries: journal.entries.slice(), ...(result && { result }), changingRequests: changing };
  }

  /** Takes up what is recorded; asked what became of something, answers as somebody would who has looked. */
  async resume(recorded: readonly JournalEntry[]): Promise<Life> {
    const { method, status = 0 } = this.answered.findLast((one) => one.method === "POST") ?? {};
    try {
      return await this.live(recorded);
    } catch (thrown) {
      if (!(thrown instanceof UnknownOutcome)) throw thrown;
      return this.live(recorded, undefined, method !== undefined && status < 300 ? "done" : "repeat");
    }
  }

  #header(inputs: Readonly<Record<string, Json>>, target: Target): JournalEntry & { readonly kind: "header" } {
    const { runbook } = this.#subject;
    const { kind, description, subscriptionId } = target;
    return {
      kind: "header",
      format: JOURNAL_FORMAT,
      run: "drill",
      at: START,
      engine: "drill",
      runbook: runbookRecord(runbook.name, runbook.source.text, undefined, runbook.calls),
      inputs,
      target: { kind, description, subscriptionId },
    };
  }

  #target(isDead: () => boolean, onChange: () => void): Target {
    const emulator = this.#emulator;
    const inner = inProcessClient(emulator);
    const never = new Promise<never>(() => {});
    return {
      kind: "emulator",
      description: "drill",
      subscriptionId: emulator.subscriptionId,
      resourceManager: "https://management.azure.com",
      credential: clientSecretCredential(inner, emulator.tenantId, emulator.operator, () => this.#clock.now()),
      httpClient: {
        async sendRequest(request) {
          if (isDead()) return never;
          const answer = await inner.sendRequest(request);
          // The effect is there; whether the process lives to see the answer is another matter.
          if (request.method !== "GET") onChange();
          return isDead() ? never : answer;
        },
      },
      localImds: false,
      close: async () => {},
    };
  }

  /** What is there, without what differs from one run to the next that does the same. */
  get state(): string {
    return canonicalJson(withoutTimes(this.#emulator.resources() as unknown as Json));
  }

  /** Paths that a PUT created, each as often as it did. */
  get created(): readonly string[] {
    return this.answered.flatMap(({ method, path, status }) =>
      method === "PUT" && status === 201 ? [path.toLowerCase()] : [],
    );
  }
}

/** Times, and what Azure makes anew with every write. */
export function withoutTimes(value: Json): Json {
  if (typeof value === "string") return value.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, "(time)");
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "etag" && name !== "requestId")
      .map(([name, member]) => [name, withoutTimes(member as Json)]),
  );
}
