/** Resource groups. Deleting one takes everything inside with it. */
import { allowed } from "../rbac/evaluate.ts";
import { isRegion, location, regionNames } from "../regions.ts";
import { groupPath, nameOf, parseId, within } from "../resource-id.ts";
import { on } from "../routes/route.ts";
import { view } from "../store.ts";
import { AzureError, gatewayError, type Answer } from "../wire.ts";
import { ok, polite, requireGroup, type Context } from "./context.ts";

const type = "Microsoft.Resources/subscriptions/resourceGroups";
export function putGroup(c: Context): Answer {
  const name = c.id.group ?? "",
    was = c.tx.get(groupPath(c.id));
  if (name.length > 90 || !/^[\p{L}\p{N}\-_().]*[\p{L}\p{N}\-_()]$/u.test(name))
    throw new AzureError(
      400,
      "InvalidResourceGroup",
      `The provided resource group name '${name}' has these invalid characters or form: it may hold letters, digits and -_(). , at most 90, and may not end in a period.`,
    );
  if (was?.goneAt !== undefined)
    throw gatewayError(
      409,
      "ResourceGroupBeingDeleted",
      `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
    );
  if (typeof c.body["location"] !== "string")
    throw new AzureError(400, "LocationRequired", "The location property is required for this definition.");
  const at = location(c.body["location"]);
  if (!isRegion(at))
    throw new AzureError(
      400,
      "LocationNotAvailableForResourceGroup",
      `The provided location '${c.body["location"]}' is not available for resource group. List of available regions is '${regionNames.join(",")}'.`,
    );
  if (was && was.body["location"] !== at)
    throw new AzureError(
      409,
      "InvalidResourceGroupLocation",
      `Invalid resource group location '${at}'. The Resource group already exists in location '${was.body["location"]}'.`,
    );
  const id = was?.id ?? groupPath(c.id),
    tags = c.body["tags"] ?? was?.body["tags"];
  const body = {
    id,
    name: nameOf(id),
    type: "Microsoft.Resources/resourceGroups",
    location: at,
    ...(tags ? { tags } : {}),
    ...(c.body["managedBy"] ? { managedBy: c.body["managedBy"] } : {}),
    properties: { provisioningState: "Succeeded" },
  };
  c.tx.put({ id, body, createdAt: was?.createdAt ?? c.tx.now, ...c.tx.kept(id) });
  return { status: was ? 200 : 201, body };
}
export const getGroup = (c: Context): Answer => ok(view(requireGroup(c), c.tx.now));
export const headGroup = (c: Context): Answer => ({ status: c.tx.get(groupPath(c.id)) ? 204 : 404 });
export function patchGroup(c: Context): Answer {
  const e = requireGroup(c);
  if (c.body["tags"]) e.body["tags"] = c.body["tags"];
  c.tx.put(e);
  return ok(view(e, c.tx.now));
}
export function deleteGroup(c: Context): Answer {
  const e = requireGroup(c),
    goneAt = e.goneAt ?? c.tx.now + c.tx.latency.vmUpdateMs;
  for (const inside of c.tx.all()) if (within(inside.id, e.id)) c.tx.put({ ...structuredClone(inside), goneAt });
  if (c.tx.upstream) c.tx.put({ ...e, goneAt, hidden: { ...e.hidden, emptied: true } });
  const job = Buffer.from(
    JSON.stringify({
      jobId: `RESOURCEGROUPDELETIONJOB-${nameOf(e.id).toUpperCase()}-${String(e.body["location"]).toUpperCase()}`,
      jobLocation: e.body["location"],
    }),
  ).toString("base64url");
  const id = `/subscriptions/${c.id.subscription}/operationresults/${job}`;
  c.tx.put({
    id,
    body: {},
    createdAt: c.tx.now,
    readyAt: goneAt,
    hidden: { kind: "operation", provider: "Microsoft.Resources", name: job, output: null, error: null },
  });
  return { status: 202, headers: { location: `${c.origin}${id}?api-version=${c.apiVersion}`, ...polite(c) } };
}
export function listGroups(c: Context): Answer {
  const tag = /tagName eq '([^']+)'(?: and tagValue eq '([^']*)')?/i.exec(c.query.get("$filter") ?? "");
  const groups = c.tx.upstream
    ? c.tx.list(`/subscriptions/${c.id.subscription}`, type)
    : c.tx.all().filter((e) => parseId(e.id).type === type);
  return ok({
    value: groups
      .filter((e) => allowed(c.tx, c.caller, `${type}/read`, e.id))
      .map((e) => view(e, c.tx.now))
      .filter(
        (b) =>
          !tag ||
          (b["tags"]?.[tag[1] ?? ""] !== undefined && (tag[2] === undefined || b["tags"][tag[1] ?? ""] === tag[2])),
      ),
  });
}
export function listResources(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const scope = c.id.group ? groupPath(c.id) : `/subscriptions/${c.id.subscription}`;
  const wanted = /resourceType eq '([^']+)'/i.exec(c.query.get("$filter") ?? "")?.[1]?.toLowerCase();
  const own = c.tx
    .all()
    .filter(
      (e) =>
        e.id.includes("/providers/") &&
        e.hidden?.["kind"] === undefined &&
        within(e.id, scope) &&
        !/\/providers\/Microsoft\.Authorization\//i.test(e.id) &&
        parseId(e.id).types.length === 1,
    )
    .map((e) => view(e, c.tx.now));
  const value = [...own, ...c.tx.listed(scope)]
    .filter((b) => !wanted || String(b["type"]).toLowerCase() === wanted)
    .map(({ id, name, type, location, tags, identity, sku }) => ({
      id,
      name,
      type,
      location,
      ...(tags ? { tags } : {}),
      ...(identity ? { identity } : {}),
      ...(sku ? { sku } : {}),
    }));
  return ok({ value });
}

const one = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";
const readResources = "Microsoft.Resources/subscriptions/resources/read";
export const resourceGroupRoutes = [
  ...on(
    "/subscriptions/{subscriptionId}/resourceGroups",
    // Whoever may see a group sees it in the list.
    ["GET", "ResourceGroups_List", listGroups, { action: null }],
  ),
  ...on(
    one,
    ["GET", "ResourceGroups_Get", getGroup],
    ["HEAD", "ResourceGroups_CheckExistence", headGroup],
    ["PUT", "ResourceGroups_CreateOrUpdate", putGroup],
    ["PATCH", "ResourceGroups_Update", patchGroup],
    ["DELETE", "ResourceGroups_Delete", deleteGroup],
  ),
  ...on("/subscriptions/{subscriptionId}/resources", [
    "GET",
    "Resources_List",
    listResources,
    { action: readResources, type: "Microsoft.Resources/resources" },
  ]),
  ...on(`${one}/resources`, [
    "GET",
    "Resources_ListByResourceGroup",
    listResources,
    { action: readResources, type: "Microsoft.Resources/resources" },
  ]),
];
