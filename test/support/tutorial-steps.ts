// The tutorial's steps, built by hand: what the engine needs of a runbook without its language.

import type { ScheduledStep, Scope } from "../../engine/run/scheduler.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";

export const out = (scope: Scope, step: string, name: string): Json =>
  (scope.steps[step]!.outputs as JsonObject)[name] ?? null;

export function step(
  id: string,
  uses: string,
  dependencies: readonly string[],
  inputs: (scope: Scope) => Json,
): ScheduledStep {
  return { id, uses, dependencies, inputs };
}

const place = { location: "East US" };

/** Without the two requests inside the VM; `read` is made from here. */
export const RESOURCE_STEPS: readonly ScheduledStep[] = [
  step("group", "create-rg", [], (scope) => ({ name: scope.inputs["group"] ?? "myResourceGroupVM", ...place })),
  step("vm", "create-vm", ["group"], (scope) => ({
    resourceGroup: out(scope, "group", "name"),
    name: "myVM",
    image: "Win2022Datacenter",
    adminUsername: "azureuser",
    adminPassword: scope.inputs["adminPassword"] ?? null,
    ...place,
  })),
  step("identity", "create-uami", ["group"], (scope) => ({
    resourceGroup: out(scope, "group", "name"),
    name: scope.inputs["identity"] ?? "ID1",
    ...place,
  })),
  step("assign", "assign-identity", ["vm", "identity"], (scope) => ({
    vm: out(scope, "vm", "id"),
    identity: out(scope, "identity", "id"),
  })),
  step("grant", "grant-role", ["identity", "group"], (scope) => ({
    principalId: out(scope, "identity", "principalId"),
    role: "Reader",
    scope: out(scope, "group", "id"),
  })),
  step("read", "arm-get", ["grant"], (scope) => ({ path: out(scope, "group", "id"), apiVersion: "2021-04-01" })),
];

/** All seven. */
export const TUTORIAL_STEPS: readonly ScheduledStep[] = [
  ...RESOURCE_STEPS.slice(0, -1),
  step("token", "get-imds-token", ["assign"], (scope) => ({
    vm: out(scope, "vm", "id"),
    clientId: out(scope, "identity", "clientId"),
    resource: "https://management.azure.com/",
  })),
  step("read", "arm-get", ["grant", "token"], (scope) => ({
    vm: out(scope, "vm", "id"),
    token: out(scope, "token", "accessToken"),
    path: out(scope, "group", "id"),
    apiVersion: "2021-04-01",
  })),
];
