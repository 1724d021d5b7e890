/** How much of what Microsoft.Network counts is used in a region. */
import { inSubscription, on } from "../../routes/route.ts";
import type { Answer, Body } from "../../wire.ts";
import { ok, type Context } from "../context.ts";
import { groups, interfaces, networks, publicIps } from "./network-resource.ts";

function listUsages(c: Context): Answer {
  const region = (c.id.names[0] ?? "").toLowerCase();
  const inRegion = (type: string) => c.tx.allOfType(type).filter((e) => e.body["location"] === region);
  const usage = (value: string, localizedValue: string, currentValue: number, limit: number): Body => ({
    currentValue,
    id: `/subscriptions/${c.tx.subscriptionId}/providers/Microsoft.Network/locations/${region}/usages/${value}`,
    limit,
    name: { localizedValue, value },
    unit: "Count",
  });
  const addresses = inRegion(publicIps);
  const isStatic = (e: { body: Body }): boolean => e.body["properties"].publicIPAllocationMethod === "Static";
  return ok({
    value: [
      usage("VirtualNetworks", "Virtual Networks", inRegion(networks).length, 1000),
      usage("StaticPublicIPAddresses", "Static Public IP Addresses", addresses.filter(isStatic).length, 1000),
      usage("NetworkSecurityGroups", "Network Security Groups", inRegion(groups).length, 5000),
      usage("PublicIPAddresses", "Public IP Addresses", addresses.length, 1000),
      usage("NetworkInterfaces", "Network Interfaces", inRegion(interfaces).length, 65_536),
    ],
  });
}
export const networkUsageRoutes = on(inSubscription("Microsoft.Network/locations/{location}/usages"), [
  "GET",
  "Usages_List",
  listUsages,
]);
