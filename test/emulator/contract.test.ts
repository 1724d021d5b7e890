import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AzureCalls, type Reply } from "../support/azure-calls.ts";
import { makePrincipal, makeVm, nicBody, openWorld, vmBody, type World } from "../support/azure-world.ts";
import { Rig } from "../support/rig.ts";

interface Azure {
  readonly azure: AzureCalls;
  readonly world: World;
  readonly net: string;
  readonly subnet: string;
  readonly with: (method: string, path: string, headers: Record<string, string>, body?: unknown) => Promise<Reply>;
}
const names = (reply: Reply): string[] => reply.body.value.map((v: { name: string }) => v.name);
const code = (reply: Reply): unknown => reply.body?.error?.code;
const asSent = (reply: Reply): [number, unknown] => [reply.status, reply.body];

type Rule = readonly [rule: string, seen: (a: Azure) => Promise<unknown>, expected: unknown];
const rules: readonly Rule[] = [
  [
    "paging: $top, a link that is absolute, none at the end",
    async ({ azure, world }) => {
      for (const n of ["a", "b", "c"]) await azure.put(world.identity(`id-${n}`), { location: "eastus" });
      const list = `${world.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`;
      const first = await azure.get(`https://management.azure.com${list}?$top=2`);
      const second = await azure.get(String(first.body.nextLink));
      const link = String(first.body.nextLink).replace(/(skiptoken=)[^&]*/i, "$1…");
      return [names(first), link.replace(world.group, "…"), names(second), "nextLink" in second.body];
    },
    [
      ["id-a", "id-b"],
      "https://management.azure.com…/providers/Microsoft.ManagedIdentity/userAssignedIdentities?%24top=2&api-version=2024-11-30&%24skiptoken=…",
      ["id-c"],
      false,
    ],
  ],
  [
    "paging: a subscription's list has a count and no link",
    async ({ azure }) => {
      const { value, ...rest } = (await azure.get("/subscriptions")).body;
      return [value.length, rest];
    },
    [1, { count: { type: "Total", value: 1 } }],
  ],
  [
    "ETag: in the body and in the header of a GET; another with each write and when that has settled",
    async ({ azure, net }) => {
      const before = await azure.get(net);
      await azure.patch(net, { tags: { a: "b" } });
      const written = await azure.get(net);
      const put = await azure.put(net, { location: "eastus", properties: before.body.properties });
      azure.now += 1000;
      const settled = await azure.get(net);
      const all = [before, written, put, settled].map((r) => String(r.body.etag));
      return [before.headers["etag"] === before.body.etag, new Set(all).size];
    },
    [true, 4],
  ],
  [
    "If-Match and If-None-Match hold for networks, subnets, rules and VMs",
    async (a) => {
      const { azure, world, net, subnet } = a;
      const nsg = world.network("networkSecurityGroups", "nsg");
      await azure.put(nsg, { location: "eastus" });
      azure.now += 1000;
      const vm = await makeVm(azure, world, "vm");
      const stale = { "if-match": 'W/"00000000-0000-0000-0000-000000000000"' };
      const rule = { protocol: "*", access: "Allow", direction: "Inbound", priority: 100 };
      const ports = { sourcePortRange: "*", destinationPortRange: "*" };
      const ends = { sourceAddressPrefix: "*", destinationAddressPrefix: "*" };
      const made = await a.with(
        "PUT",
        `${nsg}/securityRules/one`,
        { "if-none-match": "*" },
        { properties: { ...rule, ...ports, ...ends } },
      );
      azure.now += 1000;
      const { status, body } = await a.with("DELETE", net, stale);
      return [
        [status, body.error.code, body.error.message],
        made.status,
        code(
          await a.with(
            "PUT",
            `${nsg}/securityRules/one`,
            { "if-none-match": "*" },
            { properties: { ...rule, ...ports, ...ends } },
          ),
        ),
        code(await a.with("DELETE", `${nsg}/securityRules/one`, stale)),
        code(await a.with("DELETE", `${net}/subnets/default`, stale)),
        code(await a.with("PUT", subnet, stale, { properties: { addressPrefix: "10.0.0.0/24" } })),
        code(await a.with("PATCH", vm, stale, { tags: {} })),
        (await a.with("PATCH", vm, { "if-match": (await azure.get(vm)).body.etag }, { tags: {} })).status,
      ];
    },
    [
      [412, "PreconditionFailed", "The specified precondition 'W/\"00000000-0000-0000-0000-000000000000\"' failed."],
      201,
      "PreconditionFailed",
      "PreconditionFailed",
      "PreconditionFailed",
      "PreconditionFailed",
      "PreconditionFailed",
      200,
    ],
  ],
  [
    "DELETE: 202 and a place to look, 204 for what is not there; a group's is answered by its location alone",
    async ({ azure, world, net }) => {
      const ofNet = await azure.delete(net);
      azure.now += 1000;
      const [done, again] = [await azure.get(String(ofNet.headers["location"])), await azure.delete(net)];
      const ofGroup = await azure.delete(world.group);
      const meanwhile = await azure.get(world.group);
      const running = await azure.get(String(ofGroup.headers["location"]));
      azure.now += 1000;
      const gone = [await azure.get(String(ofGroup.headers["location"])), await azure.delete(world.group)];
      return [
        [ofNet.status, ofNet.body, "azure-asyncoperation" in ofNet.headers],
        [done.status, "azure-asyncoperation" in done.headers, "location" in done.headers, again.status],
        [ofGroup.status, "azure-asyncoperation" in ofGroup.headers, meanwhile.body.properties.provisioningState],
        [running.status, running.body, "location" in running.headers, "retry-after" in running.headers],
        gone.map((r) => [r.status, code(r)]),
      ];
    },
    [
      [202, undefined, true],
      [204, true, true, 204],
      [202, false, "Deleting"],
      [202, undefined, true, true],
      [
        [200, undefined],
        [404, "ResourceGroupNotFound"],
      ],
    ],
  ],
  [
    "HEAD answers for whatever can be read, without a body",
    async ({ azure, world, net }) => {
      const vm = await makeVm(azure, world, "vm");
      const replies = [];
      for (const path of [world.group, net, vm, `${vm}-not`, `${world.group}-not`])
        replies.push(asSent(await azure.send("HEAD", path)));
      return replies;
    },
    [
      [204, undefined],
      [204, undefined],
      [204, undefined],
      [404, undefined],
      [404, undefined],
    ],
  ],
  [
    "a method that a path does not have: 405, and those that it has",
    async ({ azure, net }) => {
      const { status, body, headers } = await azure.send("POST", net);
      return [status, body.error.code, headers["allow"]];
    },
    [405, "MethodNotAllowed", "GET, PUT, PATCH, DELETE"],
  ],
  [
    "what a tenant has of providers is anybody's to read",
    async ({ azure, world }) => {
      const { token } = await makePrincipal(azure, world, "worker");
      const all = await azure.send("GET", "/providers", { token });
      const one = await azure.send("GET", "/providers/microsoft.managedidentity", { token });
      const none = await azure.send("GET", "/providers/Contoso.Nothing", { token });
      return [all.status, Object.keys(one.body), one.body.namespace, [none.status, code(none)]];
    },
    [200, ["id", "namespace", "resourceTypes"], "Microsoft.ManagedIdentity", [404, "InvalidResourceNamespace"]],
  ],
  [
    "a provider that is not emulated is there, can be registered, and makes nothing",
    async ({ azure, world }) => {
      const path = `${azure.subscription}/providers/Microsoft.Solutions`;
      const [before, , vm] = [await azure.get(path), await azure.post(`${path}/register`), 0];
      azure.now += 1000;
      const after = await azure.get(path);
      const made = await azure.put(`${world.group}/providers/Microsoft.Solutions/applications/a`, {
        location: "eastus",
      });
      return [
        before.body.registrationState,
        after.body.registrationState,
        after.body.resourceTypes,
        vm,
        made.status,
        code(made),
      ];
    },
    ["NotRegistered", "Registered", [], 0, 501, "NotEmulated"],
  ],
  [
    "a VM's deletion preempts what is under way at it",
    async ({ azure, world }) => {
      const nic = world.network("networkInterfaces", "nic");
      await azure.put(nic, nicBody(world));
      const vm = world.compute("virtualMachines", "vm");
      const made = await azure.put(vm, vmBody(nic));
      const gone = await azure.delete(vm);
      const status = async (r: Reply) => (await azure.get(String(r.headers["azure-asyncoperation"]))).body;
      const { status: ended, error } = await status(made);
      const before = (await status(gone)).status;
      azure.now += 1000;
      return [ended, error, before, (await status(gone)).status, (await azure.get(vm)).status];
    },
    [
      "Canceled",
      {
        code: "OperationPreempted",
        message: "Operation execution has been preempted by a more recent operation.",
      },
      "InProgress",
      "Succeeded",
      404,
    ],
  ],
  [
    "a disk's operation ends in the disk",
    async ({ azure, world }) => {
      const disk = world.compute("disks", "data");
      const made = await azure.put(disk, {
        location: "eastus",
        properties: { creationData: { createOption: "Empty" }, diskSizeGB: 8 },
      });
      azure.now += 1000;
      const { status, properties } = (await azure.get(String(made.headers["azure-asyncoperation"]))).body;
      return [
        made.status,
        made.body.properties.provisioningState,
        status,
        properties.output.properties.provisioningState,
        (await azure.get(String(made.headers["location"]))).body.id === disk,
      ];
    },
    [202, "Updating", "Succeeded", "Succeeded", true],
  ],
  [
    "a disk that a VM gives up is free, and a stopped VM takes another to start from",
    async ({ azure, world }) => {
      const vm = await makeVm(azure, world, "vm");
      const data = world.compute("disks", "data");
      const empty = { location: "eastus", properties: { creationData: { createOption: "Empty" }, diskSizeGB: 8 } };
      await azure.put(data, empty);
      const attach = (dataDisks: unknown[]) => azure.patch(vm, { properties: { storageProfile: { dataDisks } } });
      const state = async (id: string) => (await azure.get(id)).body.properties.diskState;
      await attach([{ lun: 0, createOption: "Attach", managedDisk: { id: data } }]);
      azure.now += 1000;
      const attached = await state(data);
      await attach([]);
      azure.now += 1000;
      const { osDisk } = (await azure.get(vm)).body.properties.storageProfile;
      const other = world.compute("disks", "other");
      await azure.put(other, {
        location: "eastus",
        properties: {
          osType: "Windows",
          creationData: { createOption: "Copy", sourceResourceId: osDisk.managedDisk.id },
          diskSizeGB: 127,
        },
      });
      azure.now += 1000;
      const swap = () =>
        azure.patch(vm, { properties: { storageProfile: { osDisk: { name: "other", managedDisk: { id: other } } } } });
      const running = code(await swap());
      await azure.post(`${vm}/powerOff`);
      azure.now += 1000;
      const swapped = await swap();
      azure.now += 1000;
      return [
        attached,
        await state(data),
        running,
        swapped.status,
        await state(other),
        await state(osDisk.managedDisk.id),
      ];
    },
    ["Attached", "Unattached", "PropertyChangeNotAllowed", 200, "Attached", "Unattached"],
  ],
  [
    "PATCH: tags are replaced whole, properties merged as JSON",
    async ({ azure, world }) => {
      await azure.post(`${azure.subscription}/providers/Microsoft.Storage/register`);
      azure.now += 1000;
      const account = `${world.group}/providers/Microsoft.Storage/storageAccounts/account`;
      const properties = {
        encryption: { keySource: "Microsoft.Storage", services: { blob: true } },
        minimumTlsVersion: "TLS1_2",
      };
      await azure.put(account, { location: "eastus", tags: { a: "1", b: "2" }, properties });
      const patch = { encryption: { services: { blob: null, file: true } }, minimumTlsVersion: null };
      const { tags, properties: merged } = (await azure.patch(account, { tags: { c: "3" }, properties: patch })).body;
      return [tags, merged.encryption, "minimumTlsVersion" in merged];
    },
    [{ c: "3" }, { keySource: "Microsoft.Storage", services: { file: true } }, false],
  ],
  [
    "a group's resources: by name and type, page by page, parts that have a place among them",
    async ({ azure, world }) => {
      const vm = await makeVm(azure, world, "vm");
      await azure.put(`${vm}/extensions/monitor`, {
        location: "eastus",
        properties: {
          publisher: "Microsoft.Azure.Monitor",
          type: "AzureMonitorWindowsAgent",
          typeHandlerVersion: "1.0",
        },
      });
      azure.now += 1000;
      const at = `${world.group}/resources`;
      const all = await azure.get(at);
      const filter = encodeURIComponent("resourceType eq 'Microsoft.Compute/virtualMachines'");
      return [
        all.body.value.map((v: { type: string }) => v.type).toSorted(),
        names(await azure.get(`${at}?$filter=${filter}`)),
        (await azure.get(`${at}?$top=1`)).body.value.length,
        Object.keys(
          (await azure.get(`${at}?$expand=createdTime,provisioningState&$filter=${filter}`)).body.value[0],
        ).slice(-2),
      ];
    },
    [
      [
        "Microsoft.Compute/disks",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachines/extensions",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/virtualNetworks",
      ],
      ["vm"],
      1,
      ["createdTime", "provisioningState"],
    ],
  ],
  [
    "a template's outputs: by names in camel case, of resources by name, and of the identity that a VM has",
    async ({ azure, world }) => {
      const nic = world.network("networkInterfaces", "nic");
      await azure.put(nic, nicBody(world));
      const { location, properties } = vmBody(nic);
      const template = {
        $schema: "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        contentVersion: "1.0.0.0",
        resources: [
          {
            type: "Microsoft.Compute/virtualMachines",
            apiVersion: "2024-07-01",
            name: "vm",
            location,
            identity: { type: "SystemAssigned" },
            properties,
          },
          {
            type: "Microsoft.Authorization/roleAssignments",
            apiVersion: "2022-04-01",
            name: "00000000-0000-4000-8000-000000000001",
            dependsOn: ["Microsoft.Compute/virtualMachines/vm"],
            properties: {
              principalType: "ServicePrincipal",
              roleDefinitionId:
                "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
              principalId:
                "[reference(concat(resourceId('Microsoft.Compute/virtualMachines', 'vm'), '/providers/Microsoft.ManagedIdentity/Identities/default'), '2018-11-30').principalId]",
            },
          },
        ],
        outputs: {
          NewVM: { type: "object", value: "[reference('vm')]" },
          ID: { type: "string", value: "[reference('vm').vmId]" },
        },
      };
      const at = `${world.group}/providers/Microsoft.Resources/deployments/made`;
      const made = await azure.put(at, { properties: { mode: "Incremental", template } });
      azure.now += 5000;
      const { outputs, provisioningState } = (await azure.get(at)).body.properties;
      const vm = (await azure.get(world.compute("virtualMachines", "vm"))).body;
      const assigned = await azure.get(
        `${world.group}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001`,
      );
      return [
        made.status,
        provisioningState,
        Object.entries<{ type: string }>(outputs).map(([name, { type }]) => [name, type]),
        outputs.newVM?.value.provisioningState,
        outputs.id?.value === vm.properties.vmId,
        assigned.body.properties?.principalId === vm.identity.principalId,
      ];
    },
    [
      201,
      "Succeeded",
      [
        ["newVM", "Object"],
        ["id", "String"],
      ],
      "Succeeded",
      true,
      true,
    ],
  ],
  [
    "network usages count what is there",
    async ({ azure }) => {
      const { body } = await azure.get(`${azure.subscription}/providers/Microsoft.Network/locations/eastus/usages`);
      return body.value.map((u: { name: { value: string }; currentValue: number }) => [u.name.value, u.currentValue]);
    },
    [
      ["VirtualNetworks", 1],
      ["StaticPublicIPAddresses", 0],
      ["NetworkSecurityGroups", 0],
      ["PublicIPAddresses", 0],
      ["NetworkInterfaces", 0],
    ],
  ],
  [
    "extensions of the gallery: publishers, types, versions",
    async ({ azure }) => {
      const at = `${azure.subscription}/providers/Microsoft.Compute/locations/eastus/publishers`;
      const types = `${at}/microsoft.azure.extensions/artifacttypes/vmextension/types`;
      const list = async (path: string): Promise<string[]> =>
        (await azure.get(path)).body.map((v: { name: string }) => v.name);
      const [version = ""] = await list(`${types}/CustomScript/versions`);
      return [
        (await list(at)).includes("Microsoft.Azure.Extensions"),
        await list(types),
        (await azure.get(`${types}/CustomScript/versions/${version}`)).body.properties.operatingSystem,
        code(await azure.get(`${types}/Nothing/versions`)),
      ];
    },
    [true, ["CustomScript", "DockerExtension"], "Linux", "NotFound"],
  ],
];

describe("the contract of Resource Manager", () => {
  for (const [rule, seen, expected] of rules)
    it(rule, async () => {
      const azure = await new AzureCalls({ seed: "contract" }).signIn();
      const world = await openWorld(azure);
      const net = world.network("virtualNetworks", "net");
      const send: Azure["with"] = (method, path, headers, body) => azure.send(method, path, { headers, body });
      expect(await seen({ azure, world, net, subnet: `${net}/subnets/default`, with: send })).to.deep.equal(expected);
    });

  it("what is not emulated is answered by 501, and logged", async () => {
    await using rig = await Rig.open({});
    const azure = await new AzureCalls({ directory: rig.directory }).signIn();
    const path = `${azure.subscription}/providers/Microsoft.Authorization/policyDefinitions/one`;
    const { status, body } = await azure.get(`${path}?api-version=2021-06-01`);
    azure.emulator.close();
    expect([status, body.error]).to.deep.equal([
      501,
      {
        code: "NotEmulated",
        message: "The emulator does not serve GET Microsoft.Authorization/policyDefinitions.",
      },
    ]);
    const logged = readFileSync(join(rig.directory, "requests.jsonl"), "utf8").trim().split("\n");
    const last = JSON.parse(logged.at(-1) ?? "{}") as { method: string; path: string; status: number };
    expect([last.method, last.path, last.status]).to.deep.equal(["GET", path, 501]);
  });
});
