// Operations that no rehearsal can perform, such as an author's script, or an action that the emulator does not know. What
// they would send is planned; what they would answer is not known, and neither is what expressions make of it.

import { SCRIPT_RUN } from "../azure/guest/script-run.ts";
import { failureOf, OperationError } from "../run/failure.ts";
import type { ActivityOperation, Performer } from "../run/local-driver.ts";
import { instanceName, secretsOwner, stepOf } from "../run/operation-key.ts";
import { secretRefsIn, type Vault } from "../run/vault.ts";
import { KnownLater, type RunbookScope, type RunbookStep } from "../runbook/model.ts";
import { stoodIn } from "../runbook/unknown-inputs.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import type { Secret, SecretRef } from "../value/secret.ts";
import { labelOf } from "../value/unknown.ts";
import type { Assumptions } from "./assumptions.ts";
import type { StandIns } from "./stand-ins.ts";

/** Code of a failure that says nothing of the run, only of the rehearsal. */
export const KNOWN_LATER = "KnownLater";

type Result = RunbookScope["steps"][string];

/** What is not known in one rehearsal. */
export interface Veil {
  /** Steps whose operations a rehearsal cannot perform, with the reason. */
  readonly opaque: Map<string, string>;
  readonly standIns: StandIns;
  readonly assumptions: Assumptions;
  /** Of steps and items that were given what is not known: their inputs. */
  readonly given: Map<string, Json>;
  /** Steps with `forEach`. */
  readonly repeated: ReadonlySet<string>;
  /** Ends of steps as expressions see them, by how they are. */
  readonly seen: WeakMap<Result, Result>;
}

/** A performer that notes the steps of which it cannot tell what they are answered, and lets them end. */
export function guessing(perform: Performer, { opaque, exitCodeOf, vault }: Guesses): Performer {
  const madeUp = new Set<SecretRef>();
  const makeUp = (key: string, name: string): Secret => {
    const ref = `${secretsOwner(key)}#/${name}`;
    madeUp.add(ref);
    return vault.put(ref, `made-up-${ref}`);
  };
  const guess = (operation: ActivityOperation, thrown: unknown): unknown => {
    const { key, name, input } = operation;
    const { code, status, message } = failureOf(thrown, "internal");
    const last = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
    if (name === "post" && (code === "NotEmulated" || status === 501)) {
      opaque.set(stepOf(key), `what ${last(String(input["path"]))} answers is known only to Azure`);
      const { secretAnswer } = input;
      const names = isJsonObject(secretAnswer ?? null) ? Object.keys(secretAnswer as JsonObject) : undefined;
      const body = names && Object.fromEntries(names.map((one) => [one, makeUp(key, one)]));
      return { status: 200, body: body ?? null, requestId: "" };
    }
    if (name === "local-token") {
      opaque.set(stepOf(key), message);
      const { resource = "" } = input;
      return { access_token: makeUp(key, "access_token"), expires_on: "0", resource, token_type: "Bearer" };
    }
    if (name === "arm-get" && secretRefsIn(input["token"] ?? null).some((ref) => madeUp.has(ref))) {
      opaque.set(stepOf(key), `what ${last(String(input["path"]))} answers is known only with the token`);
      return { status: 200, body: null, requestId: "" };
    }
    throw thrown;
  };
  return async (operation, how) => {
    try {
      const answer = await perform(operation, how);
      // It is asked for, which takes a right, and is not what the script will say.
      if (operation.name === "poll" && operation.input["type"] === SCRIPT_RUN) {
        const exitCode = exitCodeOf(operation.key);
        return { done: true, body: { state: "Succeeded", exitCode, stdout: "", stderr: "" } };
      }
      if (operation.name === "script-run") {
        const vm = String(operation.input["vm"]);
        opaque.set(
          stepOf(operation.key),
          `what its script does in ${vm.slice(vm.lastIndexOf("/") + 1)} nobody can tell`,
        );
      }
      return answer;
    } catch (thrown) {
      return guess(operation, thrown);
    }
  };
}

interface Guesses {
  readonly opaque: Map<string, string>;
  readonly vault: Vault;
  /** One with which the script of an operation is no failure. */
  exitCodeOf(key: string): number;
}

/** The same step, except that what it reads of opaque ones is unknown. */
export function veiled(step: RunbookStep, veil: Veil): RunbookStep {
  const { condition, gate, forEach } = step;
  const seen = (scope: RunbookScope): RunbookScope => withoutAnswersOf(veil, scope);
  const later = <T>(evaluate: () => T): T => {
    try {
      return evaluate();
    } catch (thrown) {
      if (!(thrown instanceof KnownLater)) throw thrown;
      throw new OperationError({ origin: "internal", code: KNOWN_LATER, message: thrown.message });
    }
  };
  return {
    ...step,
    inputs: (scope) =>
      later(() => {
        // Whatever came to it by another way than through what is written for it.
        const inputs = stoodIn(step.inputs(seen(scope)), undefined, veil.assumptions.assume);
        const instance = scope.each === undefined ? step.id : instanceName(step.id, scope.each.key);
        if (veil.standIns.isIn(inputs)) veil.given.set(instance, inputs);
        return inputs;
      }),
    ...(forEach && {
      forEach: { ...forEach, items: (scope: RunbookScope) => later(() => forEach.items(seen(scope))) },
    }),
    ...(condition && { condition: (scope: RunbookScope) => later(() => condition(seen(scope))) }),
    ...(gate && { gate: (scope: RunbookScope) => later(() => gate(seen(scope))) }),
  };
}

export function withoutAnswersOf(veil: Veil, scope: RunbookScope): RunbookScope {
  const { opaque, standIns, assumptions, seen } = veil;
  if (opaque.size === 0) return scope;
  const steps = Object.fromEntries(
    Object.entries(scope.steps).map(([id, result]) => {
      const known = seen.get(result) ?? { ...result, outputs: outputsOf(id, result.outputs, veil) };
      seen.set(result, known);
      return [id, known];
    }),
  );
  const each = scope.each && { ...scope.each, value: standIns.unveiled(scope.each.value) };
  return { ...scope, steps, assume: assumptions.assume, ...(each && { each }) };
}

function outputsOf(id: string, outputs: Json, { opaque, repeated, standIns }: Veil): Json {
  if (!opaque.has(id)) return standIns.unveiled(outputs);
  const path = `steps.${id}.outputs`;
  if (!repeated.has(id)) return answersOf(path, id, outputs, standIns);
  if (Array.isArray(outputs)) {
    return (outputs as readonly Json[]).map((one, index) => answersOf(`${path}[${index}]`, id, one, standIns));
  }
  if (!isJsonObject(outputs)) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).map(([key, one]) => [key, answersOf(`${path}[${labelOf(key)}]`, id, one, standIns)]),
  );
}

/** Secrets are handles all the same. */
function answersOf(path: string, step: string, outputs: Json, standIns: StandIns): Json {
  if (outputs === null) return null;
  if (!isJsonObject(outputs)) return standIns.unknown(path, [step]).asJson;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      const isKept = secretRefsIn(value).length > 0;
      return [name, isKept ? value : standIns.unknown(`${path}.${name}`, [step]).asJson];
    }),
  );
}
