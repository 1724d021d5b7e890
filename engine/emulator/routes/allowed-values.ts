/**
 * Where a body may hold only one of a few words: the words that Azure's OpenAPI documents list, in any case, as Azure reads
 * them (https://github.com/Azure/azure-rest-api-specs). What is not named here may be any value of its type.
 */
import { AzureError, type Body } from "../wire.ts";

type Words = Readonly<Record<string, string>>;
/** The same words below another place: a subnet alone, and each subnet of a network. */
const below = (place: string, words: Words): Words =>
  Object.fromEntries(Object.entries(words).map(([path, list]) => [`${place}.${path}`, list]));

const diskSkus = "Standard_LRS Premium_LRS StandardSSD_LRS UltraSSD_LRS Premium_ZRS StandardSSD_ZRS PremiumV2_LRS";
const caching = "None ReadOnly ReadWrite";
const goes = "Delete Detach";
const reboot = "Unknown IfRequired Never Always";
const assessment = "ImageDefault AutomaticByPlatform";
const encryptedParts = "VMGuestStateOnly DiskWithVMGuestState NonPersistedTPM";

const vmDisk: Words = {
  caching,
  createOption: "FromImage Empty Attach Copy Restore",
  deleteOption: goes,
  "managedDisk.securityProfile.securityEncryptionType": encryptedParts,
  "managedDisk.storageAccountType": diskSkus,
};
const virtualMachine: Words = {
  "extendedLocation.type": "EdgeZone",
  "properties.evictionPolicy": "Deallocate Delete",
  "properties.networkProfile.networkInterfaces[].properties.deleteOption": goes,
  "properties.osProfile.linuxConfiguration.patchSettings.assessmentMode": assessment,
  "properties.osProfile.linuxConfiguration.patchSettings.automaticByPlatformSettings.rebootSetting": reboot,
  "properties.osProfile.linuxConfiguration.patchSettings.patchMode": assessment,
  "properties.osProfile.windowsConfiguration.additionalUnattendContent[].componentName":
    "Microsoft-Windows-Shell-Setup",
  "properties.osProfile.windowsConfiguration.additionalUnattendContent[].passName": "OobeSystem",
  "properties.osProfile.windowsConfiguration.additionalUnattendContent[].settingName": "AutoLogon FirstLogonCommands",
  "properties.osProfile.windowsConfiguration.patchSettings.assessmentMode": assessment,
  "properties.osProfile.windowsConfiguration.patchSettings.automaticByPlatformSettings.rebootSetting": reboot,
  "properties.osProfile.windowsConfiguration.patchSettings.patchMode": "Manual AutomaticByOS AutomaticByPlatform",
  "properties.osProfile.windowsConfiguration.winRM.listeners[].protocol": "Http Https",
  "properties.priority": "Regular Low Spot",
  "properties.securityProfile.proxyAgentSettings.imds.mode": "Audit Enforce Disabled",
  "properties.securityProfile.proxyAgentSettings.mode": "Audit Enforce",
  "properties.securityProfile.proxyAgentSettings.wireServer.mode": "Audit Enforce Disabled",
  // The document leaves out the one that `az` writes for a VM without either.
  "properties.securityProfile.securityType": "Standard TrustedLaunch ConfidentialVM",
  ...below("properties.storageProfile.osDisk", {
    ...vmDisk,
    "diffDiskSettings.option": "Local",
    "diffDiskSettings.placement": "CacheDisk ResourceDisk NvmeDisk",
    osType: "Windows Linux",
  }),
  ...below("properties.storageProfile.dataDisks[]", { ...vmDisk, detachOption: "ForceDetach" }),
  "properties.storageProfile.diskControllerType": "SCSI NVMe",
};
const creation =
  "Empty Attach FromImage Import Copy Restore Upload CopyStart ImportSecure UploadPreparedSecure CopyFromSanSnapshot";
const disk: Words = {
  "extendedLocation.type": "EdgeZone",
  "properties.availabilityPolicy.actionOnDiskDelay": "None AutomaticReattach",
  "properties.creationData.createOption": creation,
  "properties.creationData.provisionedBandwidthCopySpeed": "None Enhanced",
  "properties.dataAccessAuthMode": "AzureActiveDirectory None",
  "properties.encryption.type":
    "EncryptionAtRestWithPlatformKey EncryptionAtRestWithCustomerKey EncryptionAtRestWithPlatformAndCustomerKeys",
  "properties.hyperVGeneration": "V1 V2",
  "properties.networkAccessPolicy": "AllowAll AllowPrivate DenyAll",
  "properties.osType": "Windows Linux",
  "properties.publicNetworkAccess": "Enabled Disabled",
  "properties.securityProfile.securityType":
    "TrustedLaunch ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey ConfidentialVM_DiskEncryptedWithPlatformKey ConfidentialVM_DiskEncryptedWithCustomerKey ConfidentialVM_NonPersistedTPM",
  "properties.supportedCapabilities.architecture": "x64 Arm64",
  "properties.supportedCapabilities.supportedSecurityOption":
    "TrustedLaunchSupported TrustedLaunchAndConfidentialVMSupported",
};
const rule: Words = {
  "properties.access": "Allow Deny",
  "properties.direction": "Inbound Outbound",
  "properties.protocol": "Tcp Udp Icmp Esp * Ah",
};
const subnet: Words = {
  "properties.privateEndpointNetworkPolicies": "Enabled Disabled NetworkSecurityGroupEnabled RouteTableEnabled",
  "properties.privateLinkServiceNetworkPolicies": "Enabled Disabled",
  "properties.sharingScope": "Tenant DelegatedServices",
};
const route: Words = {
  "properties.nextHopType": "VirtualNetworkGateway VnetLocal Internet VirtualAppliance None",
};

/** By type, in lower case; `[]` is each member of a list. */
const table: Readonly<Record<string, Words>> = {
  "microsoft.compute/virtualmachines": virtualMachine,
  "microsoft.compute/virtualmachines/runcommands": { "properties.source.scriptShell": "Default Powershell7" },
  "microsoft.compute/disks": { ...disk, "sku.name": diskSkus },
  "microsoft.compute/snapshots": { ...disk, "sku.name": "Standard_LRS Premium_LRS Standard_ZRS" },
  "microsoft.compute/images": {
    "extendedLocation.type": "EdgeZone",
    "properties.hyperVGeneration": "V1 V2",
    ...below("properties.storageProfile.osDisk", {
      caching,
      osState: "Generalized Specialized",
      osType: "Windows Linux",
      storageAccountType: diskSkus,
    }),
    ...below("properties.storageProfile.dataDisks[]", { caching, storageAccountType: diskSkus }),
  },
  "microsoft.compute/proximityplacementgroups": { "properties.proximityPlacementGroupType": "Standard Ultra" },
  "microsoft.compute/capacityreservationgroups": { "properties.reservationType": "Targeted Block" },
  "microsoft.network/virtualnetworks": {
    "extendedLocation.type": "EdgeZone",
    "properties.encryption.enforcement": "DropUnencrypted AllowUnencrypted",
    "properties.privateEndpointVNetPolicies": "Disabled Basic",
    ...below("properties.subnets[]", subnet),
  },
  "microsoft.network/virtualnetworks/subnets": subnet,
  "microsoft.network/networksecuritygroups": below("properties.securityRules[]", rule),
  "microsoft.network/networksecuritygroups/securityrules": rule,
  "microsoft.network/publicipaddresses": {
    "extendedLocation.type": "EdgeZone",
    "properties.ddosSettings.protectionMode": "VirtualNetworkInherited Enabled Disabled",
    "properties.deleteOption": goes,
    "properties.dnsSettings.domainNameLabelScope": "TenantReuse SubscriptionReuse ResourceGroupReuse NoReuse",
    "properties.migrationPhase": "None Prepare Commit Abort Committed",
    "properties.publicIPAddressVersion": "IPv4 IPv6",
    "properties.publicIPAllocationMethod": "Static Dynamic",
    "sku.name": "Basic Standard StandardV2",
    "sku.tier": "Regional Global",
  },
  "microsoft.network/networkinterfaces": {
    "extendedLocation.type": "EdgeZone",
    "properties.auxiliaryMode": "None MaxConnections Floating AcceleratedConnections",
    "properties.auxiliarySku": "None A1 A2 A4 A8",
    "properties.ipConfigurations[].properties.privateIPAddressVersion": "IPv4 IPv6",
    "properties.ipConfigurations[].properties.privateIPAllocationMethod": "Static Dynamic",
    "properties.migrationPhase": "None Prepare Commit Abort Committed",
    "properties.nicType": "Standard Elastic",
  },
  "microsoft.network/routetables": below("properties.routes[]", route),
  "microsoft.network/routetables/routes": route,
  "microsoft.storage/storageaccounts": {
    kind: "Storage StorageV2 BlobStorage FileStorage BlockBlobStorage",
    "properties.accessTier": "Hot Cool Premium Cold",
    "properties.minimumTlsVersion": "TLS1_0 TLS1_1 TLS1_2 TLS1_3",
    "properties.publicNetworkAccess": "Enabled Disabled SecuredByPerimeter",
    "sku.name":
      "Standard_LRS Standard_GRS Standard_RAGRS Standard_ZRS Premium_LRS Premium_ZRS Standard_GZRS Standard_RAGZRS StandardV2_LRS StandardV2_GRS StandardV2_ZRS StandardV2_GZRS PremiumV2_LRS PremiumV2_ZRS",
  },
  "microsoft.managedidentity/userassignedidentities": { "properties.isolationScope": "None Regional" },
  "microsoft.authorization/roleassignments": {
    "properties.principalType": "User Group ServicePrincipal ForeignGroup Device",
  },
  "microsoft.resources/deployments": { "properties.mode": "Incremental Complete" },
};
const places = new Map(
  Object.entries(table).map(([type, words]) => [
    type,
    Object.entries(words).map(([path, list]) => ({
      keys: path.replaceAll("[]", ".[]").split("."),
      allowed: new Set(list.toLowerCase().split(" ")),
    })),
  ]),
);
interface Found {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}
function* at(value: unknown, keys: readonly string[], path: readonly (string | number)[] = []): Generator<Found> {
  const [key, ...rest] = keys;
  if (value === undefined || value === null) return;
  if (key === undefined) yield { value, path };
  else if (key === "[]" && Array.isArray(value))
    for (const [index, member] of value.entries()) yield* at(member, rest, [...path, index]);
  else if (typeof value === "object" && !Array.isArray(value)) {
    const [name] = Object.keys(value).filter((n) => n.toLowerCase() === key.toLowerCase());
    if (name !== undefined) yield* at((value as Body)[name], rest, [...path, name]);
  }
}

/** Throws what the type's provider says of a word that it does not know. */
export function requireAllowedValues(type: string, body: Body): void {
  const refused = (places.get(type.toLowerCase()) ?? []).flatMap(({ keys, allowed }) =>
    [...at(body, keys)].filter(({ value }) => typeof value !== "string" || !allowed.has(value.toLowerCase())),
  );
  const [first] = refused;
  if (first === undefined) return;
  const told = refused.map((found) => sentence(body, found));
  if (/^microsoft\.network\//i.test(type))
    throw new AzureError(400, "InvalidRequestFormat", "Cannot parse the request.", {
      details: told.map((message) => ({ code: "InvalidJson", message })),
    });
  if (/^microsoft\.compute\//i.test(type))
    throw new AzureError(400, "BadRequest", told[0] ?? "", { target: `${subjectOf(type)}.${textOf(first.path)}` });
  throw new AzureError(
    400,
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: '${told[0]}'.`,
  );
}
/** Compute calls what it was sent `vm`, and other things by their own name. */
const subjectOf = (type: string): string => {
  const name = type.split("/").at(-1) ?? "";
  return name.toLowerCase() === "virtualmachines" ? "vm" : name.replace(/s$/, "");
};
const textOf = (path: Found["path"]): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
function sentence(body: Body, { value, path }: Found): string {
  const name = path.findLast((key) => typeof key === "string") ?? "";
  return `Error converting value ${JSON.stringify(value)} to type '${name.charAt(0).toUpperCase()}${name.slice(1)}'. Path '${textOf(path)}', line 1, position ${positionOf(body, path)}.`;
}
/** Where the value ends, in the body as the front door hands it on: on one line. */
function positionOf(body: Body, path: Found["path"]): number {
  const whole = structuredClone({ body }) as Body;
  const parent = ["body", ...path].slice(0, -1).reduce((value, key) => value[key] as Body, whole);
  const last = path.at(-1) ?? "";
  const text = JSON.stringify(parent[last]) ?? "";
  const mark = "\u0001";
  parent[last] = mark;
  return JSON.stringify(whole["body"]).indexOf(JSON.stringify(mark)) + text.length;
}
