/** What the network provider refuses; its errors have a list of details, which is empty. */
import { nicBody } from "../../support/azure-world.ts";
import type { SdkWorld } from "../../support/sdk-world.ts";
import { flat, vmBodyOn } from "./bodies.ts";
import { net } from "./gateway.ts";
import type { Row, Rows } from "./row.ts";

const row = (code: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code,
  status: 400,
  message,
  more: { details: [] },
  provoke,
  ...more,
});
const eastus = { location: "eastus" };
const group = (w: SdkWorld, name: string): string => w.names.network("networkSecurityGroups", name);
const address = (w: SdkWorld, name: string): string => w.names.network("publicIPAddresses", name);
const nic = (w: SdkWorld, name: string): string => w.names.network("networkInterfaces", name);
const putNic = async (w: SdkWorld, name: string, more: Record<string, unknown> = {}) =>
  w.put(nic(w, name), nicBody(w.names, more));
const putAddress = async (w: SdkWorld, name: string, properties: object = {}, more: object = {}) =>
  w.put(address(w, name), { ...eastus, ...more, properties });
const makeNic = async (w: SdkWorld, name: string, more: Record<string, unknown> = {}) =>
  w.make(nic(w, name), nicBody(w.names, more));
const makeAddress = async (w: SdkWorld, name: string, properties: object = {}) =>
  w.make(address(w, name), { ...eastus, properties });
const putNetwork = async (w: SdkWorld, properties: object) =>
  w.put(w.names.network("virtualNetworks", "new"), { ...eastus, properties });
const space = { addressSpace: { addressPrefixes: ["10.1.0.0/16"] } };
const rule = (name: string, more: object) => ({
  name,
  properties: {
    protocol: "Tcp",
    sourcePortRange: "*",
    destinationPortRange: "80",
    sourceAddressPrefix: "*",
    destinationAddressPrefix: "*",
    access: "Allow",
    priority: 100,
    direction: "Inbound",
    ...more,
  },
});
const putRules = async (w: SdkWorld, ...securityRules: object[]) =>
  w.put(group(w, "rules"), { ...eastus, properties: { securityRules } });
const inUse =
  "Subnet default is in use by RG/providers/Microsoft.Network/networkInterfaces/vm-nic/ipConfigurations/ip and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.";
const nicInUse =
  "Network Interface RG/providers/Microsoft.Network/networkInterfaces/vm-nic is used by existing resource RG/providers/Microsoft.Compute/virtualMachines/vm. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.";

export const network: Rows = [
  row("InUseSubnetCannotBeDeleted", inUse, (w) => w.remove(net(w)), { what: "its network" }),
  row("InUseSubnetCannotBeDeleted", inUse, (w) => w.remove(`${net(w)}/subnets/default`), { what: "itself" }),
  row(
    "InUseNetworkSecurityGroupCannotBeDeleted",
    "Network security group RG/providers/Microsoft.Network/networkSecurityGroups/used cannot be deleted because it is in use by the following resources: RG/providers/Microsoft.Network/networkInterfaces/guarded. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.",
    async (w) => {
      const id = group(w, "used");
      await w.make(id, eastus);
      const body = nicBody(w.names);
      await w.make(nic(w, "guarded"), { ...body, properties: { ...body.properties, networkSecurityGroup: { id } } });
      return w.remove(id);
    },
  ),
  row("NicInUse", nicInUse, (w) => w.remove(w.nic), { what: "to be deleted" }),
  row(
    "NicInUse",
    nicInUse,
    async (w) => w.clients.compute.virtualMachines.createOrUpdate("Lab", "other", flat(vmBodyOn(w.nic))),
    {
      what: "for another VM",
      more: {},
    },
  ),
  row(
    "PublicIPAddressCannotBeDeleted",
    "Public IP address RG/providers/Microsoft.Network/publicIPAddresses/used can not be deleted since it is still allocated to resource RG/providers/Microsoft.Network/networkInterfaces/public/ipConfigurations/ip. In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.",
    async (w) => {
      await makeAddress(w, "used");
      await makeNic(w, "public", { publicIPAddress: { id: address(w, "used") } });
      return w.remove(address(w, "used"));
    },
  ),
  row(
    "InvalidResourceReference",
    "Resource RG/providers/Microsoft.Network/publicIPAddresses/none referenced by resource RG/providers/Microsoft.Network/networkInterfaces/new was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.",
    (w) => putNic(w, "new", { publicIPAddress: { id: address(w, "none") } }),
  ),
  row(
    "AnotherOperationInProgress",
    "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: https://management.azure.comSUB/providers/Microsoft.Network/locations/eastus/operations/GUID?api-version=2024-10-01.",
    async (w) => {
      const id = group(w, "going");
      await w.make(id, eastus);
      await w.azure.delete(id);
      return w.put(id, eastus);
    },
    { status: 409 },
  ),
  row(
    "RetryableError",
    "A retryable error occured.",
    async (w) => {
      const id = await w.makeNic("late-nic");
      // Under way: nobody waits for it.
      await w.azure.put(w.names.compute("virtualMachines", "late"), vmBodyOn(id));
      return putNic(w, "late-nic");
    },
    {
      status: 429,
      what: "RetryableErrorDueToAnotherOperation",
      headers: { "retry-after": "1" },
      more: {
        details: [
          {
            code: "RetryableErrorDueToAnotherOperation",
            message:
              "Operation AllocateTenantNetworkResourcesOperation (GUID) is updating resource RG/providers/Microsoft.Network/networkInterfaces/late-nic. The call can be retried in 1 seconds.",
          },
        ],
      },
    },
  ),
  ...(
    [
      [
        "PrivateIPAddressNotInSubnet",
        "10.0.9.9",
        "Private static IP address 10.0.9.9 does not belong to the range of subnet prefix 10.0.0.0/24.",
      ],
      [
        "PrivateIPAddressInReservedRange",
        "10.0.0.1",
        "Private static IP address 10.0.0.1 falls within reserved IP range of subnet prefix 10.0.0.0/24.",
      ],
      [
        "PrivateIPAddressIsAllocated",
        "10.0.0.4",
        "IP configuration RG/providers/Microsoft.Network/networkInterfaces/new/ipConfigurations/ip is using the private IP address 10.0.0.4 which is already allocated to resource RG/providers/Microsoft.Network/networkInterfaces/vm-nic/ipConfigurations/ip.",
      ],
      [
        "InvalidIPAddressFormat",
        "ten",
        "The IP address ten of IP configuration RG/providers/Microsoft.Network/networkInterfaces/new/ipConfigurations/ip is not valid.",
      ],
    ] as const
  ).map(([code, privateIPAddress, message]) =>
    row(code, message, (w) => putNic(w, "new", { privateIPAddress, privateIPAllocationMethod: "Static" })),
  ),
  row(
    "InvalidIPAddressFormat",
    "The IP address ten is not valid.",
    (w) => w.raw("GET", `${net(w)}/CheckIPAddressAvailability?api-version=2024-10-01&ipAddress=ten`),
    { what: "to be looked for" },
  ),
  row(
    "SubnetIsFull",
    "Subnet small with address prefix 10.0.8.0/29 does not have enough capacity for 1 IP addresses.",
    async (w) => {
      const id = `${net(w)}/subnets/small`;
      await w.make(id, { properties: { addressPrefix: "10.0.8.0/29" } });
      for (const n of [1, 2, 3]) await makeNic(w, `s${n}`, { subnet: { id } });
      return putNic(w, "s4", { subnet: { id } });
    },
  ),
  row(
    "PublicIPCountLimitReached",
    "Cannot create more than 2 public IP addresses for this subscription in this region.",
    async (w) => {
      await makeAddress(w, "one");
      await makeAddress(w, "two");
      return putAddress(w, "three");
    },
    { options: { limits: { publicIpAddresses: 2 } } },
  ),
  row(
    "PublicIPAddressInUse",
    "Resource RG/providers/Microsoft.Network/networkInterfaces/b/ipConfigurations/ip is referencing public IP address RG/providers/Microsoft.Network/publicIPAddresses/used that is already allocated to resource RG/providers/Microsoft.Network/networkInterfaces/a/ipConfigurations/ip.",
    async (w) => {
      await makeAddress(w, "used");
      await makeNic(w, "a", { publicIPAddress: { id: address(w, "used") } });
      return putNic(w, "b", { publicIPAddress: { id: address(w, "used") } });
    },
  ),
  row(
    "DnsRecordInUse",
    "DNS record mine.eastus.cloudapp.azure.com is already used by another public IP.",
    async (w) => {
      await makeAddress(w, "one", { dnsSettings: { domainNameLabel: "mine" } });
      return putAddress(w, "two", { dnsSettings: { domainNameLabel: "mine" } });
    },
  ),
  row(
    "InvalidDomainNameLabel",
    "The domain name label Mine is invalid. It must conform to the following regular expression: ^[a-z][a-z0-9-]{1,61}[a-z0-9]$.",
    (w) => putAddress(w, "one", { dnsSettings: { domainNameLabel: "Mine" } }),
  ),
  row(
    "InvalidRequestFormat",
    "Cannot parse the request.",
    (w) => putAddress(w, "one", { publicIPAllocationMethod: "Lasting" }),
    {
      what: "InvalidJson",
      more: {
        details: [
          {
            code: "InvalidJson",
            message: `Error converting value "Lasting" to type 'PublicIPAllocationMethod'. Path 'properties.publicIPAllocationMethod', line 1, position 51.`,
          },
        ],
      },
    },
  ),
  row(
    "StandardSkuPublicIPAddressMustBeStatic",
    "Standard sku publicIp RG/providers/Microsoft.Network/publicIPAddresses/one must have AllocationMethod set to Static.",
    (w) => putAddress(w, "one", { publicIPAllocationMethod: "Dynamic" }, { sku: { name: "Standard" } }),
  ),
  row(
    "ApplicationGatewayLoadBalancingNotSupportedOnSecondaryIpConfigurations",
    "Network Interface with Id: RG/providers/Microsoft.Network/networkInterfaces/two has a secondary IpConfigurations second is using ApplicationGatewayAddressPools. ApplicationGateway loadbalancing is not supported for secondary IpConfigurations.",
    (w) => {
      const body = nicBody(w.names);
      const pools = [{ id: `${w.names.network("applicationGateways", "gateway")}/backendAddressPools/pool` }];
      const second = { name: "second", properties: { applicationGatewayBackendAddressPools: pools } };
      const ipConfigurations = [...body.properties.ipConfigurations, second];
      return w.put(nic(w, "two"), { ...eastus, properties: { ipConfigurations } });
    },
  ),
  row(
    "SubnetMissing",
    "IP configuration RG/providers/Microsoft.Network/networkInterfaces/new/ipConfigurations/ip needs properties.subnet.",
    (w) => w.put(nic(w, "new"), { ...eastus, properties: { ipConfigurations: [{ name: "ip", properties: {} }] } }),
  ),
  row(
    "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
    "Network interface RG/providers/Microsoft.Network/networkInterfaces/new must have at least one IP configuration.",
    (w) => w.put(nic(w, "new"), { ...eastus, properties: { ipConfigurations: [] } }),
  ),
  row(
    "LinkedInvalidPropertyId",
    "Property id 'default' at path 'properties.ipConfigurations[0].properties.subnet.id' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
    (w) => putNic(w, "new", { subnet: { id: "default" } }),
    { more: {}, isGateway: true },
  ),
  row(
    "AddressSpaceMissing",
    "Virtual network RG/providers/Microsoft.Network/virtualNetworks/new needs an address space: properties.addressSpace.addressPrefixes.",
    (w) => putNetwork(w, {}),
  ),
  row(
    "InvalidCIDRNotation",
    "The address prefix 10.1.0.0/40 in resource RG/providers/Microsoft.Network/virtualNetworks/new has an invalid CIDR notation. For more information, see https://aka.ms/CIDRNotation.",
    (w) => putNetwork(w, { addressSpace: { addressPrefixes: ["10.1.0.0/40"] } }),
  ),
  row("NetcfgInvalidSubnet", "Subnet 'far' is not valid in virtual network 'new'.", (w) =>
    putNetwork(w, { ...space, subnets: [{ name: "far", properties: { addressPrefix: "10.2.0.0/24" } }] }),
  ),
  row(
    "NetcfgSubnetRangesOverlap",
    "Subnet 'two' is not valid because its IP address range overlaps with that of an existing subnet in virtual network 'new'.",
    (w) =>
      putNetwork(w, {
        ...space,
        subnets: ["one", "two"].map((name) => ({ name, properties: { addressPrefix: "10.1.0.0/24" } })),
      }),
  ),
  row(
    "SubnetAddressPrefixMissing",
    "Subnet RG/providers/Microsoft.Network/virtualNetworks/net/subnets/new needs properties.addressPrefix or properties.addressPrefixes.",
    (w) => w.put(`${net(w)}/subnets/new`, { properties: {} }),
  ),
  row(
    "MissingJsonProperty",
    "Required property 'protocol' is missing in security rule RG/providers/Microsoft.Network/networkSecurityGroups/rules/securityRules/one.",
    (w) => putRules(w, rule("one", { protocol: undefined })),
  ),
  row(
    "SecurityRuleInvalidPriority",
    "Security rule has invalid Priority. Value provided: 99 Allowed range 100-4096.",
    (w) => putRules(w, rule("one", { priority: 99 })),
  ),
  row(
    "SecurityRuleInvalidPortRange",
    "Security rule has invalid Port range. Value provided: 80-70. Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535.",
    (w) => putRules(w, rule("one", { destinationPortRange: "80-70" })),
  ),
  row(
    "SecurityRuleConflict",
    "Security rule two conflicts with rule one. Rules cannot have the same Priority and Direction.",
    (w) => putRules(w, rule("one", {}), rule("two", {})),
  ),
  row(
    "SecurityRuleInvalidAddressPrefix",
    "Security rule RG/providers/Microsoft.Network/networkSecurityGroups/rules/securityRules/one has invalid Address prefix. Value provided: 10.0.0.5/8",
    (w) => putRules(w, rule("one", { sourceAddressPrefix: "10.0.0.5/8" })),
  ),
  row(
    "PrivateIPAddressMissing",
    "Private IP address is required when privateIPAllocationMethod is Static in IP configuration RG/providers/Microsoft.Network/networkInterfaces/new/ipConfigurations/ip.",
    (w) => putNic(w, "new", { privateIPAllocationMethod: "Static" }),
  ),
  row(
    "InvalidIdleTimeoutInMinutes",
    "Idle timeout of RG/providers/Microsoft.Network/publicIPAddresses/one is 31 minutes. It must be between 4 and 30 minutes.",
    (w) => putAddress(w, "one", { idleTimeoutInMinutes: 31 }),
  ),
  row(
    "InvalidResourceName",
    "Resource name -guard is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.",
    (w) => w.put(group(w, "-guard"), eastus),
  ),
  row(
    "AddressPrefixesOverlap",
    "The address prefixes 10.1.0.0/16 and 10.1.2.0/24 of virtual network RG/providers/Microsoft.Network/virtualNetworks/new overlap.",
    (w) => putNetwork(w, { addressSpace: { addressPrefixes: ["10.1.0.0/16", "10.1.2.0/24"] } }),
  ),
  row(
    "VnetAddressSpacesOverlap",
    "Cannot create or update peering RG/providers/Microsoft.Network/virtualNetworks/net/virtualNetworkPeerings/to-new. Virtual networks RG/providers/Microsoft.Network/virtualNetworks/net and RG/providers/Microsoft.Network/virtualNetworks/new cannot be peered because their address spaces overlap. Overlapping address prefixes: 10.0.0.0/16",
    async (w) => {
      const id = w.names.network("virtualNetworks", "new");
      await w.make(id, { ...eastus, properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } } });
      return w.put(`${net(w)}/virtualNetworkPeerings/to-new`, { properties: { remoteVirtualNetwork: { id } } });
    },
  ),
  row(
    "InUseDdosProtectionPlanCannotBeDeleted",
    "DDoS Protection Plan RG/providers/Microsoft.Network/ddosProtectionPlans/plan cannot be deleted because it is in use with virtual networks RG/providers/Microsoft.Network/virtualNetworks/new.",
    async (w) => {
      const id = w.names.network("ddosProtectionPlans", "plan");
      await w.make(id, eastus);
      await w.make(w.names.network("virtualNetworks", "new"), {
        ...eastus,
        properties: { ...space, ddosProtectionPlan: { id } },
      });
      return w.remove(id);
    },
  ),
  row(
    "NotFound",
    "Resource RG/providers/Microsoft.Network/virtualNetworks/net/subnets/none not found.",
    async (w) => w.clients.resources.resources.getById(`${net(w)}/subnets/none`, "2024-10-01"),
    { status: 404 },
  ),
  row(
    "ResourceNotFound",
    "The Resource 'Microsoft.Network/networkInterfaces/none' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    async (w) => w.clients.resources.resources.getById(nic(w, "none"), "2024-10-01"),
    { status: 404, more: {}, isGateway: true },
  ),
];
