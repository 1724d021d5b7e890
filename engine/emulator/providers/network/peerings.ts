/** Peerings of virtual networks: each is one half, and both halves together connect. */
import { lower, nameOf } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Shape } from "../../routes/shape.ts";
import type { Entry, Transaction } from "../../store.ts";
import type { Answer, Body } from "../../wire.ts";
import {
  linked,
  missingReference,
  noContent,
  ok,
  requireEntry,
  requirePreconditions,
  type Context,
} from "../context.ts";
import { page } from "../lists.ts";
import { overlap, rangesOf } from "./addresses.ts";
import { bad, changePart, networks, notThere, refersTo, requireId, shownPart } from "./network-resource.ts";

const type = `${networks}/virtualNetworkPeerings`;
export const peeringShape: Shape = {
  name: "string",
  properties: {
    remoteVirtualNetwork: { id: "string" },
    allowVirtualNetworkAccess: "boolean",
    allowForwardedTraffic: "boolean",
    allowGatewayTransit: "boolean",
    useRemoteGateways: "boolean",
    doNotVerifyRemoteGateways: "boolean",
  },
};
const prefixesOf = (network: Entry | null): string[] =>
  (network?.body["properties"].addressSpace?.addressPrefixes as string[] | undefined) ?? [];
const entriesOf = (tx: Transaction, networkId: string): Entry[] =>
  tx.allOfType(type).filter((e) => lower(e.id).startsWith(`${lower(networkId)}/`));

/** Those that were written here, and those that a target showed inside of its network. */
export function peeringsOf(tx: Transaction, whole: Entry): Body[] {
  const own = entriesOf(tx, whole.id);
  const inline: Body[] = whole.body["properties"].virtualNetworkPeerings ?? [];
  return [
    ...inline.filter((p) => !tx.isKnown(String(p["id"]))),
    ...own.map((e) => ({ ...e.body, properties: { ...e.body["properties"], ...stateOf(tx, whole, e.body, e) } })),
  ];
}
const remoteOf = (peering: Body): string => String(peering["properties"]?.remoteVirtualNetwork?.id ?? "");
/** `Disconnected`: the other half was there, and went. */
function stateOf(tx: Transaction, whole: Entry, peering: Body, e: Entry): Body {
  const remote = remoteOf(peering);
  const isAnswered = entriesOf(tx, remote).some((o) => refersTo({ id: remoteOf(o.body) }, whole.id));
  const peeringState = isAnswered ? "Connected" : e.hidden?.["connected"] === true ? "Disconnected" : "Initiated";
  const known = tx.isKnown(remote) ? prefixesOf(tx.get(remote)) : [];
  const addressPrefixes = known.length
    ? known
    : (peering["properties"].remoteAddressSpace?.addressPrefixes as string[]);
  return { peeringState, remoteAddressSpace: { addressPrefixes } };
}
/** As it is kept; the caller may use the other network, and the two do not overlap. */
export function peeringOf(c: Context, network: { id: string; prefixes: readonly string[] }, given: Body): Body {
  const id = `${network.id}/virtualNetworkPeerings/${given["name"]}`;
  const p: Body = given["properties"] ?? {};
  const remoteId = requireId(p["remoteVirtualNetwork"]?.id, "properties.remoteVirtualNetwork.id");
  const remote = c.tx.get(remoteId);
  if (!remote || remote.goneAt !== undefined) throw missingReference(c, remoteId);
  linked(c, "Microsoft.Network/virtualNetworks/peer/action", remoteId);
  const theirs = prefixesOf(remote);
  const both = rangesOf(network.prefixes, network.id).flatMap((a) =>
    rangesOf(theirs, remote.id)
      .filter((b) => overlap(a, b))
      .map((b) => [a.text, b.text]),
  );
  if (both.length > 0)
    throw bad(
      "VnetAddressSpacesOverlap",
      `Cannot create or update peering ${id}. Virtual networks ${network.id} and ${remote.id} cannot be peered because their address spaces overlap. Overlapping address prefixes: ${[...new Set(both.flat())].join(", ")}`,
    );
  const pair = [lower(network.id), lower(remote.id)].toSorted().join("|");
  return {
    name: given["name"] as unknown,
    id,
    etag: "",
    properties: {
      provisioningState: "Updating",
      resourceGuid: c.tx.invent.guid("peering", pair),
      peeringState: "Initiated",
      ...(c.apiVersion < "2021-02-01" ? {} : { peeringSyncLevel: "FullyInSync" }),
      remoteVirtualNetwork: { id: remoteId },
      allowVirtualNetworkAccess: p["allowVirtualNetworkAccess"] ?? true,
      allowForwardedTraffic: p["allowForwardedTraffic"] ?? false,
      allowGatewayTransit: p["allowGatewayTransit"] ?? false,
      useRemoteGateways: p["useRemoteGateways"] ?? false,
      doNotVerifyRemoteGateways: p["doNotVerifyRemoteGateways"] ?? false,
      remoteAddressSpace: { addressPrefixes: theirs },
      ...(c.apiVersion < "2021-02-01" ? {} : { remoteVirtualNetworkAddressSpace: { addressPrefixes: theirs } }),
      // Told until 2020, and in no document.
      ...(c.apiVersion < "2021-01-01" ? { routeServiceVips: {} } : {}),
    },
    type,
  };
}
/** Both halves remember that they were connected. */
export function putPeeringEntry(c: Context, networkId: string, body: Body): Entry {
  const was = c.tx.get(String(body["id"]));
  const answers = entriesOf(c.tx, remoteOf(body)).filter((o) => refersTo({ id: remoteOf(o.body) }, networkId));
  const connected = answers.length > 0 || was?.hidden?.["connected"] === true;
  for (const o of answers) c.tx.put({ ...structuredClone(o), hidden: { ...o.hidden, connected: true } });
  const e: Entry = {
    id: was?.id ?? String(body["id"]),
    body: was ? { ...body, id: was.id, name: nameOf(was.id) } : body,
    createdAt: was?.createdAt ?? c.tx.now,
    hidden: { ...was?.hidden, connected },
  };
  c.tx.put(e);
  return e;
}

const wholeOf = (c: Context): Entry => requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));
const found = (c: Context, whole: Entry): Body | undefined =>
  peeringsOf(c.tx, whole).find((p) => lower(String(p["id"])) === lower(c.id.path));

function listPeerings(c: Context): Answer {
  const whole = wholeOf(c);
  return page(
    c,
    peeringsOf(c.tx, whole).map((p) => shownPart(c, whole, p)),
  );
}
function getPeering(c: Context): Answer {
  const whole = wholeOf(c);
  const peering = found(c, whole);
  if (!peering) throw notThere(c.id.path);
  const body = shownPart(c, whole, peering);
  return ok(body, { etag: String(body["etag"]) });
}
function putPeering(c: Context): Answer {
  const whole = wholeOf(c);
  const was = found(c, whole);
  requirePreconditions(c, was && shownPart(c, whole, was)["etag"]);
  const given = { name: c.id.names[1], properties: c.body["properties"] as unknown };
  const body = peeringOf(c, { id: whole.id, prefixes: prefixesOf(whole) }, given);
  putPeeringEntry(c, whole.id, body);
  return changePart(c, whole, found(c, whole) ?? body, was ? 200 : 201);
}
function deletePeering(c: Context): Answer {
  const whole = wholeOf(c);
  const was = found(c, whole);
  if (!was) return noContent;
  requirePreconditions(c, shownPart(c, whole, was)["etag"]);
  c.tx.remove(String(was["id"]));
  return changePart(c, whole, undefined, 202);
}
const collection = `${networks}/{virtualNetworkName}/virtualNetworkPeerings`;
export const peeringRoutes = [
  ...on(inGroup(collection), ["GET", "VirtualNetworkPeerings_List", listPeerings]),
  ...on(
    inGroup(`${collection}/{virtualNetworkPeeringName}`),
    ["GET", "VirtualNetworkPeerings_Get", getPeering],
    ["PUT", "VirtualNetworkPeerings_CreateOrUpdate", putPeering, { body: peeringShape }],
    ["DELETE", "VirtualNetworkPeerings_Delete", deletePeering],
  ),
];
