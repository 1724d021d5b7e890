// Which rights a request needs: the ARM action and its scope, and those on what its body refers to.
// https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations

import { isJsonObject, type Json } from "../value/json.ts";
import { pathOfUrl } from "./slots.ts";

export interface Requirement {
  readonly action: string;
  readonly scope: string;
}

/**
 * To ask how an operation goes on takes a right on the resource group of what it changes:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations#permission-for-tracking-async-status
 * `undefined` for any other URL. `changed`: the path of what is changed; absent: it is not known.
 */
export function requirementOfStatus(url: string, changed: string | undefined): Requirement | undefined {
  const [, subscription = "", rest = ""] = /^(\/subscriptions\/[^/]+)\/(.*)$/i.exec(pathOfUrl(url)) ?? [];
  const scope = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(changed ?? "")?.[0] ?? subscription;
  const status = /^providers\/([^/]+)\/locations\/[^/]+\/([^/]+)\/[^/]+$/i.exec(rest);
  if (status !== null) return { action: `${status[1]}/locations/${status[2]}/read`, scope };
  if (!/^operationresults\//i.test(rest)) return undefined;
  return { action: "Microsoft.Resources/subscriptions/operationresults/read", scope };
}

export function requirementsOf(method: string, url: string, body: Json): readonly Requirement[] {
  const own = ownRequirement(method, url);
  if (own === undefined) return [];
  return method === "PUT" || method === "PATCH" ? [own, ...linked(body)] : [own];
}

const VERBS: Readonly<Record<string, string>> = { PUT: "write", PATCH: "write", DELETE: "delete" };

function ownRequirement(method: string, url: string): Requirement | undefined {
  const path = decodeURIComponent(url.split("?", 1)[0] ?? "").replace(/\/+$/, "");
  const segments = path.split("/").slice(1);
  const providers = segments.map((segment) => segment.toLowerCase()).lastIndexOf("providers");
  const verb = VERBS[method] ?? "read";
  if (providers === -1) return ofGroup(segments, verb);
  const [namespace, ...rest] = segments.slice(providers + 1);
  if (namespace === undefined || rest.length === 0) return undefined;
  const scope = `/${segments.slice(0, providers).join("/")}`;
  const typeOf = (parts: readonly string[]): string =>
    [namespace, ...parts.filter((_, index) => index % 2 === 0)].join("/");
  const isCollection = rest.length % 2 === 1;
  if (method === "POST") {
    const resource = rest.slice(0, -1);
    return {
      action: `${typeOf(resource)}/${rest.at(-1)}/action`,
      scope: `${scope}/providers/${[namespace, ...resource].join("/")}`,
    };
  }
  // A role is granted at a scope, not at the assignment.
  const isExtension = /^Microsoft\.Authorization$/i.test(namespace);
  return { action: `${typeOf(rest)}/${verb}`, scope: isCollection || isExtension ? scope : path };
}

function ofGroup(segments: readonly string[], verb: string): Requirement | undefined {
  const [, subscription, groups, name] = segments;
  if (!/^subscriptions$/i.test(segments[0] ?? "") || subscription === undefined) return undefined;
  if (groups === undefined)
    return { action: "Microsoft.Resources/subscriptions/read", scope: `/subscriptions/${subscription}` };
  if (!/^resourcegroups$/i.test(groups)) return undefined;
  return {
    action: `Microsoft.Resources/subscriptions/resourceGroups/${verb}`,
    scope: `/subscriptions/${subscription}${name === undefined ? "" : `/resourceGroups/${name}`}`,
  };
}

/** By the member that refers to it: what whoever uses a resource must be allowed to do with it. */
const LINKED: Readonly<Record<string, string>> = {
  subnet: "Microsoft.Network/virtualNetworks/subnets/join/action",
  publicIPAddress: "Microsoft.Network/publicIPAddresses/join/action",
  networkSecurityGroup: "Microsoft.Network/networkSecurityGroups/join/action",
  routeTable: "Microsoft.Network/routeTables/join/action",
  natGateway: "Microsoft.Network/natGateways/join/action",
  networkInterfaces: "Microsoft.Network/networkInterfaces/join/action",
};
const ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

function linked(body: Json, name = ""): readonly Requirement[] {
  if (Array.isArray(body)) return (body as readonly Json[]).flatMap((item) => linked(item, name));
  if (!isJsonObject(body)) return [];
  const { id } = body;
  const action = LINKED[name];
  const self = action !== undefined && typeof id === "string" ? [{ action, scope: id }] : [];
  const identities =
    name === "userAssignedIdentities"
      ? Object.entries(body).flatMap(([key, value]) => (value === null ? [] : [{ action: ASSIGN, scope: key }]))
      : [];
  return [...self, ...identities, ...Object.entries(body).flatMap(([key, value]) => linked(value, key))];
}
