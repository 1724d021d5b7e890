// Types of resources that runbooks name most, for "did you mean". One that is missing here is not refused.
// https://learn.microsoft.com/azure/templates/ lists them all, by provider.

import { nearest } from "../source/suggestion.ts";

const TYPES: Readonly<Record<string, string>> = {
  "Microsoft.Authorization":
    "denyAssignments locks policyAssignments policyDefinitions policyExemptions policySetDefinitions roleAssignments " +
    "roleAssignmentScheduleRequests roleDefinitions roleEligibilityScheduleRequests",
  "Microsoft.Compute":
    "availabilitySets capacityReservationGroups capacityReservationGroups/capacityReservations cloudServices " +
    "diskAccesses diskEncryptionSets disks galleries galleries/applications galleries/applications/versions " +
    "galleries/images galleries/images/versions hostGroups hostGroups/hosts images proximityPlacementGroups " +
    "restorePointCollections restorePointCollections/restorePoints skus snapshots sshPublicKeys virtualMachines " +
    "virtualMachines/extensions virtualMachines/runCommands virtualMachineScaleSets " +
    "virtualMachineScaleSets/extensions virtualMachineScaleSets/virtualMachines",
  "Microsoft.KeyVault": "managedHSMs vaults vaults/accessPolicies vaults/keys vaults/secrets",
  "Microsoft.ManagedIdentity": "identities userAssignedIdentities userAssignedIdentities/federatedIdentityCredentials",
  "Microsoft.Network":
    "applicationGateways applicationSecurityGroups azureFirewalls bastionHosts connections ddosProtectionPlans dnsZones " +
    "dnsZones/A expressRouteCircuits firewallPolicies ipGroups loadBalancers localNetworkGateways natGateways " +
    "networkInterfaces networkProfiles networkSecurityGroups networkSecurityGroups/securityRules networkWatchers " +
    "privateDnsZones privateDnsZones/virtualNetworkLinks privateEndpoints privateLinkServices publicIPAddresses " +
    "publicIPPrefixes routeTables routeTables/routes serviceEndpointPolicies virtualHubs virtualNetworkGateways " +
    "virtualNetworks virtualNetworks/subnets virtualNetworks/virtualNetworkPeerings virtualWans vpnGateways vpnSites",
  "Microsoft.Resources":
    "deployments deploymentScripts deploymentStacks links resourceGroups resources tags templateSpecs",
  "Microsoft.Storage":
    "storageAccounts storageAccounts/blobServices storageAccounts/blobServices/containers storageAccounts/fileServices " +
    "storageAccounts/managementPolicies storageAccounts/queueServices storageAccounts/tableServices",
};

/** The type that one which is none of these most likely means; case does not count. */
export function misspeltType(type: string): string | undefined {
  const [namespace = "", ...rest] = type.split("/");
  const known = Object.keys(TYPES).find((one) => one.toLowerCase() === namespace.toLowerCase());
  if (known === undefined) {
    const near = nearest(namespace, Object.keys(TYPES));
    // Many providers differ from these by more than a slip.
    const isSlip = near !== undefined && Math.abs(near.length - namespace.length) <= 1;
    return isSlip ? [near, ...rest].join("/") : undefined;
  }
  const types = TYPES[known]!.split(" ");
  const own = rest.join("/").toLowerCase();
  if (types.some((one) => one.toLowerCase() === own)) return undefined;
  const near = nearest(
    own,
    types.filter((one) => one.split("/").length === rest.length),
  );
  const isSlip = near !== undefined && Math.abs(near.length - own.length) <= 2;
  return isSlip ? `${known}/${near}` : undefined;
}
