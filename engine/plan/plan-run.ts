// Makes a plan: rehearses the runbook, and rehearses it again with other invented values to learn what is known only later.
// Of the target it asks GETs and nothing else.

import { createHash } from "node:crypto";
import { SealingKeys } from "../azure/guest/sealing-key.ts";
import { callerOf } from "../azure/caller.ts";
import { readerFor } from "../azure/reader.ts";
import type { Target } from "../azure/target.ts";
import { type Clock, systemClock } from "../run/clock.ts";
import type { Runbook } from "../runbook/model.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { Secret, type SecretRef } from "../value/secret.ts";
import { Access } from "./access.ts";
import { TIME } from "./inventions.ts";
import { type Comparison, compareRehearsals } from "./known.ts";
import { type Plan, PLAN_VERSION, type PlannedStep } from "./model.ts";
import { observe } from "./observed.ts";
import { prepareOverlays } from "./overlay.ts";
import { writePlan } from "./plan-file.ts";
import { plannedSteps } from "./planned-steps.ts";
import { type Rehearsal, rehearse } from "./rehearse.ts";
import { rightsOf } from "./rights.ts";
import { Snapshot } from "./snapshot.ts";
import { hasUnknownShape, type Template } from "./template.ts";
import { unknownsOf } from "./unknowns.ts";
import { Code, type Variation } from "./variation.ts";

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
  const once = (varied: ReadonlySet<string>, at: number): Promise<Rehearsal> =>
    rehearse({ runbook, registry, inputs, secrets, target, caller, snapshot, sealingKeys, varied, now: at });

  const base = await once(new Set(), now);
  const code = new Code(base.inventing);
  const others: { readonly label: string; readonly rehearsal: Rehearsal }[] = [];
  const vary = async (variations: readonly Variation[]): Promise<void> => {
    for (const { label, varied } of variations) {
      const at = varied.has(TIME) ? now + ANOTHER_TIME_MS : now;
      others.push({ label, rehearsal: await once(varied, at) });
    }
  };
  await vary(code.variations);
  const nonces = await noncesOf(base, sealingKeys);
  const compared = (): { readonly known: Comparison; readonly outputs: Template } => {
    const known = compareRehearsals(base, others, code, nonces);
    return { known, outputs: known.value(({ result }) => result.outputs) };
  };
  let { known, outputs } = compared();
  // Rare: a value that depends on several steps at once.
  const more = code.settle();
  if (more.length > 0) {
    await vary(more);
    ({ known, outputs } = compared());
  }
  const steps = [...plannedSteps(runbook, base, known)];
  const access = new Access(reader, target.subscriptionId);
  const order = runbook.steps.map(({ id }) => id);
  const rights = await rightsOf(base, caller, access, known.templating, order);
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
    ...rights,
    outputs,
    obstacles: obstaclesIn(steps, known.unpredictable),
    unknowns: unknownsOf(about, steps, new Set([...snapshot.notes, ...access.notes]), placeholders),
    rehearsals: 1 + others.length,
  });
}

/** A moment that has no digit in common with now where it matters: five years, two months and some. */
const ANOTHER_TIME_MS = 163_193_717_131;

/** What the engine makes anew for each request in a VM: its id, and the key that the answer is sealed for. */
async function noncesOf(base: Rehearsal, sealingKeys: SealingKeys): Promise<ReadonlySet<string>> {
  const named = (name: string) => base.performed.filter(({ operation }) => operation.name === name);
  const scripts = named("script-name").map(({ operation }) => `runbook-${sealingKeys.requestId(operation.key)}`);
  const runs = named("guest-run");
  if (runs.length === 0) return new Set(scripts);
  const ids = runs.map(({ operation }) => sealingKeys.requestId(operation.key));
  return new Set([...scripts, ...ids, ...ids.map((id) => `runbook-${id}`), (await sealingKeys.current()).rbKey]);
}

export function runbookDigest(runbook: Runbook): string {
  return `sha256:${createHash("sha256").update(runbook.source.text).digest("hex")}`;
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
