/** Who may not, and what the authorization provider refuses: assignments, roles, and the identities they are about. */
import { makePrincipal, nicBody } from "../../support/azure-world.ts";
import type { SdkWorld } from "../../support/sdk-world.ts";
import { getGroup } from "./gateway.ts";
import { guid, type Row, type Rows } from "./row.ts";

const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const vmContributor = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";
const role = (w: SdkWorld, name: string): string =>
  `${w.azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/${name}`;
const assign = async (w: SdkWorld, name: string, more: object = {}, scope = w.names.group) =>
  w.clients.authorization.roleAssignments.create(scope, name, {
    roleDefinitionId: role(w, reader),
    principalId: w.azure.emulator.operator.objectId,
    ...more,
  });
/** As a tool of 2020 sends it. */
const assignAsBefore = async (w: SdkWorld, name: string, more: object = {}) =>
  w.put(
    `${w.names.group}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    {
      properties: {
        roleDefinitionId: role(w, reader),
        principalId: w.azure.emulator.operator.objectId,
        ...more,
      },
    },
    "2018-09-01-preview",
  );
const define = async (w: SdkWorld, name: string, more: object = {}) =>
  w.clients.authorization.roleDefinitions.createOrUpdate(w.azure.subscription, name, {
    roleName: "Mine",
    assignableScopes: [w.azure.subscription],
    permissions: [{ actions: ["*/read"] }],
    ...more,
  });
const bad = (code: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code,
  status: 400,
  message,
  provoke,
  ...more,
});
/** Somebody who has one role, or one of its own actions, on the group. */
async function holder(w: SdkWorld, name: string, held: string | readonly string[]) {
  const who = await makePrincipal(w.azure, w.names, name);
  if (typeof held !== "string") await define(w, guid(77), { permissions: [{ actions: [...held] }] });
  await assign(w, guid(9), {
    roleDefinitionId: role(w, typeof held === "string" ? held : guid(77)),
    principalId: who.objectId,
    principalType: "ServicePrincipal",
  });
  w.azure.now += 1000;
  return w.as(() => who.token);
}
const linked = (
  what: string,
  action: string,
  on: string,
  needed: string,
  at: string,
  provoke: Row["provoke"],
): Row => ({
  code: "LinkedAuthorizationFailed",
  status: 403,
  what,
  message: `The client 'GUID' with object id 'GUID' has permission to perform action '${action}' on scope '${on}'; however, it does not have permission to perform action(s) '${needed}' on the linked scope(s) '${at}' (respectively) or the linked scope(s) are invalid.`,
  isGateway: true,
  provoke,
});
const network = "RG/providers/Microsoft.Network";
const nic = `${network}/networkInterfaces/new`;
const putNic = async (w: SdkWorld, body: { readonly properties: object }, more: object = {}, held: string[] = []) => {
  const clients = await holder(w, "half", ["Microsoft.Network/networkInterfaces/write", ...held]);
  const whole = { ...body, properties: { ...body.properties, ...more } };
  return clients.resources.resources.createOrUpdateById(
    w.names.network("networkInterfaces", "new"),
    "2024-10-01",
    whole,
  );
};
const joinSubnet = "Microsoft.Network/virtualNetworks/subnets/join/action";
const hint =
  " Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype";
const absent = "Principal 00000000000040008000000000000005 does not exist in the directory TENANT.";

export const authorization: Rows = [
  {
    code: "AuthorizationFailed",
    status: 403,
    message:
      "The client 'GUID' with object id 'GUID' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope 'RG' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    isGateway: true,
    provoke: async (w) => getGroup(w, (await makePrincipal(w.azure, w.names, "nobody")).token),
  },
  {
    code: "DenyAssignmentAuthorizationFailed",
    status: 403,
    message:
      "The client 'CLIENT' with object id 'OPERATOR' has permission to perform action 'Microsoft.Resources/subscriptions/resourceGroups/write' on scope 'RG'; however, the access is denied because of the deny assignment with name 'Kept' and Id 'Kept' at scope 'RG'.",
    isGateway: true,
    provoke: async (w) => {
      w.azure.emulator.deny("Kept", {
        scope: w.names.group,
        permissions: [{ actions: ["*/write"], notActions: [] }],
        principals: [{ id: w.azure.emulator.operator.objectId, type: "ServicePrincipal" }],
      });
      return w.clients.resources.resourceGroups.createOrUpdate("Lab", { location: "eastus" });
    },
  },
  linked(
    "an identity for a VM",
    "Microsoft.Compute/virtualMachines/write",
    "RG/providers/Microsoft.Compute/virtualMachines/vm",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/half",
    async (w) => {
      const { compute } = await holder(w, "half", vmContributor);
      const userAssignedIdentities = { [w.names.identity("half")]: {} };
      return compute.virtualMachines.update("Lab", "vm", {
        identity: { type: "UserAssigned", userAssignedIdentities },
      });
    },
  ),
  linked(
    "a subnet",
    "Microsoft.Network/networkInterfaces/write",
    nic,
    joinSubnet,
    `${network}/virtualNetworks/net/subnets/default`,
    (w) => putNic(w, nicBody(w.names)),
  ),
  linked(
    "a security group",
    "Microsoft.Network/networkInterfaces/write",
    nic,
    "Microsoft.Network/networkSecurityGroups/join/action",
    `${network}/networkSecurityGroups/guard`,
    async (w) => {
      const id = w.names.network("networkSecurityGroups", "guard");
      await w.make(id, { location: "eastus" });
      return putNic(w, nicBody(w.names), { networkSecurityGroup: { id } }, [joinSubnet]);
    },
  ),
  linked(
    "a public address",
    "Microsoft.Network/networkInterfaces/write",
    nic,
    "Microsoft.Network/publicIPAddresses/join/action",
    `${network}/publicIPAddresses/front`,
    async (w) => {
      const id = w.names.network("publicIPAddresses", "front");
      await w.make(id, { location: "eastus", properties: {} });
      return putNic(w, nicBody(w.names, { publicIPAddress: { id } }), {}, [joinSubnet]);
    },
  ),
  linked(
    "an interface for a VM",
    "Microsoft.Compute/virtualMachines/write",
    "RG/providers/Microsoft.Compute/virtualMachines/vm",
    "Microsoft.Network/networkInterfaces/join/action",
    `${network}/networkInterfaces/other`,
    async (w) => {
      const id = await w.makeNic("other");
      const { compute } = await holder(w, "half", ["Microsoft.Compute/virtualMachines/write"]);
      return compute.virtualMachines.update("Lab", "vm", { networkProfile: { networkInterfaces: [{ id }] } });
    },
  ),
  bad("PrincipalNotFound", `${absent}${hint}`, (w) => assign(w, guid(1), { principalId: guid(5) })),
  bad("PrincipalNotFound", absent, (w) => assignAsBefore(w, guid(1), { principalId: guid(5) }), { what: "of 2018" }),
  bad(
    "PrincipalNotFound",
    `Principal HEX does not exist in the directory TENANT.${hint}`,
    async (w) => {
      const { principalId } = await w.clients.identities.userAssignedIdentities.createOrUpdate("Lab", "fresh", {
        location: "eastus",
      });
      return assign(w, guid(1), { principalId });
    },
    { what: "a new identity", options: { latency: "real", throttling: "off" } },
  ),
  bad(
    "RoleAssignmentExists",
    "The role assignment already exists. The ID of the existing role assignment is 00000000000040008000000000000001.",
    async (w) => {
      await assign(w, guid(1));
      return assign(w, guid(2));
    },
    { status: 409 },
  ),
  bad(
    "RoleAssignmentExists",
    "The role assignment already exists.",
    async (w) => {
      await assignAsBefore(w, guid(1));
      return assignAsBefore(w, guid(2));
    },
    { status: 409, what: "of 2018" },
  ),
  bad(
    "RoleAssignmentUpdateNotPermitted",
    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    async (w) => {
      await assign(w, guid(1));
      return assign(w, guid(1), { principalId: guid(5), principalType: "User" });
    },
  ),
  bad(
    "InvalidRoleAssignmentId",
    "The role assignment ID 'mine' is not valid. The role assignment ID must be a GUID.",
    (w) => assign(w, "mine"),
  ),
  bad("InvalidPrincipalId", "A valid principal ID must be provided for role assignment.", (w) =>
    assign(w, guid(1), { principalId: "me" }),
  ),
  bad(
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: 'Error converting value "Robot" to type 'PrincipalType'. Path 'properties.principalType', line 1, position 251.'.`,
    (w) => assign(w, guid(1), { principalType: "Robot" }),
    { what: "a kind of principal" },
  ),
  bad(
    "RoleDefinitionDoesNotExist",
    "The specified role definition with ID '00000000000040008000000000000007' does not exist.",
    (w) => assign(w, guid(1), { roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${guid(7)}` }),
    { status: 404 },
  ),
  bad(
    "RoleAssignmentNotFound",
    "The role assignment '00000000000040008000000000000001' is not found.",
    async (w) => w.clients.authorization.roleAssignments.get(w.names.group, guid(1)),
    { status: 404 },
  ),
  bad(
    "ResourceNotFound",
    "The Resource 'Microsoft.Compute/virtualMachines/none' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    (w) => assign(w, guid(1), {}, w.names.compute("virtualMachines", "none")),
    { status: 404, what: "a scope", isGateway: true },
  ),
  bad(
    "InvalidRoleDefinitionPermissions",
    "A custom role has exactly one set of permissions, with at least one action or data action.",
    (w) => define(w, guid(1), { permissions: [] }),
  ),
  bad(
    "UnmatchedPrincipalType",
    "The PrincipalId 'HEX' has type 'ServicePrincipal' , which is different from specified PrinciaplType 'User'.",
    async (w) => {
      const id = await w.makeIdentity("fresh");
      const { principalId } = await w.clients.identities.userAssignedIdentities.get("Lab", id.split("/").at(-1) ?? "");
      w.azure.now += 10_000;
      return assign(w, guid(1), { principalId, principalType: "User" });
    },
  ),
  bad("InvalidActionOrNotAction", "'everything' does not match any of the actions supported by the providers.", (w) =>
    define(w, guid(1), { permissions: [{ actions: ["everything"] }] }),
  ),
  bad("MissingAssignableScopes", "Assignable scopes of a custom role must hold at least one scope.", (w) =>
    define(w, guid(1), { assignableScopes: [] }),
  ),
  bad("InvalidAssignableScope", "The assignable scope '/here' is not valid for a custom role.", (w) =>
    define(w, guid(1), { assignableScopes: ["/here"] }),
  ),
  bad(
    "InvalidRoleDefinitionId",
    "The role definition ID 'mine' is not valid. The role definition ID must be a GUID.",
    (w) => define(w, "mine"),
  ),
  bad("InvalidRoleName", "A role definition must have a role name.", (w) => define(w, guid(1), { roleName: "" })),
  bad("CannotUpdateBuiltInRole", "The built-in role 'Reader' cannot be updated.", (w) => define(w, reader)),
  bad("CannotDeleteBuiltInRole", "The built-in role 'Reader' cannot be deleted.", async (w) =>
    w.clients.authorization.roleDefinitions.delete(w.azure.subscription, reader),
  ),
  bad(
    "RoleDefinitionWithSameNameExists",
    "A custom role with the same name already exists in this directory. Use a different name.",
    async (w) => {
      await define(w, guid(1));
      return define(w, guid(2));
    },
    { status: 409 },
  ),
  bad("RoleDefinitionHasAssignments", "There are existing role assignments referencing role.", async (w) => {
    await define(w, guid(1));
    await assign(w, guid(2), { roleDefinitionId: role(w, guid(1)) });
    return w.clients.authorization.roleDefinitions.delete(w.azure.subscription, guid(1));
  }),
];
