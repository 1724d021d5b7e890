/**
 * What a provider's own document says beside its types: namespaces that exist and are not emulated, the applications that
 * Azure itself acts as in a subscription, the versions of Azure Stack's profiles, and the zones of its regions.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/azure-services-resource-providers
 * https://learn.microsoft.com/azure/reliability/availability-zones-region-support
 */
const words = (text: string): string[] => text.trim().split(/\s+/);

/** They can be read and registered, and nothing can be made of them. */
export const otherNamespaces: readonly string[] =
  words(`Microsoft.AAD Microsoft.AlertsManagement Microsoft.ApiManagement
  Microsoft.AppConfiguration Microsoft.Attestation Microsoft.AVS Microsoft.Batch Microsoft.Billing Microsoft.Blueprint
  Microsoft.BotService Microsoft.Cache Microsoft.Capacity Microsoft.Cdn Microsoft.CertificateRegistration
  Microsoft.ClassicCompute Microsoft.ClassicInfrastructureMigrate Microsoft.ClassicNetwork Microsoft.ClassicStorage
  Microsoft.CognitiveServices Microsoft.Communication Microsoft.Consumption Microsoft.CostManagement
  Microsoft.CustomProviders Microsoft.DataBox Microsoft.Databricks Microsoft.DataFactory Microsoft.DataLakeStore
  Microsoft.DataMigration Microsoft.DataProtection Microsoft.DBforMariaDB Microsoft.DBforMySQL
  Microsoft.DesktopVirtualization Microsoft.DevCenter Microsoft.Devices Microsoft.DevTestLab Microsoft.DomainRegistration
  Microsoft.EventGrid Microsoft.Features Microsoft.GuestConfiguration Microsoft.HDInsight Microsoft.HealthcareApis
  Microsoft.HybridCompute Microsoft.ImportExport Microsoft.IoTCentral Microsoft.Kubernetes
  Microsoft.KubernetesConfiguration Microsoft.Kusto Microsoft.LabServices Microsoft.LoadTestService
  Microsoft.MachineLearningServices Microsoft.Maintenance Microsoft.ManagedServices Microsoft.Management Microsoft.Maps
  Microsoft.MarketplaceOrdering Microsoft.Migrate Microsoft.MixedReality Microsoft.Monitor Microsoft.NetApp
  Microsoft.NotificationHubs Microsoft.OperationsManagement Microsoft.PolicyInsights Microsoft.Portal
  Microsoft.PowerBIDedicated Microsoft.Purview Microsoft.Quota Microsoft.Relay Microsoft.ResourceGraph
  Microsoft.ResourceHealth Microsoft.Search Microsoft.Security Microsoft.SecurityInsights Microsoft.ServiceFabric
  Microsoft.SignalRService Microsoft.Solutions Microsoft.SqlVirtualMachine Microsoft.StorageCache Microsoft.StorageMover
  Microsoft.StorageSync Microsoft.StreamAnalytics Microsoft.Support Microsoft.Synapse Microsoft.VirtualMachineImages
  Microsoft.VMware Microsoft.ADHybridHealthService Microsoft.Addons Microsoft.Advisor Microsoft.AgFoodPlatform
  Microsoft.AnalysisServices Microsoft.ApiCenter Microsoft.AppPlatform Microsoft.Automanage Microsoft.AzureArcData
  Microsoft.AzureData Microsoft.AzureStack Microsoft.AzureStackHCI Microsoft.BillingBenefits
  Microsoft.BlockchainTokens Microsoft.ChangeAnalysis Microsoft.Chaos Microsoft.CodeSigning Microsoft.Commerce
  Microsoft.ConfidentialLedger Microsoft.Confluent Microsoft.ConnectedVMwarevSphere Microsoft.CostManagementExports
  Microsoft.CustomerInsights Microsoft.CustomerLockbox Microsoft.Dashboard Microsoft.DataBoxEdge Microsoft.DataCatalog
  Microsoft.DataCollaboration Microsoft.DataLakeAnalytics Microsoft.DataReplication Microsoft.DataShare
  Microsoft.Datadog Microsoft.DevOpsInfrastructure Microsoft.DeviceRegistry Microsoft.DeviceUpdate
  Microsoft.DigitalTwins Microsoft.EdgeOrder Microsoft.Education Microsoft.Elastic Microsoft.ElasticSan
  Microsoft.EntitlementManagement Microsoft.ExtendedLocation Microsoft.Fabric Microsoft.FluidRelay
  Microsoft.GraphServices Microsoft.HanaOnAzure Microsoft.HardwareSecurityModules Microsoft.HealthBot
  Microsoft.HealthDataAIServices Microsoft.HybridConnectivity Microsoft.HybridContainerService Microsoft.HybridNetwork
  Microsoft.Intune Microsoft.IoTFirmwareDefense Microsoft.IoTOperations Microsoft.IoTSecurity
  Microsoft.MachineLearning Microsoft.ManagedNetworkFabric Microsoft.Marketplace Microsoft.Media
  Microsoft.NetworkAnalytics Microsoft.NetworkCloud Microsoft.NetworkFunction Microsoft.ObjectStore Microsoft.OffAzure
  Microsoft.OpenEnergyPlatform Microsoft.Orbital Microsoft.Peering Microsoft.PowerBI Microsoft.PowerPlatform
  Microsoft.Programmability Microsoft.ProviderHub Microsoft.Quantum Microsoft.RedHatOpenShift
  Microsoft.ResourceConnector Microsoft.SaaS Microsoft.ScVmm Microsoft.Scheduler Microsoft.SecurityDevOps
  Microsoft.ServiceFabricMesh Microsoft.ServiceLinker Microsoft.ServiceNetworking Microsoft.Singularity
  Microsoft.StandbyPool Microsoft.StorSimple Microsoft.StorageActions Microsoft.Subscription Microsoft.Syntex
  Microsoft.TimeSeriesInsights Microsoft.UsageBilling Microsoft.VideoIndexer Microsoft.VisualStudio
  Microsoft.VoiceServices Microsoft.WindowsESU Microsoft.WindowsIoT Microsoft.WorkloadMonitor Microsoft.Workloads`);

/** By namespace: the application and, of the roles that it has, the one that counts. */
export const authorizations: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "Microsoft.Network": [["2cf9eb86-36b5-49dc-86ae-9a63135dfa8c", "13ba9ab4-19f0-4804-adc4-14ece36cc7a1"]],
  "Microsoft.Compute": [["60e6cd67-9c8c-4951-9b3c-23c25a2169af", "e4770acb-272e-4dc8-87f3-12f44a612224"]],
  "Microsoft.Storage": [["a6aa9161-5291-40bb-8c5c-923b567bee3b", "070ab87f-0efc-4423-b18b-756f3bdb0236"]],
};

/** The api-version that each profile of Azure Stack means, for the types that it has. */
export const profiles: Readonly<
  Record<string, { readonly of: RegExp; readonly versions: readonly [string, string][] }>
> = {
  "Microsoft.Network": {
    of: /^(virtualNetworks|publicIPAddresses|networkInterfaces|networkSecurityGroups|loadBalancers|routeTables|virtualNetworkGateways|localNetworkGateways|connections|applicationSecurityGroups|ddosProtectionPlans|dnsZones|locations.*)$/,
    versions: [
      ["2017-03-09-profile", "2015-06-15"],
      ["2018-03-01-hybrid", "2017-10-01"],
      ["2019-03-01-hybrid", "2017-10-01"],
    ],
  },
  "Microsoft.Compute": {
    of: /^(virtualMachines|virtualMachines\/extensions|availabilitySets|virtualMachineScaleSets|images|disks|snapshots|locations.*)$/,
    versions: [
      ["2017-03-09-profile", "2016-03-30"],
      ["2018-03-01-hybrid", "2017-03-30"],
      ["2019-03-01-hybrid", "2017-12-01"],
    ],
  },
};

/** Types that can be put into a zone, and the display names of the regions that have zones. */
export const zonalTypes =
  /^Microsoft\.(Compute\/(virtualMachines|virtualMachineScaleSets|disks|hostGroups)|Network\/(publicIPAddresses|publicIPPrefixes|applicationGateways|azureFirewalls|natGateways))$/;
export const zonalRegions: ReadonlySet<string> = new Set(
  words(`eastus eastus2 southcentralus westus2 westus3 australiaeast southeastasia northeurope swedencentral uksouth
  westeurope centralus southafricanorth centralindia eastasia japaneast japanwest koreacentral canadacentral francecentral
  germanywestcentral italynorth norwayeast polandcentral spaincentral switzerlandnorth uaenorth brazilsouth`),
);
