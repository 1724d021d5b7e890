import { expect } from "chai";
import { clientSecretCredential } from "../../engine/azure/emulator-target.ts";
import { inProcessClient } from "../../engine/azure/in-process.ts";
import type { Target } from "../../engine/azure/target.ts";
import { type AppliedRun, runPlan } from "../../engine/plan/apply.ts";
import { leastRole } from "../../engine/plan/least-role.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { planRun } from "../../engine/plan/plan-run.ts";
import type { Clock } from "../../engine/run/clock.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { makePrincipal, openWorld } from "../support/azure-world.ts";
import { INPUTS, MemoryJournal, runbookOf, SIX_STEPS } from "../support/planning.ts";

const ROLE = "providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-000000000001";
const ASSIGNMENT = "providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000002";

/** An emulator as it is every time, and somebody in it who holds nothing. */
async function openPlace() {
  const azure = await new AzureCalls({ seed: "least-role" }).signIn();
  const world = await openWorld(azure);
  const somebody = await makePrincipal(azure, world, "somebody");
  const clock: Clock = {
    now: () => azure.now,
    sleep: async (ms) => {
      azure.now += ms;
    },
  };
  const { subscriptionId, operator, tenantId } = azure.emulator;
  const httpClient = inProcessClient(azure.emulator);
  const target: Target = {
    kind: "emulator",
    description: "emulator",
    subscriptionId,
    resourceManager: "https://management.azure.com",
    credential: { getToken: async () => ({ token: somebody.token, expiresOnTimestamp: azure.now + 3_600_000 }) },
    httpClient,
    localImds: false,
    close: async () => {},
  };
  const owner = clientSecretCredential(httpClient, tenantId, operator, () => azure.now);
  /** Gives that person one role with these actions, and no other. */
  const grant = async (actions: readonly string[]): Promise<void> => {
    const properties = { roleName: "Least", assignableScopes: [azure.subscription], permissions: [{ actions }] };
    const role = await azure.put(`${azure.subscription}/${ROLE}`, { properties });
    const principal = { principalId: somebody.objectId, principalType: "ServicePrincipal" };
    const assignment = { properties: { ...principal, roleDefinitionId: role.body.id } };
    expect((await azure.put(`${azure.subscription}/${ASSIGNMENT}`, assignment)).status).equal(201);
    azure.now += 1000;
  };
  return { clock, target, ownersTarget: { ...target, credential: owner }, grant };
}

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
