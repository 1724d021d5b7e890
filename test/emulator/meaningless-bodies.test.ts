import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { namesIn, nicBody, openWorld, ubuntuImage, vmBody, type World } from "../support/azure-world.ts";
import { changed, refusalsOf, type Changes, type Row } from "../support/refusals.ts";

/** What recorded Azure takes for a source: the last is the address 0.0.0.111. */
const sources = ["*", "10.0.0.4", "2404:f801::/32", "AzureCloud.WestEurope", "storage.eastus", "111"];

describe("a body that cannot mean anything", () => {
  const azure = new AzureCalls({ seed: "meaningless" });
  let world: World;
  before(async () => {
    await azure.signIn();
    world = await openWorld(azure);
    await azure.put(world.network("networkInterfaces", "nic"), nicBody(world));
    azure.now += 1000;
  });
  const refuses = refusalsOf(azure);
  const takes = (target: () => string, good: () => unknown) =>
    it("is told from one that can", async () => {
      const { status, body } = await azure.put(target(), good());
      expect(status, JSON.stringify(body)).equal(201);
      azure.now += 1000;
    });

  const P = "properties";
  describe("of a Linux VM", () => {
    const os = `${P}.osProfile`;
    const disks = `${P}.storageProfile`;
    const good = () =>
      changed(vmBody(world.network("networkInterfaces", "nic")), { [`${disks}.imageReference`]: ubuntuImage });
    const vm = () => world.compute("virtualMachines", "linux");
    const convert = (value: unknown, type: string, path: string) =>
      `Error converting value ${JSON.stringify(value)} to type '${type}'. Path '${path}', line 1, position …`;
    const nic = { id: namesIn(azure).network("networkInterfaces", "nic") };
    const empty = { lun: 0, createOption: "Empty", diskSizeGB: 8 };
    const rows: readonly Row[] = [
      [
        "an image's version that there is not",
        { [`${disks}.imageReference.version`]: "9.9.9" },
        404,
        "PlatformImageNotFound",
        "The platform image 'Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:9.9.9' is not available. …",
      ],
      [
        "an image's version that is none",
        { [`${disks}.imageReference.version`]: "newest" },
        400,
        "InvalidParameter",
        "The value of parameter imageReference.version is invalid.",
      ],
      [
        "a host name with underscores",
        { [`${os}.computerName`]: "bad_name!" },
        400,
        "InvalidParameter",
        "Linux host name cannot exceed 64 characters in length or contain the following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.",
      ],
      [
        "a way to make a disk that there is not",
        { [`${disks}.osDisk.createOption`]: "Magic" },
        400,
        "BadRequest",
        convert("Magic", "CreateOption", "properties.storageProfile.osDisk.createOption"),
      ],
      [
        "a disk that nobody says how to make",
        { [`${disks}.osDisk.createOption`]: undefined },
        400,
        "InvalidParameter",
        "Required parameter 'osDisk.createOption' is missing (null).",
      ],
      [
        "custom data in the clear",
        { [`${os}.customData`]: "#!/bin/sh" },
        400,
        "InvalidParameter",
        "Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380 characters.",
      ],
      [
        "user data in the clear",
        { [`${P}.userData`]: "not base64!" },
        400,
        "InvalidParameter",
        "User data must be in Base64 encoding and with a maximum length of 87380 characters.",
      ],
      [
        "two disks in one place",
        { [`${disks}.dataDisks`]: [empty, empty] },
        400,
        "InvalidParameter",
        "The value '0' of parameter 'dataDisk.lun' is used by more than one data disk.",
      ],
      [
        "a place for a disk that no VM has",
        { [`${disks}.dataDisks`]: [{ ...empty, lun: 64 }] },
        400,
        "InvalidParameter",
        "The value '64' of parameter 'dataDisk.lun' is out of range. Value '64' must be between '0' and '63' inclusive.",
      ],
      [
        "a disk without a place",
        { [`${disks}.dataDisks`]: [{ createOption: "Empty", diskSizeGB: 8 }] },
        400,
        "InvalidParameter",
        "Required parameter 'dataDisk.lun' is missing (null).",
      ],
      [
        "more disks than the size holds",
        { [`${disks}.dataDisks`]: [0, 1, 2, 3, 4].map((lun) => ({ ...empty, lun })) },
        409,
        "OperationNotAllowed",
        "The maximum number of data disks allowed to be attached to a VM of this size is 4.",
      ],
      [
        "a disk to attach that there is not",
        {
          [`${disks}.dataDisks`]: [
            { lun: 0, createOption: "Attach", managedDisk: { id: namesIn(azure).compute("disks", "none") } },
          ],
        },
        404,
        "NotFound",
        "Disk none is not found.",
      ],
      [
        "a disk that is smaller than the image's",
        { [`${disks}.osDisk.diskSizeGB`]: 8 },
        409,
        "OperationNotAllowed",
        "The specified disk size 8 GB is smaller than the size of the corresponding disk in the VM image: 30 GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.",
      ],
      [
        "a priority that there is not",
        { [`${P}.priority`]: "Urgent" },
        400,
        "BadRequest",
        convert("Urgent", "Priority", "properties.priority"),
      ],
      [
        "an eviction of a VM that stays",
        { [`${P}.evictionPolicy`]: "Delete" },
        409,
        "OperationNotAllowed",
        "Eviction policy can be set only on Azure Spot Virtual Machines. …",
      ],
      [
        "a kind of security that there is not",
        { [`${P}.securityProfile`]: { securityType: "Fort" } },
        400,
        "BadRequest",
        convert("Fort", "SecurityType", "properties.securityProfile.securityType"),
      ],
      [
        "a licence that there is not",
        { [`${P}.licenseType`]: "Free_Beer" },
        400,
        "InvalidParameter",
        "The value of parameter licenseType is invalid.",
      ],
      [
        "a kind of disk that there is not",
        { [`${disks}.osDisk.managedDisk`]: { storageAccountType: "StandardLRS" } },
        400,
        "BadRequest",
        convert("StandardLRS", "StorageAccountType", "properties.storageProfile.osDisk.managedDisk.storageAccountType"),
      ],
      [
        "a number for a word",
        { [`${P}.priority`]: 7 },
        400,
        "BadRequest",
        convert(7, "Priority", "properties.priority"),
      ],
      [
        "a zone that there is not",
        { zones: ["9"] },
        400,
        "AvailabilityZoneNotSupported",
        "The zone(s) '9' for resource 'Microsoft.Compute/virtualMachines/linux' is not supported. The supported zones for location 'eastus' are '1,2,3'.",
      ],
      ["two zones", { zones: ["1", "2"] }, 400, "InvalidParameter", "The value of parameter zones is invalid."],
      [
        "an availability set that is no id",
        { [`${P}.availabilitySet`]: { id: "mine" } },
        400,
        "LinkedInvalidPropertyId",
        "Property id 'mine' at path 'properties.availabilitySet.id' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
      ],
      [
        "an availability set that there is not",
        { [`${P}.availabilitySet`]: { id: namesIn(azure).compute("availabilitySets", "none") } },
        400,
        "InvalidResourceReference",
        `Resource ${namesIn(azure).compute("availabilitySets", "none")} referenced by resource …`,
      ],
      [
        "the settings of Windows",
        { [`${os}.windowsConfiguration`]: {} },
        400,
        "InvalidParameter",
        "The value of parameter windowsConfiguration is invalid.",
      ],
      [
        "neither password nor key",
        { [`${os}.linuxConfiguration`]: { disablePasswordAuthentication: true } },
        400,
        "InvalidParameter",
        "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
      ],
      [
        "one interface twice",
        { [`${P}.networkProfile.networkInterfaces`]: [nic, nic] },
        400,
        "InvalidParameter",
        "The value of parameter networkProfile.networkInterfaces is invalid.",
      ],
      [
        "a key that is none",
        { [`${os}.linuxConfiguration`]: { ssh: { publicKeys: [{ keyData: "sesame" }] } } },
        400,
        "InvalidParameter",
        "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
      ],
      [
        "a key in another's home",
        {
          [`${os}.linuxConfiguration`]: {
            ssh: { publicKeys: [{ path: "/root/.ssh/authorized_keys", keyData: "ssh-rsa A" }] },
          },
        },
        400,
        "InvalidParameter",
        "Destination path for SSH public keys is currently limited to its default value /home/azureuser/.ssh/authorized_keys  due to a known issue in Linux provisioning agent.",
      ],
    ];
    refuses(vm, good, rows);
    takes(vm, good);
    refuses(
      vm,
      () => ({}),
      rows
        .filter(
          ([what]) =>
            /two disks|no VM has|priority|user data|Windows|there is not$/.test(what) && !/zone|image/.test(what),
        )
        .map(([what, ...row]) => [`${what}, in a change`, ...row] as Row),
      "PATCH",
    );
  });

  describe("of a Windows VM", () => {
    refuses(
      () => world.compute("virtualMachines", "windows"),
      () => vmBody(world.network("networkInterfaces", "nic")),
      [
        [
          "the settings of Linux",
          { [`${P}.osProfile.linuxConfiguration`]: {} },
          400,
          "InvalidParameter",
          "The value of parameter linuxConfiguration is invalid.",
        ],
      ],
    );
  });

  describe("of a network", () => {
    const subnet = (name: unknown, addressPrefix: unknown = "10.1.0.0/24") => ({ name, properties: { addressPrefix } });
    const subnets = (...all: unknown[]) => ({ [`${P}.subnets`]: all });
    const vnet = () => world.network("virtualNetworks", "other");
    const good = () => ({
      location: "eastus",
      properties: { addressSpace: { addressPrefixes: ["10.1.0.0/16"] }, subnets: [subnet("a")] },
    });
    const name = (text: string) =>
      `Resource name ${text} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`;
    refuses(vnet, good, [
      [
        "two subnets of one name",
        subnets(subnet("a"), subnet("A", "10.1.1.0/24")),
        400,
        "InvalidRequestFormat",
        "DuplicateResourceName: Resource /subscriptions//resourceGroups//providers/Microsoft.Network/virtualNetworks/ has two child resources with the same name (A).",
      ],
      [
        "a subnet without addresses",
        subnets({ name: "a" }),
        400,
        "SubnetAddressPrefixMissing",
        `Subnet ${namesIn(azure).network("virtualNetworks", "other")}/subnets/a needs properties.addressPrefix or properties.addressPrefixes.`,
      ],
      ["a subnet with a path for a name", subnets(subnet("a/b/../c")), 400, "InvalidResourceName", name("a/b/../c")],
      [
        "a subnet without a name",
        subnets(subnet("a"), subnet(undefined, "10.1.1.0/24")),
        400,
        "InvalidRequestFormat",
        "InvalidJson: Required property 'name' not found in JSON. Path 'properties.subnets[1]'.",
      ],
      [
        "subnets in each other",
        subnets(subnet("a"), subnet("b", "10.1.0.128/25")),
        400,
        "NetcfgSubnetRangesOverlap",
        "Subnet 'b' is not valid because its IP address range overlaps with that of an existing subnet in virtual network 'other'.",
      ],
      [
        "address spaces in each other",
        { [`${P}.addressSpace.addressPrefixes`]: ["10.1.0.0/16", "10.1.2.0/24"] },
        400,
        "AddressPrefixesOverlap",
        `The address prefixes 10.1.0.0/16 and 10.1.2.0/24 of virtual network ${namesIn(azure).network("virtualNetworks", "other")} overlap.`,
      ],
      [
        "the end of a service that there is not",
        { [`${P}.subnets.0.properties.serviceEndpoints`]: [{ service: "Contoso.Storage" }] },
        400,
        "SubnetWithInvalidServiceEndpoint",
        `Subnet ${namesIn(azure).network("virtualNetworks", "other")}/subnets/a has an invalid or repeated service endpoint 'Contoso.Storage'.`,
      ],
      [
        "the end of a service twice",
        {
          [`${P}.subnets.0.properties.serviceEndpoints`]: [{ service: "Microsoft.Sql" }, { service: "microsoft.sql" }],
        },
        400,
        "SubnetWithInvalidServiceEndpoint",
        `Subnet ${namesIn(azure).network("virtualNetworks", "other")}/subnets/a has an invalid or repeated service endpoint 'microsoft.sql'.`,
      ],
      [
        "a policy that there is not",
        { [`${P}.subnets.0.properties.privateEndpointNetworkPolicies`]: "Perhaps" },
        400,
        "InvalidRequestFormat",
        "InvalidJson: Error converting value \"Perhaps\" to type 'PrivateEndpointNetworkPolicies'. Path 'properties.subnets[0].properties.privateEndpointNetworkPolicies', line 1, position 195.",
      ],
    ]);
    takes(vnet, good);
    refuses(
      () => `${vnet()}/subnets/a%2Fb`,
      () => subnet(undefined, "10.1.3.0/24"),
      [
        [
          "a subnet with a slash in its name",
          {},
          400,
          "InvalidResourceName",
          "The provided resource name 'a%2Fb' has these invalid characters: '%'. …",
        ],
      ],
    );
    refuses(
      () => `${vnet()}/subnets/-b`,
      () => subnet(undefined, "10.1.3.0/24"),
      [["a subnet whose name begins with a dash", {}, 400, "InvalidResourceName", name("-b")]],
    );
  });

  describe("of a security group", () => {
    const rule = (more: Changes = {}) =>
      changed(
        {
          name: "in",
          properties: {
            priority: 100,
            direction: "Inbound",
            access: "Allow",
            protocol: "Tcp",
            sourceAddressPrefix: "Internet",
            sourcePortRange: "*",
            destinationAddressPrefix: "10.0.0.0/24",
            destinationPortRange: "443",
          },
        },
        more,
      );
    const nsg = () => world.network("networkSecurityGroups", "nsg");
    const good = () => ({ location: "eastus", properties: { securityRules: [rule()] } });
    const one = `${P}.securityRules.0`;
    const word = (field: string, type: string): Row => [
      `a rule's ${field} that there is not`,
      { [`${one}.properties.${field}`]: "Sideways" },
      400,
      "InvalidRequestFormat",
      `InvalidJson: Error converting value "Sideways" to type '${type}'. Path 'properties.securityRules[0].properties.${field}', line 1, position …`,
    ];
    const address = (text: string): Row => [
      `a rule for ${text}`,
      { [`${one}.properties.sourceAddressPrefix`]: text },
      400,
      "SecurityRuleInvalidAddressPrefix",
      `Security rule ${namesIn(azure).network("networkSecurityGroups", "nsg")}/securityRules/in has invalid Address prefix. Value provided: ${text}`,
    ];
    refuses(nsg, good, [
      word("direction", "Direction"),
      word("access", "Access"),
      word("protocol", "Protocol"),
      address("300.1.1.1"),
      address("10.0.0.1/24"),
      address("any"),
      address("10.0.0.0/33"),
      address("1:2/300"),
      [
        "a rule with a path for a name",
        { [`${one}.name`]: "a/b" },
        400,
        "InvalidResourceName",
        "Resource name a/b is invalid. …",
      ],
      [
        "a rule without a name",
        { [`${one}.name`]: undefined },
        400,
        "InvalidRequestFormat",
        "InvalidJson: Required property 'name' not found in JSON. Path 'properties.securityRules[0]'.",
      ],
      ...["source", "destination"].flatMap((end): Row[] => {
        const name = `${end.charAt(0).toUpperCase()}${end.slice(1)}`;
        const says = `Required security rule parameters are missing for security rule with Id: ${namesIn(azure).network("networkSecurityGroups", "nsg")}/securityRules/in. Security rule must specify`;
        return [
          [
            `a rule without a ${end}`,
            { [`${one}.properties.${end}AddressPrefix`]: undefined },
            400,
            "SecurityRuleParametersMissing",
            `${says} ${name}AddressPrefixes, ${name}AddressPrefix, or ${name}ApplicationSecurityGroups.`,
          ],
          [
            `a rule without ports of its ${end}`,
            { [`${one}.properties.${end}PortRange`]: undefined },
            400,
            "SecurityRuleParametersMissing",
            `${says} ${name}PortRanges or ${name}PortRange.`,
          ],
        ];
      }),
      [
        "two rules of one priority",
        { [`${P}.securityRules.1`]: rule({ name: "too" }) },
        400,
        "SecurityRuleConflict",
        "Security rule too conflicts with rule in. Rules cannot have the same Priority and Direction.",
      ],
      [
        "two rules of one name",
        { [`${P}.securityRules.1`]: rule({ "properties.priority": 200 }) },
        400,
        "InvalidRequestFormat",
        "DuplicateResourceName: Resource /subscriptions//resourceGroups//providers/Microsoft.Network/networkSecurityGroups/ has two child resources with the same name (in).",
      ],
    ]);
    takes(nsg, good);
    for (const [index, text] of sources.entries())
      takes(
        () => `${nsg()}/securityRules/r${index}`,
        () => rule({ "properties.priority": 200 + index, "properties.sourceAddressPrefix": text, name: undefined }),
      );
  });

  describe("of a public address", () => {
    const good = () => ({ location: "eastus", sku: { name: "Standard" }, properties: {} });
    refuses(() => world.network("publicIPAddresses", "public"), good, [
      [
        "a product that there is not",
        { "sku.name": "Gold" },
        400,
        "InvalidRequestFormat",
        "InvalidJson: Error converting value \"Gold\" to type 'Name'. Path 'sku.name', line 1, position 41.",
      ],
      [
        "a zone that there is not",
        { zones: ["9"] },
        400,
        "AvailabilityZoneNotSupported",
        "The zone(s) '9' for resource 'Microsoft.Network/publicIPAddresses/public' is not supported. …",
      ],
      [
        "a time-out of an hour",
        { [`${P}.idleTimeoutInMinutes`]: 60 },
        400,
        "InvalidIdleTimeoutInMinutes",
        `Idle timeout of ${namesIn(azure).network("publicIPAddresses", "public")} is 60 minutes. It must be between 4 and 30 minutes.`,
      ],
    ]);
    takes(() => world.network("publicIPAddresses", "public"), good);
  });

  describe("of a network interface", () => {
    const one = `${P}.ipConfigurations.0`;
    refuses(
      () => world.network("networkInterfaces", "second"),
      () => nicBody(world),
      [
        [
          "a configuration with an empty name",
          { [`${one}.name`]: "" },
          400,
          "InvalidRequestFormat",
          "InvalidJson: Required property 'name' not found in JSON. Path 'properties.ipConfigurations[0]'.",
        ],
        [
          "two configurations of one name",
          { [`${P}.ipConfigurations.1`]: { name: "ip" } },
          400,
          "InvalidRequestFormat",
          "DuplicateResourceName: Resource /subscriptions//resourceGroups//providers/Microsoft.Network/networkInterfaces/ has two child resources with the same name (ip).",
        ],
        [
          "a way to get an address that there is not",
          { [`${one}.properties.privateIPAllocationMethod`]: "Foo" },
          400,
          "InvalidRequestFormat",
          "InvalidJson: Error converting value \"Foo\" to type 'PrivateIPAllocationMethod'. Path 'properties.ipConfigurations[0].properties.privateIPAllocationMethod', line 1, position …",
        ],
        [
          "a fixed address that nobody says",
          { [`${one}.properties.privateIPAllocationMethod`]: "Static" },
          400,
          "PrivateIPAddressMissing",
          `Private IP address is required when privateIPAllocationMethod is Static in IP configuration ${namesIn(azure).network("networkInterfaces", "second")}/ipConfigurations/ip.`,
        ],
      ],
    );
  });
});
