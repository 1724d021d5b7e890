/** Virtual networks with their subnets, security groups, public addresses and network interfaces. */
import { lower, nameOf, parseId } from "../resource-id.ts";
import { inGroup, inSubscription, on, type Route } from "../routes/route.ts";
import { view, type Entry } from "../store.ts";
import { AzureError, type Answer, type Body } from "../wire.ts";
import { listOfType } from "./lists.ts";
import {
  linked,
  missingReference,
  noContent,
  ok,
  requireEntry,
  requireGroup,
  requireLocation,
  startOperation,
  type Context,
} from "./context.ts";

const bad = (code: string, message: string) => new AzureError(400, code, message, { details: [] });
const etag = (c: Context, id: string): string => `W/"${c.tx.invent.guid("etag", `${id}|${c.tx.now}`)}"`;
const nicType = "Microsoft.Network/networkInterfaces",
  vnetType = "Microsoft.Network/virtualNetworks";
const nics = (c: Context): Entry[] => c.tx.list(`/subscriptions/${c.id.subscription}`, nicType);
const configs = (e: Entry): Body[] => e.body["properties"]?.ipConfigurations ?? [];
const usersOf = (c: Context, id: string, field: "subnet" | "publicIPAddress"): string[] =>
  nics(c)
    .flatMap(configs)
    .filter((i) => lower(i["properties"]?.[field]?.id ?? "") === lower(id))
    .map((i) => i["id"]);

function subnetBody(c: Context, vnetId: string, given: Body): Body {
  const id = `${vnetId}/subnets/${given["name"]}`,
    nsg = given["properties"]?.networkSecurityGroup?.id;
  if (nsg) {
    if (!c.tx.get(nsg)) throw missingReference(c, nsg);
    linked(c, "Microsoft.Network/networkSecurityGroups/join/action", nsg);
  }
  return {
    name: given["name"],
    id,
    etag: etag(c, id),
    properties: {
      provisioningState: "Succeeded",
      delegations: [],
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
      ...given["properties"],
    },
    type: `${vnetType}/subnets`,
  };
}
const inUse = (name: string, by: string) =>
  bad(
    "InUseSubnetCannotBeDeleted",
    `Subnet ${name} is in use by ${by} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  );
const rule = (
  id: string,
  name: string,
  priority: number,
  direction: string,
  access: string,
  from: string,
  to: string,
): Body => ({
  name,
  id: `${id}/defaultSecurityRules/${name}`,
  type: "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
  properties: {
    provisioningState: "Succeeded",
    protocol: "*",
    sourcePortRange: "*",
    destinationPortRange: "*",
    sourceAddressPrefix: from,
    destinationAddressPrefix: to,
    access,
    priority,
    direction,
  },
});

function propertiesOf(c: Context, id: string, was: Entry | null): Body {
  const p: Body = c.body["properties"] ?? {};
  switch (parseId(id).type) {
    case vnetType: {
      if (!p["addressSpace"]?.addressPrefixes?.length)
        throw bad("InvalidRequestFormat", `Virtual network ${id} needs properties.addressSpace.addressPrefixes.`);
      const subnets = (p["subnets"] ?? []).map((s: Body) => subnetBody(c, id, s));
      for (const old of was?.body["properties"].subnets ?? []) {
        const by = usersOf(c, old.id, "subnet");
        if (by[0] && !subnets.some((s: Body) => lower(s["id"]) === lower(old.id))) throw inUse(old.name, by[0]);
      }
      return {
        dhcpOptions: { dnsServers: [] },
        virtualNetworkPeerings: [],
        enableDdosProtection: false,
        ...p,
        subnets,
      };
    }
    case "Microsoft.Network/networkSecurityGroups":
      return {
        ...p,
        securityRules: (p["securityRules"] ?? []).map((r: Body) => ({
          ...r,
          id: `${id}/securityRules/${r["name"]}`,
          type: "Microsoft.Network/networkSecurityGroups/securityRules",
          properties: { provisioningState: "Succeeded", ...r["properties"] },
        })),
        defaultSecurityRules: [
          rule(id, "AllowVnetInBound", 65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
          rule(id, "AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "AzureLoadBalancer", "*"),
          rule(id, "DenyAllInBound", 65500, "Inbound", "Deny", "*", "*"),
          rule(id, "AllowVnetOutBound", 65000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
          rule(id, "AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "Internet"),
          rule(id, "DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*"),
        ],
      };
    case "Microsoft.Network/publicIPAddresses": {
      const method = p["publicIPAllocationMethod"] ?? "Dynamic",
        hash = parseInt(c.tx.invent.hex("publicIp", id, 4), 16);
      return {
        idleTimeoutInMinutes: 4,
        ipTags: [],
        publicIPAddressVersion: "IPv4",
        ...p,
        publicIPAllocationMethod: method,
        ...(method === "Static"
          ? { ipAddress: was?.body["properties"].ipAddress ?? `203.0.113.${(hash % 254) + 1}` }
          : {}),
      };
    }
    default:
      return nicProperties(c, id, p, was);
  }
}
function nicProperties(c: Context, id: string, p: Body, was: Entry | null): Body {
  if (!p["ipConfigurations"]?.length)
    throw bad(
      "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
      `Network interface ${id} must have at least one IP configuration.`,
    );
  const nsg = p["networkSecurityGroup"]?.id;
  if (nsg) {
    if (!c.tx.get(nsg)) throw missingReference(c, nsg);
    linked(c, "Microsoft.Network/networkSecurityGroups/join/action", nsg);
  }
  const ipConfigurations = p["ipConfigurations"].map((i: Body, n: number) => {
    const q: Body = i["properties"] ?? {},
      subnetId: string = q["subnet"]?.id ?? "",
      pip = q["publicIPAddress"]?.id,
      self = `${id}/ipConfigurations/${i["name"]}`;
    const subnet = c.tx
      .get(subnetId.split(/\/subnets\//i)[0] ?? "")
      ?.body["properties"].subnets?.find((s: Body) => lower(s["id"]) === lower(subnetId));
    if (!subnet) throw missingReference(c, subnetId);
    linked(c, "Microsoft.Network/virtualNetworks/subnets/join/action", subnetId);
    if (pip) {
      if (!c.tx.get(pip)) throw missingReference(c, pip);
      linked(c, "Microsoft.Network/publicIPAddresses/join/action", pip);
    }
    const before = was && configs(was).find((x) => x["name"] === i["name"])?.["properties"]?.privateIPAddress;
    const taken = nics(c)
      .filter((e) => lower(e.id) !== lower(id))
      .flatMap(configs)
      .map((x) => x["properties"]?.privateIPAddress);
    const octets =
      String(subnet.properties.addressPrefix ?? subnet.properties.addressPrefixes?.[0])
        .split("/")[0]
        ?.split(".") ?? [];
    let host = 4 + n;
    const address = () => [...octets.slice(0, 3), Number(octets[3] ?? 0) + host].join(".");
    while (taken.includes(address())) host += 1;
    return {
      name: i["name"],
      id: self,
      etag: etag(c, self),
      type: `${nicType}/ipConfigurations`,
      properties: {
        provisioningState: "Succeeded",
        privateIPAllocationMethod: "Dynamic",
        privateIPAddressVersion: "IPv4",
        primary: n === 0,
        ...q,
        privateIPAddress: q["privateIPAddress"] ?? before ?? address(),
      },
    };
  });
  const old = was?.body["properties"] ?? {};
  return {
    dnsSettings: {
      dnsServers: [],
      appliedDnsServers: [],
      internalDomainNameSuffix: `${c.tx.invent.hex("dns", id, 26)}.internal.cloudapp.net`,
    },
    enableAcceleratedNetworking: false,
    enableIPForwarding: false,
    ...p,
    ipConfigurations,
    ...(old.virtualMachine ? { virtualMachine: old.virtualMachine, macAddress: old.macAddress } : {}),
  };
}
export function putNetwork(c: Context): Answer {
  requireGroup(c);
  const was = c.tx.get(c.id.path),
    region = requireLocation(c, was),
    id = was?.id ?? c.id.path;
  const properties = {
    ...propertiesOf(c, id, was),
    provisioningState: "Succeeded",
    resourceGuid: was?.body["properties"].resourceGuid ?? c.tx.invent.guid("resourceGuid", id),
  };
  const body = {
    name: nameOf(id),
    id,
    etag: etag(c, id),
    type: c.id.type,
    location: region,
    ...(c.body["tags"] ? { tags: c.body["tags"] } : {}),
    ...(c.body["sku"] || c.id.types[0] === "publicIPAddresses"
      ? { sku: { name: "Basic", tier: "Regional", ...c.body["sku"] } }
      : {}),
    properties,
  };
  const readyAt = c.tx.now + (c.id.type === nicType ? 0 : c.tx.latency.networkMs);
  const e: Entry = { id, body, createdAt: was?.createdAt ?? c.tx.now, readyAt, pending: "Updating" };
  c.tx.put(e);
  return {
    status: was ? 200 : 201,
    body: view(e, c.tx.now),
    headers: startOperation(c, { provider: "Microsoft.Network", region, readyAt }),
  };
}
export function getNetwork(c: Context): Answer {
  const e = requireEntry(c),
    body = view(e, c.tx.now);
  return ok(body, { etag: body["etag"] });
}
export function patchNetwork(c: Context): Answer {
  const e = requireEntry(c);
  if (c.body["tags"]) e.body["tags"] = c.body["tags"];
  c.tx.put(e);
  return ok(view(e, c.tx.now));
}
export function deleteNetwork(c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  if (c.id.type === nicType && e.body["properties"].virtualMachine)
    throw bad(
      "NicInUse",
      `Network Interface ${e.id} is used by existing resource ${e.body["properties"].virtualMachine.id}. In order to delete the network interface, it must be dissociated from the resource.`,
    );
  for (const s of e.body["properties"].subnets ?? []) {
    const by = usersOf(c, s.id, "subnet");
    if (by[0]) throw inUse(s.name, by[0]);
  }
  const ip = usersOf(c, e.id, "publicIPAddress")[0];
  if (ip)
    throw bad(
      "PublicIPAddressCannotBeDeleted",
      `Public IP address ${e.id} can not be deleted since it is still allocated to resource ${ip}.`,
    );
  if (c.id.types[0] === "networkSecurityGroups") {
    const by = [
      ...nics(c)
        .filter((n) => lower(n.body["properties"].networkSecurityGroup?.id ?? "") === lower(e.id))
        .map((n) => n.id),
      ...c.tx
        .list(`/subscriptions/${c.id.subscription}`, vnetType)
        .flatMap((v) => v.body["properties"].subnets ?? [])
        .filter((s: Body) => lower(s["properties"].networkSecurityGroup?.id ?? "") === lower(e.id))
        .map((s: Body) => s["id"]),
    ];
    if (by.length)
      throw bad(
        "InUseNetworkSecurityGroupCannotBeDeleted",
        `Network security group ${e.id} cannot be deleted because it is in use by the following resources: ${by.join(", ")}. In order to delete the Network security group, remove the association with the resource(s).`,
      );
  }
  const goneAt = c.tx.now + c.tx.latency.networkMs;
  c.tx.put({ ...e, goneAt });
  return {
    status: 202,
    headers: startOperation(c, {
      provider: "Microsoft.Network",
      region: e.body["location"],
      readyAt: goneAt,
      location: true,
      finalStatus: 204,
    }),
  };
}
/** Subnets live inside their network. */
export function subnet(c: Context): Answer {
  const vnetPath = c.id.path.split(/\/subnets(?:\/|$)/i)[0] ?? "",
    v = requireEntry(c, vnetPath),
    list: Body[] = v.body["properties"].subnets,
    name = c.id.names[1];
  if (name === undefined) return ok({ value: list });
  const at = list.findIndex((s) => lower(s["name"]) === lower(name)),
    had = list[at];
  if (c.method === "GET") {
    if (!had) throw bad404(c);
    return ok(had);
  }
  const readyAt = c.tx.now + c.tx.latency.networkMs;
  if (c.method === "DELETE") {
    if (!had) return noContent;
    const by = usersOf(c, had["id"], "subnet")[0];
    if (by) throw inUse(had["name"], by);
    list.splice(at, 1);
    c.tx.put(v);
    return {
      status: 202,
      headers: startOperation(c, {
        provider: "Microsoft.Network",
        region: v.body["location"],
        readyAt,
        location: true,
        finalStatus: 204,
      }),
    };
  }
  const made = subnetBody(c, v.id, { name: had?.["name"] ?? name, properties: c.body["properties"] });
  if (had) list[at] = made;
  else list.push(made);
  c.tx.put(v);
  return {
    status: had ? 200 : 201,
    body: made,
    headers: startOperation(c, { provider: "Microsoft.Network", region: v.body["location"], readyAt }),
  };
}
const bad404 = (c: Context) => new AzureError(404, "NotFound", `Resource ${c.id.path} not found.`, { details: [] });

const routesOf = (type: string, group: string): Route[] => [
  ...on(inSubscription(`Microsoft.Network/${type}`), ["GET", `${group}_ListAll`, listOfType]),
  ...on(inGroup(`Microsoft.Network/${type}`), ["GET", `${group}_List`, listOfType]),
  ...on(
    inGroup(`Microsoft.Network/${type}/{name}`),
    ["GET", `${group}_Get`, getNetwork],
    ["PUT", `${group}_CreateOrUpdate`, putNetwork],
    ["PATCH", `${group}_UpdateTags`, patchNetwork],
    ["DELETE", `${group}_Delete`, deleteNetwork],
  ),
];
export const networkRoutes = [
  ...routesOf("virtualNetworks", "VirtualNetworks"),
  ...routesOf("networkSecurityGroups", "NetworkSecurityGroups"),
  ...routesOf("publicIPAddresses", "PublicIPAddresses"),
  ...routesOf("networkInterfaces", "NetworkInterfaces"),
  ...on(inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets"), ["GET", "Subnets_List", subnet]),
  ...on(
    inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}"),
    ["GET", "Subnets_Get", subnet],
    ["PUT", "Subnets_CreateOrUpdate", subnet],
    ["DELETE", "Subnets_Delete", subnet],
  ),
];
