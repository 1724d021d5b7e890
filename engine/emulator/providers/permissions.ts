/** What the caller may do, and what nobody may: permissions and deny assignments. */
import { rolesHeld } from "../rbac/evaluate.ts";
import { groupPath } from "../resource-id.ts";
import { atScope, on } from "../routes/route.ts";
import type { Answer } from "../wire.ts";
import { ok, requireGroup, type Context } from "./context.ts";

function listPermissions(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  return ok({
    value: rolesHeld(c.tx, c.caller, c.id.scope || groupPath(c.id)).flatMap((r) => r.properties.permissions),
  });
}
/** Only Azure itself makes deny assignments. */
const listDenyAssignments = (): Answer => ok({ value: [] });

export const permissionRoutes = [
  ...on(atScope("Microsoft.Authorization/permissions"), ["GET", "Permissions_ListForResource", listPermissions]),
  ...on(atScope("Microsoft.Authorization/denyAssignments"), [
    "GET",
    "DenyAssignments_ListForScope",
    listDenyAssignments,
  ]),
];
