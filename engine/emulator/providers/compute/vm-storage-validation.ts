/** What Azure refuses in the `storageProfile` of a VM: disks that cannot be made or attached, and places that are taken. */
import { nameOf, sameId } from "../../resource-id.ts";
import { AzureError, type Body } from "../../wire.ts";
import type { Context } from "../context.ts";
import { requireId } from "../network/network-resource.ts";
import { imageOf } from "./images.ts";
import { sizeOf } from "./sizes.ts";
import { missing } from "./vm-os-validation.ts";

const outOfRange = (parameter: string, value: unknown, last: number, first = 0): AzureError =>
  new AzureError(
    400,
    "InvalidParameter",
    `The value '${String(value)}' of parameter '${parameter}' is out of range. Value '${String(value)}' must be between '${first}' and '${last}' inclusive.`,
    { target: parameter },
  );
const notAllowed = (message: string, target: string): AzureError =>
  new AzureError(409, "OperationNotAllowed", message, { target });

function requireSize(parameter: string, sizeGB: unknown, mostGB: number): void {
  if (sizeGB === undefined || sizeGB === null) return;
  if (!Number.isInteger(sizeGB) || Number(sizeGB) < 1 || Number(sizeGB) > mostGB)
    throw outOfRange(`${parameter}.diskSizeGB`, sizeGB, mostGB, 1);
}

/** `given` is what was sent; `whole` what comes of it, when a VM that is there is changed. */
export function validateStorage(c: Context, id: string, given: Body | undefined, whole: Body, isNew: boolean): void {
  const osDisk: Body | undefined = given?.["osDisk"];
  if (isNew && osDisk !== undefined && osDisk["createOption"] === undefined) throw missing("osDisk.createOption");
  requireSize("osDisk", osDisk?.["diskSizeGB"], 4095);
  if (osDisk?.["managedDisk"]?.id !== undefined)
    requireId(osDisk["managedDisk"].id, "properties.storageProfile.osDisk.managedDisk.id");
  const image = imageOf(whole["storageProfile"]?.imageReference as Body | undefined);
  const sizeGB: unknown = osDisk?.["diskSizeGB"];
  if (image && typeof sizeGB === "number" && sizeGB < image.diskGB)
    throw notAllowed(
      `The specified disk size ${sizeGB} GB is smaller than the size of the corresponding disk in the VM image: ${image.diskGB} GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.`,
      "osDisk.diskSizeGB",
    );
  const disks = given?.["dataDisks"] as Body[] | undefined;
  if (disks !== undefined) validateDataDisks(c, id, disks, String(whole["hardwareProfile"]?.vmSize ?? ""));
}
function validateDataDisks(c: Context, vm: string, disks: readonly Body[], size: string): void {
  const most = c.tx.upstream ? undefined : sizeOf(size)?.dataDisks;
  if (most !== undefined && disks.length > most)
    throw notAllowed(
      `The maximum number of data disks allowed to be attached to a VM of this size is ${most}.`,
      "dataDisks",
    );
  const taken = new Set<number>();
  for (const [index, disk] of disks.entries()) {
    const lun: unknown = disk["lun"];
    if (lun === undefined || lun === null) throw missing("dataDisk.lun");
    if (typeof lun !== "number" || !Number.isInteger(lun) || lun < 0 || lun > 63)
      throw outOfRange("dataDisk.lun", lun, 63);
    if (taken.has(lun))
      throw new AzureError(
        400,
        "InvalidParameter",
        `The value '${lun}' of parameter 'dataDisk.lun' is used by more than one data disk.`,
        { target: "dataDisk.lun" },
      );
    taken.add(lun);
    if (disk["createOption"] === undefined) throw missing("dataDisk.createOption");
    requireSize("dataDisk", disk["diskSizeGB"], 65_536);
    requireAttachable(c, vm, disk, index);
  }
}
function requireAttachable(c: Context, vm: string, disk: Body, index: number): void {
  const given: unknown = disk["managedDisk"]?.id;
  const isAttached = /^attach$/i.test(String(disk["createOption"]));
  if (given === undefined) {
    if (isAttached && disk["vhd"] === undefined) throw missing("dataDisk.managedDisk");
    return;
  }
  const id = requireId(given, `properties.storageProfile.dataDisks[${index}].managedDisk.id`);
  if (c.tx.upstream) return;
  const there = c.tx.get(id);
  if (!there && isAttached) throw new AzureError(404, "NotFound", `Disk ${nameOf(id)} is not found.`);
  const owner = there?.hidden?.["owner"] as string | undefined;
  if (owner !== undefined && !sameId(owner, vm) && !c.tx.isGone(owner))
    throw new AzureError(
      409,
      "ConflictingUserInput",
      `Disk '${id}' cannot be attached as the disk is already owned by VM '${owner}'.`,
      { target: id },
    );
}
