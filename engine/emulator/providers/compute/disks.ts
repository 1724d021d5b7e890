/** Managed disks: those that come with a VM, and those made by themselves. */
import { lower, nameOf } from "../../resource-id.ts";
import { inGroup, inSubscription, on } from "../../routes/route.ts";
import { view as plain, type Entry, type Transaction } from "../../store.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { allowed } from "../../rbac/evaluate.ts";
import {
  noContent,
  ok,
  requireEntry,
  requireGroup,
  requireLocation,
  startOperation,
  type Context,
} from "../context.ts";
import { page } from "../lists.ts";

export const diskType = "Microsoft.Compute/disks";
const provider = "Microsoft.Compute" as const;
const tiers: Record<string, string> = {
  premium: "Premium",
  standard: "Standard",
  standardssd: "Standard",
  ultrassd: "Ultra",
  premiumv2: "Premium",
};
const skuOf = (name: string): Body => ({ name, tier: tiers[lower(name).split("_")[0] ?? ""] ?? "Standard" });

export interface DiskOrder {
  readonly id: string;
  readonly location: string;
  readonly sku: string;
  readonly sizeGB: number;
  readonly creationData: Body;
  readonly osType?: string;
  readonly zones?: unknown;
  readonly tags?: unknown;
  readonly extendedLocation?: unknown;
  /** What else was asked for, and is shown as it was. */
  readonly properties?: Body;
}
export function makeDisk(tx: Transaction, of: DiskOrder, owner: string | undefined, readyAt: number): Entry {
  const entry: Entry = {
    id: of.id,
    createdAt: tx.now,
    readyAt,
    pending: "Updating",
    hidden: owner === undefined ? {} : { owner },
    body: {
      name: nameOf(of.id),
      id: of.id,
      type: diskType,
      location: of.location,
      ...(of.tags === undefined ? {} : { tags: of.tags }),
      ...(of.zones === undefined ? {} : { zones: of.zones }),
      ...(of.extendedLocation === undefined ? {} : { extendedLocation: of.extendedLocation }),
      sku: skuOf(of.sku),
      properties: {
        ...(of.osType === undefined ? {} : { osType: of.osType, hyperVGeneration: "V1" }),
        creationData: of.creationData,
        ...sized(of.sizeGB),
        diskMBpsReadWrite: 100,
        encryption: { type: "EncryptionAtRestWithPlatformKey" },
        networkAccessPolicy: "AllowAll",
        publicNetworkAccess: "Enabled",
        ...of.properties,
        timeCreated: new Date(tx.now).toISOString(),
        uniqueId: tx.invent.guid("disk", of.id),
      },
    },
  };
  tx.put(entry);
  return entry;
}
/** The VM that has it, while there is one. */
const ownerOf = (tx: Transaction, e: Entry): string | undefined => {
  const owner = e.hidden?.["owner"] as string | undefined;
  return owner === undefined || tx.isGone(owner) ? undefined : owner;
};
function view(tx: Transaction, e: Entry): Body {
  const owner = ownerOf(tx, e);
  const body = plain(e, tx.now);
  return {
    ...body,
    ...(owner === undefined ? {} : { managedBy: owner }),
    properties: { ...body["properties"], diskState: owner === undefined ? "Unattached" : "Attached" },
  };
}
const getDisk = (c: Context): Answer => ok(view(c.tx, requireEntry(c)));
function listDisks(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const all = c.tx.list(c.id.scope, diskType);
  const seen = c.id.group ? all : all.filter((e) => allowed(c.tx, c.caller, `${diskType}/read`, e.id));
  return page(
    c,
    seen.map((e) => view(c.tx, e)),
  );
}
/** The operation ends in the disk, unless it ends the disk. */
const async = (c: Context, region: string, readyAt: number, e?: Entry) =>
  startOperation(c, {
    provider,
    region,
    readyAt,
    location: true,
    collection: "DiskOperations",
    ...(e && { output: view(c.tx, { ...e, readyAt: c.tx.now }) }),
  });

/** Without what is worked out here. */
const worked = [
  "creationData",
  "diskSizeGB",
  "diskSizeBytes",
  "osType",
  "provisioningState",
  "diskState",
  "timeCreated",
  "uniqueId",
  "managedBy",
];
const kept = (p: Body = {}): Body => Object.fromEntries(Object.entries(p).filter(([k]) => !worked.includes(k)));

function requireSize(sizeGB: number): void {
  if (Number.isInteger(sizeGB) && sizeGB >= 1 && sizeGB <= 65_536) return;
  throw new AzureError(
    400,
    "InvalidParameter",
    "The value of parameter 'disk.diskSizeGB' must be between 1 and 65536.",
    { target: "disk.diskSizeGB" },
  );
}
function requireGrowth(was: Entry, sizeGB: number): void {
  const before = Number(was.body["properties"].diskSizeGB);
  if (sizeGB < before)
    throw new AzureError(
      409,
      "OperationNotAllowed",
      `Disk size cannot be reduced: ${nameOf(was.id)} has ${before} GB, ${sizeGB} GB are asked for.`,
    );
}
/** What follows from a size. */
const sized = (sizeGB: number): Body => ({
  diskSizeGB: sizeGB,
  diskSizeBytes: sizeGB * 1024 ** 3,
  diskIOPSReadWrite: Math.max(120, sizeGB * 4),
});
/** The disk or snapshot that a copy is made of. */
function sourceOf(c: Context, creationData: Body): Entry | null {
  const id: unknown = creationData["sourceResourceId"];
  return typeof id === "string" && id.startsWith("/subscriptions/") ? c.tx.get(id) : null;
}
function putDisk(c: Context): Answer {
  requireGroup(c);
  const was = c.tx.get(c.id.path);
  const location = requireLocation(c, was);
  const p: Body = c.body["properties"] ?? {};
  const creationData: Body | undefined = p["creationData"] ?? was?.body["properties"].creationData;
  if (!creationData?.["createOption"])
    throw new AzureError(400, "InvalidParameter", "Required parameter 'disk.creationData' is missing (null).", {
      target: "disk.creationData",
    });
  const sizeGB = Number(p["diskSizeGB"] ?? was?.body["properties"].diskSizeGB ?? 0);
  if (/^empty$/i.test(String(creationData["createOption"])) || p["diskSizeGB"] !== undefined) requireSize(sizeGB);
  if (was) requireGrowth(was, sizeGB);
  const before: Body = { ...was?.body["properties"] };
  if (was && sizeGB !== before["diskSizeGB"]) delete before["diskIOPSReadWrite"];
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  const id = was?.id ?? c.id.path;
  const owner = was ? (was.hidden?.["owner"] as string | undefined) : undefined;
  const sku = String(c.body["sku"]?.name ?? was?.body["sku"]?.name ?? "Standard_LRS");
  const source = sourceOf(c, creationData);
  const order = {
    id,
    location,
    sku,
    sizeGB: sizeGB || 30,
    creationData: source
      ? { ...creationData, sourceUniqueId: source.body["properties"].uniqueId ?? c.tx.invent.guid("disk", source.id) }
      : creationData,
    zones: c.body["zones"],
    tags: c.body["tags"] ?? was?.body["tags"],
    extendedLocation: c.body["extendedLocation"] ?? was?.body["extendedLocation"],
    properties: { ...kept(before), ...kept(p) },
  };
  const osType = p["osType"] ?? was?.body["properties"].osType ?? source?.body["properties"].osType;
  const e = makeDisk(c.tx, osType === undefined ? order : { ...order, osType: String(osType) }, owner, readyAt);
  return { status: 202, body: accepted(c, e), headers: async(c, location, readyAt, e) };
}
/** Versions of the time before 2021 let on that the disk is one of Resource Manager's. */
function accepted(c: Context, e: Entry): Body {
  const body = view(c.tx, e);
  const more = c.apiVersion < "2021-01-01" ? { isArmResource: true, faultDomain: 0 } : {};
  return { ...body, properties: { ...body["properties"], provisioningState: "Updating", ...more } };
}
function patchDisk(c: Context): Answer {
  const e = requireEntry(c);
  const p: Body = c.body["properties"] ?? {};
  if (c.body["tags"] !== undefined) e.body["tags"] = c.body["tags"];
  if (c.body["sku"]?.name !== undefined) e.body["sku"] = skuOf(String(c.body["sku"].name));
  const sizeGB: number | undefined = p["diskSizeGB"];
  if (sizeGB !== undefined) {
    requireSize(sizeGB);
    requireGrowth(e, sizeGB);
  }
  const osType: unknown = p["osType"] ?? e.body["properties"].osType;
  e.body["properties"] = {
    ...e.body["properties"],
    ...(sizeGB !== undefined && sized(sizeGB)),
    ...kept(p),
    ...(osType !== undefined && { osType }),
  };
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  const changed: Entry = { ...e, readyAt, pending: "Updating" };
  c.tx.put(changed);
  return { status: 202, body: accepted(c, changed), headers: async(c, e.body["location"] as string, readyAt, changed) };
}
function deleteDisk(c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  const owner = ownerOf(c.tx, e);
  if (owner !== undefined)
    throw new AzureError(409, "OperationNotAllowed", `Disk ${nameOf(e.id)} is attached to VM ${owner}.`);
  const goneAt = c.tx.now + c.tx.latency.vmUpdateMs;
  c.tx.put({ ...e, goneAt });
  return { status: 202, headers: async(c, e.body["location"] as string, goneAt) };
}
export const diskRoutes = [
  ...on(inSubscription(diskType), ["GET", "Disks_List", listDisks]),
  ...on(inGroup(diskType), ["GET", "Disks_ListByResourceGroup", listDisks]),
  ...on(
    inGroup(`${diskType}/{diskName}`),
    ["GET", "Disks_Get", getDisk],
    [
      "PUT",
      "Disks_CreateOrUpdate",
      putDisk,
      {
        body: {
          location: "string",
          tags: "map",
          sku: { name: "string" },
          zones: ["string"],
          properties: { creationData: { createOption: "string" }, diskSizeGB: "number", osType: "string" },
        },
      },
    ],
    [
      "PATCH",
      "Disks_Update",
      patchDisk,
      { body: { tags: "map", sku: { name: "string" }, properties: { diskSizeGB: "number" } } },
    ],
    ["DELETE", "Disks_Delete", deleteDisk],
  ),
];
