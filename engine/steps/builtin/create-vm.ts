// `create-vm`: a virtual machine with all it needs around it, as the simple form of New-AzVM makes it.

import type { JsonObject } from "../../value/json.ts";
import type { Secret } from "../../value/secret.ts";
import { defineStep, SecretString } from "../definition.ts";
import { all, ensure, update } from "../operation.ts";
import { network, virtualMachine, virtualMachineAt, type VmAnswer } from "../resources.ts";
import { type Static, Type } from "../type.ts";
import { checkVm } from "./check-vm.ts";
import { groupName, location, networkName, Patterned, tags } from "./fields.ts";
import { DEFAULT_ADDRESS_PREFIX, DEFAULT_SUBNET_PREFIX } from "./network-rules.ts";
import { IMAGE_ALIASES, imageOf } from "./vm-images.ts";

/** That of `az vm create`, and where New-AzVM is going: https://github.com/Azure/azure-cli/pull/33323 */
const DEFAULT_SIZE = "Standard_D2s_v5";

/** The name of a network resource, which takes the VM's unless another one is given. */
function nameLikeVm(what: string, shortest: 1 | 2 = 1, longest = 80) {
  return Type.Optional(networkName(`Name of the ${what}. Default: the VM's name.`, shortest, longest));
}

export type VmInputs = Static<typeof inputs>;
const inputs = Type.Object(
  {
    resourceGroup: groupName,
    name: Patterned(
      "^[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?$",
      "expected 1 to 64 letters, digits and `-`, with no `-` at either end",
      "Name of the VM and of the computer in it; for Windows at most 15 characters.",
    ),
    location,
    image: Type.String({ description: `${IMAGE_ALIASES.join(", ")}, or publisher:offer:sku:version.`, minLength: 1 }),
    size: Type.Optional(Type.String({ description: `Default ${DEFAULT_SIZE}.`, minLength: 1 })),
    adminUsername: Type.String({ description: "Name of the first user, who is an administrator.", minLength: 1 }),
    adminPassword: Type.Optional(SecretString({ description: "That user's password. Windows needs one." })),
    sshPublicKey: Type.Optional(
      Type.String({ description: "OpenSSH public key, RSA or Ed25519; Linux only.", minLength: 1 }),
    ),
    virtualNetworkName: nameLikeVm("virtual network", 2, 64),
    subnetName: nameLikeVm("subnet"),
    addressPrefix: Type.Optional(
      Type.String({ description: `Range of a new virtual network. Default ${DEFAULT_ADDRESS_PREFIX}.` }),
    ),
    subnetPrefix: Type.Optional(
      Type.String({ description: `Range of a new subnet. Default ${DEFAULT_SUBNET_PREFIX}.` }),
    ),
    subnetId: Type.Optional(
      Type.String({ description: "ARM id of an existing subnet; no network is made then.", minLength: 1 }),
    ),
    networkSecurityGroupName: nameLikeVm("network security group"),
    publicIpAddressName: nameLikeVm("public IP address"),
    networkInterfaceName: nameLikeVm("network interface"),
    allow: Type.Optional(
      Type.Array(Type.Enum(["rdp", "ssh"]), {
        description: "What may come in from the internet. Default: nothing.",
        uniqueItems: true,
      }),
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
        resourceGroup: "${{ steps.group.outputs.name }}",
        name: "myVM",
        location: "eastus",
        image: "Win2022Datacenter",
        adminUsername: "azureuser",
        adminPassword: "${{ inputs.adminPassword }}",
      },
    },
    {
      title: "A Linux machine with an identity of its own, open to SSH",
      with: {
        resourceGroup: "${{ steps.group.outputs.name }}",
        name: "myVM",
        location: "eastus",
        image: "Ubuntu2204",
        size: "Standard_B2s",
        adminUsername: "azureuser",
        adminPassword: "${{ inputs.adminPassword }}",
        allow: ["ssh"],
        systemAssignedIdentity: true,
      },
    },
  ],
  check: checkVm,
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
            addressSpace: { addressPrefixes: [i.addressPrefix ?? DEFAULT_ADDRESS_PREFIX] },
            subnets: [
              {
                name: subnetName,
                properties: {
                  addressPrefix: i.subnetPrefix ?? DEFAULT_SUBNET_PREFIX,
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
        hardwareProfile: { vmSize: i.size ?? DEFAULT_SIZE },
        storageProfile: {
          imageReference: { ...image.reference },
          // The disk is nobody's but the VM's: it goes when the VM does.
          osDisk: {
            createOption: "FromImage",
            managedDisk: { storageAccountType: "Premium_LRS" },
            deleteOption: "Delete",
          },
        },
        osProfile: {
          computerName: name,
          adminUsername: i.adminUsername,
          ...(i.adminPassword && { adminPassword: i.adminPassword }),
          ...(image.os === "Linux" &&
            i.sshPublicKey !== undefined &&
            withSshKey(i.adminUsername, i.sshPublicKey, i.adminPassword)),
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

/** Azure refuses a password where it is told to disable passwords, so a machine that is given both keeps both. */
function withSshKey(user: string, keyData: string, password: Secret | undefined): JsonObject {
  const publicKeys = [{ path: `/home/${user}/.ssh/authorized_keys`, keyData }];
  return { linuxConfiguration: { disablePasswordAuthentication: password === undefined, ssh: { publicKeys } } };
}
