/** Virtual networks, and the subnets that live inside them. */
import { lower } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Shape } from "../../routes/shape.ts";
import type { Entry } from "../../store.ts";
import type { Answer, AzureError, Body } from "../../wire.ts";
import { noContent, ok, requireEntry, requirePreconditions, type Context } from "../context.ts";
import {
  addressOf,
  contains,
  firstUsable,
  holds,
  isReserved,
  overlap,
  rangeOf,
  rangesOf,
  textOf,
} from "./addresses.ts";
import {
  allInterfaces,
  bad,
  changePart,
  configurationsOf,
  knownInterfaces,
  networks,
  notThere,
  requireName,
  requirePartNames,
  requireSecurityGroup,
  routesOf,
  shownPart,
  usersOf,
  type NetworkType,
} from "./network-resource.ts";
import { peeringOf, peeringsOf, peeringShape, putPeeringEntry } from "./peerings.ts";

const subnetShape: Shape = {
  name: "string",
  properties: {
    addressPrefix: "string",
    addressPrefixes: ["string"],
    networkSecurityGroup: { id: "string" },
    routeTable: { id: "string" },
    natGateway: { id: "string" },
    delegations: [{ name: "string", properties: { serviceName: "string" } }],
    serviceEndpoints: [{ service: "string", locations: ["string"] }],
    privateEndpointNetworkPolicies: "string",
    privateLinkServiceNetworkPolicies: "string",
  },
};
export const prefixesOf = (subnet: Body): string[] => {
  const p: Body = subnet["properties"] ?? {};
  return p["addressPrefix"] === undefined
    ? ((p["addressPrefixes"] as string[] | undefined) ?? [])
    : [String(p["addressPrefix"])];
};
export const subnetsIn = (e: Entry): Body[] => (e.body["properties"].subnets as Body[] | undefined) ?? [];

const delegation = (subnet: string, d: Body): Body => ({
  name: d["name"] as unknown,
  id: `${subnet}/delegations/${d["name"]}`,
  etag: "",
  properties: {
    provisioningState: "Succeeded",
    actions: ["Microsoft.Network/virtualNetworks/subnets/join/action"],
    ...d["properties"],
  },
  type: `${networks}/subnets/delegations`,
});
/** Services that a subnet may have an end of: https://learn.microsoft.com/azure/virtual-network/virtual-network-service-endpoints-overview */
const services = new Set(
  `microsoft.storage microsoft.storage.global microsoft.sql microsoft.azurecosmosdb microsoft.keyvault microsoft.servicebus
  microsoft.eventhub microsoft.web microsoft.cognitiveservices microsoft.containerregistry microsoft.azureactivedirectory
  microsoft.networkserviceendpointtest microsoft.datafactory microsoft.batch`.split(/\s+/),
);
function requireServices(c: Context, subnet: string, endpoints: readonly Body[]): void {
  const seen = new Set<string>();
  for (const endpoint of endpoints) {
    const service = lower(String(endpoint["service"] ?? ""));
    if ((!services.has(service) && !c.tx.upstream) || service === "" || seen.has(service))
      throw bad(
        "SubnetWithInvalidServiceEndpoint",
        `Subnet ${subnet} has an invalid or repeated service endpoint '${String(endpoint["service"] ?? "")}'.`,
      );
    seen.add(service);
  }
}
function subnetOf(c: Context, vnetId: string, region: string, given: Body): Body {
  const id = `${vnetId}/subnets/${given["name"]}`;
  const ipam: unknown[] | undefined = given["properties"]?.ipamPoolPrefixAllocations;
  if (prefixesOf(given).length === 0 && !ipam?.length)
    throw bad(
      "SubnetAddressPrefixMissing",
      `Subnet ${id} needs properties.addressPrefix or properties.addressPrefixes.`,
    );
  const { ipConfigurations: _, delegations = [], serviceEndpoints, ...p }: Body = given["properties"] ?? {};
  requireSecurityGroup(c, p["networkSecurityGroup"] as Body | undefined, region);
  requireServices(c, id, (serviceEndpoints as Body[] | undefined) ?? []);
  requirePartNames(delegations as Body[], "properties.delegations", `${networks}/subnets`);
  return {
    name: given["name"] as unknown,
    id,
    etag: "",
    properties: {
      provisioningState: "Updating",
      ...p,
      ...(serviceEndpoints === undefined
        ? {}
        : {
            serviceEndpoints: (serviceEndpoints as Body[]).map((s) => ({
              provisioningState: "Succeeded",
              locations: [region],
              ...s,
            })),
          }),
      delegations: (delegations as Body[]).map((d) => delegation(id, d)),
      // Newer versions protect private endpoints only when asked to.
      privateEndpointNetworkPolicies:
        p["privateEndpointNetworkPolicies"] ?? (c.apiVersion < "2022-05-01" ? "Enabled" : "Disabled"),
      privateLinkServiceNetworkPolicies: p["privateLinkServiceNetworkPolicies"] ?? "Enabled",
    },
    type: `${networks}/subnets`,
  };
}
function requirePlace(vnet: { id: string; name: string; prefixes: readonly string[] }, subnets: readonly Body[]): void {
  const space = rangesOf(vnet.prefixes, vnet.id);
  for (const [index, one] of space.entries()) {
    const other = space.slice(0, index).find((s) => overlap(s, one));
    if (other)
      throw bad(
        "AddressPrefixesOverlap",
        `The address prefixes ${other.text} and ${one.text} of virtual network ${vnet.id} overlap.`,
      );
  }
  const seen: { name: string; ranges: ReturnType<typeof rangesOf> }[] = [];
  for (const subnet of subnets) {
    const name = String(subnet["name"]);
    const ranges = rangesOf(prefixesOf(subnet), String(subnet["id"]));
    for (const range of ranges) {
      if (!space.some((s) => contains(s, range)))
        throw bad("NetcfgInvalidSubnet", `Subnet '${name}' is not valid in virtual network '${vnet.name}'.`);
      if (seen.some((other) => other.ranges.some((r) => overlap(r, range))))
        throw bad(
          "NetcfgSubnetRangesOverlap",
          `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${vnet.name}'.`,
        );
    }
    seen.push({ name, ranges });
  }
}
const inUse = (subnet: Body, by: string): AzureError =>
  bad(
    "InUseSubnetCannotBeDeleted",
    `Subnet ${subnet["name"]} is in use by ${by} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  );
function requireNoUser(c: Context, subnet: Body): void {
  const by = usersOf(allInterfaces(c), String(subnet["id"]), "subnet")[0];
  if (by !== undefined) throw inUse(subnet, by);
}
/** A subnet names the interfaces in it. */
function withUsers(c: Context, subnet: Body): Body {
  const ids = usersOf(knownInterfaces(c.tx), String(subnet["id"]), "subnet");
  return ids.length
    ? { ...subnet, properties: { ...subnet["properties"], ipConfigurations: ids.map((id) => ({ id })) } }
    : subnet;
}

const networkType: NetworkType = {
  type: networks,
  operations: "VirtualNetworks",
  shape: {
    location: "string",
    tags: "map",
    properties: {
      addressSpace: { addressPrefixes: ["string"] },
      dhcpOptions: { dnsServers: ["string"] },
      subnets: [subnetShape],
      enableDdosProtection: "boolean",
      enableVmProtection: "boolean",
      virtualNetworkPeerings: [peeringShape],
    },
  },
  properties(c, id, region, was) {
    const { subnets: given = [], dhcpOptions, virtualNetworkPeerings = [], ...p }: Body = c.body["properties"] ?? {};
    const prefixes: string[] = p["addressSpace"]?.addressPrefixes ?? [];
    const pools: unknown[] | undefined = p["addressSpace"]?.ipamPoolPrefixAllocations;
    if (prefixes.length === 0 && !pools?.length)
      throw bad(
        "AddressSpaceMissing",
        `Virtual network ${id} needs an address space: properties.addressSpace.addressPrefixes.`,
      );
    requirePartNames(given as Body[], "properties.subnets", networks);
    requirePartNames(virtualNetworkPeerings as Body[], "properties.virtualNetworkPeerings", networks);
    const subnets = (given as Body[]).map((s) => subnetOf(c, id, region, s));
    if (!pools?.length) requirePlace({ id, name: id.split("/").at(-1) ?? "", prefixes }, subnets);
    if (was)
      for (const old of subnetsIn(was))
        if (!subnets.some((s) => lower(String(s["id"])) === lower(String(old["id"])))) requireNoUser(c, old);
    for (const one of virtualNetworkPeerings as Body[]) putPeeringEntry(c, id, peeringOf(c, { id, prefixes }, one));
    return {
      enableDdosProtection: false,
      enableVmProtection: false,
      ...p,
      dhcpOptions: { dnsServers: [], ...dhcpOptions },
      subnets,
      virtualNetworkPeerings: [],
    };
  },
  shown: (c, e) => ({
    subnets: subnetsIn(e).map((s) => withUsers(c, s)),
    virtualNetworkPeerings: peeringsOf(c.tx, e),
  }),
  requireUnused(c, e) {
    for (const subnet of subnetsIn(e)) requireNoUser(c, subnet);
  },
};

const wholeOf = (c: Context): Entry => requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));
const indexOf = (c: Context, whole: Entry): number =>
  subnetsIn(whole).findIndex((s) => lower(String(s["name"])) === lower(c.id.names[1] ?? ""));
function listSubnets(c: Context): Answer {
  const whole = wholeOf(c);
  return ok({ value: subnetsIn(whole).map((s) => shownPart(c, whole, withUsers(c, s))) });
}
function getSubnet(c: Context): Answer {
  const whole = wholeOf(c);
  const subnet = subnetsIn(whole)[indexOf(c, whole)];
  if (!subnet) throw notThere(c.id.path);
  const body = shownPart(c, whole, withUsers(c, subnet));
  return ok(body, { etag: String(body["etag"]) });
}
function putSubnet(c: Context): Answer {
  const whole = wholeOf(c);
  const subnets = subnetsIn(whole);
  const at = indexOf(c, whole);
  requireName(c.id.names[1] ?? "");
  const was = subnets[at];
  requirePreconditions(c, was && shownPart(c, whole, was)["etag"]);
  const made = subnetOf(c, whole.id, whole.body["location"] as string, {
    name: subnets[at]?.["name"] ?? c.id.names[1],
    properties: c.body["properties"] as unknown,
  });
  const changed = at < 0 ? [...subnets, made] : subnets.with(at, made);
  const prefixes: string[] = whole.body["properties"].addressSpace?.addressPrefixes ?? [];
  requirePlace({ id: whole.id, name: String(whole.body["name"]), prefixes }, changed);
  whole.body["properties"].subnets = changed;
  return changePart(c, whole, made, at < 0 ? 201 : 200);
}
function deleteSubnet(c: Context): Answer {
  const whole = wholeOf(c);
  const subnets = subnetsIn(whole);
  const subnet = subnets[indexOf(c, whole)];
  if (!subnet) return noContent;
  requirePreconditions(c, shownPart(c, whole, subnet)["etag"]);
  requireNoUser(c, subnet);
  whole.body["properties"].subnets = subnets.filter((s) => s !== subnet);
  return changePart(c, whole, undefined, 202);
}
/** Is this address free, and which are, if not? */
function checkAddress(c: Context): Answer {
  const whole = wholeOf(c);
  const asked = c.query.get("ipAddress") ?? "";
  const n = addressOf(asked);
  if (n === undefined) throw bad("InvalidIPAddressFormat", `The IP address ${asked} is not valid.`);
  const subnet = subnetsIn(whole).find((s) => prefixesOf(s).some((p) => holdsAddress(p, n, whole.id)));
  if (!subnet) return ok({ available: false, availableIPAddresses: [], isPlatformReserved: false });
  const range = rangeOf(prefixesOf(subnet)[0] ?? "", whole.id);
  if (!range) return ok({ available: false, availableIPAddresses: [], isPlatformReserved: false });
  const taken = new Set(takenIn(c, String(subnet["id"])));
  const isPlatformReserved = isReserved(range, n);
  if (!isPlatformReserved && !taken.has(asked)) return ok({ available: true, isPlatformReserved });
  const free: string[] = [];
  for (let at = firstUsable(range); at < range.last && free.length < 5; at += 1)
    if (!taken.has(textOf(at))) free.push(textOf(at));
  return ok({ available: false, availableIPAddresses: free, isPlatformReserved });
}
const holdsAddress = (prefix: string, n: number, owner: string): boolean => {
  const range = rangeOf(prefix, owner);
  return range !== undefined && holds(range, n);
};
/** The private addresses that are given away in a subnet; `except` is the interface that asks. */
export function takenIn(c: Context, subnetId: string, except = ""): string[] {
  return allInterfaces(c)
    .filter((e) => lower(e.id) !== lower(except))
    .flatMap(configurationsOf)
    .filter((i) => lower(String(i["properties"]?.subnet?.id ?? "")) === lower(subnetId))
    .map((i) => String(i["properties"].privateIPAddress));
}
const one = `${networks}/{virtualNetworkName}`;
export const virtualNetworkRoutes = [
  ...routesOf(networkType),
  ...on(inGroup(`${one}/CheckIPAddressAvailability`), [
    "GET",
    "VirtualNetworks_CheckIPAddressAvailability",
    checkAddress,
    { action: "Microsoft.Network/virtualNetworks/checkIpAddressAvailability/read", type: networks },
  ]),
  ...on(inGroup(`${one}/subnets`), ["GET", "Subnets_List", listSubnets]),
  ...on(
    inGroup(`${one}/subnets/{subnetName}`),
    ["GET", "Subnets_Get", getSubnet],
    ["PUT", "Subnets_CreateOrUpdate", putSubnet, { body: subnetShape }],
    ["DELETE", "Subnets_Delete", deleteSubnet],
  ),
];
