/** Network interfaces: the addresses they get, and the VM they serve. */
import { lower } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Entry } from "../../store.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import type { Context } from "../context.ts";
import { effectiveGroups, effectiveRoutes, nicOf } from "./effective-settings.ts";
import { configuration } from "./ip-configurations.ts";
import {
  bad,
  configurationsOf,
  interfaces,
  notThere,
  requirePartNames,
  requireSecurityGroup,
  routesOf,
  type NetworkType,
} from "./network-resource.ts";

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
function listConfigurations(c: Context): Answer {
  return { status: 200, body: { value: configurationsOf(nicOf(c)) } };
}
function getConfiguration(c: Context): Answer {
  const found = configurationsOf(nicOf(c)).find((i) => lower(String(i["name"])) === lower(c.id.names[1] ?? ""));
  if (!found) throw notThere(c.id.path);
  return { status: 200, body: found };
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
