// What is known of a run so far: a fold of its events. Every view reads this, and none keeps books of its own.

import type { Change, RunEvent, StepStatus } from "../../run/events.ts";
import type { Failure } from "../../run/failure.ts";
import type { Json } from "../../value/json.ts";

export interface StepProgress {
  readonly id: string;
  status: StepStatus;
  /** Absent until it starts; a skipped step never does. */
  startedAt?: number;
  endedAt?: number;
  change: Change;
  /** It ran a script or an action of the author's, which may have changed anything. */
  ran?: "script" | "action";
  /** Summaries of the operations in flight, by path, oldest first. */
  readonly operations: Map<string, string>;
  /** Operations whose last attempt failed and is to be repeated, by path. */
  readonly waits: Map<string, Wait>;
  /** How often anything was repeated. */
  retries: number;
  /** What was waited for and is over, in milliseconds by cause. */
  readonly waited: Map<string, number>;
  failure?: Failure;
  /** It failed, and the run goes on without it. */
  continued?: true;
  /** Why it was skipped: `if`, `maxErrors`, or the step whose failure it depends on. */
  reason?: string;
  /** The items of a step with `forEach`, in their order; absent for any other step. */
  items?: readonly StepProgress[];
}

export interface Wait {
  /** Completes the sentence "waiting for …". */
  readonly cause: string;
  readonly since: number;
}

export class RunProgress {
  readonly steps = new Map<string, StepProgress>();
  /** Items of steps with `forEach`, by name. */
  readonly #items = new Map<string, StepProgress>();
  runbook = "";
  target = "";
  startedAt = 0;
  /** Time of the latest event. */
  at = 0;
  status: "running" | "done" | "failed" | "interrupted" = "running";
  outputs: Json = null;
  /** What somebody should know although nothing failed, each said once. */
  readonly warnings = new Set<string>();

  apply(event: RunEvent): void {
    this.at = event.at;
    switch (event.type) {
      case "run-started":
        this.runbook = event.runbook;
        this.target = event.target;
        this.startedAt = event.at;
        for (const { id } of event.steps) this.steps.set(id, newStep(id));
        return;
      case "run-finished":
        this.status = event.status;
        this.outputs = event.outputs;
        return;
      case "step-started":
        Object.assign(this.step(event.step), { status: "running", startedAt: event.at });
        return;
      case "step-expanded": {
        const step = this.step(event.step);
        step.items = event.items.map((name) => newStep(name));
        for (const item of step.items) this.#items.set(item.id, item);
        return;
      }
      case "operation-started": {
        const step = this.step(event.step);
        // The step was to be tried again, and is.
        endWait(step, step.id, event.at);
        step.operations.set(event.path, event.summary);
        return;
      }
      case "operation-finished": {
        const step = this.step(event.step);
        const ran = event.change === "run" ? ranBy(step.operations.get(event.path) ?? "") : undefined;
        if (ran !== undefined) step.ran = ran;
        step.operations.delete(event.path);
        endWait(step, event.path, event.at);
        return;
      }
      case "attempt-failed": {
        const step = this.step(event.step);
        const cause = causeOf(event.failure, event.propagation);
        step.retries++;
        const before = step.waits.get(event.path);
        if (before?.cause === cause) return;
        endWait(step, event.path, event.at);
        step.waits.set(event.path, { cause, since: event.at });
        return;
      }
      case "warning":
        this.warnings.add(`${event.step}: ${event.message}`);
        return;
      case "step-finished": {
        const step = this.step(event.step);
        const { status, change, failure, reason, continued } = event;
        for (const path of step.waits.keys()) endWait(step, path, event.at);
        step.operations.clear();
        Object.assign(step, {
          status,
          change,
          endedAt: event.at,
          ...(failure && { failure }),
          ...(continued && { continued }),
        });
        if (reason !== undefined) step.reason = reason;
        return;
      }
    }
  }

  step(id: string): StepProgress {
    const known = this.steps.get(id) ?? this.#items.get(id);
    if (known === undefined) throw new Error(`an event names the step ${id}, which the run does not have`);
    return known;
  }

  /** What runs on its own: steps, and in place of a step with `forEach` its items; in the order of the runbook. */
  get leaves(): readonly StepProgress[] {
    return [...this.steps.values()].flatMap((step) => (step.items === undefined ? [step] : step.items));
  }

  /** Those of a status. */
  withStatus(status: StepStatus): readonly StepProgress[] {
    return this.leaves.filter((step) => step.status === status);
  }
}

function newStep(id: string): StepProgress {
  const none = { operations: new Map(), waits: new Map(), waited: new Map(), retries: 0 };
  return { id, status: "waiting", change: "none", ...none };
}

/** Nothing for a question that is asked inside a VM. */
function ranBy(summary: string): StepProgress["ran"] {
  if (summary.startsWith("run a script ")) return "script";
  return /^(?:get a token|make a request|read) /.test(summary) ? undefined : "action";
}

function endWait(step: StepProgress, path: string, at: number): void {
  const wait = step.waits.get(path);
  if (wait === undefined) return;
  step.waits.delete(path);
  step.waited.set(wait.cause, (step.waited.get(wait.cause) ?? 0) + at - wait.since);
}

/** Completes the sentence "waiting for …" after an attempt that failed. */
export function causeOf(failure: Failure, propagation: boolean): string {
  const { code, status, message } = failure;
  if (propagation) {
    if (code === "PrincipalNotFound") return "the new identity to be known to the directory";
    if (code === "AuthorizationFailed") return "the new role assignment to be seen";
    if (code === "invalid_request") return "the VM to see its new identity";
  }
  const named = [status, code].filter((part) => part !== undefined).join(" ");
  if (status === 429) return `Azure to take requests again (${named})`;
  if (status !== undefined && status >= 500) return `Azure to answer (${named})`;
  if (status === undefined && code?.startsWith("E") === true) return `a connection (${code})`;
  if (code !== undefined && /AnotherOperation/.test(code)) return `another operation to end (${code})`;
  return `another attempt (${named === "" ? message : named})`;
}
