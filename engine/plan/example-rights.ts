// The rights that one step of an example uses, found by rehearsing the example on an emulator that is gone afterwards.

import { callerOf } from "../azure/caller.ts";
import { openEmulatorTarget } from "../azure/emulator-target.ts";
import { SealingKeys } from "../azure/guest/sealing-key.ts";
import { readerFor } from "../azure/reader.ts";
import type { Clock } from "../run/clock.ts";
import type { Runbook } from "../runbook/model.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { prepareOverlays } from "./overlay.ts";
import { separate } from "./plan-run.ts";
import { rehearse } from "./rehearse.ts";
import { usesIn } from "./rights.ts";
import { Snapshot } from "./snapshot.ts";

export interface ExampleRight {
  /** `caller`, or whose identity it is. */
  readonly who: string;
  /** For example `Microsoft.Compute/virtualMachines/write`. */
  readonly action: string;
  /** What kind of thing it is needed on: `subscription`, `resource group`, or a resource type. */
  readonly on: string;
}

/** Each as often as it is used. Throws with the step's own failure when the example does not run. */
export async function exampleRights(
  runbook: Runbook,
  step: string,
  { registry, clock }: { readonly registry: StepRegistry; readonly clock: Clock },
): Promise<readonly ExampleRight[]> {
  const target = await openEmulatorTarget({ description: "an example", now: () => clock.now() });
  try {
    const caller = await callerOf(target);
    const snapshot = new Snapshot(readerFor(target, clock));
    const { inputs, secrets } = separate(runbook, {});
    const rehearsal = await rehearse({
      runbook,
      registry,
      inputs,
      secrets,
      target,
      caller,
      snapshot,
      sealingKeys: new SealingKeys(await prepareOverlays()),
      now: clock.now(),
    });
    for (const [failed, { message }] of rehearsal.result.failures)
      throw new Error(`step "${failed}" of ${runbook.name} fails: ${message}`);
    return usesIn(rehearsal, caller)
      .filter((use) => use.step === step)
      .map(({ who, action, scope }) => ({ who, action, on: kindOf(scope) }));
  } finally {
    await target.close();
  }
}

function kindOf(scope: string): string {
  const [, , , groups, , ...rest] = scope.split("/");
  if (groups === undefined) return "subscription";
  const provider = scope.toLowerCase().lastIndexOf("/providers/");
  if (provider === -1) return rest.length === 0 ? "resource group" : scope;
  const [namespace, ...names] = scope.slice(provider + "/providers/".length).split("/");
  return [namespace, ...names.filter((_, index) => index % 2 === 0)].join("/");
}
