import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { makeVm, openWorld, type World } from "../support/azure-world.ts";
import { refusalsOf, type Row } from "../support/refusals.ts";

describe("a template that cannot mean anything", () => {
  const azure = new AzureCalls({ seed: "meaningless-templates" });
  let world: World;
  before(async () => {
    await azure.signIn();
    world = await openWorld(azure);
    await makeVm(azure, world, "vm");
  });
  const refuses = refusalsOf(azure);
  const T = "properties.template";
  const nsg = {
    type: "Microsoft.Network/networkSecurityGroups",
    apiVersion: "2024-10-01",
    name: "one",
    location: "eastus",
  };
  const deployment = () => `${world.group}/providers/Microsoft.Resources/deployments/d`;
  const good = () => ({
    properties: {
      mode: "Incremental",
      parameters: { size: { value: "small" } },
      template: {
        $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        contentVersion: "1.0.0.0",
        parameters: {
          size: { type: "string", allowedValues: ["small", "large"] },
          count: { type: "int", defaultValue: 1 },
        },
        resources: [
          nsg,
          { ...nsg, name: "two", dependsOn: ["[resourceId('Microsoft.Network/networkSecurityGroups', 'one')]"] },
        ],
        outputs: { size: { type: "string", value: "[parameters('size')]" } },
      },
    },
  });
  const lacks = (name: string, path: string): string =>
    `Deployment template parse failed: 'Required property '${name}' not found in JSON. Path '${path}', line 1, position 1.'.`;
  const within = (says: string): string => `Deployment template validation failed: '${says}'.`;
  const rows: readonly Row[] = [
    ["no schema", { [`${T}.$schema`]: undefined }, 400, "InvalidTemplate", lacks("$schema", "")],
    [
      "another schema",
      { [`${T}.$schema`]: "Nonsense" },
      400,
      "InvalidTemplate",
      within(
        "The template schema 'Nonsense' is not supported. Supported versions are '2014-04-01-preview,2015-01-01,2018-05-01,2019-04-01,2019-08-01'. Please see https://aka.ms/arm-syntax for usage details.",
      ),
    ],
    ["no version", { [`${T}.contentVersion`]: undefined }, 400, "InvalidTemplate", lacks("contentVersion", "")],
    ["no resources", { [`${T}.resources`]: undefined }, 400, "InvalidTemplate", lacks("resources", "")],
    ...["type", "apiVersion", "name"].map((name): Row => [
      `a resource without ${name}`,
      { [`${T}.resources.1.${name}`]: undefined },
      400,
      "InvalidTemplate",
      lacks(name, "resources[1]"),
    ]),
    [
      "a parameter of no type that there is",
      { [`${T}.parameters.size.type`]: "text" },
      400,
      "InvalidTemplate",
      "Deployment template parse failed: 'Error converting value \"text\" to type 'TemplateParameterType'. Path 'parameters.size.type', line 1, position 1.'.",
    ],
    [
      "a value of another type",
      { "properties.parameters.size.value": 7 },
      400,
      "InvalidTemplate",
      within(
        "The provided value for the template parameter 'size' is not valid. Expected a value of type 'String', but received a value of type 'Integer'. Please see https://aka.ms/arm-create-parameter-file for usage details.",
      ),
    ],
    [
      "a value that is not allowed",
      { "properties.parameters.size.value": "huge" },
      400,
      "InvalidTemplate",
      within(
        "The provided value for the template parameter 'size' is not valid. The value 'huge' is not part of the allowed value(s): 'small,large'.",
      ),
    ],
    [
      "a resource to wait for that there is not",
      { [`${T}.resources.1.dependsOn`]: ["Microsoft.Network/networkSecurityGroups/three"] },
      400,
      "InvalidTemplate",
      "Deployment template validation failed: 'The resource '…",
    ],
    [
      "one resource twice",
      { [`${T}.resources.1.name`]: "one" },
      400,
      "InvalidTemplate",
      "Deployment template validation failed: 'The resource '…",
    ],
    [
      "an output without a value",
      { [`${T}.outputs.size.value`]: undefined },
      400,
      "InvalidTemplate",
      lacks("value", "outputs.size"),
    ],
    [
      "a type that there is not",
      { [`${T}.resources.0.type`]: "Contoso.Nothing/things", [`${T}.resources.1.dependsOn`]: [] },
      400,
      "InvalidTemplateDeployment",
      "InvalidResourceNamespace: The resource namespace 'Contoso.Nothing' is invalid.",
    ],
    [
      "a resource with a word that there is not",
      { [`${T}.resources.0.properties`]: { securityRules: [{ name: "r", properties: { access: "Maybe" } }] } },
      400,
      "InvalidTemplateDeployment",
      "InvalidRequestFormat: Cannot parse the request.",
    ],
  ];
  refuses(deployment, good, rows);
  it("is told from one that can", async () => {
    const { status, body } = await azure.put(deployment(), good());
    expect(status, JSON.stringify(body)).equal(201);
    azure.now += 10_000;
    expect((await azure.get(deployment())).body.properties.outputs).eql({ size: { type: "String", value: "small" } });
  });

  describe("nor can an extension", () => {
    const extension = () => ({
      location: "eastus",
      properties: { publisher: "Microsoft.Azure.Extensions", type: "CustomScript", typeHandlerVersion: "2.1" },
    });
    refuses(() => `${world.compute("virtualMachines", "vm")}/extensions/x`, extension, [
      [
        "a publisher that is no name",
        { "properties.publisher": "Nonsense!!" },
        404,
        "ArtifactNotFound",
        "The VM extension with publisher 'Nonsense!!' and type 'CustomScript' could not be found.",
      ],
      [
        "a version that is none",
        { "properties.typeHandlerVersion": "newest" },
        400,
        "InvalidParameter",
        "The value of parameter typeHandlerVersion is invalid.",
      ],
      [
        "a number for a truth",
        { "properties.autoUpgradeMinorVersion": 1 },
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: 'Cannot convert the value '1' at path 'properties.autoUpgradeMinorVersion' to type 'boolean'.'.",
      ],
    ]);
  });
  describe("nor can a run command", () => {
    const seconds = (n: number): Row => [
      `${n} seconds`,
      { "properties.timeoutInSeconds": n },
      400,
      "InvalidParameter",
      `The value '${n}' of parameter 'timeoutInSeconds' is out of range. Value '${n}' must be between '0' and '86400' inclusive.`,
    ];
    const command = () => ({ location: "eastus", properties: { source: { script: "hostname" } } });
    refuses(() => `${world.compute("virtualMachines", "vm")}/runCommands/x`, command, [
      seconds(-1),
      seconds(1.5),
      seconds(1_000_000_000),
      [
        "no script",
        { "properties.source.script": "" },
        400,
        "InvalidParameter",
        "Required parameter 'source.script' is missing (null).",
      ],
      [
        "a shell that there is not",
        { "properties.source.scriptShell": "Fish" },
        400,
        "BadRequest",
        "Error converting value \"Fish\" to type 'ScriptShell'. Path 'properties.source.scriptShell', line 1, position …",
      ],
    ]);
  });
});
