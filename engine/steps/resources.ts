// The resources that the built-in steps work with: their places and their shapes.

import type { Json, JsonObject } from "../value/json.ts";
import type { Secret } from "../value/secret.ts";
import type { Resource } from "./resource.ts";

/** Stands in ids for the target's subscription, which steps do not know; the performer puts it in. */
const SUBSCRIPTION = "/subscriptions/{subscriptionId}";

export type Tags = { readonly [name: string]: string };
interface Placed {
  readonly location: string;
  readonly tags?: Tags;
}
interface Answered {
  readonly id: string;
  readonly name: string;
  readonly location: string;
}

/** Everything in a group, for `list`. */
export const RESOURCES = "Microsoft.Resources/resources";

export function resourceGroup(name: string): Resource<Placed, Answered> {
  return { type: "Microsoft.Resources/resourceGroups", id: `${SUBSCRIPTION}/resourceGroups/${name}` };
}

function inGroup<D, A>(group: string, type: string, name: string): Resource<D, A> {
  return { type, id: `${SUBSCRIPTION}/resourceGroups/${group}/providers/${type}/${name}` };
}

export interface IdentityAnswer extends Answered {
  readonly properties: { readonly principalId: string; readonly clientId: string; readonly tenantId: string };
}

export function userAssignedIdentity(group: string, name: string): Resource<Placed, IdentityAnswer> {
  return inGroup(group, "Microsoft.ManagedIdentity/userAssignedIdentities", name);
}

export type NetworkKind = "virtualNetworks" | "networkSecurityGroups" | "publicIPAddresses" | "networkInterfaces";
export type NetworkDesired = Placed & { readonly sku?: JsonObject; readonly properties: JsonObject };

export function network(group: string, kind: NetworkKind, name: string): Resource<NetworkDesired, Answered> {
  return inGroup(group, `Microsoft.Network/${kind}`, name);
}

export interface VnetAnswer extends Answered {
  readonly properties: { readonly addressSpace?: { readonly addressPrefixes?: readonly string[] } };
}

export function virtualNetwork(group: string, name: string): Resource<NetworkDesired, VnetAnswer> {
  return inGroup(group, "Microsoft.Network/virtualNetworks", name);
}

export type VmDesired = Placed & {
  readonly identity?: { readonly type: string };
  readonly properties: {
    readonly hardwareProfile: { readonly vmSize: string };
    readonly storageProfile: JsonObject;
    readonly osProfile: { readonly adminPassword?: Secret; readonly [name: string]: Json | undefined };
    readonly networkProfile: JsonObject;
  };
};
export interface VmAnswer extends Answered {
  readonly properties?: { readonly provisioningState?: string };
  readonly identity?: {
    readonly type: string;
    readonly principalId?: string;
    readonly tenantId?: string;
    readonly userAssignedIdentities?: { readonly [id: string]: Json };
  };
}

export function virtualMachine(group: string, name: string): Resource<VmDesired, VmAnswer> {
  return inGroup(group, "Microsoft.Compute/virtualMachines", name);
}

/** A VM by its id. */
export function virtualMachineAt(id: string): Resource<VmDesired, VmAnswer> {
  return { type: "Microsoft.Compute/virtualMachines", id };
}

export interface RoleAssignment {
  readonly id: string;
  readonly name: string;
  readonly properties: { readonly roleDefinitionId: string; readonly principalId: string; readonly scope: string };
}
export interface RoleAssignmentDesired {
  readonly properties: {
    readonly roleDefinitionId: string;
    readonly principalId: string;
    readonly principalType: string;
  };
}

export const ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments";
export const ROLE_DEFINITIONS = "Microsoft.Authorization/roleDefinitions";

export function roleAssignment(scope: string, name: string): Resource<RoleAssignmentDesired, RoleAssignment> {
  return { type: ROLE_ASSIGNMENTS, id: `${scope}/providers/${ROLE_ASSIGNMENTS}/${name}` };
}
