/** What a VM is told about itself: https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#instance-metadata */
import { parseId } from "../resource-id.ts";
import type { Entry, Transaction } from "../store.ts";
import type { Answer, Body } from "../wire.ts";

/** `segments`: what stands behind `/metadata/instance`; each goes one step into the document. */
export function instanceDocument(
  tx: Transaction,
  vm: Entry,
  segments: readonly string[],
  format: string | null,
): Answer {
  let at: unknown = { compute: compute(vm), network: { interface: interfaces(tx, vm) } };
  for (const segment of segments) {
    if (typeof at !== "object" || at === null) return notFound;
    const key = Array.isArray(at) ? segment : Object.keys(at).find((name) => name.toLowerCase() === segment);
    at = key === undefined ? undefined : (at as Body)[key];
    if (at === undefined) return notFound;
  }
  const isLeaf = typeof at !== "object";
  const asText = format?.toLowerCase() === "text";
  // A single value is no JSON document to this service.
  if (isLeaf && !asText)
    return { status: 400, body: { error: "Bad request. A leaf of the metadata is given as text only: format=text" } };
  if (!asText) return { status: 200, body: at };
  return { status: 200, body: isLeaf ? String(at) : directory(at as object) };
}
const notFound: Answer = { status: 404, body: { error: "Not found" } };

/** Names, one a line; what has more below it ends in a slash. */
function directory(of: object): string {
  return Object.entries(of)
    .map(([name, value]) => (typeof value === "object" ? `${name}/` : name))
    .join("\n");
}

/** Everything is text, and what there is not is empty. */
function compute(vm: Entry): Body {
  const id = parseId(vm.id),
    p: Body = vm.body["properties"] ?? {},
    image: Body = p["storageProfile"]?.imageReference ?? {},
    disk: Body = p["storageProfile"]?.osDisk ?? {},
    profile: Body = p["osProfile"] ?? {},
    tags = Object.entries<unknown>(vm.body["tags"] ?? {});
  const text = (value: unknown): string => (value === undefined || value === null ? "" : String(value));
  return {
    azEnvironment: "AzurePublicCloud",
    customData: "",
    evictionPolicy: text(p["evictionPolicy"]),
    isHostCompatibilityLayerVm: "false",
    licenseType: text(p["licenseType"]),
    location: text(vm.body["location"]),
    name: text(vm.body["name"]),
    offer: text(image["offer"]),
    osProfile: {
      adminUsername: text(profile["adminUsername"]),
      computerName: text(profile["computerName"]),
      disablePasswordAuthentication: text(profile["linuxConfiguration"]?.disablePasswordAuthentication ?? false),
    },
    osType: text(disk["osType"]),
    placementGroupId: "",
    plan: { name: "", product: "", publisher: "" },
    platformFaultDomain: "0",
    platformUpdateDomain: "0",
    priority: text(p["priority"]),
    provider: "Microsoft.Compute",
    publicKeys: publicKeys(profile),
    publisher: text(image["publisher"]),
    resourceGroupName: text(id.group),
    resourceId: vm.id,
    sku: text(image["sku"]),
    storageProfile: {
      dataDisks: [],
      imageReference: {
        id: text(image["id"]),
        offer: text(image["offer"]),
        publisher: text(image["publisher"]),
        sku: text(image["sku"]),
        version: text(image["version"]),
      },
      osDisk: {
        caching: text(disk["caching"]),
        createOption: text(disk["createOption"]),
        diskSizeGB: text(disk["diskSizeGB"]),
        name: text(disk["name"]),
        osType: text(disk["osType"]),
      },
    },
    subscriptionId: text(id.subscription),
    tags: tags.map(([name, value]) => `${name}:${text(value)}`).join(";"),
    tagsList: tags.map(([name, value]) => ({ name, value: text(value) })),
    userData: text(p["userData"]),
    version: text(image["exactVersion"] ?? image["version"]),
    vmId: text(p["vmId"]),
    vmScaleSetName: "",
    vmSize: text(p["hardwareProfile"]?.vmSize),
    zone: text(vm.body["zones"]?.[0]),
  };
}

function publicKeys(profile: Body): Body[] {
  const keys: unknown = profile["linuxConfiguration"]?.ssh?.publicKeys;
  return Array.isArray(keys)
    ? (keys as Body[]).map((key) => ({ keyData: String(key["keyData"] ?? ""), path: String(key["path"] ?? "") }))
    : [];
}

function interfaces(tx: Transaction, vm: Entry): Body[] {
  const attached: Body[] = vm.body["properties"]?.networkProfile?.networkInterfaces ?? [];
  return attached.flatMap(({ id }) => {
    const nic = tx.get(String(id));
    if (!nic) return [];
    const p: Body = nic.body["properties"] ?? {},
      configurations: Body[] = p["ipConfigurations"] ?? [];
    const ipAddress = configurations.map((one) => {
      const publicId: unknown = one["properties"]?.publicIPAddress?.id;
      const address: unknown =
        typeof publicId === "string" ? tx.get(publicId)?.body["properties"]?.ipAddress : undefined;
      return {
        privateIpAddress: String(one["properties"]?.privateIPAddress ?? ""),
        publicIpAddress: typeof address === "string" ? address : "",
      };
    });
    const subnet = subnetOf(tx, configurations[0]);
    return [
      {
        ipv4: { ipAddress, subnet: subnet === undefined ? [] : [subnet] },
        ipv6: { ipAddress: [] },
        macAddress: String(p["macAddress"] ?? "").replaceAll("-", ""),
      },
    ];
  });
}

function subnetOf(tx: Transaction, configuration: Body | undefined): Body | undefined {
  const id: unknown = configuration?.["properties"]?.subnet?.id;
  if (typeof id !== "string") return undefined;
  const at = id.toLowerCase().lastIndexOf("/subnets/");
  const subnets: Body[] = tx.get(id.slice(0, at))?.body["properties"]?.subnets ?? [];
  const found = subnets.find((one) => String(one["id"]).toLowerCase() === id.toLowerCase());
  const [address, prefix] = String(found?.["properties"]?.addressPrefix ?? "").split("/");
  return address && prefix ? { address, prefix } : undefined;
}
