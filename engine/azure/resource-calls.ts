// Which SDK call reads and writes each resource type.

import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { parseResourceId, scopeOf } from "./arm-id.ts";
import type { Clients } from "./clients.ts";
import { rawCalls } from "./raw-calls.ts";
import { withSentinels } from "./wire.ts";

/** A poller as the newer SDKs make it; restoring one needs the call that made it. */
export interface SdkPoller {
  submitted(): Promise<void>;
  serialize(): Promise<string>;
  poll(): Promise<unknown>;
  readonly isDone: boolean;
}

/** A write's poller in a box: pollers are promises of the result, and a bare one would be awaited by whoever returns it. */
export type Sent = { readonly poller?: SdkPoller };

export interface ResourceCalls {
  get(clients: Clients, id: string, apiVersion: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  /** Resolves once the SDK has taken the call; a poller is there when the operation may go on after the first answer. */
  put(clients: Clients, id: string, apiVersion: string, body: JsonObject): Promise<Sent>;
  patch?(clients: Clients, id: string, apiVersion: string, body: JsonObject): Promise<Sent>;
  /** Answers alike when there is nothing to delete. */
  delete?(clients: Clients, id: string, apiVersion: string): Promise<Sent>;
  list?(clients: Clients, scope: string, filter: string): Promise<readonly unknown[]>;
}

/**
 * The SDKs' models hold the members of `properties` at the top, and put them back when they write. A wrong guess is
 * caught on the wire: a body that is not what was asked for is not sent.
 */
function flat(body: JsonObject): Record<string, unknown> {
  const { properties, ...rest } = body;
  const members = isJsonObject(properties ?? null) ? (properties as JsonObject) : {};
  return withSentinels({ ...rest, ...members } as Json) as Record<string, unknown>;
}

const plain = (body: JsonObject): Record<string, unknown> => withSentinels(body) as Record<string, unknown>;
// The models are the SDKs' own types; what goes out is compared with the operation on the wire.
const model = <T>(value: Record<string, unknown>): T => value as T;

/** Any type, through the generic calls of Resource Manager. They know no properties and so drop none. */
const generic: ResourceCalls = {
  async get(clients, id, apiVersion) {
    return (await clients.resources()).resources.getById(id.slice(1), apiVersion);
  },
  async put(clients, id, apiVersion, body) {
    return {
      poller: (await clients.resources()).resources.createOrUpdateById(id.slice(1), apiVersion, model(plain(body))),
    };
  },
  async patch(clients, id, apiVersion, body) {
    return { poller: (await clients.resources()).resources.updateById(id.slice(1), apiVersion, model(plain(body))) };
  },
  async delete(clients, id, apiVersion) {
    return { poller: (await clients.resources()).resources.deleteById(id.slice(1), apiVersion) };
  },
};

const CALLS: ReadonlyMap<string, ResourceCalls> = new Map(
  Object.entries<ResourceCalls>({
    "Microsoft.Resources/resourceGroups": {
      async get(clients, id) {
        return (await clients.resources()).resourceGroups.get(parseResourceId(id).name);
      },
      async put(clients, id, _apiVersion, body) {
        await (await clients.resources()).resourceGroups.createOrUpdate(parseResourceId(id).name, model(plain(body)));
        return {};
      },
      async delete(clients, id) {
        return { poller: (await clients.resources()).resourceGroups.delete(parseResourceId(id).name) };
      },
    },
    "Microsoft.Resources/resources": {
      async get() {
        throw new Error("this is a list; its items have types of their own");
      },
      async put() {
        throw new Error("this is a list; its items have types of their own");
      },
      /** Everything in a resource group. */
      async list(clients, scope) {
        const found = [];
        const { resources } = await clients.resources();
        for await (const item of resources.listByResourceGroup(scope.slice(scope.lastIndexOf("/") + 1)))
          found.push(item);
        return found;
      },
    },
    "Microsoft.Compute/virtualMachines": {
      async get(clients, id) {
        const { resourceGroup, name } = parseResourceId(id);
        return (await clients.compute()).virtualMachines.get(resourceGroup, name);
      },
      async put(clients, id, _apiVersion, body) {
        const { resourceGroup, name } = parseResourceId(id);
        return {
          poller: (await clients.compute()).virtualMachines.createOrUpdate(resourceGroup, name, model(flat(body))),
        };
      },
      async patch(clients, id, _apiVersion, body) {
        const { resourceGroup, name } = parseResourceId(id);
        return { poller: (await clients.compute()).virtualMachines.update(resourceGroup, name, model(flat(body))) };
      },
      async delete(clients, id) {
        const { resourceGroup, name } = parseResourceId(id);
        return { poller: (await clients.compute()).virtualMachines.delete(resourceGroup, name) };
      },
    },
    "Microsoft.ManagedIdentity/userAssignedIdentities": {
      async get(clients, id) {
        const { resourceGroup, name } = parseResourceId(id);
        return (await clients.identities()).userAssignedIdentities.get(resourceGroup, name);
      },
      async put(clients, id, _apiVersion, body) {
        const { resourceGroup, name } = parseResourceId(id);
        await (
          await clients.identities()
        ).userAssignedIdentities.createOrUpdate(resourceGroup, name, model(flat(body)));
        return {};
      },
      async delete(clients, id) {
        const { resourceGroup, name } = parseResourceId(id);
        await (await clients.identities()).userAssignedIdentities.delete(resourceGroup, name);
        return {};
      },
    },
    "Microsoft.Authorization/roleAssignments": {
      async get(clients, id) {
        return (await clients.authorization()).roleAssignments.get(scopeOf(id), id.slice(id.lastIndexOf("/") + 1));
      },
      async put(clients, id, _apiVersion, body) {
        const name = id.slice(id.lastIndexOf("/") + 1);
        await (await clients.authorization()).roleAssignments.create(scopeOf(id), name, model(flat(body)));
        return {};
      },
      async delete(clients, id) {
        await (await clients.authorization()).roleAssignments.delete(scopeOf(id), id.slice(id.lastIndexOf("/") + 1));
        return {};
      },
      async list(clients, scope, filter) {
        const found = [];
        const options = filter === "" ? {} : { filter };
        for await (const item of (await clients.authorization()).roleAssignments.listForScope(
          scopeOf(scope),
          options,
        )) {
          found.push(item);
        }
        return found;
      },
    },
    "Microsoft.Authorization/roleDefinitions": {
      async get(clients, id) {
        return (await clients.authorization()).roleDefinitions.get(scopeOf(id), id.slice(id.lastIndexOf("/") + 1));
      },
      async put() {
        throw new Error("role definitions are read only here");
      },
      async list(clients, scope, filter) {
        const found = [];
        const options = filter === "" ? {} : { filter };
        for await (const item of (await clients.authorization()).roleDefinitions.list(scopeOf(scope), options)) {
          found.push(item);
        }
        return found;
      },
    },
  }),
);

/** With a version of somebody's choice nothing of the SDKs' models fits: what is sent is what was asked for. */
export function callsFor(type: string, apiVersion?: string): ResourceCalls {
  return apiVersion === undefined ? (CALLS.get(type) ?? generic) : rawCalls;
}
