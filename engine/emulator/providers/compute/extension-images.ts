/** The extensions that a VM can be given: publishers, types, and one version of each. */
import { lower } from "../../resource-id.ts";
import { inSubscription, on } from "../../routes/route.ts";
import { AzureError, type Answer } from "../../wire.ts";
import { ok, type Context } from "../context.ts";

/** By publisher: types and the version that is current. */
const extensions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Microsoft.Azure.ActiveDirectory": { AADLoginForWindows: "2.2.0.0", AADSSHLoginForLinux: "1.0.2951.1" },
  "Microsoft.Azure.Diagnostics": { IaaSDiagnostics: "1.22.0.1", LinuxDiagnostic: "4.1.0" },
  "Microsoft.Azure.Extensions": { CustomScript: "2.1.14", DockerExtension: "1.2.2" },
  "Microsoft.Azure.Monitor": { AzureMonitorLinuxAgent: "1.36.1.0", AzureMonitorWindowsAgent: "1.38.1.0" },
  "Microsoft.Azure.NetworkWatcher": {
    NetworkWatcherAgentLinux: "1.4.3783.1",
    NetworkWatcherAgentWindows: "1.4.3783.1",
  },
  "Microsoft.Azure.Security": { AzureDiskEncryption: "2.4.0.4", AzureDiskEncryptionForLinux: "1.4.0.6" },
  "Microsoft.Compute": {
    BGInfo: "2.2.5",
    CustomScriptExtension: "1.10.20",
    JsonADDomainExtension: "1.3.18",
    VMAccessAgent: "2.4.10",
  },
  "Microsoft.CPlat.Core": { RunCommandLinux: "1.0.6", RunCommandWindows: "1.1.20" },
  "Microsoft.EnterpriseCloud.Monitoring": { MicrosoftMonitoringAgent: "1.0.18069.0", OmsAgentForLinux: "1.19.0" },
  "Microsoft.OSTCExtensions": { CustomScriptForLinux: "1.5.2.2", VMAccessForLinux: "1.5.20" },
  "Microsoft.Powershell": { DSC: "2.83.5" },
};
export const extensionPublishers: readonly string[] = Object.keys(extensions);

const after = (c: Context, word: string): string => {
  const segments = c.id.path.split("/");
  return segments[segments.findIndex((s) => lower(s) === word) + 1] ?? "";
};
const missing = (what: string, name: string): AzureError =>
  new AzureError(404, "NotFound", `Artifact: ${what} '${name}' was not found.`);
function named<T>(all: Readonly<Record<string, T>>, name: string, what: string): readonly [string, T] {
  const found = Object.entries(all).find(([one]) => lower(one) === lower(name));
  if (!found) throw missing(what, name);
  return found;
}
function typesOf(c: Context): { readonly path: string; readonly types: Readonly<Record<string, string>> } {
  const [publisher, types] = named(extensions, after(c, "publishers"), "PublisherName");
  const start = `/Subscriptions/${c.id.subscription}/Providers/Microsoft.Compute/Locations/${after(c, "locations")}`;
  return { path: `${start}/Publishers/${publisher}/ArtifactTypes/VMExtension/Types`, types };
}
const listed = (c: Context, path: string, names: readonly string[]): Answer =>
  ok(names.map((name) => ({ location: after(c, "locations"), name, id: `${path}/${name}` })));

const listTypes = (c: Context): Answer => {
  const { path, types } = typesOf(c);
  return listed(c, path, Object.keys(types));
};
const listVersions = (c: Context): Answer => {
  const { path, types } = typesOf(c);
  const [type, version] = named(types, after(c, "types"), "VMExtension Type");
  return listed(c, `${path}/${type}/Versions`, [version]);
};
function getVersion(c: Context): Answer {
  const { path, types } = typesOf(c);
  const [type, version] = named(types, after(c, "types"), "VMExtension Type");
  const asked = after(c, "versions");
  if (lower(asked) !== lower(version)) throw missing("VMExtension Version", asked);
  const isForWindows = !/linux|CustomScript$|Docker/i.test(type);
  return ok({
    properties: {
      operatingSystem: isForWindows ? "Windows" : "Linux",
      computeRole: "IaaS",
      handlerSchema: "",
      vmScaleSetEnabled: true,
      supportsMultipleExtensions: false,
    },
    location: after(c, "locations"),
    name: version,
    id: `${path}/${type}/Versions/${version}`,
  });
}
const types = "Microsoft.Compute/locations/{location}/publishers/{publisherName}/artifacttypes/vmextension/types";
const read = (what: string) => ({
  action: `Microsoft.Compute/locations/publishers/artifacttypes/types/${what}`,
  type: "Microsoft.Compute/virtualMachines",
});
export const extensionImageRoutes = [
  ...on(inSubscription(types), ["GET", "VirtualMachineExtensionImages_ListTypes", listTypes, read("read")]),
  ...on(inSubscription(`${types}/{type}/versions`), [
    "GET",
    "VirtualMachineExtensionImages_ListVersions",
    listVersions,
    read("versions/read"),
  ]),
  ...on(inSubscription(`${types}/{type}/versions/{version}`), [
    "GET",
    "VirtualMachineExtensionImages_Get",
    getVersion,
    read("versions/read"),
  ]),
];
