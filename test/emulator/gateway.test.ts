import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { makeVm, openWorld } from "../support/azure-world.ts";

type Row = [method: string, path: string, expected: unknown[]];

describe("the emulator's gateway", () => {
  const refusal = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const azure = await new AzureCalls({ seed: "gateway" }).signIn();
    await azure.put(`${azure.subscription}/resourceGroups/Lab`, { location: "eastus" });
    const body = method === "PUT" ? { location: "eastus" } : undefined;
    const url = path.replace("SUB", azure.subscription);
    const reply = await azure.send(method, url, { headers, body, isBare: path === "SUB/resourceGroups" });
    return [
      reply.status,
      reply.body.error.code,
      reply.body.error.message.replaceAll(azure.emulator.subscriptionId, "ID"),
    ];
  };
  const table: Row[] = [
    [
      "GET",
      "/nowhere?api-version=2025-04-01",
      [
        404,
        "MissingSubscription",
        "The request did not have a subscription or a valid tenant level resource provider.",
      ],
    ],
    [
      "GET",
      "SUB/resourceGroups",
      [
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      ],
    ],
    [
      "GET",
      "/subscriptions/xyz/resourceGroups",
      [400, "InvalidSubscriptionId", "The provided subscription identifier 'xyz' is malformed or invalid."],
    ],
    [
      "GET",
      "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups",
      [404, "SubscriptionNotFound", "The subscription '11111111-2222-4333-8444-555555555555' could not be found."],
    ],
    [
      "GET",
      "SUB/resourceGroups/Lab/providers/Contoso.Things/boxes/x",
      [404, "InvalidResourceNamespace", "The resource namespace 'Contoso.Things' is invalid."],
    ],
    ...(
      [
        ["GET", "SUB/providers/microsoft.features/features", "Microsoft.Features/features"],
        ["GET", "/providers/Microsoft.Management/managementGroups", "Microsoft.Management/managementGroups"],
        ["GET", "/providers/Microsoft.Authorization/providerOperations", "Microsoft.Authorization/providerOperations"],
        [
          "GET",
          "SUB/resourceGroups/Lab/providers/Microsoft.Compute/virtualMachines/x/providers/microsoft.insights/metrics",
          "Microsoft.Insights/metrics",
        ],
        ["POST", "SUB/providers/Microsoft.Resources/checkZonePeers", "Microsoft.Resources/checkZonePeers"],
        ["POST", "/providers/Microsoft.Resources/calculateTemplateHash", "Microsoft.Resources/calculateTemplateHash"],
        ["GET", "/providers/Microsoft.Storage/operations", "Microsoft.Storage/operations"],
      ] as const
    ).map(([method, path, what]): Row => [method, path, [501, "NotEmulated", `The emulator does not serve ${what}.`]]),
    [
      "DELETE",
      "SUB/resourceGroups/Lab/providers/Microsoft.Compute/virtualMachines",
      [
        405,
        "MethodNotAllowed",
        "The HTTP method 'DELETE' is not supported on the resource '/subscriptions/ID/resourceGroups/Lab/providers/Microsoft.Compute/virtualMachines'.",
      ],
    ],
    [
      "POST",
      "SUB/resourceGroups/Lab/providers/Microsoft.Compute/virtualMachines/x/assessPatches",
      [
        501,
        "NotEmulated",
        "The emulator does not serve POST Microsoft.Compute/virtualMachines/assessPatches (assessPatches).",
      ],
    ],
    [
      "PUT",
      "SUB/resourceGroups/Lab/providers/Microsoft.Storage/storageAccounts/x?api-version=2024-01-01",
      [
        409,
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found for how to register subscriptions.",
      ],
    ],
  ];
  for (const [method, path, expected] of table)
    it(`answers ${method} ${path} with ${String(expected[1])}`, async () => {
      expect(await refusal(method, path)).to.deep.equal(expected);
    });

  it("says plainly of actions that it does not serve them", async () => {
    const azure = await new AzureCalls({ seed: "gateway" }).signIn();
    const vm = `${azure.subscription}/resourceGroups/Lab/providers/Microsoft.Compute/virtualMachines/vm`;
    const network = `${azure.subscription}/resourceGroups/Lab/providers/Microsoft.Network`;
    await azure.put(`${azure.subscription}/resourceGroups/Lab`, { location: "eastus" });
    const asked = [
      ["POST", `${vm}/assessPatches`, "POST Microsoft.Compute/virtualMachines/assessPatches (assessPatches)"],
      ["POST", `${vm}/capture`, "POST Microsoft.Compute/virtualMachines/capture (capture)"],
      [
        "POST",
        `${network}/virtualNetworks/v/subnets/s/PrepareNetworkPolicies`,
        "POST Microsoft.Network/virtualNetworks/subnets/PrepareNetworkPolicies (PrepareNetworkPolicies)",
      ],
      [
        "POST",
        `${azure.subscription}/resourceGroups/Lab/exportTemplate`,
        "POST Microsoft.Resources/subscriptions/resourceGroups (exportTemplate)",
      ],
    ];
    const answers = [];
    for (const [method = "", path = ""] of asked) {
      const { status, body } = await azure.send(method, path, { body: {} });
      answers.push([status, body.error]);
    }
    expect(answers).to.deep.equal(
      asked.map(([, , what]) => [501, { code: "NotEmulated", message: `The emulator does not serve ${what}.` }]),
    );
  });

  it("names the versions that it takes when another is asked for", async () => {
    const [status, code, message] = await refusal(
      "PUT",
      "SUB/resourceGroups/Lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x?api-version=1999-01-01",
    );
    expect([status, code]).to.deep.equal([400, "NoRegisteredProviderFound"]);
    expect(message).to.match(
      /^No registered resource provider found for location 'eastus' and API version '1999-01-01' for type 'userAssignedIdentities'\. The supported api-versions are '2025-05-31-preview, 2025-01-31-preview, 2024-11-30, [0-9a-z, -]+'\. The supported locations are 'eastus, [a-z0-9, ]+'\.$/,
    );
    const [, group, text] = await refusal("GET", "SUB/resourceGroups/Lab?api-version=1999-01-01");
    expect(group).to.equal("InvalidApiVersionParameter");
    expect(text).to.match(
      /^The api-version '1999-01-01' is invalid\. The supported versions are '2025-04-01,2025-03-01,[0-9a-z,-]+'\.$/,
    );
  });
  it("registers a provider, and takes its resources then", async () => {
    const azure = await new AzureCalls().signIn();
    const storage = `${azure.subscription}/providers/Microsoft.Storage`;
    const states = [(await azure.get(storage)).body.registrationState];
    states.push((await azure.post(`${storage}/register`)).body.registrationState);
    azure.now += 1000;
    states.push((await azure.get(storage.toLowerCase())).body.registrationState);
    states.push((await azure.post(`${storage}/unregister`)).body.registrationState);
    expect(states).to.deep.equal(["NotRegistered", "Registering", "Registered", "Unregistering"]);
  });
  it("knows types that it does not serve", async () => {
    const locks = "SUB/resourceGroups/Lab/providers/Microsoft.Authorization/locks?api-version=2020-05-01";
    expect(await refusal("GET", locks)).eql([
      501,
      "NotEmulated",
      "The emulator does not serve GET Microsoft.Authorization/locks.",
    ]);
  });
  it("gives requests ids of its own, and the client's back where it is asked to", async () => {
    const azure = await new AzureCalls().signIn();
    const ids = { "x-ms-client-request-id": "mine", "x-ms-correlation-request-id": "ours" };
    const asked = await azure.send("GET", azure.subscription, { headers: ids });
    expect(asked.headers["x-ms-request-id"]).match(/^[0-9a-f-]{36}$/);
    expect(asked.headers["x-ms-correlation-request-id"]).equal("ours");
    expect(asked.headers["x-ms-routing-request-id"]).equal(
      `EMULATOR:20260101T000000Z:${asked.headers["x-ms-request-id"]}`,
    );
    expect(asked.headers["x-ms-client-request-id"]).equal(undefined);
    const back = await azure.send("GET", azure.subscription, {
      headers: { ...ids, "x-ms-return-client-request-id": "true" },
    });
    expect(back.headers["x-ms-client-request-id"]).equal("mine");
  });
  it("starts no VM that was generalized", async () => {
    const azure = await new AzureCalls().signIn();
    const vm = await makeVm(azure, await openWorld(azure), "vm");
    await azure.post(`${vm}/powerOff`);
    azure.now += 1000;
    expect((await azure.post(`${vm}/generalize`)).status).equal(200);
    const { status, body } = await azure.post(`${vm}/start`);
    expect([status, body.error]).eql([
      409,
      {
        code: "OperationNotAllowed",
        message: "Operation 'start' is not allowed on VM 'vm' since the VM is generalized.",
      },
    ]);
  });
});
