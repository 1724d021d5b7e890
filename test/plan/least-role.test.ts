import { expect } from "chai";
import { type AppliedRun, runPlan } from "../../engine/plan/apply.ts";
import { leastRole } from "../../engine/plan/least-role.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { planRun } from "../../engine/plan/plan-run.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { INPUTS, MemoryJournal, runbookOf, SIX_STEPS } from "../support/planning.ts";
import { openPlace } from "../support/place.ts";

const options = { runbook: runbookOf(SIX_STEPS), registry: builtinSteps, inputs: INPUTS };

async function runWith(plan: Plan, actions: readonly string[]): Promise<AppliedRun> {
  const { target, clock, grant } = await openPlace();
  await grant(actions);
  return runPlan({ ...options, plan, target, clock, journal: new MemoryJournal(), onEvent: () => {} });
}

describe("the least role of a plan", () => {
  let plan: Plan;
  let actions: readonly string[];

  before(async () => {
    const { ownersTarget: target, clock } = await openPlace();
    plan = await planRun({ ...options, target, clock });
    actions = leastRole(plan).Actions;
  });

  it("names actions, and no pattern", () => {
    expect(actions).include.members([
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Compute/locations/operations/read",
      "Microsoft.Compute/virtualMachines/write",
      "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
      "Microsoft.Network/locations/operations/read",
      "Microsoft.Network/networkInterfaces/join/action",
    ]);
    expect(actions.filter((action) => action.includes("*"))).eql([]);
  });

  it("is enough: the run passes under it alone", async () => {
    const run = await runWith(plan, actions);
    expect([...run.failures]).eql([]);
    expect(run.status).equal("done");
  }).timeout(60_000);

  it("is needed to its last action: without any one of them the run is refused, which is told by its name", async () => {
    const passed: string[] = [];
    for (const without of actions) {
      const run = await runWith(
        plan,
        actions.filter((action) => action !== without),
      );
      const told = [...run.failures.values()].map(({ code, message }) => `${code}: ${message}`).join("\n");
      if (run.status === "done") passed.push(without);
      else expect(told, without).include("AuthorizationFailed").and.include(without);
    }
    expect(passed).eql([]);
  }).timeout(240_000);
});
