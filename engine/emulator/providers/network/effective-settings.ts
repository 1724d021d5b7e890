/** What counts for an interface in the end: the rules of its own group and of its subnet's, and its routes. */
import { lower } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import type { Answer, Body } from "../../wire.ts";
import { requireEntry, startOperation, type Context } from "../context.ts";
import { configurationsOf, provider } from "./network-resource.ts";
import { subnetsIn } from "./virtual-networks.ts";

/** The interface that a request's path leads to or into. */
export const nicOf = (c: Context): Entry => requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));
export function effectiveGroups(c: Context): Answer {
  const nic = nicOf(c);
  const subnetId = String(configurationsOf(nic)[0]?.["properties"]?.subnet?.id ?? "");
  const vnet = c.tx.get(subnetId.split(/\/subnets\//i)[0] ?? "");
  const subnet = vnet ? subnetsIn(vnet).find((s) => lower(String(s["id"])) === lower(subnetId)) : undefined;
  const sources: [string | undefined, Body][] = [
    [nic.body["properties"].networkSecurityGroup?.id as string | undefined, { networkInterface: { id: nic.id } }],
    [subnet?.["properties"]?.networkSecurityGroup?.id as string | undefined, { subnet: { id: subnetId } }],
  ];
  const value = sources
    .filter(([id]) => id !== undefined)
    .map(([id = "", association]) => {
      const p: Body = c.tx.get(id)?.body["properties"] ?? {};
      const rules = [
        ...((p["securityRules"] as Body[] | undefined) ?? []),
        ...((p["defaultSecurityRules"] as Body[] | undefined) ?? []),
      ];
      return {
        networkSecurityGroup: { id },
        association,
        effectiveSecurityRules: rules.map(({ name, properties: r, id: rid }) => ({
          name: `${/\/defaultSecurityRules\//i.test(String(rid)) ? "defaultSecurityRules" : "securityRules"}/${name}`,
          protocol: r.protocol === "*" ? "All" : (r.protocol as string),
          sourcePortRange: r.sourcePortRange as unknown,
          destinationPortRange: r.destinationPortRange as unknown,
          sourceAddressPrefix: r.sourceAddressPrefix as unknown,
          destinationAddressPrefix: r.destinationAddressPrefix as unknown,
          access: r.access as unknown,
          priority: r.priority as unknown,
          direction: r.direction as unknown,
        })),
      };
    });
  return later(c, nic, { value });
}
export function effectiveRoutes(c: Context): Answer {
  const nic = nicOf(c);
  const route = (addressPrefix: string, nextHopType: string): Body => ({
    source: "Default",
    state: "Active",
    addressPrefix: [addressPrefix],
    nextHopType,
    nextHopIpAddress: [],
  });
  const vnet = c.tx.get(
    String(configurationsOf(nic)[0]?.["properties"]?.subnet?.id ?? "").split(/\/subnets\//i)[0] ?? "",
  );
  const own: string[] = vnet?.body["properties"].addressSpace?.addressPrefixes ?? [];
  return later(c, nic, { value: [...own.map((p) => route(p, "VnetLocal")), route("0.0.0.0/0", "Internet")] });
}
function later(c: Context, nic: Entry, output: Body): Answer {
  const headers = startOperation(c, {
    provider,
    region: nic.body["location"] as string,
    readyAt: c.tx.now + c.tx.latency.networkMs,
    location: true,
    output,
  });
  // These two are followed by their location only.
  const { "azure-asyncoperation": _, ...rest } = headers;
  return { status: 202, headers: rest };
}
