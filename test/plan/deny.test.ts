// Deny assignments, which take away what roles give.

import { expect } from "chai";
import { leastRole } from "../../engine/plan/least-role.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { planRun } from "../../engine/plan/plan-run.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { openPlace } from "../support/place.ts";
import { INPUTS, runbookOf, SIX_STEPS } from "../support/planning.ts";

const EVERYBODY = { id: "00000000-0000-0000-0000-000000000000", type: "SystemDefined" };
const GRANTS = [{ actions: ["Microsoft.Authorization/*/Write"], notActions: [] }];
const options = { runbook: runbookOf(SIX_STEPS), registry: builtinSteps, inputs: INPUTS };

type Place = Awaited<ReturnType<typeof openPlace>>;

const lackingIn = ({ rights }: Plan): readonly string[] =>
  rights
    .filter(({ state }) => state !== "held" && state !== "granted")
    .map(({ state, action }) => `${state} ${action}`);

async function planned({ ownersTarget: target, clock }: Place): Promise<Plan> {
  return planRun({ ...options, target, clock });
}

describe("a deny assignment", () => {
  it("takes away what a role gives, and the plan names it", async () => {
    const place = await openPlace();
    place.emulator.deny("no-grants", { permissions: GRANTS, principals: [EVERYBODY] });
    const plan = await planned(place);
    expect(lackingIn(plan)).eql(["denied Microsoft.Authorization/roleAssignments/write"]);
    const page = planPage(plan);
    expect(page.verdict).eql({ tone: "bad", text: "A right is missing or denied: the run would be refused." });
    expect(page.steps.flatMap(({ rights }) => rights).find(({ state }) => state === "denied")?.because).equal(
      "the deny assignment no-grants takes it away from whoever holds it",
    );
    expect(plan.unknowns.filter((one) => one.includes("deny"))).eql([]);
  });
  it("does not count for whom it leaves out, below where it ends, and for what it leaves out", async () => {
    const place = await openPlace();
    const { operator, subscriptionId } = place.emulator;
    const self = { id: operator.objectId, type: "ServicePrincipal" };
    const another = { id: "00000000-0000-4000-8000-00000000000f", type: "ServicePrincipal" };
    place.emulator.deny("others", { permissions: GRANTS, principals: [another] });
    place.emulator.deny("all-but-me", { permissions: GRANTS, principals: [EVERYBODY], excludePrincipals: [self] });
    place.emulator.deny("subscription-only", {
      permissions: GRANTS,
      principals: [EVERYBODY],
      doNotApplyToChildScopes: true,
    });
    place.emulator.deny("elsewhere", {
      permissions: GRANTS,
      principals: [EVERYBODY],
      scope: `/subscriptions/${subscriptionId}/resourceGroups/other`,
    });
    const [{ actions }] = GRANTS as [(typeof GRANTS)[0]];
    place.emulator.deny("but-grants", { permissions: [{ actions, notActions: actions }], principals: [EVERYBODY] });
    expect(lackingIn(await planned(place))).eql([]);
  });
  it("says of groups and conditions that they are not looked into", async () => {
    const place = await openPlace();
    const group = { id: "00000000-0000-4000-8000-00000000000f", type: "Group" };
    place.emulator.deny("team", { permissions: GRANTS, principals: [group] });
    const plan = await planned(place);
    expect(plan.unknowns).include("who is in the groups that the deny assignment team names");
    expect(lackingIn(plan)).eql([]);
  });
  it("may be hidden from the caller, which the plan says", async () => {
    const place = await openPlace();
    const { Actions } = leastRole(await planned(place));
    await place.grant(Actions);
    const { target, clock } = place;
    const plan = await planRun({ ...options, target, clock });
    expect(plan.unknowns).include("deny assignments: the caller may not read them");
  });
});
