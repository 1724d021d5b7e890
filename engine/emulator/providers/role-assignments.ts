/** Role assignments. */
import { roleOf } from "../rbac/roles.ts";
import { lower, nameOf, parseId, within } from "../resource-id.ts";
import { atScope, on } from "../routes/route.ts";
import { AzureError, gatewayError, type Answer } from "../wire.ts";
import { noContent, ok, requireGroup, type Context } from "./context.ts";
import { requireFilter } from "./lists.ts";
import { principalKey } from "./identities.ts";
import { unknownRole } from "./role-definitions.ts";

const assignments = "Microsoft.Authorization/roleAssignments";
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const bare = (g: string): string => g.replaceAll("-", "");
/** What newer Azure says besides. */
const hint =
  " Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype";
/** Versions of the time before that keep the text that tools of their time look for. */
const isOld = (c: Context): boolean => c.apiVersion < "2020-03-01";
/** The scope itself must be there. */
function requireScope(c: Context): void {
  if (c.id.group) requireGroup(c);
  const s = parseId(c.id.scope);
  if (s.namespace && !c.tx.get(c.id.scope))
    throw gatewayError(
      404,
      "ResourceNotFound",
      `The Resource '${s.type}/${s.names.at(-1)}' under resource group '${s.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
}
/** Nobody but service principals is in the emulator's directory; of others, and of new ones, it knows nothing. */
function requireMatchingType(c: Context, principal: string, type: string | undefined): void {
  if (!type || lower(type) === "serviceprincipal" || c.tx.upstream) return;
  const known = c.tx.get(principalKey(principal));
  if (known && (known.visibleAt ?? 0) <= c.tx.now)
    throw new AzureError(
      400,
      "UnmatchedPrincipalType",
      `The PrincipalId '${bare(principal)}' has type 'ServicePrincipal' , which is different from specified PrinciaplType '${type}'.`,
    );
}
export function putRoleAssignment(c: Context): Answer {
  requireScope(c);
  const p = c.body["properties"] ?? {},
    name = c.id.names[0] ?? "",
    principal = String(p.principalId ?? "").toLowerCase();
  if (!guid.test(name))
    throw new AzureError(
      400,
      "InvalidRoleAssignmentId",
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  if (!guid.test(principal))
    throw new AzureError(400, "InvalidPrincipalId", "A valid principal ID must be provided for role assignment.");
  const role = nameOf(String(p.roleDefinitionId ?? "")).toLowerCase();
  const definition = roleOf(c.tx, role);
  // Outside of its assignable scopes a role is not there.
  if (!definition?.properties.assignableScopes.some((scope) => within(c.id.scope, scope))) throw unknownRole(role);
  const was = c.tx.get(c.id.path);
  if (
    was &&
    (was.body["properties"].principalId !== principal ||
      nameOf(was.body["properties"].roleDefinitionId).toLowerCase() !== role)
  )
    throw new AzureError(
      400,
      "RoleAssignmentUpdateNotPermitted",
      "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    );
  if (was) {
    for (const field of ["description", "condition", "conditionVersion"])
      if (p[field] !== undefined) was.body["properties"][field] = p[field];
    was.body["properties"].updatedOn = new Date(c.tx.now).toISOString();
    was.body["properties"].updatedBy = c.caller.objectId;
    c.tx.put(was);
    return ok(was.body);
  }
  const twin = c.tx
    .list(c.id.scope, assignments)
    .find(
      (e) =>
        lower(e.body["properties"].scope) === lower(c.id.scope) &&
        e.body["properties"].principalId === principal &&
        nameOf(e.body["properties"].roleDefinitionId).toLowerCase() === role,
    );
  if (twin)
    throw new AzureError(
      409,
      "RoleAssignmentExists",
      `The role assignment already exists.${isOld(c) ? "" : ` The ID of the existing role assignment is ${bare(nameOf(twin.id))}.`}`,
    );
  requireMatchingType(c, principal, p.principalType as string | undefined);
  if (!p.principalType) {
    // Without a principalType Azure looks the principal up in a directory that learns of it later.
    const known = c.tx.get(principalKey(principal));
    if (!known || (known.visibleAt ?? 0) > c.tx.now)
      throw new AzureError(
        400,
        "PrincipalNotFound",
        `Principal ${bare(principal)} does not exist in the directory ${c.tx.tenantId}.${isOld(c) ? "" : hint}`,
      );
  }
  const on = new Date(c.tx.now).toISOString(),
    id = c.id.path;
  const body = {
    properties: {
      roleDefinitionId: p.roleDefinitionId,
      principalId: principal,
      principalType: p.principalType ?? "ServicePrincipal",
      scope: c.id.scope,
      condition: p.condition ?? null,
      conditionVersion: p.condition ? (p.conditionVersion ?? "2.0") : null,
      createdOn: on,
      updatedOn: on,
      createdBy: c.caller.objectId,
      updatedBy: c.caller.objectId,
      delegatedManagedIdentityResourceId: null,
      description: p.description ?? null,
    },
    id,
    type: assignments,
    name,
  };
  c.tx.put({ id, body, createdAt: c.tx.now, visibleAt: c.tx.now + c.tx.latency.roleVisibleMs });
  return { status: 201, body: { ...body, properties: { ...body.properties, createdBy: null } } };
}
export function getRoleAssignment(c: Context): Answer {
  requireScope(c);
  const e = c.tx.get(c.id.path);
  if (!e)
    throw new AzureError(
      404,
      "RoleAssignmentNotFound",
      `The role assignment '${bare(c.id.names[0] ?? "")}' is not found.`,
    );
  return ok(e.body);
}
export function deleteRoleAssignment(c: Context): Answer {
  requireScope(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  c.tx.remove(e.id);
  return ok(e.body);
}
export function listRoleAssignments(c: Context): Answer {
  requireScope(c);
  const filter = c.query.get("$filter") ?? "",
    at = c.id.scope;
  requireFilter(filter, [
    /^atScope\(\)$/i,
    /^principalId eq '?[0-9a-f-]+'?$/i,
    /^assignedTo\('[^']+'\)$/i,
    /^roleDefinitionId eq '[^']+'$/i,
  ]);
  const role = /roleDefinitionId eq '([^']+)'/i.exec(filter)?.[1];
  const who = (/principalId eq '?([0-9a-f-]+)'?/i.exec(filter) ??
    /assignedTo\('([^']+)'\)/i.exec(filter))?.[1]?.toLowerCase();
  const parts = at.split("/"),
    parents = [parts.slice(0, 3).join("/"), ...(parts.length > 5 ? [parts.slice(0, 5).join("/")] : [])];
  // atScope() leaves out what lies below; without it the list also holds the scopes underneath.
  const all = c.tx.upstream
    ? [...new Set([...parents, at])].flatMap((s) => c.tx.list(s, assignments))
    : c.tx.all().filter((e) => parseId(e.id).type === assignments);
  const unique = new Map(all.map((e) => [lower(e.id), e]));
  return ok({
    value: [...unique.values()]
      .filter((e) => {
        const scope: string = e.body["properties"].scope;
        return (
          (within(at, scope) || (!/atScope\(\)/i.test(filter) && within(scope, at))) &&
          (!who || e.body["properties"].principalId === who) &&
          (!role || lower(nameOf(e.body["properties"].roleDefinitionId)) === lower(nameOf(role)))
        );
      })
      .map((e) => e.body),
  });
}

export const roleAssignmentRoutes = [
  ...on(atScope(assignments), ["GET", "RoleAssignments_ListForScope", listRoleAssignments]),
  ...on(
    atScope(`${assignments}/{roleAssignmentName}`),
    ["GET", "RoleAssignments_Get", getRoleAssignment],
    [
      "PUT",
      "RoleAssignments_Create",
      putRoleAssignment,
      {
        body: {
          properties: {
            roleDefinitionId: "string",
            principalId: "string",
            principalType: "string",
            description: "string",
            condition: "string",
            conditionVersion: "string",
          },
        },
      },
    ],
    ["DELETE", "RoleAssignments_Delete", deleteRoleAssignment],
  ),
];
