/** Virtual machines: created, read, updated, deleted. */
import { lower, nameOf, parseId } from "../../resource-id.ts";
import { inGroup, inSubscription, on } from "../../routes/route.ts";
import type { Shape } from "../../routes/shape.ts";
import { view as plain, type Entry } from "../../store.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { allowed } from "../../rbac/evaluate.ts";
import {
  linked,
  missingReference,
  noContent,
  ok,
  requireEntry,
  requireGroup,
  requireLocation,
  requirePreconditions,
  startOperation,
  type Context,
} from "../context.ts";
import { page } from "../lists.ts";
import { attach } from "../network/interfaces.ts";
import { requireId } from "../network/network-resource.ts";
import { extensionsOf, instanceViewOf } from "./instance-view.ts";
import { shownSize, sizes } from "./sizes.ts";
import { vmProperties } from "./vm-body.ts";
import { hideFreshIdentities, mergeIdentity, setIdentity } from "./vm-identity.ts";
import { validateChange, validateVm } from "./vm-validation.ts";

const provider = "Microsoft.Compute" as const;
const type = "Microsoft.Compute/virtualMachines";
const preempted = {
  code: "OperationPreempted",
  message: "Operation execution has been preempted by a more recent operation.",
};
/** What was under way at a VM that is deleted does not end as it would have. */
function preempt(c: Context, vm: string): void {
  const isUnderWay = (o: Entry): boolean =>
    o.hidden?.["kind"] === "operation" &&
    lower(String(o.hidden["target"])) === lower(vm) &&
    (o.readyAt ?? 0) > c.tx.now;
  for (const o of c.tx.all().filter(isUnderWay))
    c.tx.put({
      ...structuredClone(o),
      readyAt: c.tx.now,
      hidden: { ...o.hidden, output: null, ending: "Canceled", error: preempted },
    });
}
const isBeingDeleted = (id: string, operation: string): AzureError =>
  new AzureError(
    409,
    "OperationNotAllowed",
    `Operation '${operation}' is not allowed on VM '${nameOf(id)}' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).`,
  );
export function requireVm(c: Context, operation: string): Entry {
  const e = requireEntry(c);
  if (e.goneAt !== undefined) throw isBeingDeleted(e.id, operation);
  requireAlone(c, e, operation);
  return e;
}
/** While a VM is put on another host, or brought in order again, it is left alone. */
function requireAlone(c: Context, e: Entry, operation: string): void {
  if (Number(e.hidden?.["aloneUntil"] ?? 0) <= c.tx.now) return;
  throw new AzureError(
    409,
    "OperationNotAllowed",
    `Operation '${operation}' is not allowed on VM '${nameOf(e.id)}' since another operation is in progress.`,
  );
}
/** Newer versions give a VM an ETag. */
function shown(c: Context, e: Entry): Body {
  const body = plain(e, c.tx.now);
  const extensions = extensionsOf(c.tx, e);
  return {
    ...body,
    ...(c.apiVersion >= "2024-11-01" ? { etag: `"${String(e.hidden?.["version"] ?? 1)}"` } : {}),
    ...(extensions.length ? { resources: extensions.map((x) => plain(x, c.tx.now)) } : {}),
  };
}
function attachInterfaces(c: Context, id: string, p: Body, region: string): void {
  const given = ((p["networkProfile"]?.networkInterfaces as Body[] | undefined) ?? []).map((n, i) =>
    requireId(n["id"], `properties.networkProfile.networkInterfaces[${i}].id`),
  );
  if (new Set(given.map(lower)).size < given.length)
    throw new AzureError(
      400,
      "InvalidParameter",
      "The value of parameter networkProfile.networkInterfaces is invalid.",
      {
        target: "networkProfile.networkInterfaces",
      },
    );
  for (const [index, n] of given.entries()) {
    const nic = c.tx.get(n);
    if (!nic || nic.body["location"] !== region) throw missingReference(c, n);
    linked(c, "Microsoft.Network/networkInterfaces/join/action", n);
    const other = nic.body["properties"].virtualMachine?.id as string | undefined;
    if (other !== undefined && lower(other) !== lower(id) && !c.tx.isGone(other))
      throw new AzureError(
        400,
        "NicInUse",
        `Network Interface ${n} is used by existing resource ${other}. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
      );
    attach(c, nic, id, given.length === 1 || index === 0);
  }
}
function putVm(c: Context): Answer {
  requireGroup(c);
  const was = c.tx.get(c.id.path);
  requirePreconditions(c, was && shown(c, was)["etag"]);
  const region = requireLocation(c, was);
  const id = was?.id ?? c.id.path;
  if (was?.goneAt !== undefined) throw isBeingDeleted(id, "Create VM");
  if (was) requireAlone(c, was, "Update VM");
  const p: Body = structuredClone(c.body["properties"] ?? {});
  if (was) validateChange(c, was, p);
  else validateVm(c, nameOf(id), p, region);
  attachInterfaces(c, id, p, region);
  const readyAt = c.tx.now + (was ? c.tx.latency.vmUpdateMs : c.tx.latency.vmCreateMs);
  const properties = vmProperties(c, id, region, p, was, readyAt);
  const keep = (field: string) => c.body[field] ?? was?.body[field];
  const more = ["tags", "zones", "plan", "extendedLocation", "placement"].filter((f) => keep(f) !== undefined);
  const e: Entry = {
    id,
    body: {
      name: nameOf(id),
      id,
      type,
      location: region,
      ...Object.fromEntries(more.map((f) => [f, keep(f) as unknown])),
      properties,
    },
    createdAt: was?.createdAt ?? c.tx.now,
    readyAt,
    pending: was ? "Updating" : "Creating",
    hidden: {
      ...was?.hidden,
      version: Number(was?.hidden?.["version"] ?? 0) + 1,
      power: was?.hidden?.["power"] ?? "running",
      runUntil: was?.hidden?.["runUntil"] ?? 0,
    },
  };
  const given: Body | undefined = c.body["identity"];
  const identity =
    given === undefined
      ? (was?.body["identity"] as Body | undefined)
      : mergeIdentity(c, was?.body["identity"] as Body | undefined, given, true);
  setIdentity(c, e, identity, readyAt);
  c.tx.put(e);
  return { status: was ? 200 : 201, body: shown(c, e), headers: startOperation(c, { provider, region, readyAt }) };
}
const merge = (old: unknown, patch: unknown): unknown => {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base: Body = typeof old === "object" && old !== null && !Array.isArray(old) ? { ...old } : {};
  for (const [k, v] of Object.entries(patch)) {
    if (v === null) delete base[k];
    else base[k] = merge(base[k], v);
  }
  return base;
};
function patchVm(c: Context): Answer {
  const e = requireVm(c, "Update VM");
  requirePreconditions(c, shown(c, e)["etag"]);
  const before: Body | undefined = e.body["identity"];
  if (c.body["tags"] !== undefined) e.body["tags"] = c.body["tags"] ?? {};
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  const patch: Body | undefined = c.body["properties"];
  if (patch) {
    validateChange(c, e, patch);
    const whole = merge(e.body["properties"], patch) as Body;
    attachInterfaces(c, e.id, patch, e.body["location"] as string);
    e.body["properties"] = vmProperties(c, e.id, e.body["location"] as string, whole, e, readyAt);
  }
  if ("identity" in c.body)
    setIdentity(
      c,
      e,
      mergeIdentity(c, before, (c.body["identity"] as Body | null) ?? { type: "None" }, false),
      readyAt,
    );
  if ((e.readyAt ?? 0) <= c.tx.now) {
    e.readyAt = readyAt;
    e.pending = "Updating";
    delete e.ended;
  }
  e.hidden = { ...e.hidden, version: Number(e.hidden?.["version"] ?? 1) + 1 };
  c.tx.put(e);
  const body = shown(c, e);
  hideFreshIdentities(body, before);
  return ok(body, startOperation(c, { provider, region: e.body["location"] as string, readyAt }));
}
/** What is left of a VM that Azure took away: for a while the provider, and not Resource Manager, says that it is not there. */
export const evictionOf = (id: string): string => `/evictions${id}`;
function getVm(c: Context): Answer {
  requireGroup(c);
  if (!c.tx.get(c.id.path) && c.tx.get(evictionOf(c.id.path)))
    throw new AzureError(404, "NotFound", "The entity was not found in this Azure location.");
  const e = requireEntry(c);
  const body = shown(c, e);
  const expand = [...c.query].find(([key]) => key.toLowerCase() === "$expand")?.[1];
  if (expand !== undefined && !/^(instanceView|userData)$/i.test(expand))
    throw new AzureError(
      400,
      "InvalidParameter",
      `The value '${expand}' of the query parameter '$expand' is invalid.`,
      { target: "$expand" },
    );
  if (/^instanceView$/i.test(expand ?? ""))
    body["properties"] = { ...body["properties"], instanceView: instanceViewOf(c.tx, e) };
  return ok(body);
}
const getInstanceView = (c: Context): Answer => {
  c.id = parseId(c.id.path.slice(0, c.id.path.lastIndexOf("/")));
  return ok(instanceViewOf(c.tx, requireEntry(c)));
};
function listVms(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const all = c.tx.list(c.id.scope, type);
  const seen = c.id.group ? all : all.filter((e) => allowed(c.tx, c.caller, `${type}/read`, e.id));
  return page(
    c,
    seen.map((e) => shown(c, e)),
  );
}
const listVmSizes = (c: Context): Answer => {
  c.id = parseId(c.id.path.slice(0, c.id.path.lastIndexOf("/")));
  requireEntry(c);
  return ok({ value: sizes.map(shownSize) });
};
/** With the VM goes what was to go with it; the rest is let free. */
function deleteVm(c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  requirePreconditions(c, shown(c, e)["etag"]);
  const goneAt = e.goneAt ?? c.tx.now + c.tx.latency.vmUpdateMs;
  const goes = (part: Body | undefined) =>
    lower(String(part?.["deleteOption"] ?? part?.["properties"]?.deleteOption ?? "")) === "delete";
  const take = (id: unknown) => {
    const there = typeof id === "string" ? c.tx.get(id) : null;
    if (there) c.tx.put({ ...there, goneAt });
    return there;
  };
  const p: Body = e.body["properties"];
  for (const n of (p["networkProfile"]?.networkInterfaces as Body[] | undefined) ?? [])
    if (goes(n)) {
      const nic = take(n["id"]);
      for (const i of (nic?.body["properties"].ipConfigurations as Body[] | undefined) ?? [])
        if (goes(i["properties"]?.publicIPAddress as Body | undefined)) take(i["properties"].publicIPAddress.id);
    }
  for (const d of [
    p["storageProfile"]?.osDisk,
    ...((p["storageProfile"]?.dataDisks as Body[] | undefined) ?? []),
  ] as Body[])
    if (goes(d)) take(d?.["managedDisk"]?.id);
  for (const below of c.tx.all())
    if (lower(below.id).startsWith(`${lower(e.id)}/`)) c.tx.put({ ...structuredClone(below), goneAt });
  c.tx.put({ ...e, goneAt });
  preempt(c, e.id);
  return {
    status: 202,
    headers: startOperation(c, { provider, region: e.body["location"] as string, readyAt: goneAt, location: true }),
  };
}

const disk: Shape = {
  name: "string",
  createOption: "string",
  caching: "string",
  diskSizeGB: "number",
  deleteOption: "string",
  osType: "string",
  managedDisk: { id: "string", storageAccountType: "string" },
};
const shape: Shape = {
  location: "string",
  tags: "map",
  zones: ["string"],
  identity: { type: "string", userAssignedIdentities: "object" },
  properties: {
    hardwareProfile: { vmSize: "string" },
    storageProfile: {
      imageReference: { publisher: "string", offer: "string", sku: "string", version: "string", id: "string" },
      osDisk: disk,
      dataDisks: [disk],
    },
    osProfile: {
      computerName: "string",
      adminUsername: "string",
      adminPassword: "string",
      customData: "string",
      windowsConfiguration: "object",
      linuxConfiguration: {
        disablePasswordAuthentication: "boolean",
        ssh: { publicKeys: [{ path: "string", keyData: "string" }] },
      },
      secrets: ["object"],
      allowExtensionOperations: "boolean",
    },
    networkProfile: {
      networkInterfaces: [{ id: "string", properties: { primary: "boolean", deleteOption: "string" } }],
    },
  },
};
const one = `${type}/{vmName}`;
export const virtualMachineRoutes = [
  ...on(inSubscription(type), ["GET", "VirtualMachines_ListAll", listVms]),
  ...on(inSubscription("Microsoft.Compute/locations/{location}/virtualMachines"), [
    "GET",
    "VirtualMachines_ListByLocation",
    (c: Context): Answer => {
      const at = lower(c.id.names[0] ?? "");
      const all = c.tx.list(`/subscriptions/${c.id.subscription}`, type).filter((e) => e.body["location"] === at);
      return page(
        c,
        all.filter((e) => allowed(c.tx, c.caller, `${type}/read`, e.id)).map((e) => shown(c, e)),
      );
    },
    { type },
  ]),
  ...on(inGroup(type), ["GET", "VirtualMachines_List", listVms]),
  ...on(
    inGroup(one),
    ["GET", "VirtualMachines_Get", getVm],
    ["PUT", "VirtualMachines_CreateOrUpdate", putVm, { body: shape }],
    ["PATCH", "VirtualMachines_Update", patchVm, { body: shape }],
    ["DELETE", "VirtualMachines_Delete", deleteVm],
  ),
  ...on(inGroup(`${one}/instanceView`), ["GET", "VirtualMachines_InstanceView", getInstanceView]),
  ...on(inGroup(`${one}/vmSizes`), ["GET", "VirtualMachines_ListAvailableSizes", listVmSizes]),
];
