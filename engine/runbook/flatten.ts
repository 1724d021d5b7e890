// The steps of a runbook that is called, as steps of the one that calls it: under the calling step's id, behind what that
// step waits for, in a scope of their own. The calling step comes last, and gives the outputs.

import type { Json } from "../value/json.ts";
import type { Acceptance, Runbook, RunbookScope, RunbookStep } from "./model.ts";

/** `inputs` evaluates what the call gives, in the scope of the one that calls. */
export function flattened(
  call: RunbookStep,
  called: Runbook,
  inputs: (scope: RunbookScope) => Readonly<Record<string, Json>>,
): readonly RunbookStep[] {
  const within = (scope: RunbookScope): RunbookScope => innerScope(scope, call.id, called, inputs(scope));
  const ids = called.steps.map(({ id }) => nameIn(call.id, id));
  return [
    ...called.steps.map((step) => innerStep(step, call, within)),
    {
      ...call,
      dependencies: [...new Set([...ids, ...call.dependencies])],
      accepts: new Map<string, Acceptance>([...call.accepts, ...ids.map((id) => [id, "unfailed"] as const)]),
      parts: new Set(ids),
      inputs: (scope) => ({ outputs: called.outputs(within(scope)) }),
    },
  ];
}

const nameIn = (call: string, step: string): string => `${call}.${step}`;

function innerStep(step: RunbookStep, call: RunbookStep, within: (scope: RunbookScope) => RunbookScope): RunbookStep {
  const { condition, forEach } = step;
  const own = step.dependencies.map((id) => nameIn(call.id, id));
  const accepts = new Map<string, Acceptance>([...step.accepts].map(([id, how]) => [nameIn(call.id, id), how]));
  // One that must be done has waited for what the call waits for, and has asked whether it runs at all.
  const isFirst = step.dependencies.every((id) => step.accepts.has(id));
  return {
    ...step,
    id: nameIn(call.id, step.id),
    dependencies: isFirst ? [...new Set([...own, ...call.dependencies])] : own,
    accepts: isFirst ? new Map([...accepts, ...call.accepts]) : accepts,
    isFinally: call.isFinally,
    readsEndsOf: [
      ...step.readsEndsOf.map((id) => nameIn(call.id, id)),
      // How the runbook that is called ended is how its steps did.
      ...(step.readsOutcome ? own.filter((id) => accepts.get(id) === "any") : []),
    ],
    readsOutcome: false,
    ...(step.parts && { parts: new Set([...step.parts].map((id) => nameIn(call.id, id))) }),
    inputs: (scope) => step.inputs(within(scope)),
    ...(condition && { condition: (scope) => condition(within(scope)) }),
    ...(forEach && { forEach: { ...forEach, items: (scope) => forEach.items(within(scope)) } }),
    ...(isFirst && (step.gate ?? call.condition ?? call.gate)
      ? {
          gate: (scope) =>
            call.gate?.(scope) !== false &&
            call.condition?.(scope) !== false &&
            (step.gate === undefined || step.gate(within(scope))),
        }
      : {}),
  };
}

/** What the steps of a runbook that is called see: its own inputs and steps, and how it ends itself. */
function innerScope(
  scope: RunbookScope,
  call: string,
  called: Runbook,
  inputs: Readonly<Record<string, Json>>,
): RunbookScope {
  const ended = called.steps.flatMap((step) => {
    const name = nameIn(call, step.id);
    return Object.hasOwn(scope.steps, name) ? [{ step, result: scope.steps[name]! }] : [];
  });
  const hasFailed = ended.some(
    ({ step, result }) => result.status === "failed" && !step.continuesOnError && !step.isFinally,
  );
  return {
    inputs,
    steps: Object.fromEntries(ended.map(({ step, result }) => [step.id, result])),
    run: { outcome: hasFailed ? "failed" : "done" },
    ...(scope.each && { each: scope.each }),
    ...(scope.assume && { assume: scope.assume }),
  };
}
