// Pages to look at: a plan, a run, one that failed, one after which there is nothing to do, a plan of what is done only if
// something fails, the run in which it did, and a very long plan.

import type { Page, PageStep } from "../../engine/report/page.ts";
import { htmlPage } from "../../engine/report/html-page.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import { runPage } from "../../engine/report/run-page.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { type Applied, applyOn, openWorld, PASSWORD, planOn, refusing } from "./planning.ts";
import { readProjectFile } from "./project.ts";

const TUTORIAL = "runbooks/windows-vm-user-assigned-identity.yaml";
const TUTORIAL_INPUTS = {
  location: "eastus",
  resourceGroupName: "myResourceGroupVM",
  adminUsername: "azureuser",
  adminPassword: PASSWORD,
};

export async function samplePages(): Promise<Readonly<Record<string, string>>> {
  const world = await openWorld();
  const tutorial = { text: readProjectFile(TUTORIAL), inputs: TUTORIAL_INPUTS };
  const { plan } = await planOn(world, tutorial);
  const run = await applyOn(world, plan, tutorial);
  await world.clock.sleep(5_000);
  const after = await planOn(world, tutorial);
  await world.close();
  const other = await openWorld();
  const failing = await planOn(other);
  await other.send("PUT", "{sub}/resourceGroups/rg?api-version=2021-04-01", { location: "westus" });
  const failed = await applyOn(other, failing.plan);
  await other.close();
  const third = await openWorld();
  const careful = { text: readProjectFile("test/plans/finally.yaml"), inputs: {} };
  const cleaning = await planOn(third, careful);
  const target = refusing(third.target, /userAssignedIdentities\/worker/);
  const cleaned = await applyOn({ ...third, target }, cleaning.plan, careful);
  await third.close();
  const pages: readonly (readonly [string, Page])[] = [
    ["plan", planPage(plan)],
    ["run", reportOf(plan, run)],
    ["failed-run", reportOf(failing.plan, failed)],
    ["after-run", planPage(after.plan)],
    ["finally", planPage(cleaning.plan)],
    ["finally-run", reportOf(cleaning.plan, cleaned)],
    ["long-plan", longPage(planPage(plan), 500)],
  ];
  return Object.fromEntries(
    await Promise.all(pages.map(async ([name, page]) => [name, await htmlPage(page)] as const)),
  );
}

function reportOf(plan: Plan, { events, journal }: Applied): Page {
  return runPage({ id: "20260101-000000-sample", events, plan, verification: verifyRun(plan, journal.entries) });
}

/** The steps of a page again and again, each waiting for two earlier ones. */
export function longPage(page: Page, count: number): Page {
  const steps = Array.from({ length: count }, (_, index): PageStep => {
    const like = page.steps[index % page.steps.length]!;
    const waitsFor = [Math.floor(index / 2), Math.floor(index / 3)]
      .filter((before) => before < index)
      .map((before) => `step-${before}`);
    return { ...like, id: `step-${index}`, waitsFor: [...new Set(waitsFor)] };
  });
  return { ...page, steps };
}
