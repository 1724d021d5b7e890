// Operations that no rehearsal can perform, such as an action that the emulator does not know. What they would send is
// planned; what they would answer is not known, so that whoever reads it cannot be rehearsed either.

import { SCRIPT_RUN } from "../azure/guest/script-run.ts";
import { failureOf, OperationError } from "../run/failure.ts";
import type { Performer } from "../run/local-driver.ts";
import { stepOf } from "../run/operation-key.ts";
import type { RunbookScope, RunbookStep } from "../runbook/model.ts";
import type { Json } from "../value/json.ts";

/** Code of a failure that says nothing of the run, only of the rehearsal. */
export const KNOWN_LATER = "KnownLater";

const ANY_RESULT = { state: "Succeeded", exitCode: 0, stdout: "", stderr: "" };

/** A performer that notes the steps of which it cannot tell what they are answered, and lets them end. */
export function guessing(perform: Performer, opaque: Map<string, string>): Performer {
  return async (operation, how) => {
    try {
      const answer = await perform(operation, how);
      // It is asked for, which takes a right, and is not what the script will say.
      if (operation.name === "poll" && operation.input["type"] === SCRIPT_RUN) return { done: true, body: ANY_RESULT };
      if (operation.name === "script-run") {
        const vm = String(operation.input["vm"]);
        opaque.set(
          stepOf(operation.key),
          `what its script does in ${vm.slice(vm.lastIndexOf("/") + 1)} nobody can tell`,
        );
      }
      return answer;
    } catch (thrown) {
      const { code, status } = failureOf(thrown, "internal");
      if (operation.name !== "post" || (code !== "NotEmulated" && status !== 501)) throw thrown;
      const path = String(operation.input["path"]);
      opaque.set(stepOf(operation.key), `what ${path.slice(path.lastIndexOf("/") + 1)} answers is known only to Azure`);
      return { status: 200, body: operation.input["secretAnswer"] === undefined ? null : {}, requestId: "" };
    }
  };
}

/** The same step, except that it fails where it reads what is not known. */
export function veiled(step: RunbookStep, opaque: ReadonlyMap<string, string>): RunbookStep {
  const { condition, forEach } = step;
  return {
    ...step,
    inputs: (scope) => step.inputs(withoutAnswersOf(opaque, scope)),
    ...(forEach && {
      forEach: { ...forEach, items: (scope: RunbookScope) => forEach.items(withoutAnswersOf(opaque, scope)) },
    }),
    ...(condition && { condition: (scope: RunbookScope) => condition(withoutAnswersOf(opaque, scope)) }),
  };
}

export function withoutAnswersOf(opaque: ReadonlyMap<string, string>, scope: RunbookScope): RunbookScope {
  if (opaque.size === 0) return scope;
  const steps: Record<string, RunbookScope["steps"][string]> = { ...scope.steps };
  for (const id of opaque.keys()) {
    const known = steps[id];
    if (known === undefined) continue;
    steps[id] = {
      ...known,
      get outputs(): Json {
        const message = `what it does is known only when ${id} is done`;
        throw new OperationError({ origin: "internal", code: KNOWN_LATER, message });
      },
    };
  }
  return { ...scope, steps };
}
