// Ids of Azure Resource Manager, taken apart.

import type { InputProblem } from "./definition.ts";
import type { Place } from "./operation.ts";
import { misspeltType } from "./resource-types.ts";
import { typeNamed } from "./resource.ts";

export interface ArmId {
  /** Absent: the id is of no subscription. */
  readonly subscription?: string;
  readonly group?: string;
  /** For example `Microsoft.Compute/virtualMachines`; absent for a subscription or a group. */
  readonly type?: string;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** Takes an id apart; absent when it is none. Case does not count, as Azure has it. */
export function parseArmId(id: string): ArmId | undefined {
  if (id === "/") return {};
  const parts = id.split("/").slice(1);
  if (!id.startsWith("/") || parts.some((part) => part === "")) return undefined;
  const found: { subscription?: string; group?: string; type?: string } = {};
  const takes = (key: string): string | undefined => {
    if (parts[0]?.toLowerCase() !== key || parts[1] === undefined) return undefined;
    return parts.splice(0, 2)[1];
  };
  const subscription = takes("subscriptions");
  if (subscription !== undefined) found.subscription = subscription;
  const group = subscription === undefined ? undefined : takes("resourcegroups");
  if (group !== undefined) found.group = group;
  while (parts.length > 0) {
    // A provider, then pairs of type and name; a further `providers` begins an extension of what came before.
    if (parts[0]?.toLowerCase() !== "providers" || parts.length < 4) return undefined;
    const [, namespace] = parts.splice(0, 2);
    const types: string[] = [];
    while (parts.length > 0 && parts[0]!.toLowerCase() !== "providers") {
      const [type, name] = parts.splice(0, 2);
      if (type === undefined || name === undefined) return undefined;
      types.push(type);
    }
    found.type = [namespace, ...types].join("/");
  }
  return found;
}

/** What an id of a type looks like. */
export const ID_FORMS = {
  "Microsoft.Compute/virtualMachines": "a virtual machine",
  "Microsoft.ManagedIdentity/userAssignedIdentities": "a user assigned identity",
  "Microsoft.Network/networkSecurityGroups": "a network security group",
  "Microsoft.Network/virtualNetworks/subnets": "a subnet",
} as const;

/** What is wrong with an input that must be the id of a resource of one type. */
export function idProblems(at: string, id: string | undefined, type: keyof typeof ID_FORMS): readonly InputProblem[] {
  if (id === undefined) return [];
  const what = ID_FORMS[type];
  const hint = `ids look like ${formOf(type)}`;
  const malformed = anyIdProblems(at, id, `the ARM id of ${what}`, hint);
  if (malformed.length > 0) return malformed;
  const found = parseArmId(id);
  if (found?.type?.toLowerCase() === type.toLowerCase()) return [];
  const is = found?.type ?? (found?.group === undefined ? "subscription" : "resource group");
  return [{ at, message: `this is the id of a ${is}, expected that of ${what}`, hint }];
}

/** What is wrong with an input that must be the id of a scope of any kind. */
export function scopeProblems(at: string, id: string | undefined): readonly InputProblem[] {
  const hint = "scopes are /subscriptions/<guid>, a group or a resource in one, or a management group";
  return id === undefined ? [] : anyIdProblems(at, id, "the ARM id of a scope", hint);
}

/** Stands in what an author writes for the subscription that a run works in. */
const SUBSCRIPTION = "{subscriptionId}";
const ANY_GUID = "00000000-0000-0000-0000-000000000000";

/** What is wrong with an input that must be the id of any resource or group. */
export function resourceIdProblems(at: string, id: string | undefined): readonly InputProblem[] {
  if (id === undefined) return [];
  const hint = `ids look like ${formOf("<provider>/<type>")}, or begin with /subscriptions/${SUBSCRIPTION}`;
  const given = id.replace(SUBSCRIPTION, ANY_GUID);
  if (isStepAside(given)) return [{ at, message: 'this id has a part "." or ".."', hint }];
  const malformed = anyIdProblems(at, given, "the ARM id of a resource", hint);
  if (malformed.length > 0) return malformed;
  const { group, type } = parseArmId(given)!;
  if (group !== undefined || type !== undefined) return typeDoubts(at, given);
  return [{ at, message: "this is the id of a subscription, expected that of a resource", hint }];
}

/** A type in an id that is most likely misspelt. */
export function typeDoubts(at: string, id: string | undefined): readonly InputProblem[] {
  const type = id === undefined ? undefined : parseArmId(id)?.type;
  const meant = type === undefined ? undefined : misspeltType(type);
  if (meant === undefined) return [];
  const message = `${type} is no resource type that this engine knows`;
  return [{ at, message, hint: `did you mean ${meant}?`, isDoubt: true }];
}

/** Whether a path has parts that a client would take for steps up, and so ask for another one. */
export function isStepAside(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

/** Where the resource with an id is, in a version of its interface. Throws for what is no id. */
export function placeAt(id: string, apiVersion: string): Place {
  const found = isStepAside(id) ? undefined : parseArmId(id);
  if (found === undefined || (found.type ?? found.group) === undefined) {
    throw new Error(`"${id}" is not the ARM id of a resource`);
  }
  return { type: typeNamed(found.type ?? "Microsoft.Resources/resourceGroups"), id, apiVersion };
}

/** Ids are long, so that messages do not quote them: the excerpt shows them. */
function anyIdProblems(at: string, id: string, what: string, hint: string): readonly InputProblem[] {
  const placeholder = placeholderIn(id);
  if (placeholder !== undefined) {
    return [{ at, message: `this id still holds the placeholder ${placeholder}`, hint: "put in what it stands for" }];
  }
  const host = /^https?:\/\/[^/]+/.exec(id)?.[0];
  if (host !== undefined) return [{ at, message: `this is a URL, expected ${what}`, hint: `remove ${host}` }];
  const found = parseArmId(id);
  if (found === undefined && id.endsWith("/") && parseArmId(id.replace(/\/+$/, "")) !== undefined) {
    return [{ at, message: `this id ends in a slash, expected ${what}`, hint: "remove the slash at its end" }];
  }
  const type = id.slice(id.lastIndexOf("/") + 1);
  if (found === undefined && id.startsWith("/") && parseArmId(`${id}/sample`)?.type !== undefined) {
    const message = `this id ends in the type ${type}, expected the name of one behind it`;
    return [{ at, message, hint: `write …/${type}/<name>` }];
  }
  if (found === undefined) return [{ at, message: `this is not ${what}`, hint }];
  if (found.subscription !== undefined && !isGuid(found.subscription)) {
    return [{ at, message: `the subscription in this id is "${found.subscription}", expected a GUID` }];
  }
  return [];
}

/** What documentation writes where a value is to be put in, such as `{subscriptionId}` or `<name>`. */
export function placeholderIn(text: string): string | undefined {
  return /[{<]\w[^}>]*[}>]/.exec(text)?.[0];
}

function formOf(type: string): string {
  const [namespace, ...types] = type.split("/");
  return `/subscriptions/<guid>/resourceGroups/<group>/providers/${namespace}/${types.map((one) => `${one}/<name>`).join("/")}`;
}
