/** What templates, rules, subnets and extensions leave out, or name that there is not. */
import type { SdkWorld } from "../../support/sdk-world.ts";
import { createVm } from "./bodies.ts";
import type { Row, Rows } from "./row.ts";

const template = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  resources: [],
};
const group = {
  type: "Microsoft.Network/networkSecurityGroups",
  apiVersion: "2024-10-01",
  name: "x",
  location: "eastus",
};
const deploy = (w: SdkWorld, more: object, parameters: object = {}) =>
  w.raw("PUT", `${w.names.group}/providers/Microsoft.Resources/deployments/d?api-version=2025-04-01`, {
    body: JSON.stringify({ properties: { mode: "Incremental", template: { ...template, ...more }, parameters } }),
  });
const violation = (line: number): Record<string, unknown> => ({
  additionalInfo: [{ type: "TemplateViolation", info: { lineNumber: line, linePosition: line, path: "" } }],
});
const unparsed = (what: string, text: string, more: object): Row => ({
  what,
  code: "InvalidTemplate",
  status: 400,
  message: `Deployment template parse failed: '${text}'.`,
  more: violation(0),
  isGateway: true,
  provoke: (w) => deploy(w, more),
});
const invalid = (what: string, text: string, more: object, parameters: object = {}): Row => ({
  what,
  code: "InvalidTemplate",
  status: 400,
  message: `Deployment template validation failed: '${text}.'.`,
  more: violation(1),
  isGateway: true,
  provoke: (w) => deploy(w, more, parameters),
});
const rule = (end: object) => ({
  name: "in",
  properties: {
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
    ...end,
  },
});
const ruled = (what: string, which: string, end: object): Row => ({
  what,
  code: "SecurityRuleParametersMissing",
  status: 400,
  message: `Required security rule parameters are missing for security rule with Id: RG/providers/Microsoft.Network/networkSecurityGroups/nsg/securityRules/in. Security rule must specify ${which}.`,
  more: { details: [] },
  provoke: (w) =>
    w.put(w.names.network("networkSecurityGroups", "nsg"), {
      location: "eastus",
      properties: { securityRules: [rule(end)] },
    }),
});
const extended = (w: SdkWorld, more: object) =>
  w.put(
    `${w.vm}/extensions/x`,
    {
      location: "eastus",
      properties: { publisher: "Microsoft.Azure.Extensions", type: "CustomScript", typeHandlerVersion: "2.1", ...more },
    },
    "2025-04-01",
  );
const credential = async (w: SdkWorld, issuer: string) => {
  const identity = await w.makeIdentity("mine");
  return w.put(
    `${identity}/federatedIdentityCredentials/other`,
    { properties: { issuer, subject: "me", audiences: ["api://AzureADTokenExchange"] } },
    "2024-11-30",
  );
};

export const omissions: Rows = [
  unparsed("no schema", "Required property '$schema' not found in JSON. Path '', line 1, position 1.", {
    $schema: undefined,
  }),
  unparsed(
    "no version of a resource",
    "Error converting value \"\" to type 'System.String'. Path 'resources[0].apiVersion', line 1, position 1.",
    { resources: [{ ...group, apiVersion: "" }] },
  ),
  unparsed(
    "a type of parameters that there is not",
    "Error converting value \"text\" to type 'TemplateParameterType'. Path 'parameters.size.type', line 1, position 1.",
    { parameters: { size: { type: "text" } } },
  ),
  invalid(
    "another schema",
    "The template schema 'mine' is not supported. Supported versions are 'VERSIONS'. Please see https://aka.ms/arm-syntax for usage details",
    { $schema: "mine" },
  ),
  invalid(
    "a version of another form",
    "The template content version '1' is not valid: it has four numbers, as in '1.0.0.0'. Please see https://aka.ms/arm-syntax for usage details",
    { contentVersion: "1" },
  ),
  invalid(
    "a value of another type",
    "The provided value for the template parameter 'size' is not valid. Expected a value of type 'String', but received a value of type 'Integer'. Please see https://aka.ms/arm-create-parameter-file for usage details",
    { parameters: { size: { type: "string" } } },
    { size: { value: 7 } },
  ),
  invalid(
    "a value that is not allowed",
    "The provided value for the template parameter 'size' is not valid. The value 'huge' is not part of the allowed value(s): 'small,large'",
    { parameters: { size: { type: "string", allowedValues: ["small", "large"] } } },
    { size: { value: "huge" } },
  ),
  invalid(
    "one resource twice",
    "The resource 'RG/providers/Microsoft.Network/networkSecurityGroups/x' at line '1' and column '1' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details",
    { resources: [group, group] },
  ),
  invalid(
    "a resource to wait for that there is not",
    "The resource 'RG/providers/Microsoft.Network/networkSecurityGroups/y' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details",
    { resources: [{ ...group, dependsOn: ["Microsoft.Network/networkSecurityGroups/y"] }] },
  ),
  ruled("no source", "SourceAddressPrefixes, SourceAddressPrefix, or SourceApplicationSecurityGroups", {
    sourceAddressPrefix: undefined,
  }),
  ruled("no ports", "DestinationPortRanges or DestinationPortRange", { destinationPortRange: undefined }),
  {
    code: "SubnetWithInvalidServiceEndpoint",
    status: 400,
    message:
      "Subnet RG/providers/Microsoft.Network/virtualNetworks/net/subnets/more has an invalid or repeated service endpoint 'Contoso.Storage'.",
    more: { details: [] },
    provoke: (w) =>
      w.put(`${w.names.network("virtualNetworks", "net")}/subnets/more`, {
        properties: { addressPrefix: "10.0.9.0/24", serviceEndpoints: [{ service: "Contoso.Storage" }] },
      }),
  },
  {
    code: "ArtifactNotFound",
    status: 404,
    message: "The VM extension with publisher 'Nobody!' and type 'CustomScript' could not be found.",
    more: { target: "extension" },
    provoke: (w) => extended(w, { publisher: "Nobody!" }),
  },
  {
    code: "InvalidParameter",
    what: "a version of an extension",
    status: 400,
    message: "The value of parameter typeHandlerVersion is invalid.",
    more: { target: "typeHandlerVersion" },
    provoke: (w) => extended(w, { typeHandlerVersion: "newest" }),
  },
  {
    code: "InvalidParameter",
    what: "one interface twice",
    status: 400,
    message: "The value of parameter networkProfile.networkInterfaces is invalid.",
    more: { target: "networkProfile.networkInterfaces" },
    provoke: (w) =>
      createVm(
        w,
        ({ properties: p }) => void p.networkProfile.networkInterfaces.push(...p.networkProfile.networkInterfaces),
      ),
  },
  {
    code: "InvalidParameter",
    what: "a time-out of a run command",
    status: 400,
    message:
      "The value '-1' of parameter 'timeoutInSeconds' is out of range. Value '-1' must be between '0' and '86400' inclusive.",
    more: { target: "timeoutInSeconds" },
    provoke: (w) =>
      w.put(
        `${w.vm}/runCommands/x`,
        { location: "eastus", properties: { source: { script: "hostname" }, timeoutInSeconds: -1 } },
        "2025-04-01",
      ),
  },
  {
    code: "BadRequest",
    what: "an issuer that is no address",
    status: 400,
    message: "Federated credential's issuer 'somebody' is not an address that begins with https://.",
    provoke: (w) => credential(w, "somebody"),
  },
];
