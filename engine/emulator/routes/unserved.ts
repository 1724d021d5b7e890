/**
 * Types that Azure has and the emulator does not: asking for one is no mistake, and is told from a name that does not exist.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/azure-services-resource-providers
 */
import { namespaceOf } from "./resource-types.ts";

const lines = (text: string): string[] => text.trim().split(/\s+/);

/** In namespaces of which the emulator knows other types; what is below one of these as well. */
const types: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "microsoft.resources": lines(`bulkDelete calculateTemplateHash changes checkPolicyCompliance checkResourceName
    checkZonePeers deploymentStacks deploymentScripts links locations moveResources notifyResourceJobs operations
    operationresults providers resourceGraph subscriptions/tagNames subscriptions/operationresults templateSpecs
    validateResources builtInTemplateSpecs mobo snapshots dataBoundaries`),
    "microsoft.authorization": lines(`accessReviewHistoryDefinitions accessReviewScheduleDefinitions
    accessReviewScheduleSettings checkAccess classicAdministrators dataAliases diagnosticSettings
    eligibleChildResources elevateAccess findOrphanRoleAssignments operations operationStatus policyExemptions privateLinkAssociations
    providerOperations resourceManagementPrivateLinks roleAssignmentApprovals roleAssignmentsUsageMetrics
    roleAssignmentScheduleInstances roleAssignmentSchedules roleEligibilityScheduleInstances
    roleEligibilitySchedules roleManagementAlerts roleManagementPolicies roleManagementPolicyAssignments variables`),
    "microsoft.insights": lines(`actionGroups activityLogAlerts alertRules autoscaleSettings dataCollectionEndpoints
    dataCollectionRuleAssociations diagnosticSettingsCategories eventCategories eventtypes extendedDiagnosticSettings
    generateDiagnosticServiceToken guestDiagnosticSettings listMigrationdate locations logDefinitions logProfiles logs
    metricBaselines metricBatch metricDefinitions metricNamespaces metrics migrateToNewPricingModel monitoredObjects
    myWorkbooks notificationStatus operations privateLinkScopes queries scheduledQueryRules tenantActionGroups topology
    transactions vmInsightsOnboardingStatuses webtests workbooks workbookTemplates`),
    "microsoft.compute": lines(`cloudServices diskEncryptionSets locations operations restorePointCollections
    sharedVMImages sharedVMExtensions virtualMachineScaleSets payloadGroups`),
    "microsoft.network": lines(`applicationGatewayAvailableSslOptions applicationGatewayWebApplicationFirewallPolicies
    azureFirewallFqdnTags azureWebCategories bgpServiceCommunities checkFrontDoorNameAvailability
    checkTrafficManagerNameAvailability ddosCustomPolicies dnsForwardingRulesets dnsResolvers dnsResolverPolicies
    dscpConfigurations expressRouteGateways expressRoutePortsLocations expressRoutePorts expressRouteServiceProviders
    customIpPrefixes frontDoors frontdoorWebApplicationFirewallPolicies ipAllocations ipGroups networkExperimentProfiles
    networkManagers networkSecurityPerimeters networkVirtualApplianceSkus networkVirtualAppliances operations
    p2sVpnGateways privateEndpointRedirectMaps privateLinkServices routeFilters securityPartnerProviders
    serviceTags trafficManagerProfiles trafficManagerGeographicHierarchies virtualHubs virtualNetworkTaps
    virtualRouters vpnGateways vpnServerConfigurations vpnSites`),
    "microsoft.managedidentity": lines("identities operations"),
    "microsoft.storage": lines(`checkNameAvailability deletedAccounts locations operations skus storageTasks usages
    storageAccounts/fileServices storageAccounts/queueServices storageAccounts/tableServices`),
    "microsoft.keyvault": lines(
      "checkMhsmNameAvailability checkNameAvailability deletedManagedHSMs deletedVaults locations managedHSMs operations",
    ),
    "microsoft.web": lines(`availableStacks certificates checkNameAvailability connections containerApps customApis
    deletedSites functionAppStacks geoRegions hostingEnvironments kubeEnvironments locations operations
    publishingUsers recommendations resourceHealthMetadata sourceControls webAppStacks`),
  }),
);

/** By its full name in any case. */
export function isUnserved(fullType: string): boolean {
  const [namespace = "", ...parts] = fullType.toLowerCase().split("/");
  const known = namespaceOf(namespace);
  // Of some namespaces no more is known than that they are there.
  if (known === undefined || known.types.length === 0) return known !== undefined;
  const path = parts.join("/");
  // Every provider tells its operations.
  if (path === "operations") return true;
  return types.get(namespace)?.some((type) => `${path}/`.startsWith(`${type.toLowerCase()}/`)) === true;
}
