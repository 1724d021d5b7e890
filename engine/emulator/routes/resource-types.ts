/**
 * The namespaces and resource types that the emulator knows, with the api-versions that Azure accepts for each.
 * Dates are the folder names under https://github.com/Azure/azure-rest-api-specs/tree/main/specification; where Azure
 * has more previews than are listed, the stable ones are complete from the first that current tools still send.
 */
import { otherNamespaces } from "./provider-facts.ts";

export interface ResourceType {
  /** Within its namespace: `virtualMachines/runCommands`. */
  readonly name: string;
  /** Oldest first. */
  readonly apiVersions: readonly string[];
  /** Without a region of its own. */
  readonly isGlobal?: true;
  /** Kept as sent, with no behaviour of its own. */
  readonly isGeneric?: true;
  /** Shows no provisioning state. */
  readonly isStateless?: true;
}
export interface Namespace {
  readonly name: string;
  /** A fresh subscription has it registered. */
  readonly isRegistered: boolean;
  readonly types: readonly ResourceType[];
}

const list = (text: string): string[] => text.trim().split(/\s+/);

const resources = list(`2014-04-01-preview 2015-01-01 2015-11-01 2016-02-01 2016-06-01 2016-07-01 2016-09-01 2017-05-10
  2017-08-01 2018-01-01 2018-02-01 2018-05-01 2018-08-01 2019-03-01 2019-05-01 2019-05-10 2019-06-01 2019-07-01 2019-08-01 2019-09-01
  2019-10-01 2019-11-01 2020-01-01 2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-09-01 2020-10-01 2021-01-01 2021-04-01
  2022-01-01 2022-05-01 2022-06-01 2022-09-01 2022-12-01 2023-07-01 2024-03-01 2024-07-01 2024-08-01 2024-11-01 2025-03-01
  2025-04-01`);
const compute = list(`2015-06-15 2016-03-30 2016-04-30-preview 2016-08-30 2017-03-30 2017-12-01 2018-04-01 2018-06-01
  2018-10-01 2019-03-01 2019-07-01 2019-12-01 2020-06-01 2020-12-01 2021-03-01 2021-04-01 2021-07-01 2021-11-01 2022-03-01
  2022-08-01 2022-11-01 2023-03-01 2023-07-01 2023-09-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01 2025-11-01 2026-03-01
  2026-04-01`);
const disks = list(`2016-04-30-preview 2017-03-30 2018-04-01 2018-06-01 2018-09-30 2019-03-01 2019-07-01 2019-11-01
  2020-05-01 2020-06-30 2020-09-30 2020-12-01 2021-04-01 2021-08-01 2021-12-01 2022-03-02 2022-07-02 2023-01-02 2023-04-02
  2023-10-02 2024-03-02 2025-01-02 2025-03-03 2026-03-02`);
const skus = list("2017-03-30 2017-09-01 2019-04-01 2021-07-01");
const network = list(`2014-12-01-preview 2015-05-01-preview 2015-06-15 2016-03-30 2016-06-01 2016-07-01 2016-08-01
  2016-09-01 2016-10-01 2016-11-01 2016-12-01 2017-03-01 2017-04-01 2017-06-01 2017-08-01 2017-09-01 2017-10-01 2017-11-01
  2018-01-01 2018-02-01 2018-03-01 2018-04-01 2018-05-01 2018-06-01 2018-07-01 2018-08-01 2018-10-01 2018-11-01 2018-12-01
  2019-02-01 2019-04-01 2019-06-01 2019-07-01 2019-08-01 2019-09-01 2019-11-01 2019-12-01 2020-01-01 2020-03-01 2020-04-01
  2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-11-01 2021-01-01 2021-02-01 2021-03-01 2021-04-01 2021-05-01 2021-06-01
  2021-08-01 2021-12-01 2022-01-01 2022-05-01 2022-07-01 2022-09-01 2022-11-01 2023-02-01 2023-04-01 2023-05-01 2023-06-01
  2023-09-01 2023-11-01 2024-01-01 2024-03-01 2024-05-01 2024-07-01 2024-10-01 2025-01-01 2025-03-01 2025-05-01
  2026-01-01`);
const identities = list(`2015-08-31-preview 2018-11-30 2021-09-30-preview 2022-01-31-preview 2023-01-31
  2023-07-31-preview 2024-11-30 2025-01-31-preview 2025-05-31-preview`);
const roleDefinitions = list("2015-06-01 2015-07-01 2018-01-01-preview 2018-07-01 2022-04-01 2022-05-01-preview");
const roleAssignments =
  list(`2014-10-01-preview 2015-06-01 2015-07-01 2016-07-01 2017-05-01 2017-09-01 2017-10-01-preview
  2018-01-01-preview 2018-07-01 2018-09-01-preview 2019-04-01-preview 2020-03-01-preview 2020-04-01-preview
  2020-08-01-preview 2020-10-01-preview 2021-04-01-preview 2022-04-01`);

const served = (apiVersions: readonly string[], ...names: string[]): ResourceType[] =>
  names.map((name) => ({ name, apiVersions }));
const global = (apiVersions: readonly string[], ...names: string[]): ResourceType[] =>
  names.map((name) => ({ name, apiVersions, isGlobal: true }));
const generic = (apiVersions: readonly string[], ...names: string[]): ResourceType[] =>
  names.map((name) => ({ name, apiVersions, isGeneric: true }));
const stateless = (apiVersions: readonly string[], ...names: string[]): ResourceType[] =>
  generic(apiVersions, ...names).map((type) => ({ ...type, isStateless: true }));
const kept = (name: string, apiVersions: string, ...types: string[]): Namespace => ({
  name,
  isRegistered: false,
  types: generic(list(apiVersions), ...types),
});

export const namespaces: readonly Namespace[] = [
  {
    name: "Microsoft.Resources",
    isRegistered: true,
    types: [
      ...global(resources, "subscriptions", "subscriptions/resourceGroups", "resourceGroups", "resources"),
      ...global(resources, "subscriptions/providers", "subscriptions/locations", "tenants", "deployments"),
      ...global(resources, "tags", "templateSpecs", "deploymentScripts", "deploymentStacks", "links"),
    ],
  },
  {
    name: "Microsoft.Authorization",
    isRegistered: true,
    types: [
      ...global(roleDefinitions, "roleDefinitions", "permissions"),
      ...global(roleAssignments, "roleAssignments"),
      ...global(list("2018-07-01-preview 2022-04-01"), "denyAssignments"),
      // Known, and not served: 501 rather than a name that does not exist.
      ...global(list("2015-01-01 2016-09-01 2017-04-01 2020-05-01"), "locks"),
      ...global(list("2021-06-01 2022-06-01 2023-04-01"), "policyAssignments", "policyDefinitions"),
      ...global(list("2021-06-01 2022-06-01 2023-04-01"), "policySetDefinitions", "policyExemptions"),
      ...global(list("2020-10-01"), "roleAssignmentScheduleRequests", "roleEligibilityScheduleRequests"),
    ],
  },
  {
    name: "Microsoft.Network",
    isRegistered: true,
    types: [
      ...served(network, "virtualNetworks", "virtualNetworks/subnets", "networkSecurityGroups"),
      ...served(network, "networkSecurityGroups/securityRules", "networkSecurityGroups/defaultSecurityRules"),
      ...served(network, "publicIPAddresses", "networkInterfaces", "networkInterfaces/ipConfigurations"),
      ...served(network, "locations", "locations/operations", "locations/operationResults", "locations/usages"),
      ...served(network, "virtualNetworks/virtualNetworkPeerings"),
      ...generic(network, "routeTables", "routeTables/routes", "natGateways"),
      ...generic(network, "loadBalancers", "applicationGateways", "applicationSecurityGroups", "bastionHosts"),
      ...generic(network, "networkWatchers", "networkWatchers/flowLogs", "networkProfiles", "privateEndpoints"),
      ...generic(network, "publicIPPrefixes", "virtualNetworkGateways", "localNetworkGateways", "connections"),
      ...generic(network, "ddosProtectionPlans", "expressRouteCircuits", "azureFirewalls", "firewallPolicies"),
      ...generic(network, "expressRouteCircuits/peerings", "expressRouteCircuits/peerings/connections"),
      ...generic(network, "expressRouteCircuits/peerings/peerConnections"),
      ...generic(network, "interfaceEndpoints", "serviceEndpointPolicies", "virtualWans", "virtualHubs"),
      ...generic(list("2018-09-01 2020-01-01 2020-06-01 2024-06-01"), "privateDnsZones").map((t) => ({
        ...t,
        isGlobal: true as const,
      })),
      ...generic(list("2016-04-01 2017-09-01 2018-05-01 2023-07-01-preview"), "dnsZones").map((t) => ({
        ...t,
        isGlobal: true as const,
      })),
    ],
  },
  {
    name: "Microsoft.Compute",
    isRegistered: true,
    types: [
      ...served(compute, "virtualMachines", "virtualMachines/runCommands", "virtualMachines/extensions", "locations"),
      ...served(
        [...compute, ...disks.filter((v) => !compute.includes(v))].toSorted(),
        "locations/operations",
        "locations/DiskOperations",
      ),
      ...served(compute, "locations/vmSizes", "locations/usages", "locations/publishers", "locations/runCommands"),
      ...served(disks, "disks"),
      ...served(skus, "skus"),
      ...generic(compute, "images", "virtualMachineScaleSets"),
      ...stateless(compute, "availabilitySets", "proximityPlacementGroups", "sshPublicKeys", "hostGroups"),
      ...stateless(compute, "capacityReservationGroups"),
      ...generic(disks, "snapshots", "diskEncryptionSets", "diskAccesses"),
      ...generic(
        list(
          "2018-06-01 2019-03-01 2019-07-01 2019-12-01 2020-09-30 2021-07-01 2021-10-01 2022-01-03 2022-03-03 2022-08-03 2023-07-03 2024-03-03 2025-03-03 2025-12-03",
        ),
        "galleries",
        "galleries/images",
        "galleries/images/versions",
      ),
    ],
  },
  {
    name: "Microsoft.ManagedIdentity",
    isRegistered: true,
    types: [
      ...served(identities, "userAssignedIdentities"),
      ...served(identities.slice(3), "userAssignedIdentities/federatedIdentityCredentials"),
      ...global(identities, "identities"),
    ],
  },
  kept(
    "Microsoft.Storage",
    "2015-06-15 2016-01-01 2017-06-01 2018-02-01 2018-07-01 2019-04-01 2019-06-01 2021-01-01 2021-04-01 2021-09-01 2022-05-01 2022-09-01 2023-01-01 2023-05-01 2024-01-01 2025-01-01",
    "storageAccounts",
    "storageAccounts/blobServices",
    "storageAccounts/blobServices/containers",
  ),
  kept(
    "Microsoft.KeyVault",
    "2015-06-01 2016-10-01 2018-02-14 2019-09-01 2021-10-01 2022-07-01 2023-02-01 2023-07-01 2024-11-01",
    "vaults",
    "vaults/secrets",
    "vaults/accessPolicies",
  ),
  kept(
    "Microsoft.Web",
    "2015-08-01 2016-08-01 2018-02-01 2018-11-01 2019-08-01 2020-06-01 2020-12-01 2021-02-01 2022-03-01 2022-09-01 2023-01-01 2023-12-01 2024-04-01",
    "sites",
    "sites/config",
    "serverfarms",
    "staticSites",
  ),
  kept(
    "Microsoft.OperationalInsights",
    "2015-11-01-preview 2020-08-01 2021-06-01 2022-10-01 2023-09-01 2025-02-01",
    "workspaces",
  ),
  kept(
    "Microsoft.Insights",
    "2014-04-01 2015-05-01 2016-03-01 2018-03-01 2019-03-01 2020-02-02 2021-05-01-preview 2021-09-01 2022-06-01 2023-01-01",
    "components",
    "actionGroups",
    "metricAlerts",
    "diagnosticSettings",
    "dataCollectionRules",
  ),
  kept(
    "Microsoft.ContainerRegistry",
    "2017-10-01 2019-05-01 2021-09-01 2022-12-01 2023-07-01 2025-04-01",
    "registries",
  ),
  kept(
    "Microsoft.ContainerService",
    "2020-03-01 2021-05-01 2022-03-01 2023-01-01 2023-08-01 2024-02-01 2024-09-01 2025-02-01",
    "managedClusters",
    "managedClusters/agentPools",
  ),
  kept("Microsoft.ContainerInstance", "2018-10-01 2019-12-01 2021-09-01 2022-09-01 2023-05-01", "containerGroups"),
  kept(
    "Microsoft.Sql",
    "2014-04-01 2015-05-01-preview 2017-10-01-preview 2019-06-01-preview 2020-11-01-preview 2021-11-01 2023-08-01",
    "servers",
    "servers/databases",
    "servers/firewallRules",
  ),
  kept("Microsoft.DBforPostgreSQL", "2017-12-01 2021-06-01 2022-12-01 2024-08-01", "servers", "flexibleServers"),
  kept(
    "Microsoft.DocumentDB",
    "2015-04-08 2019-12-12 2020-04-01 2021-10-15 2022-11-15 2023-11-15 2024-11-15",
    "databaseAccounts",
  ),
  kept(
    "Microsoft.Automation",
    "2015-10-31 2018-06-30 2019-06-01 2020-01-13-preview 2022-08-08 2023-11-01 2024-10-23",
    "automationAccounts",
    "automationAccounts/runbooks",
  ),
  kept(
    "Microsoft.ServiceBus",
    "2015-08-01 2017-04-01 2021-11-01 2022-10-01-preview 2024-01-01",
    "namespaces",
    "namespaces/queues",
    "namespaces/topics",
  ),
  kept("Microsoft.EventHub", "2017-04-01 2021-11-01 2024-01-01", "namespaces", "namespaces/eventhubs"),
  kept("Microsoft.Logic", "2016-06-01 2017-07-01 2019-05-01", "workflows"),
  kept("Microsoft.RecoveryServices", "2016-06-01 2020-02-02 2021-07-01 2023-01-01 2024-04-01", "vaults"),
  kept("Microsoft.App", "2022-03-01 2023-05-01 2024-03-01 2025-01-01", "containerApps", "managedEnvironments"),
];

/** Existing namespaces, those among them of which nothing is emulated. */
export const allNamespaces: readonly Namespace[] = [
  ...namespaces,
  ...otherNamespaces.map((name) => ({ name, isRegistered: false, types: [] })),
];
const byName = new Map(allNamespaces.map((n) => [n.name.toLowerCase(), n]));
const byType = new Map(
  namespaces.flatMap((n) =>
    n.types.map((t) => [`${n.name}/${t.name}`.toLowerCase(), { ...t, fullName: `${n.name}/${t.name}` }]),
  ),
);

export const namespaceOf = (name: string): Namespace | undefined => byName.get(name.toLowerCase());
/** By its full name in any case: `microsoft.compute/virtualmachines`. */
export const resourceTypeOf = (fullName: string): (ResourceType & { readonly fullName: string }) | undefined =>
  byType.get(fullName.toLowerCase());
