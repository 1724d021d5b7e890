// `grant-role`: a role assignment, the same one however often it is asked for.

import { hashOf } from "../../value/hash.ts";
import { isGuid, scopeProblems } from "../arm-id.ts";
import { defineStep, type InputProblem } from "../definition.ts";
import { ensure, list } from "../operation.ts";
import { ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, type RoleAssignment, roleAssignment } from "../resources.ts";
import { Type } from "../type.ts";
import { Guid } from "./fields.ts";
import { COMMON_ROLES, misspeltRole } from "./roles.ts";

export const grantRole = defineStep({
  name: "grant-role",
  summary: "Grant a role at a scope to a principal, unless it holds it there already.",
  inputs: Type.Object(
    {
      principalId: Guid("Object id of who gets the role; of an identity, its `principalId`."),
      role: Type.String({ description: "Name of the role, its GUID, or the ARM id of its definition.", minLength: 1 }),
      scope: Type.String({ description: "ARM id of what the role is for.", minLength: 1 }),
      principalType: Type.Optional(
        // Named outright, because Azure then does not look a new principal up in a directory that may not show it yet:
        // https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
        Type.Enum(["ServicePrincipal", "User", "Group", "ForeignGroup", "Device"], {
          description: "Kind of the principal. Default ServicePrincipal, which managed identities are.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    id: Type.String({ description: "ARM id of the assignment." }),
    name: Type.String({ description: "GUID of the assignment." }),
    roleDefinitionId: Type.String(),
  }),
  examples: [
    {
      title: "Reader on a group",
      with: {
        principalId: "${{ steps.identity.outputs.principalId }}",
        role: "Reader",
        scope: "${{ steps.group.outputs.id }}",
      },
    },
  ],
  check: (known) => [...roleProblems(known.role), ...scopeProblems("/scope", known.scope)],
  *run({ principalId, role, scope, principalType = "ServicePrincipal" }) {
    const roleDefinitionId = yield* definitionId(role, scope);
    // The same grant may exist under another name, and Azure answers 409 to a second one.
    const held = yield* list<RoleAssignment>(ROLE_ASSIGNMENTS, scope, `principalId eq '${principalId}'`);
    const same = held.find(
      ({ properties }) =>
        sameRole(properties.roleDefinitionId, roleDefinitionId) &&
        properties.principalId.toLowerCase() === principalId.toLowerCase() &&
        properties.scope.toLowerCase() === scope.toLowerCase(),
    );
    const granted =
      same ??
      (yield* ensure(roleAssignment(scope, assignmentName(scope, principalId, roleDefinitionId)), {
        properties: { roleDefinitionId, principalId, principalType },
      }));
    return { id: granted.id, name: granted.name, roleDefinitionId };
  },
});

function* definitionId(role: string, scope: string) {
  if (role.startsWith("/")) return role;
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  if (isGuid(role)) return `${subscription}/providers/${ROLE_DEFINITIONS}/${role.toLowerCase()}`;
  const found = yield* list<{ readonly id: string }>(
    ROLE_DEFINITIONS,
    scope,
    `roleName eq '${role.replaceAll("'", "''")}'`,
  );
  const [first] = found;
  if (first === undefined) throw new Error(`there is no role named "${role}" at ${scope}`);
  return first.id;
}

/** Definitions are named with and without the subscription in front; the GUID at the end is what counts. */
function sameRole(a: string, b: string): boolean {
  const guid = (id: string): string => id.slice(id.lastIndexOf("/") + 1).toLowerCase();
  return guid(a) === guid(b);
}

/** A GUID made of scope, principal and role, so that a second run names the same assignment. */
function assignmentName(scope: string, principalId: string, roleDefinitionId: string): string {
  const guid = roleDefinitionId.slice(roleDefinitionId.lastIndexOf("/") + 1);
  const hex = hashOf("sha256", `${scope}|${principalId}|${guid}`.toLowerCase()).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

const ROLE_DEFINITION_ID = /\/providers\/Microsoft\.Authorization\/roleDefinitions\/([^/]+)$/i;

function roleProblems(role: string | undefined): readonly InputProblem[] {
  if (role === undefined || isGuid(role)) return [];
  const at = "/role";
  if (role.startsWith("/")) {
    const guid = ROLE_DEFINITION_ID.exec(role)?.[1];
    if (guid !== undefined && isGuid(guid)) return [];
    const hint = "ids end in /providers/Microsoft.Authorization/roleDefinitions/<guid>";
    return [{ at, message: `"${role}" is not the ARM id of a role definition`, hint }];
  }
  if (COMMON_ROLES.some((name) => name.toLowerCase() === role.toLowerCase())) return [];
  if (/^[0-9a-f-]{30,40}$/i.test(role)) {
    const hint = "a GUID has 8, 4, 4, 4 and 12 of the digits 0-9 and a-f, with `-` between";
    return [{ at, message: `"${role}" is neither a GUID nor the name of a role`, hint }];
  }
  const near = misspeltRole(role);
  if (near === undefined) return [];
  return [
    { at, message: `"${role}" is no role that this engine knows`, hint: `did you mean "${near}"?`, isDoubt: true },
  ];
}
