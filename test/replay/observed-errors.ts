/** The catalogue of errors that Azure was seen to give, each as a recording that provokes it, or with the reason why it is not. */
import { readFileSync } from "node:fs";
import type { EmulatorOptions } from "../../engine/emulator/emulator.ts";
import { FaultInjector } from "../../engine/emulator/faults/injector.ts";
import { vmBody } from "../support/azure-world.ts";
import { withOneGroupName, type Exchange, type Json, type Recording } from "./recording.ts";

export interface ObservedError {
  /** `400 NicInUse DELETE microsoft.network/networkinterfaces` */
  readonly name: string;
  /** The last exchange is the error. */
  readonly recording: Recording;
  /** What the emulator must be like. */
  readonly options: EmulatorOptions;
}
/** What is not provoked, by its name or the beginning of it. */
export const notProvoked: readonly (readonly [start: string, why: string])[] = [
  ["403 AuthorizationFailed GET microsoft.management", "Management groups are not served."],
  [
    "404 NotFound GET microsoft.compute/virtualmachinescalesets",
    "Scale sets are kept as sent, without instances: their instance view is not served.",
  ],
  [
    "409 NotSupported PUT microsoft.compute/virtualmachinescalesets",
    "Scale sets are kept as sent; nothing knows which extension would encrypt their disks.",
  ],
  [
    "409 OperationNotAllowed POST microsoft.compute/virtualmachinescalesets",
    "Scale sets are kept as sent: no action on them is served.",
  ],
];
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

export function observedErrors(file: string): ObservedError[] {
  const { errors } = JSON.parse(readFileSync(file, "utf8")) as { readonly errors: Json[] };
  return errors.map((given) => {
    const one = JSON.parse(withOneGroupName(JSON.stringify(given))) as Json;
    const name = `${one.status} ${one.code} ${one.method} ${one.type}`;
    const url = String(one.url).replace(/^https?:\/\/[^/]+/, "");
    const error: Exchange = {
      method: one.method,
      url,
      path: decodeURIComponent(url.split("?")[0] ?? ""),
      body: bodyFor(one),
      status: one.status,
      headers: one.headers ?? {},
      answer: one.sample,
    };
    const subscription = /\/subscriptions\/([0-9a-f-]{36})/i.exec(url)?.[1] ?? "00000000-0000-0000-0000-000000000000";
    const exchanges = [...before(one.code as string, error), error];
    return { name, recording: { name, subscription, exchanges }, options: optionsFor(error) };
  });
}
const guidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
/** The catalogue keeps no bodies: the smallest that brings the error about. */
function bodyFor({ code, method, url, sample }: Json): Json {
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [],
  };
  switch (code) {
    case "PrincipalNotFound": {
      const principalId = guidOf(/Principal ([0-9a-f]{32})/.exec(String(sample.error.message))?.[1] ?? "");
      return {
        properties: { roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${reader}`, principalId },
      };
    }
    case "RoleAssignmentExists":
      return {
        properties: {
          roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${reader}`,
          principalId: "00000000-0000-4000-8000-000000000001",
          principalType: "ServicePrincipal",
        },
      };
    case "ApplicationGatewayLoadBalancingNotSupportedOnSecondaryIpConfigurations": {
      const network = "/providers/Microsoft.Network";
      const group =
        String(url)
          .split("/providers/")[0]
          ?.replace(/^https?:\/\/[^/]+/, "") ?? "";
      const subnet = { id: `${group}${network}/virtualNetworks/vnet1/subnets/subnet1` };
      const pools = [{ id: `${group}${network}/applicationGateways/ag1/backendAddressPools/pool1` }];
      return {
        location: "westus",
        properties: {
          ipConfigurations: [
            { name: "ipconfig1", properties: { subnet } },
            { name: "ipconfig2", properties: { applicationGatewayBackendAddressPools: pools } },
          ],
        },
      };
    }
    case "MarketplacePurchaseEligibilityFailed": {
      const { body } = vmOf("/subscriptions/0/resourceGroups/r", "bought", {});
      const plan = { publisher: "contoso", product: "machine", name: "small" };
      const bought = {
        type: "Microsoft.Compute/virtualMachines",
        apiVersion: "2020-06-01",
        name: "bought",
        plan,
        ...body,
      };
      return { properties: { mode: "Incremental", template: { ...template, resources: [bought] } } };
    }
    case "InvalidTemplateDeployment": {
      const { body } = vmOf("/subscriptions/0/resourceGroups/r", "big", {
        hardwareProfile: { vmSize: "Standard_M128ms_v2" },
      });
      const big = { type: "Microsoft.Compute/virtualMachines", apiVersion: "2020-06-01", name: "big", ...body };
      return { properties: { mode: "Incremental", template: { ...template, resources: [big] } } };
    }
    case "InvalidTemplate":
      return {
        properties: { mode: "Incremental", template: { ...template, parameters: { extra_param: { type: "string" } } } },
      };
    default:
      if (method !== "POST" || code !== "ResourceGroupNotFound") return undefined;
      return { properties: { mode: "Incremental", template: { ...template, resources: [deploymentInto("test")] } } };
  }
}
const deploymentInto = (resourceGroup: string): Json => ({
  type: "Microsoft.Resources/deployments",
  apiVersion: "2019-07-01",
  name: "inner",
  resourceGroup,
  properties: { mode: "Incremental", template: { resources: [] } },
});
const request = (method: string, path: string, apiVersion: string, body?: Json): Exchange => ({
  method,
  url: `${path}?api-version=${apiVersion}`,
  path,
  body,
  status: method === "PUT" ? 201 : 204,
  headers: {},
  answer: undefined,
});
function vmOf(group: string, name: string, more: Json): { readonly path: string; readonly body: Json } {
  const nic = `${group}/providers/Microsoft.Network/networkInterfaces/${name}-nic`;
  const body = { ...vmBody(nic, more), location: "westus" };
  return { path: `${group}/providers/Microsoft.Compute/virtualMachines/${name}`, body };
}
/** What has to happen first. */
function before(code: string, error: Exchange): Exchange[] {
  const group = error.path.split("/").slice(0, 5).join("/");
  switch (code) {
    case "RoleAssignmentExists": {
      const url = error.url.replace(/[0-9a-f-]{36}(?=\?)/i, "00000000-0000-4000-8000-000000000002");
      return [{ ...error, url, path: url.split("?")[0] ?? "", status: 201, headers: {}, answer: undefined }];
    }
    case "InUseDdosProtectionPlanCannotBeDeleted": {
      const properties = { addressSpace: { addressPrefixes: ["10.0.0.0/16"] }, ddosProtectionPlan: { id: error.path } };
      const network = `${group}/providers/Microsoft.Network/virtualNetworks/vnet2`;
      return [
        request("PUT", error.path, "2020-05-01", { location: "westus" }),
        request("PUT", network, "2020-05-01", { location: "westus", properties }),
      ];
    }
    case "ApplicationGatewayLoadBalancingNotSupportedOnSecondaryIpConfigurations": {
      const subnets = [{ name: "subnet1", properties: { addressPrefix: "10.0.0.0/24" } }];
      const properties = { addressSpace: { addressPrefixes: ["10.0.0.0/16"] }, subnets };
      const network = `${group}/providers/Microsoft.Network/virtualNetworks/vnet1`;
      return [request("PUT", network, "2020-05-01", { location: "westus", properties })];
    }
    case "ResourceGroupNotFound":
      return error.method === "POST" ? [request("PUT", group, "2019-07-01", { location: "westus" })] : [];
    case "NotFound": {
      // Azure needed a spot VM's place, and the VM was to go with it.
      const name = /\/virtualMachines\/([^/]+)$/i.exec(error.path)?.[1];
      if (name === undefined) return [];
      const { path, body } = vmOf(group, name, { priority: "Spot", evictionPolicy: "Delete" });
      return [request("PUT", path, "2020-06-01", body), request("POST", `${path}/simulateEviction`, "2020-06-01")];
    }
    default:
      return [];
  }
}
function optionsFor({ method, path, status, answer }: Exchange): EmulatorOptions {
  const { code, message } = answer.error as { readonly code: string; readonly message: string };
  if (code === "InvalidTemplateDeployment") return { limits: { regionalCores: 100 } };
  if (code === "MarketplacePurchaseEligibilityFailed") return { limits: { mayPurchase: false } };
  // Azure's own trouble, which a fault says in its place.
  if (status < 500) return {};
  // An operation has another name here.
  const at = /operation(s|statuse)/i.test(path) ? "*operation*" : path;
  const fault = { kind: "fail", on: `${method} ${at}`, times: "always", status, code, message } as const;
  return { faults: new FaultInjector({ faults: [fault] }) };
}
