/** Role definitions: Azure's own, and custom roles. */
import { authorize } from "../rbac/evaluate.ts";
import {
  builtInRoles,
  customRoleId,
  customRoles,
  roleDefinitions,
  roleOf,
  type RoleDefinition,
} from "../rbac/roles.ts";
import { lower, nameOf, parseId, within } from "../resource-id.ts";
import { atScope, on } from "../routes/route.ts";
import type { Transaction } from "../store.ts";
import { AzureError, type Answer, type Body } from "../wire.ts";
import { noContent, ok, type Context } from "./context.ts";
import { requireFilter } from "./lists.ts";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const bare = (g: string): string => g.replaceAll("-", "");
const isBuiltIn = (r: RoleDefinition): boolean => r.properties.type === "BuiltInRole";

function shown(r: RoleDefinition, c: Context): Body {
  if (!isBuiltIn(r)) return r;
  return {
    ...r,
    id: `${c.id.subscription ? `/subscriptions/${c.id.subscription}` : ""}${r.id}`,
    properties: {
      ...r.properties,
      createdOn: "2015-02-02T21:55:09.8806423Z",
      updatedOn: "2026-07-01T00:00:00Z",
      createdBy: null,
      updatedBy: null,
    },
  };
}
/** A role is there at its assignable scopes and below; at a scope above one it is listed only when that is asked for. */
const isSeen = (r: RoleDefinition, scope: string, alsoBelow: boolean): boolean =>
  r.properties.assignableScopes.some((s) => within(scope, s) || (alsoBelow && within(s, scope)));

function listRoleDefinitions(c: Context): Answer {
  const filter = c.query.get("$filter") ?? "";
  requireFilter(filter, [
    /^atScopeAndBelow\(\)$/i,
    /^roleName eq '(?:[^']|'')*'$/i,
    /^type eq '[^']*'$/i,
    /^assignableScope(s)? eq '[^']*'$/i,
  ]);
  const name = /roleName eq '((?:[^']|'')*)'/i.exec(filter)?.[1]?.replaceAll("''", "'");
  const kind = /type eq '([^']*)'/i.exec(filter)?.[1];
  const alsoBelow = /atScopeAndBelow\(\)/i.test(filter) || name !== undefined;
  const roles = [...builtInRoles, ...customRoles(c.tx).filter((r) => isSeen(r, c.id.scope, alsoBelow))];
  return ok({
    value: roles
      .filter(
        ({ properties: p }) =>
          (name === undefined || lower(p.roleName) === lower(name)) &&
          (kind === undefined || lower(p.type) === lower(kind)),
      )
      .map((r) => shown(r, c)),
  });
}
export const unknownRole = (name: string): AzureError =>
  new AzureError(
    404,
    "RoleDefinitionDoesNotExist",
    `The specified role definition with ID '${bare(name)}' does not exist.`,
  );
function getRoleDefinition(c: Context): Answer {
  const name = c.id.names[0] ?? "";
  const role = roleOf(c.tx, name);
  if (!role) throw unknownRole(name);
  return ok(shown(role, c));
}

const bad = (code: string, message: string): AzureError => new AzureError(400, code, message);
/** A list of words, or nothing at all: a word that is dropped from `notActions` would make a wider role. */
function textsOf(given: unknown, path: string): string[] {
  if (given === undefined || given === null) return [];
  const list: unknown[] = Array.isArray(given) ? given : [undefined];
  if (list.every((text) => typeof text === "string")) return list;
  const wrong = list.findIndex((text) => typeof text !== "string");
  throw bad(
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: 'Cannot convert ${Array.isArray(given) ? `the value '${JSON.stringify(list[wrong])}' at path '${path}[${wrong}]' to type 'string'` : `a value of type '${typeof given}' at path '${path}' to type 'array'`}.'.`,
  );
}
const kinds = ["actions", "notActions", "dataActions", "notDataActions"] as const;
function permissionsOf(given: unknown): RoleDefinition["properties"]["permissions"] {
  const list = Array.isArray(given) ? (given as Body[]) : [];
  const permissions = list.map((p, index) => {
    const [actions = [], notActions = [], dataActions = [], notDataActions = []] = kinds.map((kind) =>
      textsOf(p[kind], `properties.permissions[${index}].${kind}`),
    );
    return { actions, notActions, dataActions, notDataActions };
  });
  for (const p of permissions) requireActions([...p.actions, ...p.notActions, ...p.dataActions, ...p.notDataActions]);
  if (permissions.length !== 1 || permissions.every((p) => p.actions.length + p.dataActions.length === 0))
    throw bad(
      "InvalidRoleDefinitionPermissions",
      "A custom role has exactly one set of permissions, with at least one action or data action.",
    );
  return permissions;
}
function requireActions(actions: readonly string[]): void {
  for (const action of actions)
    if (action !== "*" && !/^(\*|[A-Za-z0-9]+(\.[A-Za-z0-9*]+)+)\/[^\s]+$/.test(action))
      throw bad(
        "InvalidActionOrNotAction",
        `'${action}' does not match any of the actions supported by the providers.`,
      );
}
function requireScopes(c: Context, scopes: readonly string[]): void {
  if (scopes.length === 0)
    throw bad("MissingAssignableScopes", "Assignable scopes of a custom role must hold at least one scope.");
  for (const scope of scopes) {
    const at = parseId(scope);
    const isManagementGroup = /^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+$/i.test(scope);
    if (!isManagementGroup && (at.subscription === undefined || !guid.test(at.subscription)))
      throw bad("InvalidAssignableScope", `The assignable scope '${scope}' is not valid for a custom role.`);
    authorize(c.tx, c.caller, `${roleDefinitions}/write`, scope);
  }
}
function putRoleDefinition(c: Context): Answer {
  const name = lower(c.id.names[0] ?? "");
  const given: Body = c.body["properties"] ?? {};
  if (!guid.test(name))
    throw bad(
      "InvalidRoleDefinitionId",
      `The role definition ID '${name}' is not valid. The role definition ID must be a GUID.`,
    );
  const was = roleOf(c.tx, name);
  if (was && isBuiltIn(was))
    throw bad("CannotUpdateBuiltInRole", `The built-in role '${was.properties.roleName}' cannot be updated.`);
  const roleName: unknown = given["roleName"];
  if (typeof roleName !== "string" || roleName.trim() === "")
    throw bad("InvalidRoleName", "A role definition must have a role name.");
  const twin = [...builtInRoles, ...customRoles(c.tx)].find(
    (r) => lower(r.properties.roleName) === lower(roleName) && r.name !== name,
  );
  if (twin)
    throw new AzureError(
      409,
      "RoleDefinitionWithSameNameExists",
      "A custom role with the same name already exists in this directory. Use a different name.",
    );
  const assignableScopes = textsOf(given["assignableScopes"], "properties.assignableScopes").map((s) =>
    s.replace(/\/+$/, ""),
  );
  requireScopes(c, assignableScopes);
  const permissions = permissionsOf(given["permissions"]);
  const now = new Date(c.tx.now).toISOString();
  const before = was?.properties as Body | undefined;
  const body = {
    id: customRoleId(c.tx, name),
    name,
    type: roleDefinitions,
    properties: {
      roleName,
      type: "CustomRole",
      description: typeof given["description"] === "string" ? given["description"] : "",
      assignableScopes,
      permissions,
      createdOn: (before?.["createdOn"] as string | undefined) ?? now,
      updatedOn: now,
      createdBy: (before?.["createdBy"] as string | undefined) ?? c.caller.objectId,
      updatedBy: c.caller.objectId,
    },
  };
  c.tx.put({ id: body.id, body, createdAt: c.tx.now });
  return { status: 201, body };
}
const usedBy = (tx: Transaction, name: string): boolean =>
  tx.all().some((e) => lower(nameOf(String(e.body["properties"]?.roleDefinitionId ?? ""))) === name);
function deleteRoleDefinition(c: Context): Answer {
  const name = lower(c.id.names[0] ?? "");
  const role = roleOf(c.tx, name);
  if (!role) return noContent;
  if (isBuiltIn(role))
    throw bad("CannotDeleteBuiltInRole", `The built-in role '${role.properties.roleName}' cannot be deleted.`);
  if (usedBy(c.tx, name))
    throw bad("RoleDefinitionHasAssignments", "There are existing role assignments referencing role.");
  c.tx.remove(customRoleId(c.tx, name));
  return ok(role);
}

const roleShape = {
  properties: { roleName: "string", description: "string", type: "string", permissions: ["object"] },
} as const;
export const roleDefinitionRoutes = [
  ...on(atScope(roleDefinitions), ["GET", "RoleDefinitions_List", listRoleDefinitions]),
  ...on(
    atScope(`${roleDefinitions}/{roleDefinitionId}`),
    ["GET", "RoleDefinitions_Get", getRoleDefinition],
    ["PUT", "RoleDefinitions_CreateOrUpdate", putRoleDefinition, { body: roleShape }],
    ["DELETE", "RoleDefinitions_Delete", deleteRoleDefinition],
  ),
];
