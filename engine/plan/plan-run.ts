// Makes a plan: rehearses the runbook, and rehearses it again with other invented values to learn what is known only later.
// Of the target it asks GETs and nothing else.

import { SealingKeys } from "../azure/guest/sealing-key.ts";
import { callerOf } from "../azure/caller.ts";
import { readerFor } from "../azure/reader.ts";
import type { Target } from "../azure/target.ts";
import { hashOfTexts } from "../run/resume.ts";
import { type Clock, systemClock } from "../run/clock.ts";
import type { Runbook } from "../runbook/model.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { Secret, type SecretRef } from "../value/secret.ts";
import { Access } from "./access.ts";
import { explore, startOf } from "./explore.ts";
import { type Plan, PLAN_VERSION, type PlannedStep } from "./model.ts";
import { observe } from "./observed.ts";
import { otherwise } from "./only-if.ts";
import { prepareOverlays } from "./overlay.ts";
import { writePlan } from "./plan-file.ts";
import { plannedSteps } from "./planned-steps.ts";
import { type Rehearsal, rehearse } from "./rehearse.ts";
import { rightsOf } from "./rights.ts";
import { Snapshot } from "./snapshot.ts";
import type { Supposition } from "./suppositions.ts";
import { hasUnknownShape } from "./template.ts";
import { unknownsOf } from "./unknowns.ts";

export interface PlanOptions {
  readonly runbook: Runbook;
  readonly registry: StepRegistry;
  /** Secrets in clear, as `resolveInputs` gives them; a secret that is left out is stood in for. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly target: Target;
  readonly clock?: Clock;
}

/**
 * @example
 * const plan = await planRun({ runbook, registry: builtinSteps, inputs: { location: "eastus" }, target });
 */
export async function planRun(options: PlanOptions): Promise<Plan> {
  return (await planText(options)).plan;
}

/** The plan and the text of its file. */
export async function planText(options: PlanOptions): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { target } = options;
  return target.undisturbed === undefined ? made(options) : target.undisturbed(() => made(options));
}

async function made(options: PlanOptions): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { runbook, registry, target, clock = systemClock } = options;
  const [caller, key] = await Promise.all([callerOf(target), prepareOverlays()]);
  const sealingKeys = new SealingKeys(key);
  const reader = readerFor(target, clock);
  const snapshot = new Snapshot(reader);
  const { inputs, secrets, placeholders } = separate(runbook, options.inputs);
  const now = clock.now();
  const once = (varied: ReadonlySet<string>, supposition?: Supposition): Promise<Rehearsal> =>
    rehearse({
      runbook,
      registry,
      inputs,
      secrets,
      target,
      caller,
      snapshot,
      sealingKeys,
      varied,
      now: startOf(now, varied),
      ...(supposition && { supposition }),
    });
  const { base, known, rehearsals } = await explore(await once(NOTHING), once, sealingKeys);
  const usual = plannedSteps(runbook, base, known);
  const access = new Access(reader, target.subscriptionId);
  const order = runbook.steps.map(({ id }) => id);
  const { rights, counterfactuals } = await rightsOf(base, caller, access, known.templating, order);
  const beyond = await otherwise({
    runbook,
    base,
    steps: usual,
    rights,
    rehearse: (supposition) => once(NOTHING, supposition),
    explore: (first, supposition) => explore(first, (varied) => once(varied, supposition), sealingKeys),
    rightsOf: async (under) => (await rightsOf(under.base, caller, access, under.known.templating, order)).rights,
  });
  const steps = beyond.usual.map((step): PlannedStep => {
    const onlyIf = beyond.onlyIf.get(step.id);
    return onlyIf === undefined ? step : { ...step, onlyIf: [...onlyIf] };
  });
  const about = targetOf(target, caller.tenantId);
  const { objectId, clientId, name } = caller;
  const { description } = runbook;
  return writePlan({
    format: "azure-runbook-plan",
    version: PLAN_VERSION,
    createdAt: new Date(now).toISOString(),
    runbook: {
      name: runbook.name,
      ...(description !== undefined && { description }),
      path: runbook.source.path,
      digest: runbookDigest(runbook),
    },
    target: about,
    caller: { objectId, ...(clientId !== undefined && { clientId }), ...(name !== undefined && { name }) },
    inputs,
    observed: observe(snapshot.observed),
    steps,
    rights: [...rights, ...beyond.rights],
    counterfactuals,
    outputs: known.result,
    obstacles: obstaclesIn(steps, known.unpredictable),
    unknowns: unknownsOf(about, steps, new Set([...snapshot.notes, ...access.notes, ...beyond.notes]), placeholders),
    rehearsals: rehearsals + beyond.rehearsals,
  });
}

const NOTHING: ReadonlySet<string> = new Set();

export function runbookDigest(runbook: Runbook): string {
  return `sha256:${hashOfTexts(runbook.source.text, runbook.calls)}`;
}

export function targetOf(target: Target, tenantId: string): Plan["target"] {
  const { kind, description, resourceManager, subscriptionId } = target;
  return { kind, description, resourceManager, subscriptionId, tenantId };
}

/** Passes Azure's rules for a password, and is nobody's. */
const PLACEHOLDER = "Placeholder-of-a-rehearsal-1";

export function separate(
  runbook: Runbook,
  given: Readonly<Record<string, Json>>,
): {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly secrets: ReadonlyMap<SecretRef, string>;
  readonly placeholders: readonly string[];
} {
  const inputs: Record<string, Json> = { ...given };
  const secrets = new Map<SecretRef, string>();
  const placeholders: string[] = [];
  for (const { name, secret } of runbook.inputs) {
    if (!secret) continue;
    const value = given[name];
    const ref = `inputs.${name}`;
    if (value === undefined) placeholders.push(name);
    secrets.set(ref, typeof value === "string" ? value : PLACEHOLDER);
    inputs[name] = Secret.of(ref);
  }
  return { inputs, secrets, placeholders };
}

/** Why the plan cannot be enforced, or would fail. */
function obstaclesIn(steps: readonly PlannedStep[], unpredictable: readonly string[]): string[] {
  return [
    ...steps.filter(({ change }) => change === "failed").map(({ id, reason }) => `${id} would fail: ${reason}`),
    ...unpredictable,
    ...steps.flatMap(({ requests }) =>
      requests
        .filter(({ url, body }) => hasUnknownShape(url) || hasUnknownShape(body))
        .map(({ method, operation }) => `what the ${method} of ${operation} holds is known only during the run`),
    ),
  ];
}
