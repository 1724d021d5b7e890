// How a run may go otherwise than its rehearsal: a step fails or is skipped, and other steps read that it did. Their
// expressions are then shown another end than the one that was rehearsed.

import type { Runbook, RunbookScope, RunbookStep } from "../runbook/model.ts";
import type { Choice } from "./assumptions.ts";

/** `continued`: it fails and the run goes on. */
type End = "failed" | "continued" | "skipped";

export interface Supposition {
  /** A clause: `the run fails`, `vm is skipped`. */
  readonly text: string;
  /** By step. */
  readonly ends: ReadonlyMap<string, End>;
  readonly outcome: "done" | "failed";
  /** What answers are taken to be that only the run will know; absent: as it comes. */
  readonly assumed?: {
    readonly choices: ReadonlyMap<string, Choice>;
    /** For each of the choices: what it is supposed to be otherwise. */
    readonly contraries: readonly string[];
  };
}

export const RUN_FAILS = "the run fails";

/** More steps than these are not supposed to end otherwise, each at the cost of a rehearsal or two. */
const MOST_STEPS = 20;

/** Every supposition that an expression of the runbook could notice, and the steps that are left out of them. */
export function suppositionsOf({ steps }: Runbook): {
  readonly suppositions: readonly Supposition[];
  readonly leftOut: readonly string[];
} {
  const read = [...new Set(steps.flatMap(({ readsEndsOf }) => readsEndsOf))];
  const supposed = steps.filter(({ id }) => read.includes(id)).slice(0, MOST_STEPS);
  const found: Supposition[] = [];
  if (steps.some(({ readsOutcome }) => readsOutcome)) {
    found.push({ text: RUN_FAILS, ends: new Map(), outcome: "failed" });
  }
  for (const { id, continuesOnError, condition } of supposed) {
    const failed = failureOf(continuesOnError);
    found.push({ text: `${id} fails`, ends: new Map([[id, failed.end]]), outcome: failed.outcome });
    // Without a condition it is skipped only because something failed.
    const outcome = condition === undefined ? "failed" : "done";
    found.push({ text: `${id} is skipped`, ends: new Map([[id, "skipped"]]), outcome });
  }
  if (supposed.length > 1) {
    const ends = new Map(supposed.map(({ id, continuesOnError }) => [id, failureOf(continuesOnError).end] as const));
    const names = supposed.map(({ id }) => id);
    const { outcome } = failureOf(supposed.every(({ continuesOnError }) => continuesOnError));
    found.push({ text: `${names.slice(0, -1).join(", ")} and ${names.at(-1)} fail`, ends, outcome });
  }
  return { suppositions: found, leftOut: read.filter((id) => !supposed.some((step) => step.id === id)) };
}

function failureOf(continuesOnError: boolean): { readonly end: End; readonly outcome: "done" | "failed" } {
  return continuesOnError ? { end: "continued", outcome: "done" } : { end: "failed", outcome: "failed" };
}

/** The same step, except that it sees the ends that are supposed. `isVaried`: whether errors are to be other ones than usual. */
export function supposing(
  step: RunbookStep,
  { ends, outcome }: Supposition,
  isVaried: (step: string) => boolean,
): RunbookStep {
  const { condition, forEach, accepts } = step;
  const seen = (scope: RunbookScope): RunbookScope => {
    const steps: Record<string, RunbookScope["steps"][string]> = { ...scope.steps };
    for (const [id, end] of ends) {
      if (accepts.get(id) !== "any" || steps[id] === undefined) continue;
      steps[id] = {
        outputs: null,
        status: end === "skipped" ? end : "failed",
        get error() {
          if (end === "skipped") return null;
          return isVaried(id) ? ANOTHER_ERROR : AN_ERROR;
        },
      };
    }
    return { ...scope, steps, ...(scope.run && { run: { outcome } }) };
  };
  // Whoever needs a step that is not done does not run.
  const isReached = step.dependencies.every((id) => {
    const end = ends.get(id);
    if (end === undefined || accepts.get(id) === "any") return true;
    return end === "skipped" ? accepts.get(id) === "unfailed" : end === "continued" && accepts.has(id);
  });
  return {
    ...step,
    inputs: (scope) => step.inputs(seen(scope)),
    ...(forEach && { forEach: { ...forEach, items: (scope: RunbookScope) => forEach.items(seen(scope)) } }),
    ...((condition !== undefined || !isReached) && {
      condition: (scope: RunbookScope) => isReached && (condition?.(seen(scope)) ?? true),
    }),
  };
}

/** What a failure says is known only then: two that have nothing in common, not even their form. */
const AN_ERROR = { message: "it failed", code: "Failed", status: 400 } as const;
const ANOTHER_ERROR = { message: "nothing / like: that @ all", code: "Another.One", status: 507 } as const;
