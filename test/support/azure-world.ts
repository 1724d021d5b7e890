/** A group with a network and machines in it, made through the emulator's own doors. */
import type { AzureCalls } from "./azure-calls.ts";

export const password = "Correct-Horse-9";
export interface World {
  readonly group: string;
  readonly network: (type: string, name: string) => string;
  readonly compute: (type: string, name: string) => string;
  readonly identity: (name: string) => string;
}
export function namesIn(azure: AzureCalls, group = "Lab"): World {
  const path = `${azure.subscription}/resourceGroups/${group}`;
  return {
    group: path,
    network: (type, name) => `${path}/providers/Microsoft.Network/${type}/${name}`,
    compute: (type, name) => `${path}/providers/Microsoft.Compute/${type}/${name}`,
    identity: (name) => `${path}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`,
  };
}
export const windowsImage = {
  publisher: "MicrosoftWindowsServer",
  offer: "WindowsServer",
  sku: "2022-datacenter",
  version: "latest",
};
export const ubuntuImage = {
  publisher: "Canonical",
  offer: "0001-com-ubuntu-server-jammy",
  sku: "22_04-lts-gen2",
  version: "latest",
};
export const vmBody = (nic: string, more: Record<string, unknown> = {}, os: Record<string, unknown> = {}) => ({
  location: "eastus",
  properties: {
    hardwareProfile: { vmSize: "Standard_B2s" },
    storageProfile: { imageReference: windowsImage, osDisk: { createOption: "FromImage" } },
    osProfile: { computerName: "vm", adminUsername: "azureuser", adminPassword: password, ...os },
    networkProfile: { networkInterfaces: [{ id: nic }] },
    ...more,
  },
});
/** The group `Lab` with the network `net` and its subnet `default`; everything has settled. */
export async function openWorld(azure: AzureCalls): Promise<World> {
  const world = namesIn(azure);
  await azure.put(world.group, { location: "eastus" });
  await azure.put(world.network("virtualNetworks", "net"), {
    location: "eastus",
    properties: {
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
      subnets: [{ name: "default", properties: { addressPrefix: "10.0.0.0/24" } }],
    },
  });
  azure.now += 1000;
  return world;
}
export const nicBody = (world: World, more: Record<string, unknown> = {}) => ({
  location: "eastus",
  properties: {
    ipConfigurations: [
      {
        name: "ip",
        properties: { subnet: { id: `${world.network("virtualNetworks", "net")}/subnets/default` }, ...more },
      },
    ],
  },
});
/** A VM of this name on an interface of its own; it runs. */
export async function makeVm(azure: AzureCalls, world: World, name: string): Promise<string> {
  const nic = world.network("networkInterfaces", `${name}-nic`);
  await azure.put(nic, nicBody(world));
  const vm = world.compute("virtualMachines", name);
  await azure.put(vm, vmBody(nic));
  azure.now += 1000;
  return vm;
}
/** A managed identity that some VM has, and a token that says so. */
export async function makePrincipal(azure: AzureCalls, world: World, name: string) {
  const { body } = await azure.put(world.identity(name), { location: "eastus" });
  const vm = await makeVm(azure, world, `${name}-vm`);
  await azure.patch(vm, { identity: { type: "UserAssigned", userAssignedIdentities: { [world.identity(name)]: {} } } });
  azure.now += 1000;
  const reply = await azure.emulator.imds(vm, {
    path: "/metadata/identity/oauth2/token",
    query: new URLSearchParams({ "api-version": "2018-02-01", resource: "https://management.azure.com/" }),
    headers: { metadata: "true" },
  });
  return {
    objectId: body.properties.principalId as string,
    clientId: body.properties.clientId as string,
    token: (reply.body as { access_token: string }).access_token,
  };
}
