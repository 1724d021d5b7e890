/** Public IP addresses. An address is there once it is allocated: at once when static, with its first user when dynamic. */
import { lower } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import type { Body } from "../../wire.ts";
import type { Context } from "../context.ts";
import {
  allInterfaces,
  bad,
  knownInterfaces,
  publicIps,
  routesOf,
  usersOf,
  type NetworkType,
} from "./network-resource.ts";

function requireFreeLabel(c: Context, id: string, fqdn: string): void {
  const isTaken = c.tx
    .allOfType(publicIps)
    .some((e) => lower(e.id) !== lower(id) && e.body["properties"]?.dnsSettings?.fqdn === fqdn);
  if (isTaken) throw bad("DnsRecordInUse", `DNS record ${fqdn} is already used by another public IP.`);
}
function dnsOf(c: Context, id: string, region: string, given: Body | undefined): Body {
  const label = given?.["domainNameLabel"];
  if (typeof label !== "string") return {};
  if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label))
    throw bad(
      "InvalidDomainNameLabel",
      `The domain name label ${label} is invalid. It must conform to the following regular expression: ^[a-z][a-z0-9-]{1,61}[a-z0-9]$.`,
    );
  const fqdn = `${label}.${region}.cloudapp.azure.com`;
  requireFreeLabel(c, id, fqdn);
  return { dnsSettings: { ...given, fqdn } };
}
function requireRoom(c: Context, region: string, was: Entry | null): void {
  if (was || c.tx.upstream) return;
  const count = c.tx.allOfType(publicIps).filter((e) => e.body["location"] === region).length;
  if (count >= c.tx.limits.publicIpAddresses)
    throw bad(
      "PublicIPCountLimitReached",
      `Cannot create more than ${c.tx.limits.publicIpAddresses} public IP addresses for this subscription in this region.`,
    );
}
const addressFor = (c: Context, id: string): string => {
  const hash = parseInt(c.tx.invent.hex("publicIp", id, 8), 16);
  return `203.0.113.${(hash % 254) + 1}`;
};
const publicIpType: NetworkType = {
  type: publicIps,
  operations: "PublicIPAddresses",
  shape: {
    location: "string",
    tags: "map",
    zones: ["string"],
    sku: { name: "string", tier: "string" },
    properties: {
      publicIPAllocationMethod: "string",
      publicIPAddressVersion: "string",
      idleTimeoutInMinutes: "number",
      dnsSettings: { domainNameLabel: "string", reverseFqdn: "string" },
    },
  },
  more: (c, was) => {
    const sku: Body = { name: "Basic", tier: "Regional", ...was?.body["sku"], ...c.body["sku"] };
    return { sku, ...(c.body["zones"] === undefined ? {} : { zones: c.body["zones"] as unknown }) };
  },
  properties(c, id, region, was) {
    const { dnsSettings, ...given }: Body = c.body["properties"] ?? {};
    const isStandard = /^standard/i.test(String(c.body["sku"]?.name ?? ""));
    const method = String(given["publicIPAllocationMethod"] ?? "Dynamic");
    if (isStandard && /^dynamic$/i.test(method) && given["publicIPAllocationMethod"] !== undefined)
      throw bad(
        "StandardSkuPublicIPAddressMustBeStatic",
        `Standard sku publicIp ${id} must have AllocationMethod set to Static.`,
      );
    const idle: unknown = given["idleTimeoutInMinutes"];
    if (typeof idle === "number" && (!Number.isInteger(idle) || idle < 4 || idle > 30))
      throw bad(
        "InvalidIdleTimeoutInMinutes",
        `Idle timeout of ${id} is ${idle} minutes. It must be between 4 and 30 minutes.`,
      );
    requireRoom(c, region, was);
    const isStatic = isStandard || /^static$/i.test(method);
    const old = was?.body["properties"] ?? {};
    return {
      publicIPAddressVersion: "IPv4",
      idleTimeoutInMinutes: 4,
      ipTags: [],
      ddosSettings: { protectionMode: "VirtualNetworkInherited" },
      ...given,
      publicIPAllocationMethod: isStatic ? "Static" : "Dynamic",
      ...dnsOf(c, id, region, dnsSettings as Body | undefined),
      ...(isStatic ? { ipAddress: (old.ipAddress as string | undefined) ?? addressFor(c, id) } : {}),
    };
  },
  shown(c, e) {
    const user = usersOf(knownInterfaces(c.tx), e.id, "publicIPAddress")[0];
    // A new address is told once the operation is over.
    const isTold = (e.readyAt ?? 0) <= c.tx.now;
    const { ipAddress } = e.body["properties"];
    return {
      ...(c.apiVersion < "2022-05-01" ? { ddosSettings: undefined } : {}),
      ipAddress: isTold ? (ipAddress ?? (user === undefined ? undefined : addressFor(c, e.id))) : undefined,
      ...(user === undefined ? {} : { ipConfiguration: { id: user } }),
    };
  },
  requireUnused(c, e) {
    const user = usersOf(allInterfaces(c), e.id, "publicIPAddress")[0];
    if (user !== undefined)
      throw bad(
        "PublicIPAddressCannotBeDeleted",
        `Public IP address ${e.id} can not be deleted since it is still allocated to resource ${user}. In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.`,
      );
  },
};
export const publicIpRoutes = routesOf(publicIpType);
