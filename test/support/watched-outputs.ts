// The built-in step types, failing when what one gives is not what it describes. In the product only those of others are held
// to it: ours are here, in a test of every type.

import { outputsProblem } from "../../engine/runbook/step-outputs.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { StepDefinition, StepRegistry } from "../../engine/steps/definition.ts";
import type { Program } from "../../engine/steps/operation.ts";
import type { Json } from "../../engine/value/json.ts";

function watched(step: StepDefinition): StepDefinition {
  return {
    ...step,
    *start(inputs): Program<Json> {
      const outputs = yield* step.start(inputs);
      const problem = outputsProblem(step, outputs);
      if (problem !== undefined) throw new Error(problem);
      return outputs;
    },
  };
}

export const WATCHED_STEPS: StepRegistry = new Map([...builtinSteps].map(([name, step]) => [name, watched(step)]));
