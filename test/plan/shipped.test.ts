import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { verifyRun } from "../../engine/plan/verify.ts";
import { exampleRunbook } from "../../engine/runbook/example-runbook.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { isPending } from "../../engine/plan/pending.ts";
import { planPage, textOf } from "../../engine/report/plan-page.ts";
import type { Json } from "../../engine/value/json.ts";
import { briefly, SECOND_RUNS } from "../support/second-runs.ts";
import { applyOn, openWorld, PASSWORD, planOn, runbookOf } from "../support/planning.ts";

const RUNBOOKS = fileURLToPath(new URL("../../../runbooks", import.meta.url));

describe("every step type", () => {
  it("has a row that says what it does when it is run again", () => {
    expect(Object.keys(SECOND_RUNS).toSorted()).eql([...builtinSteps.keys()].toSorted());
  });
  for (const [name, { text: own, sends = [], isPendingBecause, isAlone }] of Object.entries(SECOND_RUNS)) {
    const then = isPendingBecause === undefined ? "says no changes" : `has something to do: ${isPendingBecause}`;
    it(`${name}: does what its plan lists, and a plan after it ${then}`, async () => {
      const type = builtinSteps.get(name)!;
      const text = own ?? exampleRunbook(type, type.examples[0]!, builtinSteps).text;
      const inputs = Object.fromEntries(runbookOf(text).inputs.map((input) => [input.name, PASSWORD]));
      const world = await openWorld();
      const { plan } = await planOn(world, { text, inputs });
      expect(plan.obstacles).eql([]);
      let given: Json = null;
      const watched = { ...type, start: (taken: Json) => type.start((given = taken)) };
      const registry = isAlone ? new Map([...builtinSteps, [name, watched]]) : builtinSteps;
      const run = await applyOn(world, plan, { text, inputs, registry });
      expect(run.status, JSON.stringify([...run.failures])).equal("done");
      expect(verifyRun(plan, run.journal.entries)).deep.include({ extra: [], missing: [] });
      await world.clock.sleep(10_000);
      const again = isAlone ? { text: alone(name, given), inputs: {} } : { text, inputs };
      const { plan: after } = await planOn(world, again);
      expect(after.obstacles).eql([]);
      const requests = after.steps.flatMap((step) => step.requests);
      expect(requests.map(({ method, url }) => briefly(method, textOf(url)))).eql(sends);
      expect(after.steps.some(isPending)).equal(isPendingBecause !== undefined);
      expect(planPage(after).verdict.text.startsWith("No changes")).equal(isPendingBecause === undefined);
      await world.close();
    }).timeout(120_000);
  }
});

/** A runbook of one step. */
function alone(uses: string, given: Json): string {
  return JSON.stringify({ version: 1, name: "alone", steps: [{ id: "it", uses, with: given }] });
}

describe("every runbook that is shipped", () => {
  const files = readdirSync(RUNBOOKS, { recursive: true }).map(String);
  for (const name of files.filter((file) => /(?<!\.test)\.yaml$/.test(file)).toSorted()) {
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
      // What somebody approves is for others to use.
      const isForOthers = (id: string): boolean => {
        const { uses, dependencies } = plan.steps.find((step) => step.id === id)!;
        return uses === "approve" || dependencies.some(isForOthers);
      };
      const unneeded = plan.counterfactuals.filter(({ refused }) => refused.length === 0).map(({ step }) => step);
      expect(unneeded.filter((id) => !isForOthers(id))).eql([]);
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
