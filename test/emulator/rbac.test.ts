import { expect } from "chai";
import { matches } from "../../engine/emulator/rbac/match.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { makePrincipal, openWorld } from "../support/azure-world.ts";

const guid = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
const definitions = "providers/Microsoft.Authorization/roleDefinitions";
const assignments = "providers/Microsoft.Authorization/roleAssignments";

describe("role-based access", () => {
  it("matches actions as Azure does", () => {
    const table: [string, string, boolean][] = [
      ["*", "Microsoft.Compute/virtualMachines/delete", true],
      ["*/read", "Microsoft.Compute/virtualMachines/read", true],
      ["*/read", "Microsoft.Compute/virtualMachines/write", false],
      ["Microsoft.Compute/*", "Microsoft.Compute/virtualMachines/runCommand/action", true],
      ["Microsoft.Compute/*/read", "Microsoft.Compute/virtualMachines/instanceView/read", true],
      ["Microsoft.Compute/virtualMachines/*", "Microsoft.Compute/virtualMachinesX/read", false],
      ["microsoft.authorization/*/WRITE", "Microsoft.Authorization/roleAssignments/write", true],
      [
        "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        true,
      ],
      ["a.b/c", "axb/c", false],
    ];
    for (const [pattern, action, isMatch] of table)
      expect(matches(pattern, action), `${pattern} ~ ${action}`).to.equal(isMatch);
  });

  it("denies what no role allows, at every scope, and says who asked for what where", async () => {
    const azure = await new AzureCalls({ seed: "rbac" }).signIn();
    const world = await openWorld(azure);
    const caller = await makePrincipal(azure, world, "someone");
    const vnet = world.network("virtualNetworks", "net");
    const as = (method: string, path: string, body?: unknown) =>
      azure.send(method, path, { token: caller.token, body });
    const denied = await as("DELETE", vnet);
    expect([denied.status, denied.headers["x-ms-failure-cause"], denied.body]).to.deep.equal([
      403,
      "gateway",
      {
        error: {
          code: "AuthorizationFailed",
          message: `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action 'Microsoft.Network/virtualNetworks/delete' over scope '${vnet}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        },
      },
    ]);
    // Whether there is such a group is none of a stranger's business.
    expect((await as("GET", `${azure.subscription}/resourceGroups/none`)).body.error.code).to.equal(
      "AuthorizationFailed",
    );
    expect((await as("GET", `${azure.subscription}/resourceGroups`)).body.value).to.deep.equal([]);

    // A custom role for the whole subscription, given for one resource: it reaches that resource and what lies below.
    const role = await azure.put(`${azure.subscription}/${definitions}/${guid(1)}`, {
      properties: {
        roleName: "Network reader",
        description: "Reads networks, but no subnets.",
        assignableScopes: [azure.subscription],
        permissions: [
          { actions: ["Microsoft.Network/*/read"], notActions: ["Microsoft.Network/virtualNetworks/subnets/*"] },
        ],
      },
    });
    expect([role.status, role.body.properties.type]).to.deep.equal([201, "CustomRole"]);
    const grant = {
      properties: { roleDefinitionId: role.body.id, principalId: caller.objectId, principalType: "ServicePrincipal" },
    };
    expect((await azure.put(`${vnet}/${assignments}/${guid(2)}`, grant)).status).to.equal(201);
    // It takes its time.
    expect((await as("GET", vnet)).status).to.equal(403);
    azure.now += 1000;
    const statuses = async () => [
      (await as("GET", vnet)).status,
      (await as("GET", `${vnet}/subnets/default`)).status,
      (await as("DELETE", vnet)).status,
      (await as("GET", world.network("networkInterfaces", "someone-vm-nic"))).status,
    ];
    expect(await statuses()).to.deep.equal([200, 403, 403, 403]);
    const own = await azure.get(`${vnet}/providers/Microsoft.Authorization/permissions`);
    expect(own.body.value).to.deep.equal([{ actions: ["*"], notActions: [], dataActions: [], notDataActions: [] }]);
  });

  it("unites roles: what one leaves out another may allow", async () => {
    const azure = await new AzureCalls({ seed: "union" }).signIn();
    const world = await openWorld(azure);
    const caller = await makePrincipal(azure, world, "someone");
    const give = async (name: number, permissions: unknown[], scope: string) => {
      const role = await azure.put(`${world.group}/${definitions}/${guid(name)}`, {
        properties: { roleName: `role ${name}`, assignableScopes: [scope], permissions },
      });
      await azure.put(`${scope}/${assignments}/${guid(name)}`, {
        properties: { roleDefinitionId: role.body.id, principalId: caller.objectId },
      });
      azure.now += 1000;
    };
    const read = async () => (await azure.send("GET", world.group, { token: caller.token })).status;
    await give(
      1,
      [{ actions: ["*"], notActions: ["Microsoft.Resources/subscriptions/resourceGroups/read"] }],
      world.group,
    );
    expect(await read()).to.equal(403);
    await give(2, [{ actions: ["*/read"] }], azure.subscription);
    expect(await read()).to.equal(200);
  });

  it("keeps custom roles: made, listed by name, changed, kept while they are used, deleted", async () => {
    const azure = await new AzureCalls({ seed: "roles" }).signIn();
    const world = await openWorld(azure);
    const path = `${azure.subscription}/${definitions}/${guid(3)}`;
    const body = (more: object = {}) => ({
      properties: {
        roleName: "Runner",
        type: "CustomRole",
        assignableScopes: [world.group],
        permissions: [{ actions: ["*/read"] }],
        ...more,
      },
    });
    const refusals: [object, number, string, string][] = [
      [{ roleName: "" }, 400, "InvalidRoleName", "A role definition must have a role name."],
      [
        { roleName: "reader" },
        409,
        "RoleDefinitionWithSameNameExists",
        "A custom role with the same name already exists in this directory. Use a different name.",
      ],
      [
        { assignableScopes: [] },
        400,
        "MissingAssignableScopes",
        "Assignable scopes of a custom role must hold at least one scope.",
      ],
      [
        { assignableScopes: ["/"] },
        400,
        "InvalidAssignableScope",
        "The assignable scope '' is not valid for a custom role.",
      ],
      [
        { permissions: [{ actions: ["read"] }] },
        400,
        "InvalidActionOrNotAction",
        "'read' does not match any of the actions supported by the providers.",
      ],
    ];
    for (const [more, status, code, message] of refusals) {
      const reply = await azure.put(path, body(more));
      expect([reply.status, reply.body.error]).to.deep.equal([status, { code, message }]);
    }
    const made = await azure.put(path, body());
    expect(made.body).to.deep.equal({
      id: path,
      name: guid(3),
      type: "Microsoft.Authorization/roleDefinitions",
      properties: {
        roleName: "Runner",
        type: "CustomRole",
        description: "",
        assignableScopes: [world.group],
        permissions: [{ actions: ["*/read"], notActions: [], dataActions: [], notDataActions: [] }],
        createdOn: "2026-01-01T00:00:01.000Z",
        updatedOn: "2026-01-01T00:00:01.000Z",
        createdBy: azure.emulator.operator.objectId,
        updatedBy: azure.emulator.operator.objectId,
      },
    });
    const named = async (scope: string, filter: string) =>
      (await azure.get(`${scope}/${definitions}?%24filter=${encodeURIComponent(filter)}`)).body.value.map(
        (r: { name: string }) => r.name,
      );
    expect(await named(azure.subscription, "roleName eq 'runner'")).to.deep.equal([guid(3)]);
    expect(await named(world.group, "type eq 'CustomRole'")).to.deep.equal([guid(3)]);
    expect(await named(azure.subscription, "type eq 'CustomRole'")).to.deep.equal([]);
    expect(await named(azure.subscription, "atScopeAndBelow() and type eq 'CustomRole'")).to.deep.equal([guid(3)]);
    await azure.put(`${world.group}/${assignments}/${guid(4)}`, {
      properties: { roleDefinitionId: path, principalId: azure.emulator.operator.objectId },
    });
    const refused = await azure.delete(path);
    expect([refused.status, refused.body.error.code]).to.deep.equal([400, "RoleDefinitionHasAssignments"]);
    await azure.delete(`${world.group}/${assignments}/${guid(4)}`);
    expect((await azure.delete(path)).status).to.equal(200);
    expect((await azure.delete(path)).status).to.equal(204);
    expect((await azure.get(path)).body.error).to.deep.equal({
      code: "RoleDefinitionDoesNotExist",
      message: "The specified role definition with ID '00000000000040008000000000000003' does not exist.",
    });
  });

  it("refuses what a deny assignment names, whatever role is held, and lists it", async () => {
    const azure = await new AzureCalls({ seed: "deny" }).signIn();
    const world = await openWorld(azure);
    const { operator } = azure.emulator;
    const everybody = { id: "00000000-0000-0000-0000-000000000000", type: "SystemDefined" };
    azure.emulator.deny("keep", {
      scope: world.group,
      permissions: [{ actions: ["*/delete"], notActions: [] }],
      principals: [everybody],
    });
    const vnet = world.network("virtualNetworks", "net");
    const refused = await azure.send("DELETE", vnet);
    expect([refused.status, refused.body.error.code]).to.deep.equal([403, "DenyAssignmentAuthorizationFailed"]);
    expect(refused.body.error.message).to.equal(
      `The client '${operator.clientId}' with object id '${operator.objectId}' has permission to perform action 'Microsoft.Network/virtualNetworks/delete' on scope '${vnet}'; however, the access is denied because of the deny assignment with name 'keep' and Id 'keep' at scope '${world.group}'.`,
    );
    expect((await azure.send("GET", vnet)).status).to.equal(200);
    const listed = async (at: string, filter = ""): Promise<string[]> => {
      const path = `${at}/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01${filter}`;
      return (await azure.send("GET", path)).body.value.map(({ name }: { name: string }) => name);
    };
    expect(await listed(azure.subscription)).to.deep.equal(["keep"]);
    expect(await listed(azure.subscription, "&$filter=atScope()")).to.deep.equal([]);
    expect(await listed(world.group, `&$filter=principalId eq '${everybody.id}'`)).to.deep.equal(["keep"]);
    expect(await listed(world.group, `&$filter=principalId eq '${operator.objectId}'`)).to.deep.equal([]);
  });
});
