/** What the caller may do, and what nobody may: permissions and deny assignments. */
import { rolesHeld } from "../rbac/evaluate.ts";
import { denialsIn } from "../rbac/deny.ts";
import { groupPath, lower, within } from "../resource-id.ts";
import { atScope, on } from "../routes/route.ts";
import type { Answer } from "../wire.ts";
import { ok, requireGroup, type Context } from "./context.ts";

function listPermissions(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  return ok({
    value: rolesHeld(c.tx, c.caller, c.id.scope || groupPath(c.id)).flatMap((r) => r.properties.permissions),
  });
}
/** Without a filter also those below the scope. */
function listDenyAssignments(c: Context): Answer {
  const at = c.id.scope;
  const filter = c.query.get("$filter") ?? "";
  const who = /principalId eq '([^']+)'/i.exec(filter)?.[1];
  const found = denialsIn(c.tx).filter(({ properties: { scope, principals } }) => {
    const isHere = within(at, scope) || (!/atScope\(\)/i.test(filter) && within(scope, at));
    return isHere && (who === undefined || principals.some(({ id }) => lower(id) === lower(who)));
  });
  return ok({ value: found });
}

export const permissionRoutes = [
  ...on(atScope("Microsoft.Authorization/permissions"), ["GET", "Permissions_ListForResource", listPermissions]),
  ...on(atScope("Microsoft.Authorization/denyAssignments"), [
    "GET",
    "DenyAssignments_ListForScope",
    listDenyAssignments,
  ]),
];
