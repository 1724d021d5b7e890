// Plans as a reviewer reads them. `test/plans/<name>.before.yaml` is run first when it is there; `UPDATE_GOLDEN=1` writes
// `<name>.plan.txt` anew.

import { existsSync, readdirSync } from "node:fs";
import { expect } from "chai";
import type { Plan } from "../../engine/plan/model.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import { textPage } from "../../engine/report/text-page.ts";
import type { Json } from "../../engine/value/json.ts";
import { expectGolden } from "../support/golden.ts";
import { applyOn, mutationsIn, openWorld, PASSWORD, planOn, runbookOf, type World } from "../support/planning.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

const FOLDER = "test/plans";
/** Shipped runbooks whose plans are looked at in full; `shipped.test.ts` runs them. */
const SHIPPED = [
  ["tutorial", "runbooks/windows-vm-user-assigned-identity.yaml"],
  ["fleet", "runbooks/linux-fleet.yaml"],
] as const;
const plain = (_ink: unknown, text: string): string => text;

function inputsOf(text: string): Record<string, Json> {
  return Object.fromEntries(
    runbookOf(text).inputs.flatMap(({ name, secret, default: preset }) => {
      const value = secret ? PASSWORD : preset;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function planned(world: World, text: string, before?: string): Promise<Plan> {
  if (before !== undefined) {
    const inputs = inputsOf(before);
    const made = await planOn(world, { text: before, inputs });
    const run = await applyOn(world, made.plan, { text: before, inputs });
    expect(run.status, JSON.stringify([...run.failures])).equal("done");
    await world.clock.sleep(10_000);
  }
  world.requests.length = 0;
  const { plan } = await planOn(world, { text, inputs: inputsOf(text) });
  expect(mutationsIn(world.requests)).eql([]);
  return plan;
}

/** Runs it, compares what was sent, and plans again: nothing is left to do. */
async function isWhatIsDone(world: World, text: string, plan: Plan): Promise<void> {
  const inputs = inputsOf(text);
  const run = await applyOn(world, plan, { text, inputs });
  expect(run.status, JSON.stringify([...run.failures])).equal("done");
  expect(verifyRun(plan, run.journal.entries)).deep.include({ extra: [], missing: [] });
  await world.clock.sleep(10_000);
  const { plan: after } = await planOn(world, { text, inputs });
  expect(planPage(after).verdict.text).match(/^No changes/);
}

/** In full, without what is another one each time. */
function shown(plan: Plan): string {
  const text = textPage(planPage(plan), { full: true, width: 0, paint: plain });
  return text
    .replace(/^( {2}plan +).*$/m, "$1(digest)")
    .replace(/^( {2}runbook +).*$/m, "$1(path)")
    .replaceAll(/(?<=W\/\\?")[0-9a-f-]{36}/g, "(etag)");
}

describe("a plan in full", () => {
  const names = readdirSync(projectFile(FOLDER))
    .filter((file) => file.endsWith(".yaml") && !file.endsWith(".before.yaml"))
    .map((file) => file.slice(0, -".yaml".length));
  const cases = [...SHIPPED, ...names.map((name) => [name, `${FOLDER}/${name}.yaml`])] as const;
  for (const [name, file] of cases) {
    it(`of ${name}`, async () => {
      const before = `${FOLDER}/${name}.before.yaml`;
      const world = await openWorld();
      const text = readProjectFile(file!);
      const plan = await planned(world, text, existsSync(projectFile(before)) ? readProjectFile(before) : undefined);
      expectGolden(`${FOLDER}/${name}.plan.txt`, shown(plan));
      if (
        file!.startsWith(FOLDER) &&
        plan.obstacles.length === 0 &&
        !plan.steps.some(({ change }) => change === "opaque")
      ) {
        // Nobody is there to approve anything.
        if (!text.includes("uses: approve")) await isWhatIsDone(world, text, plan);
      }
      await world.close();
    }).timeout(120_000);
  }
});
