import { expect } from "chai";
import { madeBy } from "../../engine/run/destroy/created.ts";
import { removalSteps, stepsToDestroy } from "../../engine/run/destroy/removal-steps.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { Secret } from "../../engine/value/secret.ts";
import { driveStep } from "../support/drive-step.ts";
import { changesIn, requestsIn, stepRuns } from "../support/step-runs.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { worlds } from "../support/worlds.ts";

const armPut = builtinSteps.get("arm-put")!;
const armDelete = builtinSteps.get("arm-delete")!;
const ADDRESS = "/subscriptions/{subscriptionId}/resourceGroups/lab/providers/Microsoft.Network/publicIPAddresses/ip";

const header = (name: string): string => `version: 1
name: ${name}
steps:
  - { id: group, uses: create-rg, with: { name: lab, location: eastus } }
`;
const put = (tags: string, zones = ""): string => `${header("put")}
  - id: address
    uses: arm-put
    needs: [group]
    with:
      id: ${ADDRESS}
      apiVersion: "2024-10-01"
      body:
        location: eastus
        sku: { name: Standard }
        ${zones}
        tags: ${tags}
        properties: { publicIPAllocationMethod: Static }
outputs:
  address: \${{ steps.address.outputs.body.properties.ipAddress }}
`;
const DELETE = `${header("delete")}
  - { id: away, uses: arm-delete, needs: [group], with: { id: "${ADDRESS}", apiVersion: "2024-10-01" } }
outputs:
  deleted: \${{ steps.away.outputs.deleted }}
`;

describe("arm-put and arm-delete", () => {
  it("put secrets into the body where their pointers lead", () => {
    const inputs = {
      id: ADDRESS,
      apiVersion: "2024-10-01",
      body: { properties: { rules: [{ name: "a" }] } },
      secrets: { "/properties/key": Secret.of("inputs.key"), "/properties/rules/0/a~1b": Secret.of("inputs.other") },
    };
    const { asked } = driveStep(armPut, inputs as unknown as Json, () => ({ id: ADDRESS, name: "ip" }));
    expect(JSON.parse(JSON.stringify(asked))).eql([
      {
        kind: "ensure",
        type: "Microsoft.Network/publicIPAddresses",
        id: ADDRESS,
        apiVersion: "2024-10-01",
        desired: {
          properties: {
            rules: [{ name: "a", "a/b": { $secret: [{ ref: "inputs.other" }] } }],
            key: { $secret: [{ ref: "inputs.key" }] },
          },
        },
      },
    ]);
  });
  it("say what is no id of a resource", () => {
    const told = (id: string): string[] => armDelete.check({ id }).map(({ message }) => message);
    expect(told(ADDRESS)).eql([]);
    expect(told("/subscriptions/{subscriptionId}")).eql([
      "this is the id of a subscription, expected that of a resource",
    ]);
    expect(told("/subscriptions/mine/resourceGroups/lab")).eql([
      'the subscription in this id is "mine", expected a GUID',
    ]);
    expect(told(`${ADDRESS}/../other/ip`)).eql(['this id has a part "." or ".."']);
    expect(told(`${ADDRESS}/<rule>/x`)).eql(["this id still holds the placeholder <rule>"]);
    expect(() =>
      driveStep(armPut, { id: "/subscriptions/x/../y", apiVersion: "2024-10-01", body: {} }, () => null),
    ).throw('"/subscriptions/x/../y" is not the ARM id of a resource');
  });
  it("create, change, leave alone and take away, each as the plan says", async () => {
    const { world, go } = await stepRuns();
    const id = ADDRESS.replace("{subscriptionId}", world.target.subscriptionId);
    // Zones are what the SDK's own generic call would leave out without a word.
    const first = await go(put("{ a: one }", 'zones: ["1"]'));
    expect(first.plan.obstacles).eql([]);
    expect(changesIn(first.plan)).eql(["create", "create"]);
    expect(requestsIn(first.plan)[1]).eql(`PUT ${id}?api-version=2024-10-01`);
    expect(first.plan.steps[1]!.requests[0]!.body).deep.include({ zones: ["1"] });
    expect(first.run.status).equal("done");
    expect((first.run.outputs as JsonObject)["address"]).match(/^203\.0\.113\.\d+$/);

    const again = await go(put("{ a: one }"));
    expect(changesIn(again.plan)).eql(["none", "none"]);
    expect(requestsIn(again.plan)).eql([]);

    const changed = await go(put("{ b: two }"));
    expect(changesIn(changed.plan)).eql(["none", "update"]);
    expect(changed.plan.steps[1]!.resources[0]!.differences.map(({ kind, path }) => `${kind} ${path}`)).eql([
      "add /tags/b",
    ]);
    expect(changed.plan.steps[1]!.requests[0]!.body).deep.include({ tags: { a: "one", b: "two" } });
    expect(changed.run.status).equal("done");

    const gone = await go(DELETE);
    expect(changesIn(gone.plan)).eql(["none", "remove"]);
    expect(requestsIn(gone.plan)).eql([`DELETE ${id}?api-version=2024-10-01`]);
    expect(gone.run.outputs).eql({ deleted: true });
    const still = await go(DELETE);
    expect(changesIn(still.plan)).eql(["none", "none"]);
    expect(still.run.outputs).eql({ deleted: false });
    await world.close();
  });
  it("write and destroy a type that the engine knows nothing of", async () => {
    const { world, go } = await stepRuns();
    const { plan, run } = await go(`${header("plan")}
  - id: plan
    uses: arm-put
    with:
      id: \${{ steps.group.outputs.id }}/providers/Microsoft.Compute/availabilitySets/set
      apiVersion: "2024-03-01"
      body: { location: eastus, sku: { name: Aligned }, properties: { platformFaultDomainCount: 2 } }
`);
    expect(plan.obstacles).eql([]);
    expect(plan.unknowns[0]).equal(
      "whether Azure takes what is written as Microsoft.Compute/availabilitySets: the rehearsal keeps it as it is sent",
    );
    expect(run.status).equal("done");
    await world.close();
  });
});

describe("a run with arm-put and arm-delete", () => {
  const world = worlds();
  const SET = "/subscriptions/{subscriptionId}/resourceGroups/lab/providers/Microsoft.Compute/availabilitySets/set";
  const version = "2024-03-01";
  const STEPS = [
    step("group", "create-rg", [], () => ({ name: "lab", location: "eastus" })),
    step("old", "create-uami", ["group"], () => ({ resourceGroup: "lab", name: "old", location: "eastus" })),
    step("away", "arm-delete", ["old"], (scope) => ({ id: out(scope, "old", "id"), apiVersion: "2024-11-30" })),
    step("address", "arm-put", ["away"], () => ({
      id: ADDRESS,
      apiVersion: "2024-10-01",
      body: { location: "eastus", sku: { name: "Standard" }, properties: { publicIPAllocationMethod: "Static" } },
    })),
    step("set", "arm-put", ["address"], () => ({ id: SET, apiVersion: version, body: { location: "eastus" } })),
  ];
  it("ends alike after a kill before any entry, and is destroyed as it was made", async () => {
    const undisturbed = await world();
    const whole = await undisturbed.run({ steps: STEPS });
    expect([...whole.result!.failures]).eql([]);
    const wanted = await undisturbed.state();
    for (let at = 1; at < whole.entries.length - 1; at += 4) {
      const on = await world();
      const killed = await on.run({ steps: STEPS, killAt: at });
      const { result, state } = await on.run({ steps: STEPS, resume: killed.entries });
      expect([...result!.failures], `killed before entry ${at}`).eql([]);
      expect((await on.state()) === wanted, `the final state, killed before entry ${at}`).equal(true);
      expect(on.creates().length).equal(new Set(on.creates()).size);
      if (at !== 1) continue;
      expect(madeBy(state).resources.map(({ type, apiVersion }) => [type, apiVersion])).eql([
        ["Microsoft.Resources/resourceGroups", undefined],
        ["Microsoft.ManagedIdentity/userAssignedIdentities", undefined],
        ["Microsoft.Network/publicIPAddresses", "2024-10-01"],
        ["Microsoft.Compute/availabilitySets", version],
      ]);
      const gone = await on.run({ steps: stepsToDestroy(madeBy(state)), registry: removalSteps });
      expect([...gone.result!.failures]).eql([]);
      expect(await on.state()).not.include("resourceGroups/lab");
    }
  }).timeout(60_000);
});
