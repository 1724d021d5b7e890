/** `{resource}/providers/Microsoft.ManagedIdentity/identities/default`: the identity that a resource has of its own. */
import { atScope, on } from "../routes/route.ts";
import { parseId } from "../resource-id.ts";
import type { Answer, Body } from "../wire.ts";
import { notFound, ok, requireEntry, type Context } from "./context.ts";

const type = "Microsoft.ManagedIdentity/identities";
function getSystemIdentity(c: Context): Answer {
  const { id } = c;
  if (id.group === undefined || id.scope.split("/").length < 9) throw notFound({ ...id, group: id.group ?? "" });
  c.id = parseId(id.scope);
  const owner = requireEntry(c);
  c.id = id;
  const identity: Body | undefined = owner.body["identity"];
  if (identity?.["principalId"] === undefined) throw notFound({ ...id, group: id.group ?? "" });
  return ok({
    id: `${owner.id}/providers/${type}/default`,
    name: "default",
    type,
    location: owner.body["location"] as unknown,
    tags: owner.body["tags"] ?? {},
    properties: {
      tenantId: c.tx.tenantId,
      principalId: identity["principalId"] as unknown,
      clientId: c.tx.invent.guid("clientId", owner.id),
    },
  });
}
export const systemIdentityRoutes = on(atScope(`${type}/default`), [
  "GET",
  "SystemAssignedIdentities_GetByScope",
  getSystemIdentity,
]);
