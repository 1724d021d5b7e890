import { expect } from "chai";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { sampledTypes, sampleOutput } from "../../engine/steps/sample-outputs.ts";
import type { Json } from "../../engine/value/json.ts";

describe("samples of outputs", () => {
  it("say something of every step type", () => {
    expect([...sampledTypes].toSorted()).eql([...builtinSteps.keys()].toSorted());
  });
  it("have an id for every step that makes a resource of one type", () => {
    const made = ["create-rg", "create-vm", "create-uami", "create-vnet", "grant-role"];
    for (const type of made) expect(sampleOutput(type, "id")).match(/^\/subscriptions\//);
  });
  it("are of outputs that the step types have", () => {
    for (const { name, outputs } of builtinSteps.values()) {
      const all = ["id", "clientId", "principalId", "tenantId", "name", "networkInterfaceId", "publicIpAddressId"];
      const sampled = all.filter((output) => sampleOutput(name, output) !== undefined);
      expect(sampled.filter((output) => !Object.hasOwn(outputs.properties as Record<string, Json>, output))).eql([]);
    }
  });
});
