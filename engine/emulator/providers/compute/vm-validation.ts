/** What Azure refuses in the body of a VM. */
import { lower, within } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import { AzureError, notEmulated, type Body } from "../../wire.ts";
import { missingReference, type Context } from "../context.ts";
import { requireId } from "../network/network-resource.ts";
import { requireImage } from "./images.ts";
import { isWithheld, sizeOf, sizes } from "./sizes.ts";
import { coresUsed } from "./usages.ts";
import { isWindows } from "./vm-body.ts";
import { missing, validateOs, validateOsParts, validateUserData } from "./vm-os-validation.ts";
import { validateStorage } from "./vm-storage-validation.ts";

const bad = (target: string, message: string) => new AzureError(400, "InvalidParameter", message, { target });
const list = (text: string): ReadonlySet<string> => new Set(lower(text).trim().split(/\s+/));

export function validateVm(c: Context, name: string, p: Body, region: string): void {
  if (name.length > 64) throw bad("name", "Virtual machine name cannot exceed 64 characters in length.");
  const size = p["hardwareProfile"]?.vmSize as string | undefined;
  if (!size) throw missing("hardwareProfile.vmSize");
  validateImage(c, p);
  const nics = (p["networkProfile"]?.networkInterfaces as Body[] | undefined) ?? [];
  if (nics.length === 0 && p["networkProfile"]?.networkInterfaceConfigurations !== undefined)
    throw notEmulated("VMs that make their own interfaces (networkProfile.networkInterfaceConfigurations)");
  if (nics.length === 0) throw missing("networkProfile");
  const isAttached = /^attach$/i.test(String(p["storageProfile"]?.osDisk?.createOption ?? ""));
  if (!isAttached) {
    // An image that somebody made may be of a machine that is set up already.
    if (!p["osProfile"] && !isOwnImage(p)) throw missing("osProfile");
    if (p["osProfile"]) validateOs(p["osProfile"] as Body, isWindows(p));
  }
  validateStorage(c, c.id.path, p["storageProfile"] as Body | undefined, p, true);
  validateParts(c, p, p);
  // A target knows its own sizes and quota.
  if (c.tx.upstream) return;
  requireSize(size);
  requireStock(c, size, region);
  requireQuota(c, size, region, 0);
}
const isOwnImage = (p: Body): boolean => {
  const image: Body = p["storageProfile"]?.imageReference ?? {};
  return ["id", "sharedGalleryImageId", "communityGalleryImageId"].some((field) => image[field] !== undefined);
};
/** Those of other subscriptions, and of communities, are not looked for. */
function requireOwnImage(c: Context, { id }: Body): void {
  if (c.tx.upstream || typeof id !== "string" || !within(id, `/subscriptions/${c.tx.subscriptionId}`)) return;
  if (!c.tx.get(id))
    throw new AzureError(404, "NotFound", `The Image '${id}' cannot be found.`, { target: "imageReference" });
}
function validateImage(c: Context, p: Body): void {
  const image: Body | undefined = p["storageProfile"]?.imageReference;
  const osDisk: Body | undefined = p["storageProfile"]?.osDisk;
  if (!image && !osDisk?.["managedDisk"]?.id && !osDisk?.["vhd"] && !osDisk?.["image"]) throw missing("imageReference");
  if (image && isOwnImage(p)) requireOwnImage(c, image);
  if (!image || isOwnImage(p)) return;
  if (!(image["publisher"] && image["offer"] && image["sku"] && image["version"]))
    throw missing("imageReference.publisher, offer, sku and version");
  if (!c.tx.upstream) requireImage(image);
}
const neighbours = [
  "availabilitySet",
  "proximityPlacementGroup",
  "virtualMachineScaleSet",
  "host",
  "hostGroup",
  "capacityReservation.capacityReservationGroup",
];
/** Of the licences, those that a VM may be billed by: https://learn.microsoft.com/rest/api/compute/virtual-machines */
const licences =
  list(`Windows_Client Windows_Server RHEL_BYOS RHEL_BASE RHEL_EUS RHEL_SAPAPPS RHEL_SAPHA RHEL_BASESAPAPPS
  RHEL_BASESAPHA RHEL_ELS_6 SLES_BYOS SLES SLES_SAP SLES_HPC SLES_STANDARD UBUNTU UBUNTU_PRO None`);
/** `p` is what was sent, `whole` what the VM becomes. */
function validateParts(c: Context, p: Body, whole: Body): void {
  validateUserData(p["userData"]);
  const licence: unknown = p["licenseType"];
  if (licence !== undefined && licence !== null && !licences.has(lower(String(licence))) && !c.tx.upstream)
    throw bad("licenseType", "The value of parameter licenseType is invalid.");
  if (!/^(spot|low)$/i.test(String(whole["priority"] ?? "")) && p["evictionPolicy"])
    throw new AzureError(
      409,
      "OperationNotAllowed",
      "Eviction policy can be set only on Azure Spot Virtual Machines. For more information, see http://aka.ms/AzureSpot/errormessages.",
      { target: "evictionPolicy" },
    );
  const zones: unknown[] = c.body["zones"] ?? [];
  if (zones.length > 1) throw bad("zones", "The value of parameter zones is invalid.");
  for (const path of neighbours) {
    const part = path.split(".").reduce<Body | undefined>((at, key) => at?.[key] as Body | undefined, p);
    if (part === undefined || part === null) continue;
    const id = requireId(part["id"], `properties.${path}.id`);
    if (!c.tx.upstream && !c.tx.get(id)) throw missingReference(c, id);
  }
}
/** Another disk that is there takes the place of a stopped VM's: https://learn.microsoft.com/azure/virtual-machines/linux/os-disk-swap */
const isSwap = (c: Context, was: Entry, osDisk: Body | undefined): boolean =>
  typeof osDisk?.["managedDisk"]?.id === "string" &&
  lower(osDisk["managedDisk"].id) !== lower(String(was.body["properties"].storageProfile?.osDisk?.managedDisk?.id)) &&
  was.hidden?.["power"] !== "running" &&
  c.tx.get(osDisk["managedDisk"].id) !== null;
/** What may not change once the VM is there. */
export function validateChange(c: Context, was: Entry, p: Body): void {
  const old: Body = was.body["properties"];
  const changed = (path: string, before: unknown, now: unknown): void => {
    if (now !== undefined && before !== undefined && lower(String(before)) !== lower(String(now)))
      throw new AzureError(409, "PropertyChangeNotAllowed", `Changing property '${path}' is not allowed.`, {
        target: path,
      });
  };
  for (const field of ["publisher", "offer", "sku", "id"])
    changed(
      "imageReference",
      old["storageProfile"]?.imageReference?.[field],
      p["storageProfile"]?.imageReference?.[field],
    );
  const osDisk: Body | undefined = p["storageProfile"]?.osDisk;
  if (!isSwap(c, was, osDisk)) changed("osDisk.name", old["storageProfile"]?.osDisk?.name, osDisk?.["name"]);
  changed("osProfile.computerName", old["osProfile"]?.computerName, p["osProfile"]?.computerName);
  changed("osProfile.adminUsername", old["osProfile"]?.adminUsername, p["osProfile"]?.adminUsername);
  const [stored, sent]: [Body, Body] = [old["storageProfile"] ?? {}, p["storageProfile"] ?? {}];
  const storageProfile = { ...stored, ...sent, osDisk: { ...stored["osDisk"], ...sent["osDisk"] } };
  const whole = { ...old, ...p, storageProfile };
  if ((p["networkProfile"]?.networkInterfaces as unknown[] | undefined)?.length === 0) throw missing("networkProfile");
  validateStorage(c, was.id, p["storageProfile"] as Body | undefined, whole, false);
  if (p["osProfile"]) validateOsParts(p["osProfile"] as Body, isWindows(whole));
  validateParts(c, p, whole);
  const size = p["hardwareProfile"]?.vmSize as string | undefined;
  const before = old["hardwareProfile"]?.vmSize as string | undefined;
  if (size === undefined || c.tx.upstream || lower(size) === lower(before ?? "")) return;
  const region = String(was.body["location"]);
  requireSize(size);
  requireStock(c, size, region);
  requireQuota(c, size, region, sizeOf(before ?? "")?.cores ?? 0);
}
export function requireSize(size: string): void {
  if (sizeOf(size)) return;
  throw bad(
    "vmSize",
    `The requested VM size ${size} is not available in the current region. The sizes available in the current region are: ${sizes.map((s) => s.name).join(",")}. Find out more on the available VM sizes in each region at https://aka.ms/azure-regions.`,
  );
}
function requireStock(c: Context, size: string, region: string): void {
  const name = sizeOf(size)?.name ?? size;
  if (!isWithheld(c.tx.limits, name, region)) return;
  throw new AzureError(
    409,
    "SkuNotAvailable",
    `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${name}' is currently not available in location '${region}'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.`,
  );
}
/** `freed` cores are given back by the same change. */
export function requireQuota(c: Context, size: string, region: string, freed: number): void {
  const used = coresUsed(c.tx, region);
  const more = (sizeOf(size)?.cores ?? 0) - freed;
  const limit = c.tx.limits.regionalCores;
  if (used + more <= limit) return;
  throw new AzureError(
    409,
    "OperationNotAllowed",
    `Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: ${region}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${more}, (Minimum) New Limit Required: ${used + more}. Setup Alerts when Quota reaches threshold. Learn more at https://aka.ms/quotamonitoringalerting . Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/UsageAndQuota.ReactView by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests`,
  );
}
