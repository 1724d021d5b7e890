import { expect } from "chai";
import { applyOn, openWorld, planOn } from "../support/planning.ts";

const MAKE = `version: 1
name: make
steps:
  - { id: group, uses: create-rg, with: { name: lab, location: eastus } }
  - { id: identity, uses: create-uami, with: { resourceGroup: "\${{ steps.group.outputs.name }}", name: ID1, location: eastus } }
`;
const DELETE = `version: 1
name: delete
steps:
  - { id: away, uses: delete-rg, with: { name: lab } }
outputs:
  gone: \${{ steps.away.outputs }}
`;
/** What was in the group before is not there any more for what comes behind. */
const ANEW = `version: 1
name: anew
steps:
  - { id: away, uses: delete-rg, with: { name: lab } }
  - { id: group, uses: create-rg, needs: [away], with: { name: lab, location: westus } }
  - { id: identity, uses: create-uami, with: { resourceGroup: "\${{ steps.group.outputs.name }}", name: ID1, location: westus } }
`;

describe("delete-rg", () => {
  it("shows in its plan what goes with the group, removes it, and has nothing to do a second time", async () => {
    const world = await openWorld();
    const run = async (text: string) => {
      const { plan } = await planOn(world, { text, inputs: {} });
      expect(plan.obstacles).eql([]);
      const done = await applyOn(world, plan, { text, inputs: {} });
      await world.clock.sleep(60_000);
      return { plan, done };
    };
    await run(MAKE);
    // As the SDK writes it.
    const id = `/subscriptions/${world.target.subscriptionId}/resourcegroups/lab`;
    const { plan, done } = await run(DELETE);
    expect(plan.steps[0]).deep.include({ change: "remove", marks: ["remove"] });
    expect(plan.steps[0]!.requests.map(({ method, url }) => `${method} ${String(url)}`)).eql([
      `DELETE ${id}?api-version=2025-04-01`,
    ]);
    const gone = {
      deleted: true,
      resources: [`${id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1`],
    };
    expect(plan.outputs).eql({ gone });
    expect(done.outputs).eql({ gone });
    const again = await run(DELETE);
    expect(again.plan.steps[0]!.change).equal("read");
    expect(again.done.outputs).eql({ gone: { deleted: false, resources: [] } });
    await world.close();
  });
  it("leaves nothing behind for a group of the same name", async () => {
    const world = await openWorld();
    for (const text of [MAKE, ANEW]) {
      const { plan } = await planOn(world, { text, inputs: {} });
      expect(plan.obstacles).eql([]);
      if (text === ANEW) expect(plan.steps.map(({ change }) => change)).eql(["remove", "create", "create"]);
      const { status } = await applyOn(world, plan, { text, inputs: {} });
      expect(status).equal("done");
      await world.clock.sleep(60_000);
    }
    await world.close();
  });
});
