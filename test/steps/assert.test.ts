import { expect } from "chai";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { driveStep } from "../support/drive-step.ts";
import { applyOn, openWorld, planOn } from "../support/planning.ts";

const assert = builtinSteps.get("assert")!;
const conditions = [
  { that: true, message: "one" },
  { that: false, message: "two is not so" },
  { that: false, message: "three is not so" },
];

describe("assert", () => {
  it("tells every condition that does not hold", () => {
    expect(() => driveStep(assert, { conditions }, () => null)).throw("two is not so; three is not so");
    expect(driveStep(assert, { conditions: conditions.slice(0, 1) }, () => null)).eql({
      outputs: { passed: 1 },
      asked: [],
    });
  });
  it("warns of what is known not to hold before a run", () => {
    expect(assert.check({ conditions })).eql([
      { at: "/conditions/1/that", message: "this does not hold: two is not so", isDoubt: true },
      { at: "/conditions/2/that", message: "this does not hold: three is not so", isDoubt: true },
    ]);
  });
  const text = (location: string): string => `version: 1
name: asserting
steps:
  - { id: group, uses: create-rg, with: { name: lab, location: eastus } }
  - id: place
    uses: assert
    with:
      conditions:
        - that: \${{ steps.group.outputs.location == '${location}' }}
          message: the group is in \${{ steps.group.outputs.location }}
  - { id: more, uses: create-uami, needs: [place], with: { resourceGroup: lab, name: ID1, location: eastus } }
`;
  it("stands in a plan as what changes nothing, and keeps from running what comes behind it", async () => {
    const world = await openWorld();
    const good = await planOn(world, { text: text("eastus"), inputs: {} });
    expect(good.plan.steps.map(({ change }) => change)).eql(["create", "none", "create"]);
    const bad = await planOn(world, { text: text("westus"), inputs: {} });
    expect(bad.plan.obstacles).eql(["place would fail: the group is in eastus"]);
    const run = await applyOn(world, good.plan, { text: text("eastus"), inputs: {} });
    expect(run.status).equal("done");
    await world.close();
  });
});
