/** Network interfaces: the addresses they get, and the VM they serve. */
import { lower } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Entry } from "../../store.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { linked, missingReference, requireEntry, startOperation, type Context } from "../context.ts";
import { addressOf, firstUsable, holds, isReserved, rangeOf, textOf, type Range } from "./addresses.ts";
import {
  allInterfaces,
  bad,
  configurationsOf,
  interfaces,
  notThere,
  provider,
  requireId,
  requirePartNames,
  requireReference,
  requireSecurityGroup,
  routesOf,
  usersOf,
  type NetworkType,
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
function configuration(
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
/** As seen in https://github.com/cloudfoundry/bosh-azure-cpi-release/issues/179, its misspelling included. */
function beingAllocated(c: Context, e: Entry, until: number): AzureError {
  const operation = c.tx.invent.guid("allocation", `${e.id}|${until}`);
  const seconds = Math.max(1, Math.ceil((until - c.tx.now) / 1000));
  const message = `Operation AllocateTenantNetworkResourcesOperation (${operation}) is updating resource ${e.id}. The call can be retried in ${seconds} seconds.`;
  return new AzureError(
    429,
    "RetryableError",
    "A retryable error occured.",
    { details: [{ code: "RetryableErrorDueToAnotherOperation", message }] },
    { "retry-after": String(seconds) },
  );
}
const interfaceType: NetworkType = {
  type: interfaces,
  operations: "NetworkInterfaces",
  isImmediate: true,
  shape: {
    location: "string",
    tags: "map",
    properties: {
      networkSecurityGroup: { id: "string" },
      enableAcceleratedNetworking: "boolean",
      enableIPForwarding: "boolean",
      dnsSettings: { dnsServers: ["string"] },
      ipConfigurations: [
        {
          name: "string",
          properties: {
            subnet: { id: "string" },
            publicIPAddress: { id: "string" },
            privateIPAddress: "string",
            privateIPAllocationMethod: "string",
            primary: "boolean",
          },
        },
      ],
    },
  },
  properties(c, id, region, was) {
    const { ipConfigurations: given, dnsSettings, ...p }: Body = c.body["properties"] ?? {};
    if (!Array.isArray(given) || given.length === 0)
      throw bad(
        "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
        `Network interface ${id} must have at least one IP configuration.`,
      );
    requirePartNames(given as Body[], "properties.ipConfigurations", interfaces);
    requireSecurityGroup(c, p["networkSecurityGroup"] as Body | undefined, region);
    const old: Body = was?.body["properties"] ?? {};
    const ipConfigurations: Body[] = [];
    for (const [index, one] of (given as Body[]).entries()) {
      const made = configuration(c, id, region, was, one, { index, primary: ipConfigurations[0] });
      ipConfigurations.push(made);
    }
    const { macAddress, primary } = old;
    const virtualMachine: Body | undefined = old["virtualMachine"];
    const isAttached = virtualMachine !== undefined && !c.tx.isGone(String(virtualMachine["id"]));
    const suffix =
      old["dnsSettings"]?.internalDomainNameSuffix ?? `${c.tx.invent.hex("dns", id, 26)}.bx.internal.cloudapp.net`;
    return {
      enableAcceleratedNetworking: false,
      enableIPForwarding: false,
      vnetEncryptionSupported: false,
      disableTcpStateTracking: false,
      hostedWorkloads: [],
      tapConfigurations: [],
      nicType: "Standard",
      auxiliaryMode: "None",
      auxiliarySku: "None",
      ...p,
      dnsSettings: {
        dnsServers: [],
        appliedDnsServers: [],
        ...dnsSettings,
        ...(dnsSettings?.internalDnsNameLabel === undefined
          ? {}
          : { internalFqdn: `${dnsSettings.internalDnsNameLabel}.${suffix}` }),
        internalDomainNameSuffix: suffix as string,
      },
      ipConfigurations,
      ...(isAttached ? { virtualMachine, macAddress, primary } : {}),
    };
  },
  shown(c, e) {
    const vm: Body | undefined = e.body["properties"].virtualMachine;
    return {
      ...(vm && c.tx.isGone(String(vm["id"])) ? { virtualMachine: undefined, primary: undefined } : {}),
      ...ofEarly2018(c, e),
      ...(c.apiVersion < "2022-01-01" ? { vnetEncryptionSupported: undefined } : {}),
      ...(c.apiVersion < "2023-02-01" ? { disableTcpStateTracking: undefined, auxiliarySku: undefined } : {}),
    };
  },
  requireIdle(c, e) {
    const vm = c.tx.get(String(e.body["properties"].virtualMachine?.id ?? ""));
    if (vm?.pending === "Creating" && (vm.readyAt ?? 0) > c.tx.now) throw beingAllocated(c, e, vm.readyAt ?? 0);
  },
  requireUnused(c, e) {
    const vm: Body | undefined = e.body["properties"].virtualMachine;
    if (vm && !c.tx.isGone(String(vm["id"])))
      throw bad(
        "NicInUse",
        `Network Interface ${e.id} is used by existing resource ${vm["id"]}. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
      );
  },
};

/** Fields that came and went, in no document. */
function ofEarly2018(c: Context, e: Entry): Body {
  if (c.apiVersion < "2017-10-01" || c.apiVersion >= "2018-08-01") return {};
  const withField = (i: Body): Body => ({ ...i, properties: { ...i["properties"], isInUseWithService: false } });
  return {
    ipConfigurations: configurationsOf(e).map(withField),
    ...(c.apiVersion < "2018-02-01" ? {} : { virtualNetworkTapProvisioningState: "NotProvisioned" }),
  };
}
const nicOf = (c: Context): Entry => requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));
function listConfigurations(c: Context): Answer {
  return { status: 200, body: { value: configurationsOf(nicOf(c)) } };
}
function getConfiguration(c: Context): Answer {
  const found = configurationsOf(nicOf(c)).find((i) => lower(String(i["name"])) === lower(c.id.names[1] ?? ""));
  if (!found) throw notThere(c.id.path);
  return { status: 200, body: found };
}
/** The rules that count for an interface: those of its own group and of its subnet's. */
function effectiveGroups(c: Context): Answer {
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
function effectiveRoutes(c: Context): Answer {
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
/** A NIC tells the VM it serves; a VM that goes lets it free. */
export function attach(c: Context, nic: Entry, vm: string, isPrimary: boolean): void {
  const mac = c.tx.invent.hex("mac", nic.id, 6).toUpperCase().match(/../g)?.join("-");
  nic.body["properties"] = {
    ...nic.body["properties"],
    virtualMachine: { id: vm },
    primary: isPrimary,
    macAddress: `00-0D-3A-${mac}`,
  };
  c.tx.put(nic);
}
const one = `${interfaces}/{networkInterfaceName}`;
export const interfaceRoutes = [
  ...routesOf(interfaceType),
  ...on(inGroup(`${one}/ipConfigurations`), ["GET", "NetworkInterfaceIPConfigurations_List", listConfigurations]),
  ...on(inGroup(`${one}/ipConfigurations/{ipConfigurationName}`), [
    "GET",
    "NetworkInterfaceIPConfigurations_Get",
    getConfiguration,
  ]),
  ...on(inGroup(`${one}/effectiveNetworkSecurityGroups`), [
    "POST",
    "NetworkInterfaces_ListEffectiveNetworkSecurityGroups",
    effectiveGroups,
  ]),
  ...on(inGroup(`${one}/effectiveRouteTable`), ["POST", "NetworkInterfaces_GetEffectiveRouteTable", effectiveRoutes]),
];
