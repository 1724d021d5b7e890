// Asks a step type for the mistakes that only it knows of. Step types are programs, of others too: one that throws or answers
// with something else is told of at the step, and takes nothing else down with it.

import type { InputProblem, StepDefinition } from "../../steps/definition.ts";
import type { JsonObject } from "../../value/json.ts";

export interface OwnProblems {
  readonly problems: readonly InputProblem[];
  /** What went wrong with the check itself, as the end of a sentence. */
  readonly failure?: string;
}

export function ownProblems(definition: StepDefinition, known: JsonObject, written: ReadonlySet<string>): OwnProblems {
  try {
    const answer: unknown = definition.check(known, written);
    const failure = Array.isArray(answer) ? wrongItem(answer) : `gives ${kindOf(answer)}, expected a list of problems`;
    if (failure === undefined) return { problems: answer as readonly InputProblem[] };
    // Nobody is there to hear of it when it fails later.
    if (answer instanceof Promise) answer.catch(() => {});
    return { problems: [], failure };
  } catch (thrown) {
    return { problems: [], failure: `fails: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
}

function wrongItem(items: readonly unknown[]): string | undefined {
  const isProblem = (item: unknown): boolean => {
    const { at, message } = (item ?? {}) as Partial<Record<keyof InputProblem, unknown>>;
    return typeof at === "string" && typeof message === "string";
  };
  return items.every(isProblem) ? undefined : "gives a problem without `at` and `message`, both of them text";
}

function kindOf(answer: unknown): string {
  if (answer instanceof Promise) return "a promise (is it async?)";
  if (answer === null || answer === undefined) return "nothing";
  return typeof answer === "object" ? "a map" : `a ${typeof answer}`;
}
