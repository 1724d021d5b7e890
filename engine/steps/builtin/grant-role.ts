// `grant-role`: a role assignment, the same one however often it is asked for.

import { createHash } from "node:crypto";
import { nearest } from "../../source/suggestion.ts";
import { isGuid, scopeProblems } from "../arm-id.ts";
import { defineStep, type InputProblem } from "../definition.ts";
import { ensure, list } from "../operation.ts";
import { ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, type RoleAssignment, roleAssignment } from "../resources.ts";
import { Type } from "../type.ts";
import { Guid } from "./fields.ts";

/**
 * Names of roles that runbooks grant most, for "did you mean"; there are hundreds more, and those that people make.
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const COMMON_ROLES: readonly string[] = [
  "AcrDelete",
  "AcrPull",
  "AcrPush",
  "API Management Service Contributor",
  "App Configuration Data Owner",
  "App Configuration Data Reader",
  "Azure Event Hubs Data Owner",
  "Azure Event Hubs Data Receiver",
  "Azure Event Hubs Data Sender",
  "Azure Kubernetes Service Cluster Admin Role",
  "Azure Kubernetes Service Cluster User Role",
  "Azure Kubernetes Service RBAC Admin",
  "Azure Kubernetes Service RBAC Reader",
  "Azure Service Bus Data Owner",
  "Azure Service Bus Data Receiver",
  "Azure Service Bus Data Sender",
  "Backup Contributor",
  "Backup Operator",
  "Backup Reader",
  "Billing Reader",
  "Cognitive Services User",
  "Contributor",
  "Cost Management Reader",
  "DNS Zone Contributor",
  "Desktop Virtualization User",
  "Key Vault Administrator",
  "Key Vault Certificates Officer",
  "Key Vault Contributor",
  "Key Vault Crypto Officer",
  "Key Vault Crypto User",
  "Key Vault Reader",
  "Key Vault Secrets Officer",
  "Key Vault Secrets User",
  "Log Analytics Contributor",
  "Log Analytics Reader",
  "Logic App Contributor",
  "Managed Application Contributor Role",
  "Managed Identity Contributor",
  "Managed Identity Operator",
  "Monitoring Contributor",
  "Monitoring Metrics Publisher",
  "Monitoring Reader",
  "Network Contributor",
  "Owner",
  "Private DNS Zone Contributor",
  "Reader",
  "Reader and Data Access",
  "Resource Policy Contributor",
  "Role Based Access Control Administrator",
  "SQL DB Contributor",
  "SQL Server Contributor",
  "Security Admin",
  "Security Reader",
  "Storage Account Contributor",
  "Storage Account Key Operator Service Role",
  "Storage Blob Data Contributor",
  "Storage Blob Data Owner",
  "Storage Blob Data Reader",
  "Storage Blob Delegator",
  "Storage File Data SMB Share Contributor",
  "Storage File Data SMB Share Reader",
  "Storage Queue Data Contributor",
  "Storage Queue Data Message Processor",
  "Storage Queue Data Message Sender",
  "Storage Queue Data Reader",
  "Storage Table Data Contributor",
  "Storage Table Data Reader",
  "Tag Contributor",
  "User Access Administrator",
  "Virtual Machine Administrator Login",
  "Virtual Machine Contributor",
  "Virtual Machine User Login",
  "Website Contributor",
];

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
  const hex = createHash("sha256").update(`${scope}|${principalId}|${guid}`.toLowerCase()).digest("hex");
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
  const near = nearest(role, COMMON_ROLES);
  if (near === undefined) return [];
  return [
    { at, message: `"${role}" is no role that this engine knows`, hint: `did you mean "${near}"?`, isDoubt: true },
  ];
}
