import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { verifyRun } from "../../engine/plan/verify.ts";
import { exampleRunbook } from "../../engine/runbook/example-runbook.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import type { Json } from "../../engine/value/json.ts";
import { applyOn, openWorld, PASSWORD, planOn, runbookOf } from "../support/planning.ts";

const RUNBOOKS = fileURLToPath(new URL("../../../runbooks", import.meta.url));

/** Of these a second run is not nothing: they take away what the example makes, do something each time, or wait for a person. */
const NEVER_NOTHING: ReadonlySet<string> = new Set(["arm-delete", "delete-rg", "arm-post", "run-command", "approve"]);

describe("every step type", () => {
  for (const type of builtinSteps.values()) {
    if (NEVER_NOTHING.has(type.name)) continue;
    it(`${type.name}: does what its plan lists, and a plan after it says no changes`, async () => {
      const { text } = exampleRunbook(type, type.examples[0]!, builtinSteps);
      const inputs = Object.fromEntries(runbookOf(text).inputs.map(({ name }) => [name, PASSWORD]));
      const world = await openWorld();
      const { plan } = await planOn(world, { text, inputs });
      expect(plan.obstacles).eql([]);
      const run = await applyOn(world, plan, { text, inputs });
      expect(run.status, JSON.stringify([...run.failures])).equal("done");
      expect(verifyRun(plan, run.journal.entries)).deep.include({ extra: [], missing: [] });
      await world.clock.sleep(10_000);
      const { plan: after } = await planOn(world, { text, inputs });
      expect(planPage(after).verdict.text).match(/^No changes/);
      await world.close();
    }).timeout(120_000);
  }
});

describe("every runbook that is shipped", () => {
  for (const name of readdirSync(RUNBOOKS).filter((file) => /(?<!\.test)\.yaml$/.test(file))) {
    it(`${name}: does what its plan lists, and a plan after it says no changes`, async () => {
      const text = readFileSync(join(RUNBOOKS, name), "utf8");
      const inputs: Record<string, Json> = {};
      for (const { name: input, secret, default: preset } of runbookOf(text).inputs) {
        const value = secret ? PASSWORD : preset;
        if (value !== undefined) inputs[input] = value;
      }
      const world = await openWorld();
      const { plan, text: file } = await planOn(world, { text, inputs });
      expect(plan.obstacles).eql([]);
      expect(plan.steps.filter(({ change }) => change === "opaque")).eql([]);
      expect(plan.counterfactuals.every(({ refused }) => refused.length > 0)).equal(true);
      const run = await applyOn(world, plan, { text, inputs });
      expect(run.status, JSON.stringify([...run.failures])).equal("done");
      expect(verifyRun(plan, run.journal.entries)).deep.include({ extra: [], missing: [] });
      await world.clock.sleep(10_000);
      const { plan: after } = await planOn(world, { text, inputs });
      expect(planPage(after).verdict.text).match(/^No changes/);
      expect(after.steps.flatMap(({ resources }) => resources).filter(({ change }) => change !== "none")).eql([]);
      const kept = file + JSON.stringify(run.journal.entries) + JSON.stringify(run.events);
      expect(kept)
        .not.include(PASSWORD)
        .and.not.match(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/);
      await world.close();
    }).timeout(120_000);
  }
});
