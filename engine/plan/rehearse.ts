// A rehearsal: the runbook run by the same scheduler, steps and performer, on an overlay of the target and a clock that
// does not wait. It changes nothing and sends nothing but the reads of the snapshot.

import { type Caller, claimsOf } from "../azure/caller.ts";
import type { SealingKeys } from "../azure/guest/sealing-key.ts";
import { performerFor } from "../azure/performer.ts";
import type { Target } from "../azure/target.ts";
import type { WireRequest, WireResponse } from "../azure/wire.ts";
import type { Clock } from "../run/clock.ts";
import type { RunEvent } from "../run/events.ts";
import { executeRun, type RunResult } from "../run/execute.ts";
import { failureOf, type Failure } from "../run/failure.ts";
import { holding } from "../run/held-clock.ts";
import type { Journal } from "../run/journal.ts";
import type { ActivityOperation, Performer } from "../run/local-driver.ts";
import { instanceName, instanceOf, pathOf, stepOf } from "../run/operation-key.ts";
import { Vault } from "../run/vault.ts";
import { VirtualClock } from "../run/virtual-clock.ts";
import type { Runbook, RunbookStep } from "../runbook/model.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import type { Secret, SecretRef } from "../value/secret.ts";
import { stoodIn } from "../runbook/unknown-inputs.ts";
import { Assumptions } from "./assumptions.ts";
import { guessing, type Veil, veiled, withoutAnswersOf } from "./opaque.ts";
import { openOverlay } from "./overlay.ts";
import type { Snapshot } from "./snapshot.ts";
import { StandIns } from "./stand-ins.ts";
import { type Supposition, supposing } from "./suppositions.ts";

export interface RehearsalOptions {
  readonly runbook: Runbook;
  readonly registry: StepRegistry;
  /** Secrets among them as handles. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** What the handles stand for. */
  readonly secrets: ReadonlyMap<SecretRef, string>;
  readonly target: Target;
  readonly caller: Caller;
  readonly snapshot: Snapshot;
  /** Steps for which other values are invented than usual. */
  readonly varied?: ReadonlySet<string>;
  /** How the run is taken to go; absent: as it does. */
  readonly supposition?: Supposition;
  /** The same for all rehearsals of a plan: what they seal must not differ. */
  readonly sealingKeys: SealingKeys;
  /** When it begins, in milliseconds since the epoch. */
  readonly now: number;
}

/** A request of the rehearsal with what it was answered. */
export interface SentRequest extends WireRequest {
  /** The operation that sent it. */
  readonly path: string;
  readonly step: string;
  response?: WireResponse;
}

/** An activity with its outcome. */
export interface Performed {
  readonly operation: ActivityOperation;
  readonly path: string;
  readonly step: string;
  readonly outcome: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure };
}

export interface Rehearsal {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  /** In the order they went out. */
  readonly sent: readonly SentRequest[];
  readonly performed: readonly Performed[];
  /** Steps for which the overlay invented something, sorted. */
  readonly inventing: readonly string[];
  /** Steps whose operations a rehearsal cannot perform, with the reason: what they answer is known only to the run. */
  readonly opaque: ReadonlyMap<string, string>;
  /** What stands in for the answers of those steps, and for what is made of them. */
  readonly standIns: StandIns;
  /** What was assumed of them. */
  readonly assumptions: Assumptions;
  /** Of steps and items that were given what is not known: their inputs. */
  readonly given: ReadonlyMap<string, Json>;
  /** By reference of a token: whose it is. */
  readonly tokens: ReadonlyMap<SecretRef, Caller>;
  /** By step: what somebody is asked to approve. */
  readonly approvals: ReadonlyMap<string, string>;
}

/** Far more than any wait; a step that waits for what never comes ends here. */
const LIMIT_MS = 7 * 86_400_000;

export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { runbook, registry, inputs, target, caller, snapshot, sealingKeys, supposition, varied = new Set() } = options;
  const clock = new VirtualClock(options.now, { limitMs: LIMIT_MS });
  // The overlay asks the target for nothing that only a stand-in names.
  const isMadeUp = (path: string): boolean => standIns.in(path).length > 0;
  const { target: overlay, inventor } = openOverlay({ target, caller, snapshot, clock, varied, isMadeUp });
  const standIns = new StandIns((step) => inventor.isVaried(step));
  const assumptions = new Assumptions(supposition?.assumed?.choices);
  const vault = new RehearsalVault();
  for (const [ref, value] of options.secrets) vault.put(ref, value);
  const sent: SentRequest[] = [];
  const bySent = new Map<WireRequest, SentRequest>();
  const performed: Performed[] = [];
  const events: RunEvent[] = [];
  const opaque = new Map<string, string>();
  const given = new Map<string, Json>();
  const repeated = new Set(runbook.steps.flatMap(({ id, forEach }) => (forEach === undefined ? [] : [id])));
  const veil: Veil = { opaque, standIns, assumptions, given, repeated, seen: new WeakMap() };
  const exitCodes = new Map<string, number>();
  const approvals = new Map<string, string>();
  const tap = {
    sending(request: WireRequest) {
      const one = { ...request, path: pathOf(request.key), step: stepOf(request.key) };
      bySent.set(request, one);
      sent.push(one);
    },
    answered(request: WireRequest, response: WireResponse) {
      bySent.get(request)!.response = response;
    },
  };
  const hasEnds = supposition !== undefined && supposition.assumed === undefined;
  const result = await executeRun({
    runbook: runbook.name,
    target: overlay.description,
    steps: runbook.steps.map((step) =>
      expecting(veiled(hasEnds ? supposing(step, supposition, (id) => inventor.isVaried(id)) : step, veil), exitCodes),
    ),
    registry,
    inputs,
    outputs: (scope) => stoodIn(runbook.outputs(withoutAnswersOf(veil, scope)), undefined, assumptions.assume),
    performer: (onRetry) =>
      recording(performed, clock, (inner) =>
        guessing(performerFor({ target: overlay, vault, clock: inner, onRetry, tap, sealingKeys }), {
          opaque,
          vault,
          exitCodeOf: (key) => exitCodes.get(instanceOf(key)) ?? 0,
        }),
      ),
    journal: NO_JOURNAL,
    clock,
    concurrency: 16,
    isRehearsal: true,
    // Who says yes, and in which words, is known only then: two answers that have nothing in common, not even their form.
    signals: async ({ key, message }) => {
      const step = stepOf(key);
      approvals.set(step, message);
      const other = { by: "somebody else @ another place", comment: "in some words" };
      return { approved: true, at: clock.now(), ...(inventor.isVaried(step) ? other : { by: "somebody" }) };
    },
    onEvent: (event) => events.push(event),
  });
  await overlay.close();
  const inventing = [...inventor.steps].toSorted();
  const { tokens } = vault;
  return {
    result,
    events,
    sent,
    performed,
    inventing,
    opaque,
    standIns,
    assumptions,
    given,
    tokens,
    approvals,
  };
}

/** Notes which exit codes of their scripts steps expect: the first one is as good as any in a rehearsal. */
function expecting(step: RunbookStep, exitCodes: Map<string, number>): RunbookStep {
  if (step.uses !== "run-command") return step;
  return {
    ...step,
    inputs: (scope) => {
      const inputs = step.inputs(scope);
      const [first] = isJsonObject(inputs) && Array.isArray(inputs["exitCodes"]) ? (inputs["exitCodes"] as Json[]) : [];
      const instance = scope.each === undefined ? step.id : instanceName(step.id, scope.each.key);
      if (typeof first === "number") exitCodes.set(instance, first);
      return inputs;
    },
  };
}

const NO_JOURNAL: Journal = { append: () => {}, durable: async () => {} };

/** Keeps each activity with its outcome. */
function recording(performed: Performed[], clock: VirtualClock, make: (clock: Clock) => Performer): Performer {
  const perform = holding(clock, make);
  return async (operation, how) => {
    const place = { operation, path: pathOf(operation.key), step: stepOf(operation.key) };
    try {
      const value = await perform(operation, how);
      performed.push({ ...place, outcome: { ok: true, value } });
      return value;
    } catch (thrown) {
      performed.push({ ...place, outcome: { ok: false, failure: failureOf(thrown, "internal") } });
      throw thrown;
    }
  };
}

/** Remembers of each token whose it is. */
class RehearsalVault extends Vault {
  readonly tokens = new Map<SecretRef, Caller>();

  override put(ref: SecretRef, value: string): Secret {
    const owner = claimsOf(value);
    if (owner !== undefined) this.tokens.set(ref, owner);
    return super.put(ref, value);
  }
}
