import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { makePrincipal, makeVm, openWorld } from "../support/azure-world.ts";

describe("identities", () => {
  const open = async () => {
    const azure = await new AzureCalls({ seed: "identities" }).signIn();
    const world = await openWorld(azure);
    return { azure, world };
  };
  const subject = (name: string) => ({
    properties: { issuer: "https://token.example.org", subject: name, audiences: ["api://AzureADTokenExchange"] },
  });

  it("take federated credentials: made, changed, listed page by page, deleted, gone with their identity", async () => {
    const { azure, world } = await open();
    const id = world.identity("pipeline");
    await azure.put(id, { location: "eastus" });
    const one = `${id}/federatedIdentityCredentials/main`;
    const made = await azure.put(one, subject("repo:a/b"));
    expect([made.status, made.body]).to.deep.equal([
      201,
      {
        id: one,
        name: "main",
        type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        ...subject("repo:a/b"),
      },
    ]);
    expect((await azure.put(one, subject("repo:a/c"))).status).to.equal(200);
    expect((await azure.get(one)).body.properties.subject).to.equal("repo:a/c");
    await azure.put(`${id}/federatedIdentityCredentials/next`, subject("repo:a/d"));
    const first = await azure.get(`${id}/federatedIdentityCredentials?$top=1`);
    expect(first.body.value.map((v: { name: string }) => v.name)).to.deep.equal(["main"]);
    const second = await azure.get(String(first.body.nextLink));
    expect(second.body.value.map((v: { name: string }) => v.name)).to.deep.equal(["next"]);
    expect(second.body).not.to.have.property("nextLink");
    const deleted = [await azure.delete(one), await azure.delete(one)];
    expect(deleted.map((r) => r.status)).to.deep.equal([200, 204]);
    await azure.delete(id);
    await azure.put(id, { location: "eastus" });
    expect((await azure.get(`${id}/federatedIdentityCredentials`)).body.value).to.deep.equal([]);
  });
  it("refuse a federated credential that is no use or is there already", async () => {
    const { azure, world } = await open();
    const id = world.identity("pipeline");
    const at = (name: string) => `${id}/federatedIdentityCredentials/${name}`;
    const refusals = [await azure.put(at("early"), subject("s"))];
    await azure.put(id, { location: "eastus" });
    refusals.push(
      await azure.put(at("empty"), { properties: {} }),
      await azure.put(at("many"), { properties: { ...subject("s").properties, audiences: ["a", "b"] } }),
      await azure.put(at("-"), subject("s")),
    );
    for (let n = 0; n < 20; n++) await azure.put(at(`number${n}`), subject(`s${n}`));
    refusals.push(await azure.put(at("number0"), subject("s1")), await azure.put(at("number20"), subject("s20")));
    expect(refusals.map(({ status, body }) => [status, body.error.code, body.error.message])).to.deep.equal([
      [
        404,
        "ResourceNotFound",
        "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/pipeline' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
      ],
      [400, "BadRequest", "Federated credential needs properties.issuer."],
      [400, "BadRequest", "Federated credential needs exactly one value in properties.audiences."],
      [
        400,
        "BadRequest",
        "The resource name '-' is invalid: 3 to 120 letters, digits, '-' and '_', starting with a letter or digit.",
      ],
      [
        409,
        "Conflict",
        "Issuer and subject combination already exists for this Managed Identity: federated credential 'number1'.",
      ],
      [400, "BadRequest", "Too many Federated Identity Credentials are configured on this identity. The limit is 20."],
    ]);
  });
  it("of a VM's own are read at the VM", async () => {
    const { azure, world } = await open();
    const vm = await makeVm(azure, world, "vm");
    const at = `${vm}/providers/Microsoft.ManagedIdentity/identities/default`;
    const before = await azure.get(at);
    expect([before.status, before.body.error.code]).to.deep.equal([404, "ResourceNotFound"]);
    await azure.patch(vm, { identity: { type: "SystemAssigned" } });
    azure.now += 1000;
    const { principalId, tenantId } = (await azure.get(vm)).body.identity;
    const { clientId, ...properties } = (await azure.get(at)).body.properties;
    expect(properties).to.deep.equal({ principalId, tenantId });
    const token = await azure.emulator.imds(vm, {
      path: "/metadata/identity/oauth2/token",
      query: new URLSearchParams({ "api-version": "2018-02-01", resource: "https://management.azure.com/" }),
      headers: { metadata: "true" },
    });
    expect((token.body as { client_id: string }).client_id).to.equal(clientId);
  });
});

describe("conditions of role assignments", () => {
  const roles = "/providers/Microsoft.Authorization/roleDefinitions";
  const owner = `${roles}/8e3af657-a8ff-443c-a75c-2fe8c4bcb635`;
  const reader = `${roles}/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
  const assignment = (scope: string, n: number) =>
    `${scope}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000000${n}`;
  const condition = "!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})";

  it("are kept and changed as sent, and not weighed where nothing of Azure's would be", async () => {
    const azure = await new AzureCalls({ seed: "conditions" }).signIn();
    const world = await openWorld(azure);
    const { objectId, token } = await makePrincipal(azure, world, "worker");
    const given = { principalId: objectId, principalType: "ServicePrincipal", roleDefinitionId: owner };
    const at = assignment(world.group, 1);
    const made = await azure.put(at, { properties: { ...given, condition } });
    const { condition: kept, conditionVersion } = made.body.properties;
    expect([made.status, kept, conditionVersion]).to.deep.equal([201, condition, "2.0"]);
    const changed = await azure.put(at, { properties: { ...given, condition: "@Resource[a] StringEquals 'b'" } });
    expect([changed.status, changed.body.properties.condition]).to.deep.equal([200, "@Resource[a] StringEquals 'b'"]);
    azure.now += 60_000;
    expect((await azure.send("GET", world.group, { token })).status).to.equal(200);
    const other = { properties: { ...given, roleDefinitionId: reader } };
    const refused = await azure.send("PUT", assignment(world.group, 2), { token, body: other });
    expect([refused.status, refused.body.error]).to.deep.equal([
      501,
      { code: "NotEmulated", message: "The emulator does not serve conditions on the right to assign roles." },
    ]);
    await azure.put(assignment(azure.subscription, 3), { properties: given });
    azure.now += 60_000;
    expect((await azure.send("PUT", assignment(world.group, 2), { token, body: other })).status).to.equal(201);
  });
});
