/** The checks every Resource Manager request passes, and the way to its handler. */
import { callerOf } from "./entra/tokens.ts";
import type { Keys } from "./entra/keys.ts";
import type { GuestDoor } from "./guest/run-script.ts";
import { authorize } from "./rbac/evaluate.ts";
import { parseId, typeName } from "./resource-id.ts";
import type { Transaction } from "./store.ts";
import { AzureError, notEmulated, type Answer, type Body } from "./wire.ts";
import { ok, requireGroup, type Context } from "./providers/context.ts";
import { view } from "./store.ts";
import * as auth from "./providers/authorization.ts";
import * as identities from "./providers/identities.ts";
import * as network from "./providers/network.ts";
import { operation, operationPath } from "./providers/operations.ts";
import * as groups from "./providers/resource-groups.ts";
import { runCommand } from "./providers/run-command.ts";
import * as managedRuns from "./providers/run-commands.ts";
import * as subs from "./providers/subscriptions.ts";
import * as vms from "./providers/virtual-machines.ts";

export interface ArmRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  body: string;
  origin: string;
  tx: Transaction;
  keys: Keys;
  guestDoor: GuestDoor;
}

export function arm(r: ArmRequest, seen: (objectId: string) => void): Answer {
  const caller = callerOf(r.keys, r.tx.tenantId, r.authorization, r.tx.now, r.origin);
  seen(caller.objectId);
  const apiVersion = r.query.get("api-version") ?? "";
  if (!apiVersion)
    throw new AzureError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  if (!/^\d{4}-\d{2}-\d{2}(-(preview|alpha|beta|rc|privatepreview))?$/i.test(apiVersion))
    throw new AzureError(400, "InvalidApiVersionParameter", `The api-version '${apiVersion}' is invalid.`);
  let body: Body = {};
  if (r.body.trim())
    try {
      body = JSON.parse(r.body) as Body;
    } catch (e) {
      throw new AzureError(
        400,
        "InvalidRequestContent",
        `The request content was invalid and could not be deserialized: '${(e as Error).message}'.`,
      );
    }
  const id = parseId(r.path),
    c: Context = {
      tx: r.tx,
      method: r.method,
      id,
      body,
      query: r.query,
      caller,
      origin: r.origin,
      apiVersion,
      keys: r.keys,
      guestDoor: r.guestDoor,
      action: "",
    };
  subs.checkSubscription(c);
  const p = id.path.toLowerCase(),
    verb = { GET: "read", HEAD: "read", PUT: "write", PATCH: "write", DELETE: "delete" }[r.method];
  const may = (action: string, scope: string) => {
    c.action = action;
    authorize(r.tx, caller, action, scope);
  };
  if (operationPath.test(id.path) && r.method === "GET") return operation(c);
  if (p === "/subscriptions") return subs.listSubscriptions(c);
  if (p === "/tenants") return subs.listTenants(c);
  const inSub = /^\/subscriptions\/[^/]+(?:\/(.*))?$/.exec(p);
  if (inSub) {
    const scope = `/subscriptions/${id.subscription}`,
      rest = inSub[1] ?? "";
    if (rest === "" && r.method === "GET") {
      may("Microsoft.Resources/subscriptions/read", scope);
      return subs.getSubscription(c);
    }
    if (rest === "locations") {
      may("Microsoft.Resources/subscriptions/locations/read", scope);
      return subs.listLocations(c);
    }
    if (rest === "resourcegroups") return groups.listGroups(c);
    if (rest === "providers") {
      may("Microsoft.Resources/subscriptions/providers/read", scope);
      return subs.listProviders(c);
    }
    const ns = /^providers\/([^/]+)(\/register)?$/.exec(rest);
    if (ns) {
      may(ns[2] ? `${ns[1]}/register/action` : "Microsoft.Resources/subscriptions/providers/read", scope);
      return subs.getProvider(c, ns[1] ?? "");
    }
    if (/^(resourcegroups\/[^/]+\/)?resources$/.test(rest)) {
      may("Microsoft.Resources/subscriptions/resources/read", id.group ? `${scope}/resourceGroups/${id.group}` : scope);
      return groups.listResources(c);
    }
    if (id.type === "Microsoft.Resources/subscriptions/resourceGroups" && /^resourcegroups\/[^/]+$/.test(rest)) {
      may(`${id.type}/${verb ?? "action"}`, id.path);
      const h = {
        GET: groups.getGroup,
        HEAD: groups.headGroup,
        PUT: groups.putGroup,
        PATCH: groups.patchGroup,
        DELETE: groups.deleteGroup,
      }[r.method];
      if (h) return h(c);
    }
  }
  if (!id.namespace) throw notEmulated(`${r.method} ${id.path}`);
  if (r.method === "POST") {
    const parent = parseId(id.path.slice(0, id.path.lastIndexOf("/"))),
      segment = id.types.at(-1) ?? "";
    may(`${parent.type}/${segment}/action`, parent.path);
    c.id = parent;
    if (parent.type === "Microsoft.Compute/virtualMachines") {
      if (segment.toLowerCase() === "runcommand") return runCommand(c);
      if (/^(start|restart|poweroff|deallocate)$/i.test(segment)) return vms.powerVm(c, segment);
    }
    throw notEmulated(`the action ${parent.type}/${segment}`);
  }
  const collection = id.names.length < id.types.length;
  may(
    `${typeName(id.type)}/${verb ?? "action"}`,
    collection ? (id.types.length > 1 ? id.path.slice(0, id.path.lastIndexOf("/")) : id.scope) : id.path,
  );
  if (id.type === "Microsoft.Network/virtualNetworks/subnets") return network.subnet(c);
  if (id.type === "Microsoft.Compute/virtualMachines/runCommands") {
    if (collection && r.method === "GET") return managedRuns.listManagedRunCommands(c);
    const handler = {
      GET: managedRuns.getManagedRunCommand,
      PUT: managedRuns.putManagedRunCommand,
      DELETE: managedRuns.deleteManagedRunCommand,
    }[r.method];
    if (!collection && handler) return handler(c);
  }
  if (collection) {
    if (r.method !== "GET") throw notEmulated(`${r.method} ${id.path}`);
    if (id.type === "Microsoft.Authorization/roleDefinitions") return auth.listRoleDefinitions(c);
    if (id.type === "Microsoft.Authorization/roleAssignments") return auth.listRoleAssignments(c);
    if (
      !/^Microsoft\.(Network\/(virtualNetworks|networkSecurityGroups|publicIPAddresses|networkInterfaces)|Compute\/virtualMachines|ManagedIdentity\/userAssignedIdentities)$/.test(
        id.type,
      )
    )
      throw notEmulated(`${r.method} ${id.path}`);
    if (id.group) requireGroup(c);
    return ok({ value: r.tx.list(id.scope, id.type).map((e) => view(e, r.tx.now)) });
  }
  const table: Record<string, Partial<Record<string, (c: Context) => Answer>>> = {
    "Microsoft.Authorization/roleDefinitions": { GET: auth.getRoleDefinition },
    "Microsoft.Authorization/roleAssignments": {
      GET: auth.getRoleAssignment,
      PUT: auth.putRoleAssignment,
      DELETE: auth.deleteRoleAssignment,
    },
    "Microsoft.ManagedIdentity/userAssignedIdentities": {
      GET: identities.getIdentity,
      PUT: identities.putIdentity,
      PATCH: identities.patchIdentity,
      DELETE: identities.deleteIdentity,
    },
    "Microsoft.Compute/virtualMachines": { GET: vms.getVm, PUT: vms.putVm, PATCH: vms.patchVm, DELETE: vms.deleteVm },
  };
  const net = {
    GET: network.getNetwork,
    PUT: network.putNetwork,
    PATCH: network.patchNetwork,
    DELETE: network.deleteNetwork,
  };
  for (const t of ["virtualNetworks", "networkSecurityGroups", "publicIPAddresses", "networkInterfaces"])
    table[`Microsoft.Network/${t}`] = net;
  const handler = table[id.type]?.[r.method];
  if (!handler) throw notEmulated(`${r.method} on ${id.type}`);
  return handler(c);
}
