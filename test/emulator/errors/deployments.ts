/** What a template may hold that Resource Manager refuses, before or after it has made something of it. */
import { vmBody } from "../../support/azure-world.ts";
import type { SdkWorld } from "../../support/sdk-world.ts";
import type { Row, Rows } from "./row.ts";

const path = (w: SdkWorld, name = "d"): string => `${w.names.group}/providers/Microsoft.Resources/deployments/${name}`;
const head = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
};
const bodyOf = (template: object | undefined, more: object = {}): string =>
  JSON.stringify({
    properties: { mode: "Incremental", ...(template && { template: { ...head, ...template } }), ...more },
  });
/** The clients for deployments are a package of their own: this is what they send. */
const validate = (w: SdkWorld, template: object | undefined, more: object = {}, version = "2025-04-01") =>
  w.raw("POST", `${path(w)}/validate?api-version=${version}`, { body: bodyOf(template, more) });
const deploy = (w: SdkWorld, template: object, name = "d") =>
  w.raw("PUT", `${path(w, name)}?api-version=2025-04-01`, { body: bodyOf(template) });
const row = (code: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code,
  status: 400,
  message,
  isGateway: true,
  provoke,
  ...more,
});
const resource = (type: string, name: string, more: object = {}) => ({
  type,
  apiVersion: type.startsWith("Microsoft.Compute") ? "2025-04-01" : "2024-10-01",
  name,
  location: "eastus",
  ...more,
});
const vm = (w: SdkWorld, vmSize: string) =>
  resource(
    "Microsoft.Compute/virtualMachines",
    "new",
    vmBody(w.names.network("networkInterfaces", "new-nic"), { hardwareProfile: { vmSize } }),
  );
const violation = (place: string): Record<string, unknown> => ({
  additionalInfo: [{ type: "TemplateViolation", info: { lineNumber: 1, linePosition: 1, path: place } }],
});
const invalidTemplate = (what: string, text: string, template: object, more: object = {}): Row =>
  row("InvalidTemplate", `Deployment template validation failed: '${text}.'.`, (w) => validate(w, template, more), {
    what,
    more: violation(""),
  });
const inner = (code: string, message: string, more: object = {}): Record<string, unknown> => ({
  details: [{ code, message, ...more }],
});
const invalidDeployment =
  "The template deployment 'd' is not valid according to the validation procedure. The tracking id is 'GUID'. See inner errors for details.";
const quota =
  "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 8, Current Usage: 2, Additional Required: 64, (Minimum) New Limit Required: 66. Setup Alerts when Quota reaches threshold. Learn more at https://aka.ms/quotamonitoringalerting . Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/UsageAndQuota.ReactView by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests";
const notFound = (what: string, provoke: Row["provoke"]): Row =>
  row("DeploymentOperationNotFound", "The deployment operation '1' could not be found.", provoke, {
    status: 404,
    what,
  });
const group = resource("Microsoft.Network/networkSecurityGroups", "x");

export const deployments: Rows = [
  row(
    "InvalidTemplate",
    "Deployment template validation failed: 'The value for the template parameter 'size' at line '1' and column '1' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.'.",
    (w) => validate(w, { parameters: { size: { type: "string" } }, resources: [] }),
    { what: "a parameter without a value", more: violation("properties.template.parameters.size") },
  ),
  row(
    "InvalidTemplate",
    "Deployment template validation failed: 'The value for the template parameter 'size' at line '1' and column '1' is not provided. Please see https://aka.ms/resource-manager-parameter-files for usage details.'.",
    (w) => validate(w, { parameters: { size: { type: "string" } }, resources: [] }, {}, "2019-07-01"),
    { what: "a parameter without a value, in 2019", more: violation("properties.template.parameters.size") },
  ),
  invalidTemplate(
    "a value without a parameter",
    "The template parameters 'size' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are 'name'. Please see https://aka.ms/arm-pass-parameter-values for usage details",
    { parameters: { name: { type: "string", defaultValue: "x" } }, resources: [] },
    { parameters: { size: { value: "1" } } },
  ),
  invalidTemplate(
    "a circle",
    "Circular dependency detected on resource: 'RG/providers/Microsoft.Network/networkSecurityGroups/a'. Please see https://aka.ms/arm-syntax-resources for usage details",
    {
      resources: [
        resource("Microsoft.Network/networkSecurityGroups", "a", {
          dependsOn: ["Microsoft.Network/networkSecurityGroups/b"],
        }),
        resource("Microsoft.Network/networkSecurityGroups", "b", {
          dependsOn: ["Microsoft.Network/networkSecurityGroups/a"],
        }),
      ],
    },
  ),
  invalidTemplate("a loop", "The emulator does not know 'copy' of template resources", {
    resources: [{ ...group, copy: { name: "many", count: 2 } }],
  }),
  invalidTemplate(
    "an unknown variable",
    "The template variable 'size' is not found. Please see https://aka.ms/arm-syntax-variables for usage details",
    { resources: [{ ...group, name: "[variables('size')]" }] },
  ),
  invalidTemplate(
    "an expression",
    "The template language expression 'parameters(' is not valid: the part at position '11' cannot be read",
    { resources: [{ ...group, name: "[parameters(]" }] },
  ),
  {
    code: "NotEmulated",
    status: 501,
    what: "a template function",
    message: "The emulator does not know the template function 'dateTimeAdd'.",
    provoke: (w) => validate(w, { resources: [{ ...group, name: "[dateTimeAdd('a')]" }] }),
  },
  row(
    "InvalidTemplateDeployment",
    invalidDeployment,
    (w) => validate(w, { resources: [{ ...group, location: "atlantis" }] }),
    {
      more: inner(
        "LocationNotAvailableForResourceType",
        "The provided location 'atlantis' is not available for resource type 'Microsoft.Network/networkSecurityGroups'. List of available regions for the resource type is 'REGIONS'.",
      ),
    },
  ),
  row(
    "InvalidTemplateDeployment",
    invalidDeployment,
    async (w) => {
      await w.makeNic("new-nic");
      return deploy(w, { resources: [vm(w, "Standard_D64s_v5")] });
    },
    { what: "QuotaExceeded", options: { limits: { regionalCores: 8 } }, more: inner("QuotaExceeded", quota) },
  ),
  row(
    "InvalidTemplateDeployment",
    invalidDeployment,
    async (w) => {
      await w.makeNic("new-nic");
      return deploy(w, { resources: [vm(w, "Standard_DS1_v2")] });
    },
    {
      what: "SkuNotAvailable",
      options: { limits: { withheldSizes: { eastus: ["Standard_DS1_v2"] } } },
      more: inner(
        "SkuNotAvailable",
        "The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: Standard_DS1_v2' is currently not available in location 'eastus'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.",
      ),
    },
  ),
  row(
    "ResourceGroupNotFound",
    "Resource group 'elsewhere' could not be found.",
    (w) =>
      validate(w, {
        resources: [
          {
            type: "Microsoft.Resources/deployments",
            apiVersion: "2025-04-01",
            name: "inner",
            resourceGroup: "elsewhere",
            properties: { mode: "Incremental", template: { resources: [] } },
          },
        ],
      }),
    { status: 404 },
  ),
  row(
    "DeploymentFailed",
    "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
    async (w) => {
      await deploy(w, { resources: [resource("Microsoft.Network/virtualNetworks", "new", { properties: {} })] });
      const { operation } = statusOf(w);
      w.azure.now += 10_000;
      await w.raw("GET", operation);
      throw new Error("refused");
    },
    {
      status: 200,
      isGateway: undefined as never,
      more: inner(
        "AddressSpaceMissing",
        "Virtual network RG/providers/Microsoft.Network/virtualNetworks/new needs an address space: properties.addressSpace.addressPrefixes.",
        { details: [] },
      ),
    },
  ),
  row(
    "InvalidDeploymentName",
    "The deployment name 'a b' is invalid: 1 to 64 letters, digits, '-', '_', '.' and parentheses.",
    (w) => deploy(w, { resources: [] }, "a%20b"),
  ),
  row(
    "DeploymentActive",
    "Unable to edit or replace deployment 'd': previous deployment from '2026-01-01T00:00:02.000Z' is still active (expiration time is '2026-01-08T00:00:02.000Z'). Please see https://aka.ms/arm-deploy for usage details.",
    async (w) => {
      await deploy(w, { resources: [group] });
      return deploy(w, { resources: [group] });
    },
    { status: 409 },
  ),
  row(
    "DeploymentActive",
    "The deployment 'd' is still active and cannot be deleted.",
    async (w) => {
      await deploy(w, { resources: [group] });
      return w.raw("DELETE", `${path(w)}?api-version=2025-04-01`);
    },
    { status: 409, what: "to be deleted" },
  ),
  row(
    "DeploymentCannotBeCancelled",
    "The deployment 'd' cannot be cancelled because it is not running.",
    async (w) => {
      await deploy(w, { resources: [] });
      return w.raw("POST", `${path(w)}/cancel?api-version=2025-04-01`);
    },
    { status: 409 },
  ),
  row(
    "MarketplacePurchaseEligibilityFailed",
    "Marketplace purchase eligibilty check returned errors. See inner errors for details. ",
    (w) => deploy(w, { resources: [{ ...vm(w, "Standard_B2s"), plan: { publisher: "a", product: "b", name: "c" } }] }),
    {
      options: { limits: { mayPurchase: false } },
      more: inner(
        "BadRequest",
        `{"error":{"code":"AccountSetupError","message":"You cannot purchase reservation because required AAD tenant information is missing. Please ask your tenant admin to fill this form: https://aka.ms/orgprofile"}}`,
      ),
    },
  ),
  row(
    "DeploymentNotFound",
    "Deployment 'd' could not be found.",
    (w) => w.raw("GET", `${path(w)}?api-version=2025-04-01`),
    {
      status: 404,
    },
  ),
  notFound("a status", (w) => w.raw("GET", `${path(w)}/operationStatuses/1?api-version=2025-04-01`)),
  notFound("an operation", async (w) => {
    await deploy(w, { resources: [] });
    return w.raw("GET", `${path(w)}/operations/1?api-version=2025-04-01`);
  }),
  row(
    "InvalidRequestContent",
    "The request content was invalid and could not be deserialized: 'Required property 'template' not found in JSON.'.",
    (w) => validate(w, undefined),
    { what: "no template" },
  ),
  row(
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: 'Error converting value "Whole" to type 'DeploymentMode'.'.`,
    (w) => validate(w, { resources: [] }, { mode: "Whole" }),
    { what: "a mode" },
  ),
];
function statusOf(w: SdkWorld): { readonly operation: string } {
  const url = new URL(w.wire?.headers["azure-asyncoperation"] ?? "");
  return { operation: `${url.pathname}${url.search}` };
}
