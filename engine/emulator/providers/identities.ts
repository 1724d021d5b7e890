/** User-assigned managed identities. */
import { groupPath, nameOf } from "../resource-id.ts";
import { inGroup, inSubscription, on } from "../routes/route.ts";
import { view } from "../store.ts";
import { AzureError, type Answer, type Body } from "../wire.ts";
import { listOfType } from "./lists.ts";
import { noContent, ok, requireEntry, requireGroup, requireLocation, type Context } from "./context.ts";

export const identityType = "Microsoft.ManagedIdentity/userAssignedIdentities";
export const principalKey = (objectId: string): string => `/principals/${objectId}`;
export function putIdentity(c: Context): Answer {
  requireGroup(c);
  const was = c.tx.get(c.id.path),
    at = requireLocation(c, was),
    name = c.id.names[0] ?? "";
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/.test(name))
    throw new AzureError(
      400,
      "InvalidResourceName",
      `The resource name '${name}' is invalid: 3 to 128 letters, digits, '-' and '_', starting with a letter or digit.`,
    );
  const id =
    was?.id ??
    `/subscriptions/${c.id.subscription}/resourcegroups/${nameOf(c.tx.get(groupPath(c.id))?.id ?? "")}/providers/${identityType}/${name}`;
  // A deleted and re-created identity is another principal.
  const generation = was ? 0 : Number(c.tx.get(`/generations${id}`)?.body["n"] ?? 0);
  const salt = generation ? `${id}|${generation}` : id;
  const isolationScope: unknown = c.body["properties"]?.isolationScope;
  const properties = {
    ...(was?.body["properties"] ?? {
      tenantId: c.tx.tenantId,
      principalId: c.tx.invent.guid("principalId", salt),
      clientId: c.tx.invent.guid("clientId", salt),
    }),
    ...(isolationScope === undefined ? {} : { isolationScope }),
  };
  const body = {
    id,
    name: nameOf(id),
    type: identityType,
    location: at,
    tags: c.body["tags"] ?? was?.body["tags"] ?? {},
    properties,
  };
  c.tx.put({ id, body, createdAt: was?.createdAt ?? c.tx.now });
  if (!was)
    c.tx.put({
      id: principalKey(properties.principalId),
      body: {},
      createdAt: c.tx.now,
      visibleAt: c.tx.now + c.tx.latency.principalVisibleMs,
      hidden: { kind: "principal" },
    });
  return { status: was ? 200 : 201, body: shown(c, body), headers: was ? {} : { location: id } };
}
/** The first version told where the identity's secret could be had. */
function shown(c: Context, body: Body): Body {
  if (c.apiVersion < "2024-11-30") body = { ...body, properties: { ...body["properties"], isolationScope: undefined } };
  if (c.apiVersion > "2015-08-31-preview") return body;
  const { principalId, clientId } = body["properties"];
  const clientSecretUrl = `https://control-${body["location"]}.identity.azure.net${body["id"]}/credentials?tid=${c.tx.tenantId}&oid=${principalId}&aid=${clientId}`;
  return { ...body, properties: { ...body["properties"], clientSecretUrl } };
}
export const getIdentity = (c: Context): Answer => ok(shown(c, view(requireEntry(c), c.tx.now)));
export function patchIdentity(c: Context): Answer {
  const e = requireEntry(c);
  if (c.body["tags"]) e.body["tags"] = c.body["tags"];
  const isolationScope: unknown = c.body["properties"]?.isolationScope;
  if (isolationScope !== undefined) e.body["properties"] = { ...e.body["properties"], isolationScope };
  c.tx.put(e);
  return ok(shown(c, e.body));
}
export function deleteIdentity(c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  c.tx.remove(e.id);
  for (const below of c.tx.all())
    if (below.id.toLowerCase().startsWith(`${e.id.toLowerCase()}/`)) c.tx.remove(below.id);
  c.tx.remove(principalKey(e.body["properties"].principalId));
  c.tx.put({
    id: `/generations${e.id}`,
    body: { n: Number(c.tx.get(`/generations${e.id}`)?.body["n"] ?? 0) + 1 },
    createdAt: c.tx.now,
    hidden: { kind: "generation" },
  });
  return { status: 200 };
}

export const identityRoutes = [
  ...on(inSubscription(identityType), ["GET", "UserAssignedIdentities_ListBySubscription", listOfType]),
  ...on(inGroup(identityType), ["GET", "UserAssignedIdentities_ListByResourceGroup", listOfType]),
  ...on(
    inGroup(`${identityType}/{resourceName}`),
    ["GET", "UserAssignedIdentities_Get", getIdentity],
    ["PUT", "UserAssignedIdentities_CreateOrUpdate", putIdentity, { body: { location: "string", tags: "map" } }],
    ["PATCH", "UserAssignedIdentities_Update", patchIdentity, { body: { tags: "map" } }],
    ["DELETE", "UserAssignedIdentities_Delete", deleteIdentity],
  ),
];
