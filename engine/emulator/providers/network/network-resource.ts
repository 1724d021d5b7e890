/** What all network resources have in common: ETags, states that their parts share, and who uses them. */
import { lower, nameOf } from "../../resource-id.ts";
import { inGroup, inSubscription, on, type Route } from "../../routes/route.ts";
import type { Shape } from "../../routes/shape.ts";
import type { Entry, Transaction } from "../../store.ts";
import { AzureError, gatewayError, type Answer, type Body } from "../../wire.ts";
import {
  linked,
  missingReference,
  noContent,
  ok,
  requireEntry,
  requireGroup,
  requireLocation,
  requirePreconditions,
  startOperation,
  type Context,
} from "../context.ts";
import { page } from "../lists.ts";
import { allowed } from "../../rbac/evaluate.ts";

export const provider = "Microsoft.Network" as const;
export const interfaces = "Microsoft.Network/networkInterfaces";
export const networks = "Microsoft.Network/virtualNetworks";
export const groups = "Microsoft.Network/networkSecurityGroups";
export const publicIps = "Microsoft.Network/publicIPAddresses";

/** Errors of the network provider have an empty list of details. */
export const bad = (code: string, message: string): AzureError => new AzureError(400, code, message, { details: [] });
export const notThere = (id: string): AzureError =>
  new AzureError(404, "NotFound", `Resource ${id} not found.`, { details: [] });

/** What the network provider says of a body that it cannot make its own things of. */
export const unreadable = (code: string, message: string): AzureError =>
  new AzureError(400, "InvalidRequestFormat", "Cannot parse the request.", { details: [{ code, message }] });
/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork */
export function requireName(name: string): void {
  if (/^\w([\w.-]{0,78}\w)?$/.test(name)) return;
  throw bad(
    "InvalidResourceName",
    `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
  );
}
/** Each part of a whole has a name of its own. */
export function requirePartNames(parts: readonly Body[], path: string, type: string): void {
  const seen = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const name: unknown = part["name"];
    if (typeof name !== "string" || name === "")
      throw unreadable("InvalidJson", `Required property 'name' not found in JSON. Path '${path}[${index}]'.`);
    requireName(name);
    if (seen.has(lower(name)))
      throw unreadable(
        "DuplicateResourceName",
        `Resource /subscriptions//resourceGroups//providers/${type}/ has two child resources with the same name (${name}).`,
      );
    seen.add(lower(name));
  }
}

/** The interfaces that are known here; a rehearsal asks its target for the others where that matters. */
export const knownInterfaces = (tx: Transaction): Entry[] => tx.allOfType(interfaces);
export const allInterfaces = (c: Context): Entry[] => c.tx.list(`/subscriptions/${c.id.subscription}`, interfaces);
export const configurationsOf = (e: Entry): Body[] =>
  (e.body["properties"]?.ipConfigurations as Body[] | undefined) ?? [];
export const refersTo = (part: Body | undefined, id: string): boolean =>
  lower(String(part?.["id"] ?? "")) === lower(id);
export function usersOf(nics: readonly Entry[], id: string, field: "subnet" | "publicIPAddress"): string[] {
  return nics
    .flatMap(configurationsOf)
    .filter((i) => refersTo(i["properties"]?.[field] as Body | undefined, id))
    .map((i) => String(i["id"]));
}
/** A security group that exists, in the same region, and that the caller may use. */
export function requireSecurityGroup(c: Context, given: Body | undefined, region: string): void {
  if (given === undefined) return;
  requireReference(c, given["id"], region, "Microsoft.Network/networkSecurityGroups/join/action");
}
export function requireReference(c: Context, given: unknown, region: string, action: string): Entry {
  const id = requireId(given, "id");
  const entry = c.tx.get(id);
  if (!entry || entry.body["location"] !== region || entry.goneAt !== undefined) throw missingReference(c, id);
  linked(c, action, id);
  return entry;
}
/** A reference must at least look like one. */
export function requireId(given: unknown, path: string): string {
  if (typeof given === "string" && /^\/subscriptions\/[^/]+\//i.test(given)) return given;
  throw gatewayError(
    400,
    "LinkedInvalidPropertyId",
    `Property id '${typeof given === "string" ? given : ""}' at path '${path}' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
  );
}

const parts = ["subnets", "virtualNetworkPeerings", "securityRules", "defaultSecurityRules", "ipConfigurations"];
/** What a client sees: state and ETag of the whole are those of its parts. */
export function shownNetwork(tx: Transaction, e: Entry, extra: Body = {}): Body {
  const isPending = (e.readyAt ?? 0) > tx.now;
  const state = e.goneAt !== undefined ? "Deleting" : isPending ? (e.pending ?? "Updating") : (e.ended ?? "Succeeded");
  const tags: [string, string] | undefined = e.hidden?.["etags"];
  const etag = tags?.[isPending ? 0 : 1];
  const body = structuredClone(e.body);
  const stamp = (part: Body): Body => ({
    ...part,
    ...(etag === undefined || part["etag"] === undefined ? {} : { etag }),
    properties: { ...part["properties"], provisioningState: state },
  });
  const shown = stamp({ ...body, properties: { ...body["properties"], ...extra } });
  for (const name of parts) {
    const list: Body[] | undefined = shown["properties"][name];
    if (list && !("id" in (list[0] ?? {}) && list[0]?.["properties"] === undefined))
      shown["properties"][name] = list.map(stamp);
  }
  return shown;
}
export const etagsFor = (c: Context, id: string): [string, string] => {
  // Two writes of one moment differ too.
  const [, before = ""]: [string?, string?] = c.tx.kept(id).hidden?.["etags"] ?? [];
  const make = (state: string) => `W/"${c.tx.invent.guid("etag", `${id}|${c.tx.now}|${state}|${before}`)}"`;
  return [make("updating"), make("settled")];
};

export interface NetworkType {
  readonly type: string;
  /** As in the operationId: `VirtualNetworks`. */
  readonly operations: string;
  readonly shape: Shape;
  /** The stored properties, worked out of what was sent. */
  properties(c: Context, id: string, region: string, was: Entry | null): Body;
  /** Throws when something else is at work on it. */
  requireIdle?(c: Context, e: Entry): void;
  /** Throws when something uses it. */
  requireUnused(c: Context, e: Entry): void;
  /** What other resources say about it. */
  shown?(c: Context, e: Entry): Body;
  readonly more?: (c: Context, was: Entry | null) => Body;
  /** Settled as soon as it is written. */
  readonly isImmediate?: true;
}

export const view = (c: Context, t: NetworkType, e: Entry): Body => shownNetwork(c.tx, e, t.shown?.(c, e));

function put(t: NetworkType, c: Context): Answer {
  requireGroup(c);
  const was = c.tx.get(c.id.path);
  requirePreconditions(c, was && view(c, t, was)["etag"]);
  const region = requireLocation(c, was);
  const id = was?.id ?? c.id.path;
  requireName(nameOf(id));
  if (was?.goneAt !== undefined) throw inProgress(was);
  if (was) t.requireIdle?.(c, was);
  const etags = etagsFor(c, id);
  const body: Body = {
    name: nameOf(id),
    id,
    etag: etags[0],
    type: t.type,
    location: region,
    ...(c.body["tags"] === undefined ? {} : { tags: c.body["tags"] as unknown }),
    ...t.more?.(c, was),
    properties: {
      provisioningState: "Updating",
      resourceGuid: was?.body["properties"].resourceGuid ?? c.tx.invent.guid("resourceGuid", id),
      ...t.properties(c, id, region, was),
    },
  };
  const readyAt = c.tx.now + (t.isImmediate ? 0 : c.tx.latency.networkMs);
  const e: Entry = {
    id,
    body,
    createdAt: was?.createdAt ?? c.tx.now,
    readyAt,
    pending: "Updating",
    hidden: { ...was?.hidden, etags },
  };
  c.tx.put(e);
  return {
    status: was ? 200 : 201,
    body: view(c, t, e),
    headers: {
      ...startOperation(c, { provider, region, readyAt }),
      // Networks and interfaces announce themselves when they are made, not when they are changed.
      ...(was && (t.type === networks || t.type === interfaces) ? {} : { "azure-asyncnotification": "Enabled" }),
    },
  };
}
const inProgress = (e: Entry): AzureError =>
  new AzureError(
    409,
    "AnotherOperationInProgress",
    `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${String(e.hidden?.["operation"])}.`,
    { details: [] },
  );
function get(t: NetworkType, c: Context): Answer {
  const body = view(c, t, requireEntry(c));
  return ok(body, { etag: String(body["etag"]) });
}
function list(t: NetworkType, c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const entries = c.tx.list(c.id.scope, t.type);
  const seen = c.id.group ? entries : entries.filter((e) => allowed(c.tx, c.caller, `${t.type}/read`, e.id));
  return page(
    c,
    seen.map((e) => view(c, t, e)),
  );
}
function patch(t: NetworkType, c: Context): Answer {
  const e = requireEntry(c);
  requirePreconditions(c, view(c, t, e)["etag"]);
  if (c.body["tags"] !== undefined) e.body["tags"] = c.body["tags"];
  e.hidden = { ...e.hidden, etags: etagsFor(c, e.id) };
  c.tx.put(e);
  return ok(view(c, t, e));
}
function remove(t: NetworkType, c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  requirePreconditions(c, view(c, t, e)["etag"]);
  t.requireUnused(c, e);
  const goneAt = c.tx.now + c.tx.latency.networkMs;
  const region = e.body["location"] as string;
  const headers = startOperation(c, { provider, region, readyAt: goneAt, location: true, finalStatus: 204 });
  c.tx.put({ ...e, goneAt, hidden: { ...e.hidden, operation: headers["azure-asyncoperation"] } });
  const below = `${lower(e.id)}/`;
  for (const part of c.tx.all()) if (lower(part.id).startsWith(below)) c.tx.put({ ...structuredClone(part), goneAt });
  return { status: 202, headers: { ...headers, "azure-asyncnotification": "Enabled" } };
}
export function routesOf(t: NetworkType): Route[] {
  return [
    ...on(inSubscription(t.type), ["GET", `${t.operations}_ListAll`, (c) => list(t, c)]),
    ...on(inGroup(t.type), ["GET", `${t.operations}_List`, (c) => list(t, c)]),
    ...on(
      inGroup(`${t.type}/{name}`),
      ["GET", `${t.operations}_Get`, (c) => get(t, c)],
      ["PUT", `${t.operations}_CreateOrUpdate`, (c) => put(t, c), { body: t.shape }],
      ["PATCH", `${t.operations}_UpdateTags`, (c) => patch(t, c), { body: { tags: "map" } }],
      ["DELETE", `${t.operations}_Delete`, (c) => remove(t, c)],
    ),
  ];
}
/** The answer to a change of a part: a subnet, a rule. The whole is written, and all of it is being updated. */
export function changePart(c: Context, whole: Entry, part: Body | undefined, status: 200 | 201 | 202): Answer {
  const readyAt = c.tx.now + c.tx.latency.networkMs;
  const changed: Entry = {
    ...whole,
    readyAt,
    pending: "Updating",
    hidden: { ...whole.hidden, etags: etagsFor(c, whole.id) },
  };
  c.tx.put(changed);
  const region: string = whole.body["location"];
  if (part === undefined)
    return { status, headers: startOperation(c, { provider, region, readyAt, location: true, finalStatus: 204 }) };
  return { status, body: shownPart(c, changed, part), headers: startOperation(c, { provider, region, readyAt }) };
}
export function shownPart(c: Context, whole: Entry, part: Body): Body {
  const isPending = (whole.readyAt ?? 0) > c.tx.now;
  const etags: [string, string] | undefined = whole.hidden?.["etags"];
  const etag = etags?.[isPending ? 0 : 1] ?? part["etag"];
  return {
    ...part,
    ...(etag === undefined ? {} : { etag: etag as unknown }),
    properties: { ...part["properties"], provisioningState: isPending ? "Updating" : "Succeeded" },
  };
}
