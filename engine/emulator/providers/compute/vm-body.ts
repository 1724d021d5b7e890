/** What Azure makes of the body of a VM: defaults, the names and ids of its disks, the parts that it never shows again. */
import { lower, nameOf } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import type { Body } from "../../wire.ts";
import type { Context } from "../context.ts";
import { makeDisk } from "./disks.ts";
import { imageOf } from "./images.ts";

const upperFirst = (text: unknown): string => {
  const known = ["FromImage", "Attach", "Empty", "Copy"].find((k) => lower(k) === lower(String(text)));
  return known ?? String(text);
};
/** Disks belong to the group in upper case, as Azure writes it. */
const diskId = (c: Context, name: string): string =>
  `/subscriptions/${c.id.subscription}/resourceGroups/${c.id.group?.toUpperCase()}/providers/Microsoft.Compute/disks/${name}`;

export function isWindows(p: Body): boolean {
  const image = imageOf(p["storageProfile"]?.imageReference as Body | undefined);
  if (image) return image.os === "Windows";
  const given = p["storageProfile"]?.osDisk?.osType;
  if (given !== undefined) return /^windows$/i.test(String(given));
  return (
    p["osProfile"]?.windowsConfiguration !== undefined ||
    /^microsoft(windows|sql)/i.test(String(p["storageProfile"]?.imageReference?.publisher ?? ""))
  );
}

export function vmProperties(
  c: Context,
  id: string,
  region: string,
  p: Body,
  was: Entry | null,
  readyAt: number,
): Body {
  const old: Body = was?.body["properties"] ?? {};
  const windows = isWindows({ ...old, ...p });
  return {
    ...old,
    ...p,
    // Spot VMs are paid for at any price unless a price is named.
    ...(/^(spot|low)$/i.test(String(p["priority"] ?? old["priority"] ?? "")) && {
      billingProfile: { maxPrice: -1, ...old["billingProfile"], ...p["billingProfile"] },
    }),
    vmId: old["vmId"] ?? c.tx.invent.guid("vmId", id),
    hardwareProfile: { ...old["hardwareProfile"], ...p["hardwareProfile"] },
    storageProfile: storageProfile(c, id, region, p, old, windows, readyAt),
    ...(p["osProfile"] === undefined && old["osProfile"] === undefined
      ? {}
      : { osProfile: osProfile(p["osProfile"] as Body | undefined, old["osProfile"] as Body | undefined, windows) }),
    provisioningState: was ? "Updating" : "Creating",
    ...(c.apiVersion >= "2021-11-01" || old["timeCreated"] !== undefined
      ? { timeCreated: old["timeCreated"] ?? new Date(c.tx.now).toISOString() }
      : {}),
  };
}
function osProfile(given: Body | undefined, old: Body | undefined, windows: boolean): Body {
  // Neither is ever told again.
  const { adminPassword: _a, customData: _b, ...os } = given ?? {};
  const system = windows
    ? {
        windowsConfiguration: {
          provisionVMAgent: true,
          enableAutomaticUpdates: true,
          patchSettings: { patchMode: "AutomaticByOS", assessmentMode: "ImageDefault" },
          ...old?.["windowsConfiguration"],
          ...os["windowsConfiguration"],
        },
      }
    : {
        linuxConfiguration: {
          disablePasswordAuthentication: false,
          provisionVMAgent: true,
          patchSettings: { patchMode: "ImageDefault", assessmentMode: "ImageDefault" },
          ...old?.["linuxConfiguration"],
          ...os["linuxConfiguration"],
        },
      };
  return {
    secrets: [],
    allowExtensionOperations: true,
    requireGuestProvisionSignal: true,
    ...old,
    ...os,
    ...system,
  };
}
function storageProfile(
  c: Context,
  id: string,
  region: string,
  p: Body,
  old: Body,
  windows: boolean,
  readyAt: number,
): Body {
  const given: Body = p["storageProfile"] ?? {};
  const before: Body = old["storageProfile"] ?? {};
  const reference: Body | undefined = given["imageReference"] ?? before["imageReference"];
  const image = imageOf(reference);
  const name = String(
    given["osDisk"]?.name ?? before["osDisk"]?.name ?? `${nameOf(id)}_OsDisk_1_${c.tx.invent.hex("osDisk", id)}`,
  );
  const exactVersion =
    image && (reference?.["version"] === "latest" ? image.version : (reference?.["version"] as string));
  const isManaged = given["osDisk"]?.vhd === undefined && before["osDisk"]?.vhd === undefined;
  const managed: Body = {
    storageAccountType: "Premium_LRS",
    ...before["osDisk"]?.managedDisk,
    ...given["osDisk"]?.managedDisk,
  };
  managed["id"] ??= diskId(c, name);
  const osDisk = {
    osType: windows ? "Windows" : "Linux",
    caching: "ReadWrite",
    diskSizeGB: image?.diskGB ?? (windows ? 127 : 30),
    name,
    ...(c.apiVersion >= "2021-03-01" ? { deleteOption: "Detach" } : {}),
    ...before["osDisk"],
    ...given["osDisk"],
    createOption: upperFirst(given["osDisk"]?.createOption ?? before["osDisk"]?.createOption ?? "FromImage"),
    ...(given["osDisk"]?.diffDiskSettings && {
      diffDiskSettings: { placement: "CacheDisk", ...given["osDisk"].diffDiskSettings },
    }),
    ...(isManaged ? { managedDisk: managed } : {}),
  };
  // Rehearsed on a copy of a target, a disk that the VM brings with it is a matter of that target.
  if (isManaged && !c.tx.get(String(managed["id"])))
    makeDisk(
      c.tx,
      {
        id: String(managed["id"]),
        location: region,
        sku: String(managed["storageAccountType"]),
        sizeGB: Number(osDisk.diskSizeGB),
        osType: osDisk.osType,
        zones: c.body["zones"],
        tags: c.body["tags"],
        creationData: {
          createOption: "FromImage",
          ...(image && {
            imageReference: {
              id: `/Subscriptions/${c.id.subscription}/Providers/Microsoft.Compute/Locations/${region}/Publishers/${image.publisher}/ArtifactTypes/VMImage/Offers/${image.offer}/Skus/${image.sku}/Versions/${image.version}`,
            },
          }),
        },
      },
      id,
      readyAt,
    );
  const bootId = String(managed["id"]);
  const boot = isManaged ? c.tx.get(bootId) : null;
  if (boot) c.tx.put({ ...boot, hidden: { ...boot.hidden, owner: id } });
  const dataDisks = ((given["dataDisks"] ?? before["dataDisks"] ?? []) as Body[]).map((d) =>
    dataDisk(c, id, region, d, readyAt),
  );
  release(c, before, [bootId, ...dataDisks.map((d) => String(d["managedDisk"]?.id))]);
  return {
    ...before,
    ...given,
    ...(reference === undefined
      ? {}
      : { imageReference: { ...reference, ...(exactVersion === undefined ? {} : { exactVersion }) } }),
    osDisk,
    dataDisks,
  };
}
/** Disks that the VM had and has no longer are nobody's. */
function release(c: Context, before: Body, kept: readonly string[]): void {
  const had: Body[] = [before["osDisk"], ...((before["dataDisks"] as Body[] | undefined) ?? [])];
  for (const id of had.map((d) => d?.["managedDisk"]?.id as string | undefined)) {
    const there = id === undefined || kept.some((k) => lower(k) === lower(id)) ? null : c.tx.get(id);
    if (there) c.tx.put({ ...there, hidden: { ...there.hidden, owner: undefined } });
  }
}
function dataDisk(c: Context, vm: string, region: string, d: Body, readyAt: number): Body {
  const name = String(
    d["name"] ??
      (d["managedDisk"]?.id === undefined
        ? `${nameOf(vm)}_disk${Number(d["lun"]) + 2}_${c.tx.invent.hex("dataDisk", `${vm}|${d["lun"]}`)}`
        : nameOf(String(d["managedDisk"].id))),
  );
  const id = String(d["managedDisk"]?.id ?? diskId(c, name));
  const there = c.tx.get(id);
  const sizeGB = Number(d["diskSizeGB"] ?? there?.body["properties"].diskSizeGB ?? 128);
  const storageAccountType = String(d["managedDisk"]?.storageAccountType ?? there?.body["sku"]?.name ?? "Premium_LRS");
  if (there) c.tx.put({ ...there, hidden: { ...there.hidden, owner: vm } });
  else
    makeDisk(
      c.tx,
      {
        id,
        location: region,
        sku: storageAccountType,
        sizeGB,
        creationData: { createOption: upperFirst(d["createOption"] ?? "Empty") },
      },
      vm,
      readyAt,
    );
  return {
    caching: "None",
    toBeDetached: false,
    ...(c.apiVersion >= "2021-03-01" ? { deleteOption: "Detach" } : {}),
    ...d,
    name,
    createOption: upperFirst(d["createOption"] ?? "Empty"),
    diskSizeGB: sizeGB,
    managedDisk: { ...d["managedDisk"], storageAccountType, id },
  };
}
