/**
 * A walk through every operation that the emulator serves: each request, and the answer to it. The conformance package holds
 * the pairs to Microsoft's OpenAPI documents; the table of coverage is made of them.
 */
import { routeTable } from "../../engine/emulator/routes/route-table.ts";
import { AzureCalls, type Reply } from "../support/azure-calls.ts";
import { namesIn, nicBody, password, ubuntuImage, vmBody } from "../support/azure-world.ts";

export interface Pair {
  readonly method: string;
  /** Absolute, with the api-version. */
  readonly url: string;
  readonly body: unknown;
  readonly reply: Reply;
  /** As the route table names it. */
  readonly operation: string;
}
export interface Versions {
  readonly compute: string;
  readonly disks: string;
  readonly skus: string;
  readonly network: string;
  readonly identities: string;
  readonly authorization: string;
  readonly roleDefinitions: string;
  readonly resources: string;
  readonly subscriptions: string;
  readonly deployments: string;
}
/** What the newest packages send, as far as there are documents for it. */
export const newest: Versions = {
  compute: "2025-04-01",
  disks: "2025-01-02",
  skus: "2021-07-01",
  network: "2024-10-01",
  identities: "2024-11-30",
  authorization: "2022-04-01",
  roleDefinitions: "2022-04-01",
  resources: "2025-04-01",
  subscriptions: "2022-12-01",
  deployments: "2025-04-01",
};
/** What Debian's azure-cli 2.45 sends. */
export const azureCli: Versions = {
  compute: "2022-11-01",
  disks: "2022-07-02",
  skus: "2019-04-01",
  network: "2022-01-01",
  identities: "2022-01-31-preview",
  authorization: "2020-04-01-preview",
  // Its own version is 2018-01-01-preview, whose document lacks what recorded Azure sends: who made a role, and when.
  roleDefinitions: "2022-04-01",
  resources: "2021-04-01",
  subscriptions: "2019-11-01",
  deployments: "2021-04-01",
};
const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const origin = "https://management.azure.com";

export async function walk(versions: Versions): Promise<Pair[]> {
  const azure = await new AzureCalls({ seed: "walk" }).signIn();
  const pairs: Pair[] = [];
  const versionOf = (path: string): string => {
    const [, namespace = "", rest = ""] = /.*\/providers\/([^/?]+)\/?([^?]*)/i.exec(path) ?? [];
    if (/^microsoft\.compute$/i.test(namespace))
      return /^disks|DiskOperations/i.test(rest)
        ? versions.disks
        : /^skus/i.test(rest)
          ? versions.skus
          : versions.compute;
    if (/^microsoft\.network$/i.test(namespace)) return versions.network;
    if (/^microsoft\.managedidentity$/i.test(namespace)) return versions.identities;
    if (/^microsoft\.authorization$/i.test(namespace))
      return /^role(Definitions)|^permissions/i.test(rest) ? versions.roleDefinitions : versions.authorization;
    if (/^microsoft\.resources\/deployments/i.test(`${namespace}/${rest}`)) return versions.deployments;
    if (/^\/(subscriptions(\/[^/]+(\/locations)?)?|tenants)$/i.test(path)) return versions.subscriptions;
    return namespace !== "" && rest !== "" && !/^(un)?register$/.test(rest) ? "2024-01-01" : versions.resources;
  };
  const send = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const [bare = "", query = ""] = path.replace(origin, "").split("?");
    const url = query.includes("api-version=")
      ? `${bare}?${query}`
      : `${bare}?${query === "" ? "" : `${query}&`}api-version=${versionOf(bare)}`;
    const reply = await azure.send(method, `${origin}${url}`, body === undefined ? {} : { body });
    const found = routeTable.find(method, bare);
    pairs.push({
      method,
      url: `${origin}${url}`,
      body,
      reply,
      operation: found.kind === "route" ? found.route.operation : "none",
    });
    return reply;
  };
  const settle = () => (azure.now += 2000);
  /** Follows an operation to its end, as clients do. */
  const follow = async (reply: Reply): Promise<Reply> => {
    for (const pass of [0, 1]) {
      if (pass === 1) settle();
      for (const name of ["azure-asyncoperation", "location"]) {
        const url = reply.headers[name];
        if (url?.startsWith("https://")) await send("GET", url);
      }
    }
    return reply;
  };
  const sub = azure.subscription;
  const world = namesIn(azure, "Walk");
  const { group, network, compute, identity } = world;

  await send("GET", "/subscriptions");
  await send("GET", "/tenants");
  await send("GET", sub);
  await send("GET", `${sub}/locations`);
  await send("GET", `${sub}/providers`);
  for (const n of ["Microsoft.Compute", "Microsoft.Resources"]) await send("GET", `${sub}/providers/${n}`);
  await send("POST", `${sub}/providers/Microsoft.Resources/register`);
  await send("POST", `${sub}/providers/Microsoft.Storage/register`);
  settle();
  await send("POST", `${sub}/providers/Microsoft.Sql/register`);
  await send("POST", `${sub}/providers/Microsoft.Sql/unregister`);

  await send("HEAD", group);
  await send("GET", group);
  await send("PUT", group, { location: "eastus", tags: { purpose: "walk" } });
  await send("PUT", group, { location: "eastus" });
  await send("PATCH", group, { tags: { purpose: "changed" } });
  await send("HEAD", group);
  await send("GET", group);
  await send("GET", `${sub}/resourcegroups`);
  await send(
    "GET",
    `${sub}/resourcegroups?$filter=${encodeURIComponent("tagName eq 'purpose' and tagValue eq 'changed'")}&$top=1`,
  );

  const vnet = network("virtualNetworks", "net");
  const nsg = network("networkSecurityGroups", "nsg");
  const pip = network("publicIPAddresses", "pip");
  const nic = network("networkInterfaces", "nic");
  await send("GET", nsg);
  await follow(
    await send("PUT", nsg, {
      location: "eastus",
      properties: {
        securityRules: [
          {
            name: "ssh",
            properties: {
              protocol: "Tcp",
              sourcePortRange: "*",
              destinationPortRange: "22",
              sourceAddressPrefix: "*",
              destinationAddressPrefix: "*",
              access: "Allow",
              priority: 100,
              direction: "Inbound",
            },
          },
        ],
      },
    }),
  );
  const rule = {
    properties: {
      description: "web",
      protocol: "Tcp",
      sourcePortRange: "*",
      destinationPortRange: "80",
      sourceAddressPrefix: "*",
      destinationAddressPrefix: "*",
      access: "Allow",
      priority: 200,
      direction: "Inbound",
    },
  };
  await follow(await send("PUT", `${nsg}/securityRules/web`, rule));
  await send("PUT", `${nsg}/securityRules/web`, rule);
  await send("GET", `${nsg}/securityRules/web`);
  await send("GET", `${nsg}/securityRules`);
  await send("GET", `${nsg}/defaultSecurityRules`);
  await send("GET", `${nsg}/defaultSecurityRules/DenyAllInBound`);
  await follow(await send("DELETE", `${nsg}/securityRules/web`));
  await send("PATCH", nsg, { tags: { a: "b" } });
  await send("GET", nsg);
  await follow(
    await send("PUT", vnet, {
      location: "eastus",
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: [{ name: "default", properties: { addressPrefix: "10.0.0.0/24", networkSecurityGroup: { id: nsg } } }],
      },
    }),
  );
  await follow(
    await send("PUT", `${vnet}/subnets/other`, {
      properties: { addressPrefix: "10.0.1.0/24", serviceEndpoints: [{ service: "Microsoft.Storage" }] },
    }),
  );
  await send("PUT", `${vnet}/subnets/other`, {
    properties: {
      addressPrefix: "10.0.2.0/24",
      delegations: [{ name: "d", properties: { serviceName: "Microsoft.Web/serverFarms" } }],
    },
  });
  settle();
  await send("GET", `${vnet}/subnets/other`);
  await send("GET", `${vnet}/subnets`);
  await follow(await send("DELETE", `${vnet}/subnets/other`));
  await send("DELETE", `${vnet}/subnets/other`);
  const peer = network("virtualNetworks", "peer");
  await send("PUT", peer, { location: "westus", properties: { addressSpace: { addressPrefixes: ["10.9.0.0/16"] } } });
  settle();
  const peering = (to: string) => ({ properties: { remoteVirtualNetwork: { id: to }, allowForwardedTraffic: true } });
  await follow(await send("PUT", `${vnet}/virtualNetworkPeerings/out`, peering(peer)));
  await follow(await send("PUT", `${peer}/virtualNetworkPeerings/back`, peering(vnet)));
  await send("GET", `${vnet}/virtualNetworkPeerings/out`);
  await send("GET", `${vnet}/virtualNetworkPeerings`);
  await send("GET", vnet);
  await follow(await send("DELETE", `${vnet}/virtualNetworkPeerings/out`));
  await send("GET", `${sub}/providers/Microsoft.Network/locations/eastus/usages`);
  await send("PATCH", vnet, { tags: { a: "b" } });
  await send("GET", `${vnet}/CheckIPAddressAvailability?ipAddress=10.0.0.1`);
  await send("GET", `${vnet}/CheckIPAddressAvailability?ipAddress=10.0.0.9`);
  await follow(
    await send("PUT", pip, {
      location: "eastus",
      sku: { name: "Standard" },
      properties: { publicIPAllocationMethod: "Static", dnsSettings: { domainNameLabel: "walk-label" } },
    }),
  );
  await send("PUT", network("publicIPAddresses", "dynamic"), {
    location: "eastus",
    properties: { publicIPAllocationMethod: "Dynamic" },
  });
  await send("PATCH", pip, { tags: { a: "b" } });
  await follow(await send("PUT", nic, { ...nicBody(world, { publicIPAddress: { id: pip } }), tags: { a: "b" } }));
  await send("PATCH", nic, { tags: { a: "c" } });
  await send("GET", `${nic}/ipConfigurations`);
  await send("GET", `${nic}/ipConfigurations/ip`);
  await follow(await send("POST", `${nic}/effectiveNetworkSecurityGroups`));
  await follow(await send("POST", `${nic}/effectiveRouteTable`));
  for (const one of [vnet, nsg, pip, nic]) await send("GET", one);
  for (const type of ["virtualNetworks", "networkSecurityGroups", "publicIPAddresses", "networkInterfaces"]) {
    await send("GET", `${group}/providers/Microsoft.Network/${type}`);
    await send("GET", `${sub}/providers/Microsoft.Network/${type}`);
  }

  const id1 = identity("id-one");
  const { body: made } = await send("PUT", id1, { location: "eastus", tags: { a: "b" } });
  await send("PUT", id1, { location: "eastus" });
  await send("PATCH", id1, { tags: { a: "c" } });
  await send("GET", id1);
  await send("GET", `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`);
  await send("GET", `${sub}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`);
  const credential = `${id1}/federatedIdentityCredentials/pipeline`;
  const federated = {
    issuer: "https://token.example.org",
    subject: "repo:a/b",
    audiences: ["api://AzureADTokenExchange"],
  };
  await send("PUT", credential, { properties: federated });
  await send("PUT", credential, { properties: federated });
  await send("GET", credential);
  await send("GET", `${id1}/federatedIdentityCredentials`);
  await send("DELETE", credential);
  await send("DELETE", credential);

  const locations = `${sub}/providers/Microsoft.Compute/locations/eastus`;
  await send("GET", `${locations}/vmSizes`);
  await send("GET", `${locations}/usages`);
  await send("GET", `${sub}/providers/Microsoft.Compute/skus?$filter=${encodeURIComponent("location eq 'eastus'")}`);
  await send("GET", `${locations}/publishers`);
  const extensionTypes = `${locations}/publishers/Microsoft.Azure.Extensions/artifacttypes/vmextension/types`;
  await send("GET", extensionTypes);
  await send("GET", `${extensionTypes}/CustomScript/versions`);
  await send("GET", `${extensionTypes}/CustomScript/versions/2.1.14`);
  const offers = `${locations}/publishers/Canonical/artifacttypes/vmimage/offers`;
  await send("GET", offers);
  await send("GET", `${offers}/ubuntu-24_04-lts/skus`);
  const { body: imageVersions } = await send("GET", `${offers}/ubuntu-24_04-lts/skus/server/versions`);
  await send("GET", `${offers}/ubuntu-24_04-lts/skus/server/versions/${imageVersions[0].name}`);
  await send("GET", `${locations}/runCommands`);
  await send("GET", `${locations}/runCommands/RunShellScript`);

  const vm = compute("virtualMachines", "vm");
  await send("GET", vm);
  await follow(
    await send("PUT", vm, { ...vmBody(nic), tags: { a: "b" }, zones: ["1"], identity: { type: "SystemAssigned" } }),
  );
  await send("GET", vm);
  await send("GET", `${vm}?$expand=instanceView`);
  await send("GET", `${vm}/instanceView`);
  await send("GET", `${vm}/vmSizes`);
  await send("GET", `${vm}/providers/Microsoft.ManagedIdentity/identities/default`);
  await follow(
    await send("PATCH", vm, {
      identity: { type: "SystemAssigned, UserAssigned", userAssignedIdentities: { [id1]: {} } },
    }),
  );
  await follow(await send("PUT", vm, { ...vmBody(nic), tags: { a: "c" } }));
  await send("GET", `${group}/providers/Microsoft.Compute/virtualMachines`);
  await send("GET", `${sub}/providers/Microsoft.Compute/virtualMachines`);
  await send("GET", `${locations}/virtualMachines`);
  for (const verb of ["powerOff", "start", "restart", "redeploy", "reapply", "deallocate"]) {
    await follow(await send("POST", `${vm}/${verb}`));
    await send("GET", `${vm}/instanceView`);
  }
  await send("POST", `${vm}/simulateEviction`);
  await follow(await send("POST", `${vm}/start`));
  await follow(await send("POST", `${vm}/runCommand`, { commandId: "RunPowerShellScript", script: ["Get-Date"] }));
  const run = `${vm}/runCommands/one`;
  await follow(await send("PUT", run, { location: "eastus", properties: { source: { script: "Get-Date" } } }));
  await send("GET", run);
  await send("GET", `${run}?$expand=instanceView`);
  await follow(await send("PATCH", run, { properties: { source: { script: "Get-Date" }, timeoutInSeconds: 60 } }));
  await send("GET", `${vm}/runCommands`);
  await follow(await send("DELETE", run));
  await send("DELETE", run);
  const extension = `${vm}/extensions/agent`;
  const extensionBody = {
    location: "eastus",
    properties: {
      publisher: "Microsoft.Azure.Monitor",
      type: "AzureMonitorWindowsAgent",
      typeHandlerVersion: "1.0",
      autoUpgradeMinorVersion: true,
    },
  };
  await follow(await send("PUT", extension, extensionBody));
  await send("GET", extension);
  await send("GET", `${vm}/extensions`);
  await follow(await send("PATCH", extension, { tags: { a: "b" } }));
  await follow(await send("DELETE", extension));
  const disk = compute("disks", "data");
  await follow(
    await send("PUT", disk, {
      location: "eastus",
      sku: { name: "Premium_LRS" },
      properties: { creationData: { createOption: "Empty" }, diskSizeGB: 32 },
    }),
  );
  await send("GET", disk);
  await follow(await send("PATCH", disk, { properties: { diskSizeGB: 64 }, tags: { a: "b" } }));
  await send("GET", `${group}/providers/Microsoft.Compute/disks`);
  await send("GET", `${sub}/providers/Microsoft.Compute/disks`);
  await follow(
    await send("PATCH", vm, {
      properties: { storageProfile: { dataDisks: [{ lun: 0, createOption: "Attach", managedDisk: { id: disk } }] } },
    }),
  );
  await send("GET", vm);
  await send("DELETE", disk);

  const roles = "providers/Microsoft.Authorization/roleDefinitions";
  const assignments = "providers/Microsoft.Authorization/roleAssignments";
  await send("GET", `${sub}/${roles}`);
  await send("GET", `${group}/${roles}?$filter=${encodeURIComponent("roleName eq 'Reader'")}`);
  const custom = `${sub}/${roles}/${guid(1)}`;
  await send("PUT", custom, {
    properties: {
      roleName: "Walker",
      description: "Walks.",
      assignableScopes: [sub],
      permissions: [{ actions: ["*/read"], notActions: [] }],
    },
  });
  await send("GET", custom);
  const assignment = `${group}/${assignments}/${guid(2)}`;
  await send("GET", assignment);
  await send("PUT", assignment, {
    properties: {
      roleDefinitionId: custom,
      principalId: made.properties.principalId,
      principalType: "ServicePrincipal",
    },
  });
  await send("GET", assignment);
  for (const scope of [sub, group, vm]) await send("GET", `${scope}/${assignments}`);
  await send(
    "GET",
    `${group}/${assignments}?$filter=${encodeURIComponent(`principalId eq '${made.properties.principalId}'`)}`,
  );
  await send("GET", `${group}/providers/Microsoft.Authorization/permissions`);
  await send("GET", `${vm}/providers/Microsoft.Authorization/permissions`);
  await send("GET", `${group}/providers/Microsoft.Authorization/denyAssignments`);
  await send("DELETE", custom);
  await send("DELETE", assignment);
  await send("DELETE", assignment);
  await send("DELETE", custom);
  await send("DELETE", custom);

  await send("GET", `${group}/resources`);
  await send(
    "GET",
    `${sub}/resources?$filter=${encodeURIComponent("resourceType eq 'Microsoft.Compute/virtualMachines'")}&$expand=createdTime,changedTime,provisioningState`,
  );
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/walked`;
  await send("PUT", account, { location: "eastus", sku: { name: "Standard_LRS" }, kind: "StorageV2", properties: {} });
  await send("HEAD", account);
  await send("GET", account);
  await send("PATCH", account, { tags: { a: "b" } });
  await send("GET", `${group}/providers/Microsoft.Storage/storageAccounts`);
  await send("GET", `${sub}/providers/Microsoft.Storage/storageAccounts`);
  await send("DELETE", account);

  const deployment = `${group}/providers/Microsoft.Resources/deployments/walk`;
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: { adminPassword: { type: "securestring" }, name: { type: "string", defaultValue: "deployed" } },
    resources: [
      {
        type: "Microsoft.Network/networkInterfaces",
        apiVersion: "2018-11-01",
        name: "deployed-nic",
        location: "eastus",
        dependsOn: [],
        properties: nicBody(world).properties,
      },
      {
        type: "Microsoft.Compute/virtualMachines",
        apiVersion: "2020-06-01",
        name: "[parameters('name')]",
        location: "[resourceGroup().location]",
        dependsOn: ["Microsoft.Network/networkInterfaces/deployed-nic"],
        properties: {
          hardwareProfile: { vmSize: "Standard_B1s" },
          storageProfile: { imageReference: ubuntuImage, osDisk: { createOption: "fromImage", name: null } },
          osProfile: {
            computerName: "deployed",
            adminUsername: "walker",
            adminPassword: "[parameters('adminPassword')]",
          },
          networkProfile: {
            networkInterfaces: [{ id: "[resourceId('Microsoft.Network/networkInterfaces', 'deployed-nic')]" }],
          },
        },
      },
    ],
    outputs: { vm: { type: "string", value: "[resourceId('Microsoft.Compute/virtualMachines', parameters('name'))]" } },
  };
  const properties = { mode: "Incremental", template, parameters: { adminPassword: { value: password } } };
  await send("HEAD", deployment);
  await send("POST", `${deployment}/validate`, { properties });
  await follow(await send("PUT", deployment, { properties }));
  await send("GET", deployment);
  await send("HEAD", deployment);
  await send("GET", `${group}/providers/Microsoft.Resources/deployments`);
  await send("GET", `${group}/providers/Microsoft.Resources/deployments/walk/operations`);
  const { body: operations } = await send("GET", `${group}/deployments/walk/operations`);
  await send("GET", `${group}/deployments/walk/operations/${operations.value[0].operationId}`);
  await send(
    "GET",
    `${group}/providers/Microsoft.Resources/deployments/walk/operations/${operations.value[0].operationId}`,
  );
  await send("POST", `${deployment}/exportTemplate`);
  await send("PUT", `${group}/providers/Microsoft.Resources/deployments/stopped`, {
    properties: { ...properties, parameters: { ...properties.parameters, name: { value: "deployed" } } },
  });
  await send("POST", `${group}/providers/Microsoft.Resources/deployments/stopped/cancel`);
  await send("GET", `${group}/providers/Microsoft.Resources/deployments/stopped`);
  await send("DELETE", deployment);

  await send("DELETE", nic);
  await send("DELETE", nsg);
  await send("DELETE", pip);
  await send("DELETE", vnet);
  await send("POST", `${vm}/powerOff`);
  settle();
  await send("POST", `${vm}/generalize`);
  await follow(await send("DELETE", vm));
  await send("DELETE", vm);
  await follow(await send("DELETE", disk));
  await follow(await send("DELETE", nic));
  await follow(await send("DELETE", pip));
  const spotNic = network("networkInterfaces", "spot-nic");
  const spot = compute("virtualMachines", "spot");
  await send("PUT", spotNic, nicBody(world));
  await follow(await send("PUT", spot, vmBody(spotNic, { priority: "Spot", evictionPolicy: "Deallocate" })));
  await send("POST", `${spot}/simulateEviction`);
  await follow(await send("DELETE", spot));
  for (const one of [spotNic, network("networkInterfaces", "deployed-nic")]) await follow(await send("DELETE", one));
  const deployed = await send("GET", compute("virtualMachines", "deployed"));
  if (deployed.status === 200) {
    await follow(await send("DELETE", compute("virtualMachines", "deployed")));
    await follow(await send("DELETE", network("networkInterfaces", "deployed-nic")));
  }
  await follow(await send("DELETE", vnet));
  await follow(await send("DELETE", nsg));
  await send("DELETE", id1);
  await send("DELETE", id1);
  await follow(await send("DELETE", group));
  await send("GET", group);
  return pairs;
}
