import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { makePrincipal, openWorld, type World } from "../support/azure-world.ts";
import { expectRefusal, refusalsOf, told } from "../support/refusals.ts";

const definitions = "providers/Microsoft.Authorization/roleDefinitions";
const assignments = "providers/Microsoft.Authorization/roleAssignments";
const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const unread = (what: string) =>
  `The request content was invalid and could not be deserialized: 'Cannot convert ${what}.'.`;

describe("a role that cannot mean what it says", () => {
  const azure = new AzureCalls({ seed: "meaningless-roles" });
  let world: World;
  let someone: { objectId: string };
  const role = () => `${azure.subscription}/${definitions}/${guid(1)}`;
  const good = () => ({
    properties: {
      roleName: "Narrow reader",
      type: "CustomRole",
      assignableScopes: [world.group],
      permissions: [{ actions: ["*/read"], notActions: ["Microsoft.Compute/*/read"] }],
    },
  });
  before(async () => {
    await azure.signIn();
    world = await openWorld(azure);
    someone = await makePrincipal(azure, world, "someone");
    azure.now += 1000;
  });

  const P = "properties.permissions";
  const none = "A custom role has exactly one set of permissions, with at least one action or data action.";
  refusalsOf(azure)(role, good, [
    [
      "something else among what it leaves out",
      { [P]: [{ actions: ["*/read"], notActions: [1] }] },
      400,
      "InvalidRequestContent",
      unread("the value '1' at path 'properties.permissions[0].notActions[0]' to type 'string'"),
    ],
    [
      "one action for a list of them",
      { [P]: [{ actions: "*" }] },
      400,
      "InvalidRequestContent",
      unread("a value of type 'string' at path 'properties.permissions[0].actions' to type 'array'"),
    ],
    ["no permission", { [P]: [] }, 400, "InvalidRoleDefinitionPermissions", none],
    ["permissions for nothing", { [P]: [{}] }, 400, "InvalidRoleDefinitionPermissions", none],
    [
      "two sets of permissions",
      { [P]: [{ actions: ["*"] }, { actions: ["*"] }] },
      400,
      "InvalidRoleDefinitionPermissions",
      none,
    ],
    [
      "an action that nobody knows",
      { [P]: [{ actions: ["read everything"] }] },
      400,
      "InvalidActionOrNotAction",
      "'read everything' does not match any of the actions supported by the providers.",
    ],
    [
      "something else among its scopes",
      { "properties.assignableScopes": [7] },
      400,
      "InvalidRequestContent",
      unread("the value '7' at path 'properties.assignableScopes[0]' to type 'string'"),
    ],
  ]);

  it("is given only within its assignable scopes", async () => {
    const { status } = await azure.put(role(), good());
    expect(status).equal(201);
    const give = (scope: string, name: number) =>
      azure.put(`${scope}/${assignments}/${guid(name)}`, {
        properties: { roleDefinitionId: role(), principalId: someone.objectId },
      });
    expectRefusal(
      await give(azure.subscription, 2),
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${guid(1).replaceAll("-", "")}' does not exist.`,
    );
    expect((await give(world.group, 3)).status).equal(201);
    expect((await give(world.network("virtualNetworks", "net"), 4)).status).equal(201);
  });

  it("is not given to a user who is none", async () => {
    const give = (principalType: string) =>
      azure.put(`${world.group}/${assignments}/${guid(5)}`, {
        properties: {
          roleDefinitionId: `${azure.subscription}/${definitions}/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
          principalId: someone.objectId,
          principalType,
        },
      });
    expectRefusal(
      await give("User"),
      400,
      "UnmatchedPrincipalType",
      `The PrincipalId '${someone.objectId.replaceAll("-", "")}' has type 'ServicePrincipal' , which is different from specified PrinciaplType 'User'.`,
    );
    expectRefusal(
      await give("Robot"),
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: 'Error converting value \"Robot\" to type 'PrincipalType'. Path 'properties.principalType', line 1, position …",
    );
    expect((await give("ServicePrincipal")).status).equal(201);
  });

  const filters = {
    [definitions]: ["((((", "roleName eq Reader", "roleName eq 'Reader' and nonsense", "name eq 'x'"],
    [assignments]: ["((((", "principalId eq", "atScope() or atScope()", "scope eq '/'"],
  };
  for (const [collection, texts] of Object.entries(filters))
    for (const filter of texts)
      it(`is not looked for in ${collection.split("/").at(-1)} with the filter ${filter}`, async () => {
        const reply = await azure.get(`${azure.subscription}/${collection}?$filter=${encodeURIComponent(filter)}`);
        expect(told(reply)).eql({
          status: 400,
          code: "InvalidFilterInQueryString",
          says: `Invalid $filter '${filter}' specified in the query string.`,
        });
      });
});
