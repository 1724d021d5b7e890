import { expect } from "chai";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { OperationData } from "../../engine/steps/operation.ts";
import type { JsonObject } from "../../engine/value/json.ts";
import { driveStep } from "../support/drive-step.ts";
import { applyOn, openWorld, planOn } from "../support/planning.ts";

const createVnet = builtinSteps.get("create-vnet")!;
const problems = (known: JsonObject): string[] => createVnet.check(known).map(({ at, message }) => `${at} ${message}`);

const text = (subnets: string): string => `version: 1
name: network
steps:
  - { id: group, uses: create-rg, with: { name: lab, location: eastus } }
  - id: net
    uses: create-vnet
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: net
      location: eastus
      addressPrefixes: [10.1.0.0/16]
      subnets: ${subnets}
outputs:
  first: \${{ steps.net.outputs.subnetIds.web }}
`;
const WEB = "{ name: web, addressPrefix: 10.1.1.0/24 }";
const DATA = "{ name: data, addressPrefix: 10.1.2.0/24 }";

describe("create-vnet", () => {
  it("adds its ranges to those of the network, and asks for its own subnets alone", () => {
    const there = { properties: { addressSpace: { addressPrefixes: ["10.9.0.0/16"] } } };
    const { asked } = driveStep(
      createVnet,
      {
        resourceGroup: "g",
        name: "net",
        location: "eastus",
        addressPrefixes: ["10.1.0.0/16"],
        subnets: [{ name: "web", addressPrefix: "10.1.1.0/24" }],
      },
      (operation: OperationData) =>
        operation.kind === "find" ? there : { id: "/net", name: "net", location: "eastus" },
    );
    expect(asked.map(({ kind }) => kind)).eql(["find", "ensure"]);
    expect(asked[1]).deep.include({
      desired: {
        location: "eastus",
        properties: {
          addressSpace: { addressPrefixes: ["10.9.0.0/16", "10.1.0.0/16"] },
          subnets: [{ name: "web", properties: { addressPrefix: "10.1.1.0/24" } }],
        },
      },
    });
  });
  it("says what cannot be of the ranges and names", () => {
    const subnets = [
      { name: "a", addressPrefix: "10.1.1.0/24" },
      { name: "A", addressPrefix: "10.1.0.0/16" },
      { name: "b", addressPrefix: "10.2.0.0/24" },
    ];
    expect(problems({ addressPrefixes: ["10.1.0.0/16"], subnets })).eql([
      "/subnets/1/addressPrefix the subnets a and A share addresses of 10.1.0.0/16",
      "/subnets/2/addressPrefix the subnet 10.2.0.0/24 is outside of the network's ranges, 10.1.0.0/16",
      '/subnets/1/name a second subnet is named "A"',
    ]);
    expect(problems({ addressPrefixes: ["10.1.0.1/16"] })).eql([
      '/addressPrefixes/0 "10.1.0.1/16" does not begin where a /16 range can',
    ]);
  });
  it("keeps subnets of others, and changes nothing a second time", async () => {
    const world = await openWorld();
    const run = async (subnets: string) => {
      const of = { text: text(subnets), inputs: {} };
      const { plan } = await planOn(world, of);
      expect(plan.obstacles).eql([]);
      const { status } = await applyOn(world, plan, of);
      await world.clock.sleep(10_000);
      return { status, changes: plan.steps.map(({ change }) => change), paths: pathsOf(plan) };
    };
    expect(await run(`[${WEB}]`)).deep.include({ status: "done", changes: ["create", "create"] });
    const second = await run(`[${DATA}]`);
    expect(second).deep.include({ status: "done", changes: ["none", "update"] });
    expect(second.paths).eql([
      "add /properties/subnets/data/name",
      "add /properties/subnets/data/properties/addressPrefix",
    ]);
    const both = await run(`[${WEB}, ${DATA}]`);
    expect(both).eql({ status: "done", changes: ["none", "none"], paths: [] });
    await world.close();
  });
});

const pathsOf = (plan: Awaited<ReturnType<typeof planOn>>["plan"]): string[] =>
  plan.steps
    .filter(({ id }) => id === "net")
    .flatMap(({ resources }) =>
      resources.flatMap(({ differences }) => differences.map(({ kind, path }) => `${kind} ${path}`)),
    );
