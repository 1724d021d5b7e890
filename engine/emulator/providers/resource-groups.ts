/** Resource groups. Deleting one takes everything inside with it. */
import { allowed } from "../rbac/evaluate.ts";
import { isRegion, location, regionNames } from "../regions.ts";
import { groupPath, nameOf, parseId, within } from "../resource-id.ts";
import { on } from "../routes/route.ts";
import { view, type Entry } from "../store.ts";
import { gatewayError, type Answer, type Body } from "../wire.ts";
import { page } from "./lists.ts";
import { ok, polite, requireGroup, type Context } from "./context.ts";

const type = "Microsoft.Resources/subscriptions/resourceGroups";
export function putGroup(c: Context): Answer {
  const name = c.id.group ?? "",
    was = c.tx.get(groupPath(c.id));
  if (name.length > 90 || !/^[\p{L}\p{N}\-_().]*[\p{L}\p{N}\-_()]$/u.test(name))
    throw gatewayError(
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
    throw gatewayError(400, "LocationRequired", "The location property is required for this definition.");
  const at = location(c.body["location"]);
  if (!isRegion(at))
    throw gatewayError(
      400,
      "LocationNotAvailableForResourceGroup",
      `The provided location '${c.body["location"]}' is not available for resource group. List of available regions is '${regionNames.join(",")}'.`,
    );
  if (was && was.body["location"] !== at)
    throw gatewayError(
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
export function headGroup(c: Context): Answer {
  requireGroup(c);
  return { status: 204 };
}
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
    hidden: { kind: "operation", provider: "Microsoft.Resources", name: job, output: null, error: null, group: e.id },
  });
  return { status: 202, headers: { location: `${c.origin}${id}?api-version=${c.apiVersion}`, ...polite(c) } };
}
type Filter = (resource: Body) => boolean;
const clauses: [RegExp, (value: string) => Filter][] = [
  [/^resourceType eq '([^']*)'$/i, (v) => (b) => same(b["type"], v)],
  [/^resourceType ne '([^']*)'$/i, (v) => (b) => !same(b["type"], v)],
  [/^name eq '([^']*)'$/i, (v) => (b) => same(b["name"], v)],
  [/^location eq '([^']*)'$/i, (v) => (b) => same(b["location"], location(v))],
  [/^resourceGroup eq '([^']*)'$/i, (v) => (b) => same(parseId(String(b["id"])).group, v)],
  [/^substringof\('([^']*)', ?name\)$/i, (v) => (b) => String(b["name"]).toLowerCase().includes(v.toLowerCase())],
  [/^tagName eq '([^']*)'$/i, (v) => (b) => tagOf(b, v) !== undefined],
];
const same = (a: unknown, b: string): boolean => String(a).toLowerCase() === b.toLowerCase();
const tagOf = (b: Body, name: string): unknown =>
  Object.entries((b["tags"] as Body | undefined) ?? {}).find(([k]) => same(k, name))?.[1] as unknown;
/** `resourceType eq '…' and name eq '…'`, and tags in pairs. Throws what Azure says of what it cannot read. */
function filterOf(c: Context): Filter {
  const text = [...c.query].find(([key]) => key.toLowerCase() === "$filter")?.[1]?.trim() ?? "";
  if (text === "") return () => true;
  const pair = /tagName eq '([^']+)' and tagValue eq '([^']*)'/i.exec(text);
  const filters: Filter[] = pair ? [(b) => tagOf(b, pair[1] ?? "") === pair[2]] : [];
  const rest = pair ? text.replace(pair[0], "") : text;
  for (const part of rest
    .split(/ and /i)
    .map((t) => t.trim())
    .filter((t) => t !== "" && !/^and$/i.test(t))) {
    const found = clauses
      .map(([form, make]) => [form.exec(part)?.[1], make] as const)
      .find(([value]) => value !== undefined);
    if (found?.[0] === undefined)
      throw gatewayError(400, "InvalidFilterInQueryString", `Invalid $filter '${text}' specified in the query string.`);
    filters.push(found[1](found[0]));
  }
  return (b) => filters.every((f) => f(b));
}
export function listGroups(c: Context): Answer {
  const wanted = filterOf(c);
  const groups = c.tx.upstream
    ? c.tx.list(`/subscriptions/${c.id.subscription}`, type)
    : c.tx.all().filter((e) => parseId(e.id).type === type);
  return page(
    c,
    groups
      .filter((e) => allowed(c.tx, c.caller, `${type}/read`, e.id))
      .map((e) => view(e, c.tx.now))
      .filter(wanted),
  );
}
export function listResources(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const wanted = filterOf(c);
  const scope = c.id.group ? groupPath(c.id) : `/subscriptions/${c.id.subscription}`;
  const expand = [...c.query].find(([key]) => key.toLowerCase() === "$expand")?.[1] ?? "";
  const own = c.tx
    .all()
    .filter(
      (e) =>
        e.id.includes("/providers/") &&
        e.hidden?.["kind"] === undefined &&
        within(e.id, scope) &&
        !/\/providers\/Microsoft\.(Authorization|Resources)\//i.test(e.id) &&
        // Parts of a resource are listed where they have a place of their own: extensions of VMs, say.
        (parseId(e.id).types.length === 1 || e.body["location"] !== undefined),
    )
    .map((e) => ({ ...brief(view(e, c.tx.now)), ...expanded(e, expand, c.tx.now) }));
  return page(c, [...own, ...c.tx.listed(scope).map(brief)].filter(wanted));
}
function brief({ id, name, type: of, location: at, tags, identity, sku, kind, managedBy, plan }: Body): Body {
  const some = { tags, identity, sku, kind, managedBy, plan };
  return {
    id,
    name,
    type: of,
    location: at,
    ...Object.fromEntries(Object.entries(some).filter(([, v]) => v !== undefined)),
  } as Body;
}
function expanded(e: Entry, expand: string, now: number): Body {
  const has = (what: string) => new RegExp(`(^|,)\\s*${what}\\s*(,|$)`, "i").test(expand);
  return {
    ...(has("createdTime") ? { createdTime: new Date(e.createdAt).toISOString() } : {}),
    ...(has("changedTime") ? { changedTime: new Date(Math.min(now, e.readyAt ?? e.createdAt)).toISOString() } : {}),
    ...(has("provisioningState")
      ? { provisioningState: (view(e, now)["properties"]?.provisioningState as string | undefined) ?? "Succeeded" }
      : {}),
  };
}

const shape = { location: "string", tags: "map", managedBy: "string", properties: "object" } as const;
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
    ["PUT", "ResourceGroups_CreateOrUpdate", putGroup, { body: shape }],
    ["PATCH", "ResourceGroups_Update", patchGroup, { body: { tags: "map", properties: "object" } }],
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
