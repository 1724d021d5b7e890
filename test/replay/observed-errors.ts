/** The catalogue of errors that Azure was seen to give, each as a recording that provokes it, or with the reason why it is not. */
import { readFileSync } from "node:fs";
import { withOneGroupName, type Exchange, type Json, type Recording } from "./recording.ts";

export interface ObservedError {
  /** `400 NicInUse DELETE microsoft.network/networkinterfaces` */
  readonly name: string;
  /** The last exchange is the error. */
  readonly recording: Recording;
}
/** What is not provoked, by its name or the beginning of it. */
export const notProvoked: readonly (readonly [start: string, why: string])[] = [
  [
    "400 ApplicationGatewayLoadBalancing",
    "Application gateways are kept as sent, and nothing is checked against them.",
  ],
  ["400 InUseDdosProtectionPlanCannotBeDeleted", "DDoS protection plans are kept as sent."],
  [
    "400 InvalidTemplateDeployment",
    "The recorded template exceeds the quota by a scale set; the quota counts VMs only.",
  ],
  ["400 MarketplacePurchaseEligibilityFailed", "The emulated marketplace sells nothing."],
  ["403 AuthorizationFailed GET microsoft.management", "There are no management groups."],
  [
    "404 NotFound GET microsoft.network/expressroutecircuits",
    "Express routes are kept as sent, without connections of peers.",
  ],
  ["404 NotFound GET microsoft.compute/virtualmachinescalesets", "Scale sets are kept as sent, without instances."],
  ["409 NotSupported PUT microsoft.compute/virtualmachinescalesets", "Scale sets are kept as sent."],
  [
    "409 OperationNotAllowed POST microsoft.compute/virtualmachinescalesets",
    "Scale sets are kept as sent, without actions.",
  ],
  [
    "400 PrincipalNotFound PUT microsoft.compute/virtualmachinescalesets",
    "A scale set kept as sent has no identity of its own.",
  ],
  [
    "404 ResourceGroupNotFound POST",
    "The recorded template deploys into a second group, which the catalogue does not show.",
  ],
  [
    "404 ResourceNotFound GET microsoft.network/interfaceendpoints",
    "A text of 2018, to which Azure has since added a sentence.",
  ],
  [
    "404 NotFound GET microsoft.compute/virtualmachines",
    "An evicted VM whose end Resource Manager has not heard of; here both know the same.",
  ],
  ["503 ServerTimeout", "Azure's own trouble: a fault gives it when asked to (test/emulator/sdk-errors.test.ts)."],
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
    return { name, recording: { name, subscription, exchanges: [...before(one.code as string, error), error] } };
  });
}
const guidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
/** The catalogue keeps no bodies: the smallest that brings the error about. */
function bodyFor({ code, method, sample }: Json): Json {
  const template = { contentVersion: "1.0.0.0", resources: [] };
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
    case "InvalidTemplate":
      return {
        properties: { mode: "Incremental", template: { ...template, parameters: { extra_param: { type: "string" } } } },
      };
    default:
      return method === "POST" && code === "ResourceGroupNotFound"
        ? { properties: { mode: "Incremental", template } }
        : undefined;
  }
}
/** What has to happen first. */
function before(code: string, error: Exchange): Exchange[] {
  if (code !== "RoleAssignmentExists") return [];
  const url = error.url.replace(/[0-9a-f-]{36}(?=\?)/i, "00000000-0000-4000-8000-000000000002");
  return [{ ...error, url, path: url.split("?")[0] ?? "", status: 201, headers: {}, answer: undefined }];
}
