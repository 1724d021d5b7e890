/** Role definitions and role assignments. */
import { builtInRoles, type RoleDefinition } from "../rbac/builtin-roles.ts";
import { lower, nameOf, parseId, within } from "../resource-id.ts";
import { atScope, on } from "../routes/route.ts";
import { AzureError, gatewayError, notEmulated, type Answer } from "../wire.ts";
import { noContent, ok, requireGroup, type Context } from "./context.ts";
import { principalKey } from "./identities.ts";

const assignments = "Microsoft.Authorization/roleAssignments";
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const bare = (g: string): string => g.replaceAll("-", "");
const shown = (r: RoleDefinition, c: Context) => ({
  ...r,
  id: `${c.id.subscription ? `/subscriptions/${c.id.subscription}` : ""}${r.id}`,
  properties: {
    ...r.properties,
    createdOn: "2015-02-02T21:55:09.8806423Z",
    updatedOn: "2026-07-01T00:00:00Z",
    createdBy: null,
    updatedBy: null,
  },
});

export function listRoleDefinitions(c: Context): Answer {
  const filter = c.query.get("$filter") ?? "";
  const name = /roleName eq '((?:[^']|'')*)'/i.exec(filter)?.[1]?.replaceAll("''", "'").toLowerCase(),
    kind = /type eq '([^']*)'/i.exec(filter)?.[1]?.toLowerCase();
  return ok({
    value: builtInRoles
      .filter(
        (r) =>
          (name === undefined || r.properties.roleName.toLowerCase() === name) &&
          (kind === undefined || kind === "builtinrole"),
      )
      .map((r) => shown(r, c)),
  });
}
export function getRoleDefinition(c: Context): Answer {
  const r = builtInRoles.find((x) => x.name === lower(c.id.names[0] ?? ""));
  if (!r)
    throw new AzureError(
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${bare(c.id.names[0] ?? "")}' does not exist.`,
    );
  return ok(shown(r, c));
}
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
  if (!builtInRoles.some((r) => r.name === role))
    throw new AzureError(
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${bare(role)}' does not exist.`,
    );
  if (p.condition) throw notEmulated("conditions on role assignments");
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
  const twin =
    was ??
    c.tx
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
      `The role assignment already exists. The ID of the existing role assignment is ${bare(nameOf(twin.id))}.`,
    );
  if (!p.principalType) {
    // Without a principalType Azure looks the principal up in a directory that learns of it later.
    const known = c.tx.get(principalKey(principal));
    if (!known || (known.visibleAt ?? 0) > c.tx.now)
      throw new AzureError(
        400,
        "PrincipalNotFound",
        `Principal ${bare(principal)} does not exist in the directory ${c.tx.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`,
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
      condition: null,
      conditionVersion: null,
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
          (!who || e.body["properties"].principalId === who)
        );
      })
      .map((e) => e.body),
  });
}

export const authorizationRoutes = [
  ...on(atScope("Microsoft.Authorization/roleDefinitions"), ["GET", "RoleDefinitions_List", listRoleDefinitions]),
  ...on(atScope("Microsoft.Authorization/roleDefinitions/{roleDefinitionId}"), [
    "GET",
    "RoleDefinitions_Get",
    getRoleDefinition,
  ]),
  ...on(atScope(assignments), ["GET", "RoleAssignments_ListForScope", listRoleAssignments]),
  ...on(
    atScope(`${assignments}/{roleAssignmentName}`),
    ["GET", "RoleAssignments_Get", getRoleAssignment],
    ["PUT", "RoleAssignments_Create", putRoleAssignment],
    ["DELETE", "RoleAssignments_Delete", deleteRoleAssignment],
  ),
];
