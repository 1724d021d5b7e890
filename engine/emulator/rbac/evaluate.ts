/** May this principal do this action over this scope? Roles are united; a role's notActions only limit that role. */
import { nameOf, within } from "../resource-id.ts";
import type { Entry, Transaction } from "../store.ts";
import { AzureError } from "../wire.ts";
import { builtInRoles } from "./builtin-roles.ts";

export interface Caller {
  objectId: string;
  clientId: string;
}
const assignments = "Microsoft.Authorization/roleAssignments";

export function matches(pattern: string, action: string): boolean {
  const source = pattern
    .toLowerCase()
    .split("*")
    .map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  // In `userAssignedIdentities/*/assign/action` the star stands for a name that the action no longer carries.
  return (
    new RegExp(`^${source}$`).test(action.toLowerCase()) ||
    new RegExp(`^${source.replaceAll("/.*/", "/")}$`).test(action.toLowerCase())
  );
}
export function allowed(tx: Transaction, caller: Caller, action: string, scope: string): boolean {
  const parts = scope.split("/");
  const scopes = [
    parts.slice(0, 3).join("/"),
    ...(parts.length > 4 ? [parts.slice(0, 5).join("/")] : []),
    ...(parts.length > 5 ? [scope] : []),
  ];
  // What is known already may be enough; only otherwise is the target of an overlay asked.
  const known = tx.all().filter((e) => e.id.toLowerCase().includes("/microsoft.authorization/roleassignments/"));
  if (grants(known, tx, caller, action, scope)) return true;
  if (!tx.upstream) return false;
  return grants(
    scopes.flatMap((s) => tx.list(s, assignments)),
    tx,
    caller,
    action,
    scope,
  );
}
function grants(entries: readonly Entry[], tx: Transaction, caller: Caller, action: string, scope: string): boolean {
  return entries.some((e) => {
    const p = e.body["properties"];
    if (p?.principalId !== caller.objectId || (e.visibleAt ?? 0) > tx.now || !within(scope, p.scope)) return false;
    const role = builtInRoles.find((r) => r.name === nameOf(p.roleDefinitionId).toLowerCase());
    return (
      role?.properties.permissions.some(
        (q) => q.actions.some((a) => matches(a, action)) && !q.notActions.some((a) => matches(a, action)),
      ) ?? false
    );
  });
}
export function authorize(tx: Transaction, caller: Caller, action: string, scope: string): void {
  if (allowed(tx, caller, action, scope)) return;
  throw new AzureError(
    403,
    "AuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    {},
    { "x-ms-failure-cause": "gateway" },
  );
}
export function authorizeLinked(
  tx: Transaction,
  caller: Caller,
  action: string,
  scope: string,
  linkedAction: string,
  linkedId: string,
): void {
  if (allowed(tx, caller, linkedAction, linkedId)) return;
  throw new AzureError(
    403,
    "LinkedAuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' has permission to perform action '${action}' on scope '${scope}'; however, it does not have permission to perform action(s) '${linkedAction}' on the linked scope(s) '${linkedId}' (respectively) or the linked scope(s) are invalid.`,
    {},
    { "x-ms-failure-cause": "gateway" },
  );
}
