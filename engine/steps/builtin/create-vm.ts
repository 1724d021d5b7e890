// `create-vm`: a virtual machine with all it needs around it, as the simple form of New-AzVM makes it.

import { Type } from "typebox";
import type { JsonObject } from "../../value/json.ts";
import { defineStep, SecretString } from "../definition.ts";
import { all, ensure, update } from "../operation.ts";
import { network, virtualMachine, virtualMachineAt, type VmAnswer } from "../resources.ts";
import { groupName, location, tags } from "./fields.ts";
import { IMAGE_ALIASES, imageOf } from "./vm-images.ts";
import { computerNameProblem, passwordProblem, problemAt, userNameProblem } from "./vm-rules.ts";

const networkName = (description: string) =>
  Type.Optional(Type.String({ description, pattern: "^[A-Za-z0-9][\\w.-]{0,79}$" }));

const inputs = Type.Object(
  {
    resourceGroup: groupName,
    name: Type.String({
      description: "Name of the VM and of the computer in it.",
      pattern: "^[A-Za-z0-9][A-Za-z0-9-]{0,63}$",
    }),
    location,
    image: Type.String({ description: `${IMAGE_ALIASES.join(", ")}, or publisher:offer:sku:version.` }),
    size: Type.Optional(Type.String({ description: "Default Standard_D2s_v3.", pattern: "^(Standard|Basic)_\\w+$" })),
    adminUsername: Type.String({ description: "Name of the first user, who is an administrator.", minLength: 1 }),
    adminPassword: Type.Optional(SecretString({ description: "That user's password. Windows needs one." })),
    sshPublicKey: Type.Optional(Type.String({ description: "OpenSSH public key; Linux only.", pattern: "^ssh-" })),
    virtualNetworkName: networkName("Default: the VM's name."),
    subnetName: networkName("Default: the VM's name."),
    addressPrefix: Type.Optional(Type.String({ description: "Of a new virtual network. Default 192.168.0.0/16." })),
    subnetPrefix: Type.Optional(Type.String({ description: "Of a new subnet. Default 192.168.1.0/24." })),
    subnetId: Type.Optional(Type.String({ description: "ARM id of an existing subnet; no network is made then." })),
    networkSecurityGroupName: networkName("Default: the VM's name."),
    publicIpAddressName: networkName("Default: the VM's name."),
    networkInterfaceName: networkName("Default: the VM's name."),
    allow: Type.Optional(
      Type.Array(Type.Enum(["rdp", "ssh"]), { description: "What may come in from the internet. Default: nothing." }),
    ),
    systemAssignedIdentity: Type.Optional(Type.Boolean({ description: "Whether the VM gets an identity of its own." })),
    tags,
  },
  { additionalProperties: false },
);

export const createVm = defineStep({
  name: "create-vm",
  summary: "Create a virtual machine and the network around it, or confirm that they are as described.",
  inputs,
  outputs: Type.Object({
    id: Type.String({ description: "ARM id of the VM." }),
    name: Type.String(),
    location: Type.String(),
    networkInterfaceId: Type.String(),
    publicIpAddressId: Type.String(),
    principalId: Type.Optional(Type.String({ description: "Object id of the VM's own identity, if it has one." })),
  }),
  examples: [
    {
      title: "A Windows machine",
      with: {
        resourceGroup: "myGroup",
        name: "myVM",
        location: "eastus",
        image: "Win2022Datacenter",
        adminUsername: "azureuser",
        adminPassword: "${{ inputs.adminPassword }}",
      },
    },
  ],
  check(known) {
    const image = known.image === undefined ? undefined : imageOf(known.image);
    if (known.image !== undefined && image === undefined) {
      const message = `"${known.image}" is neither a known image nor publisher:offer:sku:version`;
      return problemAt("/image", message, `known images: ${IMAGE_ALIASES.join(", ")}`);
    }
    if (image === undefined) return [];
    const { os } = image;
    const { name, adminUsername, adminPassword } = known;
    return [
      ...problemAt("/name", name === undefined ? undefined : computerNameProblem(name, os)),
      ...problemAt("/adminUsername", adminUsername === undefined ? undefined : userNameProblem(adminUsername, os)),
      ...problemAt("/adminPassword", adminPassword === undefined ? undefined : passwordProblem(adminPassword, os)),
      ...problemAt(
        "/sshPublicKey",
        known.sshPublicKey !== undefined && os === "Windows"
          ? "Azure takes SSH keys for Linux machines only"
          : undefined,
      ),
    ];
  },
  *run(i) {
    const image = imageOf(i.image);
    if (image === undefined) throw new Error(`"${i.image}" is neither a known image nor publisher:offer:sku:version`);
    const { resourceGroup, name, location: region } = i;
    const place = { location: region, ...(i.tags && { tags: i.tags }) };
    const at = (kind: Parameters<typeof network>[1], given: string | undefined) =>
      network(resourceGroup, kind, given ?? name);
    const rules = (i.allow ?? []).map((protocol, index) => inboundRule(protocol, 1000 + 10 * index));
    const [securityGroup, address] = yield* all([
      ensure(at("networkSecurityGroups", i.networkSecurityGroupName), {
        ...place,
        properties: { securityRules: rules },
      }),
      ensure(at("publicIPAddresses", i.publicIpAddressName), {
        ...place,
        sku: { name: "Standard" },
        properties: { publicIPAllocationMethod: "Static" },
      }),
    ]);
    const subnetName = i.subnetName ?? name;
    const subnet =
      i.subnetId ??
      `${
        (yield* ensure(at("virtualNetworks", i.virtualNetworkName), {
          ...place,
          properties: {
            addressSpace: { addressPrefixes: [i.addressPrefix ?? "192.168.0.0/16"] },
            subnets: [
              {
                name: subnetName,
                properties: {
                  addressPrefix: i.subnetPrefix ?? "192.168.1.0/24",
                  networkSecurityGroup: { id: securityGroup.id },
                },
              },
            ],
          },
        })).id
      }/subnets/${subnetName}`;
    const nic = yield* ensure(at("networkInterfaces", i.networkInterfaceName), {
      ...place,
      properties: {
        ipConfigurations: [
          {
            name: "ipconfig1",
            properties: {
              subnet: { id: subnet },
              publicIPAddress: { id: address.id },
              privateIPAllocationMethod: "Dynamic",
            },
          },
        ],
        networkSecurityGroup: { id: securityGroup.id },
      },
    });
    const made = yield* ensure(virtualMachine(resourceGroup, name), {
      ...place,
      properties: {
        hardwareProfile: { vmSize: i.size ?? "Standard_D2s_v3" },
        storageProfile: {
          imageReference: { ...image.reference },
          osDisk: { createOption: "FromImage", managedDisk: { storageAccountType: "Premium_LRS" } },
        },
        osProfile: {
          computerName: name,
          adminUsername: i.adminUsername,
          ...(i.adminPassword && { adminPassword: i.adminPassword }),
          ...(image.os === "Linux" && i.sshPublicKey !== undefined && sshOnly(i.adminUsername, i.sshPublicKey)),
        },
        networkProfile: { networkInterfaces: [{ id: nic.id }] },
      },
    });
    const vm = i.systemAssignedIdentity === true ? yield* withOwnIdentity(made) : made;
    const principalId = vm.identity?.principalId;
    return {
      id: vm.id,
      name: vm.name,
      location: vm.location,
      networkInterfaceId: nic.id,
      publicIpAddressId: address.id,
      ...(principalId !== undefined && { principalId }),
    };
  },
});

/** Added to the identities that the VM has, which a wanted `type` in its description would replace. */
function* withOwnIdentity(vm: VmAnswer) {
  const type = vm.identity?.type ?? "None";
  if (type.includes("SystemAssigned")) return vm;
  const both = type === "None" ? "SystemAssigned" : "SystemAssigned, UserAssigned";
  return yield* update(virtualMachineAt(vm.id), { identity: { type: both } });
}

function inboundRule(protocol: "rdp" | "ssh", priority: number): JsonObject {
  return {
    name: protocol === "rdp" ? "default-allow-rdp" : "default-allow-ssh",
    properties: {
      protocol: "Tcp",
      sourcePortRange: "*",
      destinationPortRange: protocol === "rdp" ? "3389" : "22",
      sourceAddressPrefix: "*",
      destinationAddressPrefix: "*",
      access: "Allow",
      priority,
      direction: "Inbound",
    },
  };
}

function sshOnly(user: string, keyData: string): JsonObject {
  const publicKeys = [{ path: `/home/${user}/.ssh/authorized_keys`, keyData }];
  return { linuxConfiguration: { disablePasswordAuthentication: true, ssh: { publicKeys } } };
}
