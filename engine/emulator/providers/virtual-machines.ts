/** Virtual machines: create, read, update (identity and tags), delete. */
import { lower, nameOf } from "../resource-id.ts";
import { inGroup, inSubscription, on } from "../routes/route.ts";
import { view, type Entry } from "../store.ts";
import { AzureError, type Answer, type Body } from "../wire.ts";
import { listOfType } from "./lists.ts";
import {
  linked,
  missingReference,
  noContent,
  notFound,
  ok,
  requireEntry,
  requireGroup,
  requireLocation,
  startOperation,
  type Context,
} from "./context.ts";
import { validateVm } from "./vm-validation.ts";

const provider = "Microsoft.Compute" as const;
/** PATCH merges identities, `null` takes one away; PUT replaces. Keys compare without case. */
function mergeIdentity(c: Context, was: Body | undefined, given: Body | undefined, replace: boolean): Body | undefined {
  if (given === undefined) return replace ? undefined : was;
  const type = String(given["type"] ?? was?.["type"] ?? "None"),
    kinds = type.split(",").map((t) => t.trim().toLowerCase());
  if (kinds.includes("none")) return undefined;
  const all = new Map<string, [string, Body]>();
  if (kinds.includes("userassigned")) {
    if (!replace)
      for (const [k, v] of Object.entries<Body>(was?.["userAssignedIdentities"] ?? {})) all.set(lower(k), [k, v]);
    for (const [k, v] of Object.entries<Body | null>(given["userAssignedIdentities"] ?? {})) {
      if (v === null) {
        all.delete(lower(k));
        continue;
      }
      const identity = c.tx.get(k);
      if (!identity)
        throw new AzureError(
          400,
          "FailedIdentityOperation",
          `Identity operation for resource '${c.id.path}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{"error":{"code":"BadRequest","message":"Resource '${k}' was not found."}}'.'`,
        );
      linked(c, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", k);
      const { principalId, clientId } = identity.body["properties"];
      all.set(lower(k), [all.get(lower(k))?.[0] ?? k, { principalId, clientId }]);
    }
    if (all.size === 0)
      throw new AzureError(
        400,
        "InvalidIdentityValues",
        `Identity type 'UserAssigned' needs at least one entry in identity.userAssignedIdentities; send type 'None' to remove the last one.`,
      );
  }
  const system = kinds.includes("systemassigned")
    ? { principalId: was?.["principalId"] ?? c.tx.invent.guid("principalId", c.id.path), tenantId: c.tx.tenantId }
    : {};
  return {
    type: kinds.includes("systemassigned")
      ? all.size
        ? "SystemAssigned, UserAssigned"
        : "SystemAssigned"
      : "UserAssigned",
    ...system,
    ...(all.size ? { userAssignedIdentities: Object.fromEntries(all.values()) } : {}),
  };
}
function setIdentity(c: Context, e: Entry, identity: Body | undefined, readyAt: number): void {
  const seen: Record<string, number> = {},
    before = e.hidden?.["identityVisibleAt"] ?? {};
  if (identity?.["principalId"]) {
    seen["system"] = before["system"] ?? readyAt;
    if (!c.tx.get(`/principals/${identity["principalId"]}`))
      c.tx.put({
        id: `/principals/${identity["principalId"]}`,
        body: {},
        createdAt: c.tx.now,
        visibleAt: c.tx.now + c.tx.latency.principalVisibleMs,
        hidden: { kind: "principal" },
      });
  }
  for (const k of Object.keys(identity?.["userAssignedIdentities"] ?? {}))
    seen[lower(k)] = before[lower(k)] ?? readyAt + c.tx.latency.identityOnVmVisibleMs;
  if (identity) e.body["identity"] = identity;
  else delete e.body["identity"];
  e.hidden = { ...e.hidden, identityVisibleAt: seen };
}
export function putVm(c: Context): Answer {
  requireGroup(c);
  const was = c.tx.get(c.id.path),
    region = requireLocation(c, was),
    id = was?.id ?? c.id.path,
    p: Body = structuredClone(c.body["properties"] ?? {});
  if (was?.goneAt !== undefined)
    throw new AzureError(
      409,
      "OperationNotAllowed",
      `Operation 'Create VM' is not allowed on VM '${nameOf(id)}' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).`,
    );
  const nics: string[] = (p["networkProfile"]?.networkInterfaces ?? []).map((n: Body) => n["id"]);
  if (!was) validateVm(p);
  for (const n of nics) {
    const nic = c.tx.get(n);
    if (!nic) throw missingReference(c, n);
    linked(c, "Microsoft.Network/networkInterfaces/join/action", n);
    const other = nic.body["properties"].virtualMachine?.id;
    if (other && lower(other) !== lower(id))
      throw new AzureError(
        400,
        "NicInUse",
        `Network Interface ${n} is used by existing resource ${other}. In order to delete the network interface, it must be dissociated from the resource.`,
      );
    nic.body["properties"] = {
      ...nic.body["properties"],
      virtualMachine: { id },
      macAddress: `00-0D-3A-${c.tx.invent.hex("mac", n, 6).toUpperCase().match(/../g)?.join("-")}`,
    };
    c.tx.put(nic);
  }
  const windows =
    (p["storageProfile"]?.imageReference?.publisher ?? "").toLowerCase().startsWith("microsoft") ||
    p["osProfile"]?.windowsConfiguration !== undefined;
  const { adminPassword: _a, customData: _b, ...os } = p["osProfile"] ?? {};
  const old = was?.body["properties"] ?? {},
    disk = `${nameOf(id)}_OsDisk_1_${c.tx.invent.hex("osDisk", id)}`;
  const given = p["storageProfile"] ?? {},
    image = given.imageReference ?? old.storageProfile?.imageReference;
  const properties = {
    ...old,
    ...p,
    vmId: old.vmId ?? c.tx.invent.guid("vmId", id),
    hardwareProfile: p["hardwareProfile"] ?? old.hardwareProfile,
    storageProfile: {
      ...given,
      imageReference: { ...image, exactVersion: image?.version === "latest" ? "20348.4405.251112" : image?.version },
      osDisk: {
        osType: windows ? "Windows" : "Linux",
        caching: "ReadWrite",
        diskSizeGB: windows ? 127 : 30,
        name: disk,
        createOption: "FromImage",
        deleteOption: "Detach",
        ...given.osDisk,
        managedDisk: {
          storageAccountType: "Premium_LRS",
          ...given.osDisk?.managedDisk,
          id: `/subscriptions/${c.id.subscription}/resourceGroups/${c.id.group?.toUpperCase()}/providers/Microsoft.Compute/disks/${given.osDisk?.name ?? disk}`,
        },
      },
      dataDisks: given.dataDisks ?? [],
    },
    osProfile: {
      ...old.osProfile,
      ...os,
      ...(windows
        ? {
            windowsConfiguration: {
              provisionVMAgent: true,
              enableAutomaticUpdates: true,
              patchSettings: { patchMode: "AutomaticByOS" },
              ...os.windowsConfiguration,
            },
          }
        : {
            linuxConfiguration: {
              disablePasswordAuthentication: false,
              provisionVMAgent: true,
              ...os.linuxConfiguration,
            },
          }),
      secrets: [],
      allowExtensionOperations: true,
      requireGuestProvisionSignal: true,
    },
    provisioningState: "Creating",
    timeCreated: old.timeCreated ?? new Date(c.tx.now).toISOString(),
  };
  const readyAt = c.tx.now + (was ? c.tx.latency.vmUpdateMs : c.tx.latency.vmCreateMs);
  const body: Body = {
    name: nameOf(id),
    id,
    type: "Microsoft.Compute/virtualMachines",
    location: region,
    ...((c.body["tags"] ?? was?.body["tags"]) ? { tags: c.body["tags"] ?? was?.body["tags"] } : {}),
    ...(c.body["zones"] ? { zones: c.body["zones"] } : {}),
    properties,
  };
  const e: Entry = {
    id,
    body,
    createdAt: was?.createdAt ?? c.tx.now,
    readyAt,
    pending: was ? "Updating" : "Creating",
    hidden: { ...was?.hidden, power: was?.hidden?.["power"] ?? "running", runUntil: was?.hidden?.["runUntil"] ?? 0 },
  };
  setIdentity(
    c,
    e,
    mergeIdentity(c, was?.body["identity"], c.body["identity"], c.body["identity"] !== undefined) ??
      (c.body["identity"] === undefined ? was?.body["identity"] : undefined),
    readyAt,
  );
  c.tx.put(e);
  return {
    status: was ? 200 : 201,
    body: view(e, c.tx.now),
    headers: startOperation(c, { provider, region, readyAt }),
  };
}
export function patchVm(c: Context): Answer {
  const e = requireEntry(c),
    fresh: string[] = Object.keys(c.body["identity"]?.userAssignedIdentities ?? {}).map(lower);
  const had = Object.keys(e.body["identity"]?.userAssignedIdentities ?? {}).map(lower);
  if (c.body["tags"]) e.body["tags"] = c.body["tags"];
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  if ("identity" in c.body)
    setIdentity(c, e, mergeIdentity(c, e.body["identity"], c.body["identity"] ?? { type: "None" }, false), readyAt);
  if ((e.readyAt ?? 0) <= c.tx.now) {
    e.readyAt = readyAt;
    e.pending = "Updating";
  }
  c.tx.put(e);
  const body = view(e, c.tx.now);
  for (const k of Object.keys(body["identity"]?.userAssignedIdentities ?? {}))
    if (fresh.includes(lower(k)) && !had.includes(lower(k))) body["identity"].userAssignedIdentities[k] = {};
  return ok(body, startOperation(c, { provider, region: e.body["location"], readyAt }));
}
export function instanceViewOf(e: Entry, now: number): Body {
  const ready = (e.readyAt ?? 0) <= now || e.pending !== "Creating",
    time = new Date(e.readyAt ?? now).toISOString(),
    power = e.hidden?.["power"] ?? "running",
    p = e.body["properties"];
  return {
    computerName: p.osProfile?.computerName,
    hyperVGeneration: "V1",
    vmAgent: {
      vmAgentVersion: ready ? "2.7.41491.1176" : "Unknown",
      statuses: [
        ready
          ? {
              code: "ProvisioningState/succeeded",
              level: "Info",
              displayStatus: "Ready",
              message: "GuestAgent is running and processing the extensions.",
              time,
            }
          : {
              code: "ProvisioningState/Unavailable",
              level: "Warning",
              displayStatus: "Not Ready",
              message: "VM status blob is found but not yet populated.",
              time,
            },
      ],
    },
    disks: [
      {
        name: p.storageProfile.osDisk.name,
        statuses: [
          { code: "ProvisioningState/succeeded", level: "Info", displayStatus: "Provisioning succeeded", time },
        ],
      },
    ],
    statuses: [
      ready
        ? { code: "ProvisioningState/succeeded", level: "Info", displayStatus: "Provisioning succeeded", time }
        : { code: "ProvisioningState/creating", level: "Info", displayStatus: "Creating" },
      {
        code: `PowerState/${ready ? power : "starting"}`,
        level: "Info",
        displayStatus: `VM ${ready ? power : "starting"}`,
      },
    ],
  };
}
export function getVm(c: Context): Answer {
  const e = requireEntry(c),
    body = view(e, c.tx.now);
  if (/instanceView/i.test(c.query.get("$expand") ?? ""))
    body["properties"] = { ...body["properties"], instanceView: instanceViewOf(e, c.tx.now) };
  return ok(body);
}
export function deleteVm(c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  const goneAt = c.tx.now + c.tx.latency.vmUpdateMs;
  for (const n of e.body["properties"].networkProfile?.networkInterfaces ?? []) {
    const nic = c.tx.get(n.id);
    if (nic) {
      delete nic.body["properties"].virtualMachine;
      if (n.properties?.deleteOption === "Delete") nic.goneAt = goneAt;
      c.tx.put(nic);
    }
  }
  for (const run of c.tx.list(e.id, "Microsoft.Compute/virtualMachines/runCommands")) c.tx.put({ ...run, goneAt });
  c.tx.put({ ...e, goneAt });
  return {
    status: 202,
    headers: startOperation(c, { provider, region: e.body["location"], readyAt: goneAt, location: true }),
  };
}
const powers: Record<string, string> = {
  start: "running",
  restart: "running",
  poweroff: "stopped",
  deallocate: "deallocated",
};
export function powerVm(c: Context): Answer {
  const verb = c.verb;
  const e = c.tx.get(c.id.path);
  if (!e) throw notFound(c.id);
  e.hidden = { ...e.hidden, power: powers[verb.toLowerCase()] };
  c.tx.put(e);
  return {
    status: 202,
    headers: startOperation(c, {
      provider,
      region: e.body["location"],
      readyAt: c.tx.now + c.tx.latency.vmUpdateMs,
      location: true,
    }),
  };
}

const type = "Microsoft.Compute/virtualMachines";
export const virtualMachineRoutes = [
  ...on(inSubscription(type), ["GET", "VirtualMachines_ListAll", listOfType]),
  ...on(inGroup(type), ["GET", "VirtualMachines_List", listOfType]),
  ...on(
    inGroup(`${type}/{vmName}`),
    ["GET", "VirtualMachines_Get", getVm],
    ["PUT", "VirtualMachines_CreateOrUpdate", putVm],
    ["PATCH", "VirtualMachines_Update", patchVm],
    ["DELETE", "VirtualMachines_Delete", deleteVm],
  ),
  ...on(inGroup(`${type}/{vmName}/start`), ["POST", "VirtualMachines_Start", powerVm]),
  ...on(inGroup(`${type}/{vmName}/restart`), ["POST", "VirtualMachines_Restart", powerVm]),
  ...on(inGroup(`${type}/{vmName}/powerOff`), ["POST", "VirtualMachines_PowerOff", powerVm]),
  ...on(inGroup(`${type}/{vmName}/deallocate`), ["POST", "VirtualMachines_Deallocate", powerVm]),
];
