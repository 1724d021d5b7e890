// Plans and runs runbooks one after the other on one world, as somebody does who works with it.

import { type Applied, applyOn, openWorld, planOn, type World } from "./planning.ts";
import type { Plan } from "../../engine/plan/model.ts";
import type { Json } from "../../engine/value/json.ts";

export interface PlannedRun {
  readonly plan: Plan;
  readonly run: Applied;
}

/** Gives what plans a runbook, runs it as planned, and lets time pass until everything is settled. */
export async function stepRuns(): Promise<{
  readonly world: World;
  go(text: string, inputs?: Readonly<Record<string, Json>>): Promise<PlannedRun>;
}> {
  const world = await openWorld();
  return {
    world,
    async go(text, inputs = {}) {
      const { plan } = await planOn(world, { text, inputs });
      const run = await applyOn(world, plan, { text, inputs });
      await world.clock.sleep(120_000);
      return { plan, run };
    },
  };
}

export const changesIn = (plan: Plan): readonly string[] => plan.steps.map(({ change }) => change);
export const requestsIn = (plan: Plan): readonly string[] =>
  plan.steps.flatMap(({ requests }) => requests.map(({ method, url }) => `${method} ${String(url)}`));
