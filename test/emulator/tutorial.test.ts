import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { versionFor } from "../support/azure-calls.ts";

describe("the emulator, over the tutorial", () => {
  it("goes from a token to a role that works, and remembers", async () => {
    const directory = mkdtempSync(join(tmpdir(), "emulator-"));
    let now = Date.UTC(2026, 0, 1);
    let e = Emulator.open({ directory, now: () => now });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const call = async (
      method: string,
      url: string,
      body?: unknown,
      token?: string,
      // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes are read field by field
    ): Promise<{ status: number; headers: Record<string, string>; body: any }> => {
      const r = await e.handle({
        method,
        url: url.replace("?v", `?api-version=${versionFor((url.split("?")[0] ?? "").replace("//", "/"))}`),
        headers: token ? { authorization: `Bearer ${token}` } : {},
        body: typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body),
        door: "in-process",
      });
      return { ...r, body: r.body ? JSON.parse(r.body) : undefined };
    };
    const v = "?v";
    const signIn = await call(
      "POST",
      `/${e.tenantId}/oauth2/v2.0/token`,
      new URLSearchParams({
        grant_type: "client_credentials",
        client_id: e.operator.clientId,
        client_secret: e.operator.clientSecret,
        scope: "https://management.azure.com/.default",
      }).toString(),
    );
    const owner: string = signIn.body.access_token;
    const sub = `/subscriptions/${e.subscriptionId}`,
      rg = `${sub}/resourceGroups/Lab`;
    expect((await call("GET", `${rg}${v}`)).body.error.code).to.equal("AuthenticationFailed");
    expect((await call("GET", rg, undefined, owner)).body.error.code).to.equal("MissingApiVersionParameter");
    expect((await call("PUT", `/${rg}${v}`, { location: "East US" }, owner)).status).to.equal(201);
    const vnet = `${rg}/providers/Microsoft.Network/virtualNetworks/net`,
      nic = `${rg}/providers/Microsoft.Network/networkInterfaces/nic`,
      vm = `${rg}/providers/Microsoft.Compute/virtualMachines/vm`;
    const put = await call(
      "PUT",
      `${vnet}${v}`,
      {
        location: "eastus",
        properties: {
          addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
          subnets: [{ name: "default", properties: { addressPrefix: "10.0.0.0/24" } }],
        },
      },
      owner,
    );
    expect(put.status).to.equal(201);
    now += 200;
    expect((await call("GET", put.headers["azure-asyncoperation"] ?? "", undefined, owner)).body).to.deep.equal({
      status: "Succeeded",
    });
    const made = await call(
      "PUT",
      `${nic}${v}`,
      {
        location: "eastus",
        properties: { ipConfigurations: [{ name: "ip", properties: { subnet: { id: `${vnet}/subnets/default` } } }] },
      },
      owner,
    );
    expect(made.body.properties.ipConfigurations[0].properties.privateIPAddress).to.equal("10.0.0.4");
    const vmBody = (password: string) => ({
      location: "eastus",
      properties: {
        hardwareProfile: { vmSize: "Standard_B2s" },
        storageProfile: {
          imageReference: {
            publisher: "MicrosoftWindowsServer",
            offer: "WindowsServer",
            sku: "2022-datacenter",
            version: "latest",
          },
          osDisk: { createOption: "FromImage" },
        },
        osProfile: { computerName: "vm", adminUsername: "azureuser", adminPassword: password },
        networkProfile: { networkInterfaces: [{ id: nic }] },
      },
    });
    expect((await call("PUT", `${vm}${v}`, vmBody("short"), owner)).body.error.target).to.equal("adminPassword");
    const vmPut = await call("PUT", `${vm}${v}`, vmBody("Correct-Horse-9"), owner);
    expect([vmPut.status, vmPut.body.properties.provisioningState]).to.deep.equal([201, "Creating"]);
    now += 500;
    expect(
      (await call("GET", `${vm}${v}&%24expand=instanceView`, undefined, owner)).body.properties.instanceView.statuses[1]
        .code,
    ).to.equal("PowerState/running");
    const uid = (n: string) => `${rg}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${n}`;
    const one = await call("PUT", `${uid("one")}${v}`, { location: "eastus" }, owner);
    await call("PUT", `${uid("two")}${v}`, { location: "eastus" }, owner);
    const ra = (n: number) =>
      `${rg}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000000${n}${v}`;
    const reader = {
      roleDefinitionId: `${sub}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
      principalId: one.body.properties.principalId,
    };
    expect((await call("PUT", ra(1), { properties: reader }, owner)).body.error.code).to.equal("PrincipalNotFound");
    const patch = await call(
      "PATCH",
      `${vm}${v}`,
      { identity: { type: "UserAssigned", userAssignedIdentities: { [uid("one")]: {} } } },
      owner,
    );
    expect([patch.status, patch.headers["location"], patch.headers["x-ms-retry-after-ms"]]).to.deep.equal([
      200,
      undefined,
      "50",
    ]);
    const ask = () =>
      e.imds(vm, {
        path: "/metadata/identity/oauth2/token/",
        query: new URLSearchParams({ "api-version": "2018-02-01", resource: "https://management.azure.com" }),
        headers: { metadata: "true" },
      });
    expect((await ask()).body).to.deep.equal({ error: "invalid_request", error_description: "Identity not found" });
    now += 500;
    const token = ((await ask()).body as { access_token: string }).access_token;
    const denied = await call("GET", `${rg}${v}`, undefined, token);
    expect(denied.status).to.equal(403);
    expect(denied.body.error.message).to.equal(
      `The client '${one.body.properties.clientId}' with object id '${one.body.properties.principalId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '${rg}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
    expect((await call("PUT", ra(1), { properties: reader }, owner)).status).to.equal(201);
    expect((await call("PUT", ra(2), { properties: reader }, owner)).body.error.code).to.equal("RoleAssignmentExists");
    expect((await call("GET", `${rg}${v}`, undefined, token)).status).to.equal(403);
    now += 500;
    expect((await call("GET", `${rg.toLowerCase()}${v}`, undefined, token)).body.name).to.equal("Lab");
    await call(
      "PATCH",
      `${vm}${v}`,
      { identity: { type: "UserAssigned", userAssignedIdentities: { [uid("two")]: {} } } },
      owner,
    );
    expect(
      Object.keys((await call("GET", `${vm}${v}`, undefined, owner)).body.identity.userAssignedIdentities),
    ).to.have.length(2);
    now += 500;
    expect(((await ask()).body as { error_description: string }).error_description).to.match(
      /^Multiple user assigned identities exist/,
    );
    e.close();
    e = Emulator.open({ directory, now: () => now });
    expect((await call("GET", `${rg}${v}`, undefined, token)).status).to.equal(200);
    const state = readFileSync(join(directory, "state.json"), "utf8"),
      log = readFileSync(join(directory, "requests.jsonl"), "utf8");
    for (const secret of ["Correct-Horse-9", token, owner, e.operator.clientSecret])
      expect(state + log).to.not.include(secret);
    expect(statSync(join(directory, "keys.json")).mode & 0o777).to.equal(0o600);
    expect((await call("DELETE", `${rg}${v}`, undefined, owner)).status).to.equal(202);
    now += 500;
    expect((await call("GET", `${vm}${v}`, undefined, owner)).body.error.code).to.equal("ResourceGroupNotFound");
    rmSync(directory, { recursive: true });
  });
});
