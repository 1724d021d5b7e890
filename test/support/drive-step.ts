// Drives a step's generator by hand: each operation is shown to the test, which answers it.

import type { StepDefinition } from "../../engine/steps/definition.ts";
import { Command, type OperationData, type Program } from "../../engine/steps/operation.ts";
import { deepFreeze, type Json, roundTrip } from "../../engine/value/json.ts";

export type Answer = (operation: OperationData) => unknown;

/** Runs a step to its end; gives its outputs and what it asked for, in order. */
export function driveStep(
  step: StepDefinition,
  inputs: Json,
  answer: Answer,
): { readonly outputs: unknown; readonly asked: readonly OperationData[] } {
  const asked: OperationData[] = [];
  const drive = (program: Program<unknown>): unknown => {
    const generator = program[Symbol.iterator]();
    let result = generator.next();
    while (!result.done) {
      if (!(result.value instanceof Command)) throw new Error("not a command");
      const { what } = result.value;
      if (Array.isArray(what)) {
        result = generator.next((what as readonly Program<unknown>[]).map(drive));
      } else {
        asked.push(what as OperationData);
        result = generator.next(deepFreeze(roundTrip(answer(what as OperationData))));
      }
    }
    return result.value;
  };
  return { outputs: drive(step.start(deepFreeze(roundTrip(inputs)))), asked };
}
