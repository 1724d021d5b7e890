import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { namesIn } from "../support/azure-world.ts";

describe("peerings of virtual networks", () => {
  const open = async () => {
    const azure = await new AzureCalls({ seed: "peerings" }).signIn();
    const { group, network } = namesIn(azure);
    await azure.put(group, { location: "eastus" });
    const make = async (name: string, prefix: string, location = "eastus"): Promise<string> => {
      const id = network("virtualNetworks", name);
      await azure.put(id, { location, properties: { addressSpace: { addressPrefixes: [prefix] } } });
      azure.now += 1000;
      return id;
    };
    const [a, b] = [await make("a", "10.1.0.0/16"), await make("b", "10.2.0.0/16", "westus")];
    const to = (id: string) => ({ properties: { remoteVirtualNetwork: { id } } });
    const state = async (id: string): Promise<string> => (await azure.get(id)).body.properties.peeringState;
    return { azure, a, b, make, to, state };
  };

  it("connect when both halves are there, are shown in their network, and part when one half goes", async () => {
    const { azure, a, b, to, state } = await open();
    const [ab, ba] = [`${a}/virtualNetworkPeerings/ab`, `${b}/virtualNetworkPeerings/ba`];
    const made = await azure.put(ab, to(b));
    expect([made.status, made.body.properties.provisioningState]).to.deep.equal([201, "Updating"]);
    expect(made.headers["azure-asyncoperation"]).to.match(/Microsoft\.Network\/locations\/eastus\/operations\//);
    expect(made.headers["location"]).to.equal(undefined);
    azure.now += 1000;
    const alone = await azure.get(ab);
    expect(alone.headers["etag"]).to.equal(alone.body.etag);
    const { resourceGuid, ...shown } = alone.body.properties;
    expect(shown).to.deep.equal({
      provisioningState: "Succeeded",
      peeringState: "Initiated",
      peeringSyncLevel: "FullyInSync",
      remoteVirtualNetwork: { id: b },
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: false,
      allowGatewayTransit: false,
      useRemoteGateways: false,
      doNotVerifyRemoteGateways: false,
      remoteAddressSpace: { addressPrefixes: ["10.2.0.0/16"] },
      remoteVirtualNetworkAddressSpace: { addressPrefixes: ["10.2.0.0/16"] },
    });
    await azure.put(ba, to(a));
    azure.now += 1000;
    expect([await state(ab), await state(ba)]).to.deep.equal(["Connected", "Connected"]);
    expect((await azure.get(ba)).body.properties.resourceGuid).to.equal(resourceGuid);
    const { virtualNetworkPeerings } = (await azure.get(a)).body.properties;
    expect(virtualNetworkPeerings).to.deep.equal([(await azure.get(ab)).body]);
    expect((await azure.get(`${a}/virtualNetworkPeerings`)).body.value).to.deep.equal(virtualNetworkPeerings);
    expect((await azure.put(ab, to(b))).status).to.equal(200);
    const gone = await azure.delete(ba);
    expect([gone.status, gone.headers["location"] !== undefined]).to.deep.equal([202, true]);
    azure.now += 1000;
    expect(await state(ab)).to.equal("Disconnected");
    expect((await azure.get(`${b}/virtualNetworkPeerings`)).body.value).to.deep.equal([]);
    expect((await azure.delete(ba)).status).to.equal(204);
  });
  it("survive a PUT of their network, can be made by it, and go with it", async () => {
    const { azure, a, b, to } = await open();
    const space = { addressSpace: { addressPrefixes: ["10.1.0.0/16"] } };
    const inline = { name: "ab", ...to(b) };
    await azure.put(a, { location: "eastus", properties: { ...space, virtualNetworkPeerings: [inline] } });
    azure.now += 1000;
    await azure.put(a, { location: "eastus", properties: space });
    azure.now += 1000;
    const names = async (): Promise<string[]> =>
      (await azure.get(`${a}/virtualNetworkPeerings`)).body.value.map((p: { name: string }) => p.name);
    expect(await names()).to.deep.equal(["ab"]);
    await azure.delete(a);
    azure.now += 1000;
    await azure.put(a, { location: "eastus", properties: space });
    azure.now += 1000;
    expect(await names()).to.deep.equal([]);
  });
  it("refuse a network that is not there, and one whose addresses overlap", async () => {
    const { azure, a, make, to } = await open();
    const twin = await make("twin", "10.1.128.0/17");
    const errors = [];
    for (const other of [`${a}-nowhere`, twin]) {
      const { status, body } = await azure.put(`${a}/virtualNetworkPeerings/ab`, to(other));
      errors.push([status, body.error.code, body.error.message]);
    }
    expect(errors).to.deep.equal([
      [
        400,
        "InvalidResourceReference",
        `Resource ${a}-nowhere referenced by resource ${a}/virtualNetworkPeerings/ab was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      ],
      [
        400,
        "VnetAddressSpacesOverlap",
        `Cannot create or update peering ${a}/virtualNetworkPeerings/ab. Virtual networks ${a} and ${twin} cannot be peered because their address spaces overlap. Overlapping address prefixes: 10.1.0.0/16, 10.1.128.0/17`,
      ],
    ]);
    expect((await azure.get(`${a}/virtualNetworkPeerings/ab`)).body.error.code).to.equal("NotFound");
  });
});
