/** May this principal do this action over this scope? Roles are united; a role's notActions only limit that role. */
import { within } from "../resource-id.ts";
import type { Entry, Transaction } from "../store.ts";
import { gatewayError, notEmulated } from "../wire.ts";
import { denying } from "./deny.ts";
import { matches } from "./match.ts";
import { roleOf, type RoleDefinition } from "./roles.ts";

export interface Caller {
  objectId: string;
  clientId: string;
}
const assignments = "Microsoft.Authorization/roleAssignments";

export function allowed(tx: Transaction, caller: Caller, action: string, scope: string): boolean {
  const parts = scope.split("/");
  const scopes = [
    parts.slice(0, 3).join("/"),
    ...(parts.length > 4 ? [parts.slice(0, 5).join("/")] : []),
    ...(parts.length > 5 ? [scope] : []),
  ];
  // What is known already may be enough; only otherwise is the target of an overlay asked.
  if (grants(assignmentsIn(tx), tx, caller, action, scope)) return true;
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
  return effective(entries, tx, caller, scope).some(
    (e) => !isConditional(e, action) && permits(roleOf(tx, e.body["properties"].roleDefinitionId), action),
  );
}
/**
 * Azure weighs the condition of an assignment for data actions, which are not served here, and for the right to assign roles:
 * https://learn.microsoft.com/azure/role-based-access-control/conditions-overview
 */
const isConditional = (e: Entry, action: string): boolean =>
  Boolean(e.body["properties"].condition) &&
  /^Microsoft\.Authorization\/roleAssignments\/(write|delete)$/i.test(action);
/** The caller's assignments at the scope and above it, once they have taken effect. */
function effective(entries: readonly Entry[], tx: Transaction, caller: Caller, scope: string): Entry[] {
  return entries.filter((e) => {
    const p = e.body["properties"];
    return p?.principalId === caller.objectId && (e.visibleAt ?? 0) <= tx.now && within(scope, p.scope);
  });
}
function permits(role: RoleDefinition | undefined, action: string): boolean {
  return (
    role?.properties.permissions.some(
      (q) => q.actions.some((a) => matches(a, action)) && !q.notActions.some((a) => matches(a, action)),
    ) ?? false
  );
}
const assignmentsIn = (tx: Transaction): Entry[] => tx.allOfType(assignments);
/** The roles that count for the caller at a scope. */
export function rolesHeld(tx: Transaction, caller: Caller, scope: string): RoleDefinition[] {
  return effective(assignmentsIn(tx), tx, caller, scope)
    .map((e) => roleOf(tx, e.body["properties"].roleDefinitionId))
    .filter((r) => r !== undefined);
}
export function authorize(tx: Transaction, caller: Caller, action: string, scope: string): void {
  if (allowed(tx, caller, action, scope)) return requireNotDenied(tx, caller, action, scope);
  for (const e of effective(assignmentsIn(tx), tx, caller, scope))
    if (isConditional(e, action) && permits(roleOf(tx, e.body["properties"].roleDefinitionId), action))
      throw notEmulated("conditions on the right to assign roles");
  throw gatewayError(
    403,
    "AuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}
/** What is denied stays so whatever roles say. */
function requireNotDenied(tx: Transaction, caller: Caller, action: string, scope: string): void {
  const denial = denying(tx, caller.objectId, action, scope);
  if (denial === undefined) return;
  const { denyAssignmentName, scope: at } = denial.properties;
  throw gatewayError(
    403,
    "DenyAssignmentAuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' has permission to perform action '${action}' on scope '${scope}'; however, the access is denied because of the deny assignment with name '${denyAssignmentName}' and Id '${denial.name}' at scope '${at}'.`,
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
  if (allowed(tx, caller, linkedAction, linkedId)) return requireNotDenied(tx, caller, linkedAction, linkedId);
  throw gatewayError(
    403,
    "LinkedAuthorizationFailed",
    `The client '${caller.clientId}' with object id '${caller.objectId}' has permission to perform action '${action}' on scope '${scope}'; however, it does not have permission to perform action(s) '${linkedAction}' on the linked scope(s) '${linkedId}' (respectively) or the linked scope(s) are invalid.`,
  );
}
