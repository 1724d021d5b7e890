/** The addresses of a network interface: each configuration is in a subnet, with an address of it and maybe a public one. */
import { lower } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import type { Body } from "../../wire.ts";
import { linked, missingReference, type Context } from "../context.ts";
import { addressOf, firstUsable, holds, isReserved, rangeOf, textOf, type Range } from "./addresses.ts";
import {
  allInterfaces,
  bad,
  configurationsOf,
  interfaces,
  requireId,
  requireReference,
  usersOf,
} from "./network-resource.ts";
import { prefixesOf, subnetsIn, takenIn } from "./virtual-networks.ts";

function subnetFor(c: Context, given: Body, region: string): Body {
  const id = requireId(given["id"], "properties.ipConfigurations[0].properties.subnet.id");
  const vnet = c.tx.get(id.split(/\/subnets\//i)[0] ?? "");
  const subnet = vnet && subnetsIn(vnet).find((s) => lower(String(s["id"])) === lower(id));
  if (!subnet || vnet.body["location"] !== region) throw missingReference(c, id);
  linked(c, "Microsoft.Network/virtualNetworks/subnets/join/action", id);
  return subnet;
}
/** A free address of the subnet, or the one that was asked for if that can be had. */
function addressIn(
  c: Context,
  nic: string,
  self: string,
  subnet: Body,
  asked: string | undefined,
  before: string | undefined,
): string | undefined {
  const range = rangeOf(prefixesOf(subnet)[0] ?? "", String(subnet["id"]));
  if (!range) return asked;
  const taken = new Set(takenIn(c, String(subnet["id"]), nic));
  if (asked !== undefined) {
    requireAllowed(c, self, range, asked, taken);
    return asked;
  }
  if (before !== undefined && holdsText(range, before) && !taken.has(before)) return before;
  for (let at = firstUsable(range); at < range.last; at += 1) if (!taken.has(textOf(at))) return textOf(at);
  throw bad(
    "SubnetIsFull",
    `Subnet ${subnet["name"]} with address prefix ${range.text} does not have enough capacity for 1 IP addresses.`,
  );
}
const holdsText = (range: Range, text: string): boolean => {
  const n = addressOf(text);
  return n !== undefined && holds(range, n);
};
function requireAllowed(c: Context, self: string, range: Range, asked: string, taken: ReadonlySet<string>): void {
  const n = addressOf(asked);
  if (n === undefined)
    throw bad("InvalidIPAddressFormat", `The IP address ${asked} of IP configuration ${self} is not valid.`);
  if (!holds(range, n))
    throw bad(
      "PrivateIPAddressNotInSubnet",
      `Private static IP address ${asked} does not belong to the range of subnet prefix ${range.text}.`,
    );
  if (isReserved(range, n))
    throw bad(
      "PrivateIPAddressInReservedRange",
      `Private static IP address ${asked} falls within reserved IP range of subnet prefix ${range.text}.`,
    );
  if (taken.has(asked)) {
    const by = allInterfaces(c)
      .flatMap(configurationsOf)
      .find((i) => i["properties"]?.privateIPAddress === asked)?.["id"];
    throw bad(
      "PrivateIPAddressIsAllocated",
      `IP configuration ${self} is using the private IP address ${asked} which is already allocated to resource ${by}.`,
    );
  }
}
function requirePublicIp(c: Context, self: string, given: Body | undefined, region: string): void {
  if (given === undefined) return;
  const entry = requireReference(c, given["id"], region, "Microsoft.Network/publicIPAddresses/join/action");
  const by = usersOf(allInterfaces(c), entry.id, "publicIPAddress").find((id) => lower(id) !== lower(self));
  if (by !== undefined)
    throw bad(
      "PublicIPAddressInUse",
      `Resource ${self} is referencing public IP address ${entry.id} that is already allocated to resource ${by}.`,
    );
}
export function configuration(
  c: Context,
  id: string,
  region: string,
  was: Entry | null,
  given: Body,
  { index, primary }: { index: number; primary: Body | undefined },
): Body {
  // A secondary configuration may leave the subnet to the first.
  const p: Body = { ...(primary && { subnet: primary["properties"].subnet as unknown }), ...given["properties"] };
  const self = `${id}/ipConfigurations/${given["name"]}`;
  if (primary && p["applicationGatewayBackendAddressPools"]?.length > 0)
    throw bad(
      "ApplicationGatewayLoadBalancingNotSupportedOnSecondaryIpConfigurations",
      `Network Interface with Id: ${id} has a secondary IpConfigurations ${given["name"]} is using ApplicationGatewayAddressPools. ApplicationGateway loadbalancing is not supported for secondary IpConfigurations.`,
    );
  if (p["subnet"] === undefined) throw bad("SubnetMissing", `IP configuration ${self} needs properties.subnet.`);
  const subnet = subnetFor(c, p["subnet"] as Body, region);
  requirePublicIp(c, self, p["publicIPAddress"] as Body | undefined, region);
  const before = was ? configurationsOf(was).find((x) => x["name"] === given["name"])?.["properties"] : undefined;
  const isStatic = /^static$/i.test(String(p["privateIPAllocationMethod"] ?? "Dynamic"));
  const asked = p["privateIPAddress"] as string | undefined;
  if (isStatic && !asked)
    throw bad(
      "PrivateIPAddressMissing",
      `Private IP address is required when privateIPAllocationMethod is Static in IP configuration ${self}.`,
    );
  return {
    name: given["name"] as unknown,
    id: self,
    etag: "",
    type: `${interfaces}/ipConfigurations`,
    properties: {
      provisioningState: "Succeeded",
      primary: index === 0,
      privateIPAddressVersion: "IPv4",
      ...p,
      privateIPAllocationMethod: isStatic ? "Static" : "Dynamic",
      privateIPAddress: addressIn(
        c,
        id,
        self,
        subnet,
        isStatic ? asked : undefined,
        before?.privateIPAddress as string | undefined,
      ),
    },
  };
}
