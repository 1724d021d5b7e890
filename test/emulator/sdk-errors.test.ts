/**
 * Each error of Azure's that the emulator can give, provoked through Azure's own SDK clients (or their pipeline, for what no
 * client sends), with its status, its code and its whole text.
 */
import type { VirtualMachine } from "@azure/arm-compute";
import { expect } from "chai";
import { FaultInjector } from "../../engine/emulator/faults/injector.ts";
import type { Fault } from "../../engine/emulator/faults/kinds.ts";
import { issueToken, type TokenSubject } from "../../engine/emulator/entra/tokens.ts";
import { openKeys } from "../../engine/emulator/entra/keys.ts";
import { makePrincipal, nicBody, password, ubuntuImage, vmBody } from "../support/azure-world.ts";
import { refusalOf, SdkWorld } from "../support/sdk-world.ts";

interface Row {
  readonly code: string;
  readonly status: number;
  /** When several are of one code. */
  readonly what?: string;
  /** `SUB` and `RG` stand for the subscription's path and the group's. */
  readonly message: string | RegExp;
  readonly provoke: (w: SdkWorld) => Promise<unknown>;
}
const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const net = (w: SdkWorld) => w.names.network("virtualNetworks", "net");
/** The client's model has no `properties`. */
const flat = ({ location, properties }: ReturnType<typeof vmBody>) => ({ location, ...properties }) as VirtualMachine;
const vmWith = async (w: SdkWorld, name: string, change: (body: ReturnType<typeof vmBody>) => void, nic = w.nic) => {
  const body = vmBody(nic);
  change(body);
  return w.clients.compute.virtualMachines.createOrUpdate("Lab", name, flat(body));
};
const os = (w: SdkWorld, profile: object) =>
  vmWith(w, "new", (b) => void Object.assign(b.properties.osProfile, profile));
const assign = async (w: SdkWorld, name: string, more: object, scope = w.names.group) =>
  w.clients.authorization.roleAssignments.create(scope, name, {
    roleDefinitionId: `${w.azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/${reader}`,
    principalId: w.azure.emulator.operator.objectId,
    ...more,
  });
/** A token that this emulator's keys signed, with what a caller may have got wrong. */
const tokenWith = (w: SdkWorld, wrong: Partial<TokenSubject>) => {
  const { objectId, clientId } = w.azure.emulator.operator;
  const subject: TokenSubject = {
    objectId,
    clientId,
    tenantId: w.azure.emulator.tenantId,
    audience: "https://management.azure.com/",
    lifetimeS: 3600,
    now: w.azure.now,
    appidacr: "1",
    ...wrong,
  };
  return issueToken(openKeys(), subject).token;
};
const getGroup = async (w: SdkWorld, token: string) => w.as(() => token).resources.resourceGroups.get("Lab");

const gateway: Row[] = [
  {
    code: "AuthenticationFailed",
    status: 401,
    message: "Authentication failed. The 'Authorization' header is missing.",
    provoke: (w) => w.raw("GET", `${w.names.group}?api-version=2021-04-01`, { token: "" }),
  },
  {
    code: "InvalidAuthenticationToken",
    status: 401,
    message: "The access token is invalid.",
    provoke: (w) => getGroup(w, "abc.def.ghi"),
  },
  {
    code: "InvalidAuthenticationTokenAudience",
    status: 401,
    message:
      "The access token has been obtained for wrong audience or resource 'https://vault.azure.net'. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.",
    provoke: (w) => getGroup(w, tokenWith(w, { audience: "https://vault.azure.net" })),
  },
  {
    code: "InvalidAuthenticationTokenTenant",
    status: 401,
    message:
      /^The access token is from the wrong issuer 'https:\/\/sts\.windows\.net\/elsewhere\/'\. It must match the tenant 'https:\/\/sts\.windows\.net\/[0-9a-f-]{36}\/' associated with this subscription\. Please use the authority \(URL\) 'https:\/\/login\.windows\.net\/[0-9a-f-]{36}' to get the token\./,
    provoke: (w) => getGroup(w, tokenWith(w, { tenantId: "elsewhere" })),
  },
  {
    code: "ExpiredAuthenticationToken",
    status: 401,
    message:
      /^The access token expiry UTC time '12\/31\/2025 10:00:00 PM' is earlier than current UTC time '1\/1\/2026 12:00:0\d AM'\.$/,
    provoke: (w) => getGroup(w, tokenWith(w, { now: Date.UTC(2025, 11, 31, 21) })),
  },
  {
    code: "MissingApiVersionParameter",
    status: 400,
    message: "The api-version query parameter (?api-version=) is required for all requests.",
    provoke: (w) => w.raw("GET", w.names.group),
  },
  {
    code: "InvalidApiVersionParameter",
    status: 400,
    message: /^The api-version '1999-01-01' is invalid\. The supported versions are '2025-04-01,[0-9a-z,-]+'\.$/,
    provoke: (w) => w.raw("GET", `${w.names.group}?api-version=1999-01-01`),
  },
  {
    code: "NoRegisteredProviderFound",
    status: 400,
    message:
      /^No registered resource provider found for location 'eastus' and API version '1999-01-01' for type 'virtualNetworks'\. The supported api-versions are '2026-01-01, [0-9a-z, -]+'\. The supported locations are 'eastus, [a-z0-9, ]+'\.$/,
    provoke: async (w) => w.clients.resources.resources.getById(net(w), "1999-01-01"),
  },
  {
    code: "InvalidResourceNamespace",
    status: 404,
    message: "The resource namespace 'Contoso.Things' is invalid.",
    provoke: async (w) => w.clients.resources.providers.get("Contoso.Things"),
  },
  {
    code: "InvalidResourceType",
    status: 404,
    message:
      "The resource type 'teapots' could not be found in the namespace 'Microsoft.Compute' for api version '2025-04-01'.",
    provoke: async (w) => w.clients.resources.resources.getById(w.names.compute("teapots", "x"), "2025-04-01"),
  },
  {
    code: "SubscriptionNotFound",
    status: 404,
    message: `The subscription '${guid(1)}' could not be found.`,
    provoke: async (w) => w.as(() => w.azure.token, guid(1)).resources.resourceGroups.get("Lab"),
  },
  {
    code: "InvalidSubscriptionId",
    status: 400,
    message: "The provided subscription identifier 'mine' is malformed or invalid.",
    provoke: async (w) => w.as(() => w.azure.token, "mine").resources.resourceGroups.get("Lab"),
  },
  {
    code: "ResourceGroupNotFound",
    status: 404,
    message: "Resource group 'none' could not be found.",
    provoke: async (w) => w.clients.resources.resourceGroups.get("none"),
  },
  {
    code: "MissingSubscriptionRegistration",
    status: 409,
    message:
      "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    provoke: (w) =>
      w.put(`${w.names.group}/providers/Microsoft.Storage/storageAccounts/a`, { location: "eastus" }, "2024-01-01"),
  },
  {
    code: "InvalidRequestContent",
    status: 400,
    message: /^The request content was invalid and could not be deserialized: '.+'\.$/,
    provoke: (w) => w.raw("PUT", `${w.names.group}?api-version=2021-04-01`, { body: "{" }),
  },
  {
    code: "PreconditionFailed",
    status: 412,
    message: `The specified precondition 'W/"other"' failed.`,
    provoke: (w) => w.raw("DELETE", `${net(w)}?api-version=2024-10-01`, { headers: { "if-match": 'W/"other"' } }),
  },
];

const groups: Row[] = [
  {
    code: "LocationRequired",
    status: 400,
    message: "The location property is required for this definition.",
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("new", {} as never),
  },
  {
    code: "LocationNotAvailableForResourceGroup",
    status: 400,
    message:
      /^The provided location 'atlantis' is not available for resource group\. List of available regions is 'eastus,[a-z0-9,]+'\.$/,
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("new", { location: "atlantis" }),
  },
  {
    code: "InvalidResourceGroupLocation",
    status: 409,
    message: "Invalid resource group location 'westus'. The Resource group already exists in location 'eastus'.",
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("Lab", { location: "westus" }),
  },
  {
    code: "InvalidResourceLocation",
    status: 409,
    message:
      "The resource 'net' already exists in location 'eastus' in resource group 'Lab'. A resource with the same name cannot be created in location 'westus'. Please select a new resource name.",
    provoke: (w) =>
      w.put(net(w), { location: "westus", properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } } }),
  },
  {
    code: "ResourceGroupBeingDeleted",
    status: 409,
    message: "The resource group 'going' is in deprovisioning state and cannot perform this operation.",
    provoke: async (w) => {
      const going = `${w.azure.subscription}/resourceGroups/going`;
      await w.azure.put(going, { location: "eastus" });
      await w.azure.delete(going);
      return w.put(`${going}/providers/Microsoft.Network/networkSecurityGroups/x`, { location: "eastus" });
    },
  },
];

const network: Row[] = [
  {
    code: "InUseSubnetCannotBeDeleted",
    status: 400,
    message:
      "Subnet default is in use by RG/providers/Microsoft.Network/networkInterfaces/vm-nic/ipConfigurations/ip and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
    provoke: (w) => w.remove(net(w)),
  },
  {
    code: "InUseNetworkSecurityGroupCannotBeDeleted",
    status: 400,
    message:
      "Network security group RG/providers/Microsoft.Network/networkSecurityGroups/used cannot be deleted because it is in use by the following resources: RG/providers/Microsoft.Network/networkInterfaces/guarded. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.",
    provoke: async (w) => {
      const id = w.names.network("networkSecurityGroups", "used");
      await w.azure.put(id, { location: "eastus" });
      const nic = nicBody(w.names);
      await w.azure.put(w.names.network("networkInterfaces", "guarded"), {
        ...nic,
        properties: { ...nic.properties, networkSecurityGroup: { id } },
      });
      return w.remove(id);
    },
  },
  {
    code: "NicInUse",
    status: 400,
    message:
      "Network Interface RG/providers/Microsoft.Network/networkInterfaces/vm-nic is used by existing resource RG/providers/Microsoft.Compute/virtualMachines/vm. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.",
    provoke: (w) => w.remove(w.nic),
  },
  {
    code: "PublicIPAddressCannotBeDeleted",
    status: 400,
    message:
      "Public IP address RG/providers/Microsoft.Network/publicIPAddresses/used can not be deleted since it is still allocated to resource RG/providers/Microsoft.Network/networkInterfaces/public/ipConfigurations/ip. In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.",
    provoke: async (w) => {
      const id = w.names.network("publicIPAddresses", "used");
      await w.azure.put(id, { location: "eastus", properties: {} });
      await w.azure.put(w.names.network("networkInterfaces", "public"), nicBody(w.names, { publicIPAddress: { id } }));
      return w.remove(id);
    },
  },
  {
    code: "InvalidResourceReference",
    status: 400,
    message:
      "Resource RG/providers/Microsoft.Network/publicIPAddresses/none referenced by resource RG/providers/Microsoft.Network/networkInterfaces/new was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.",
    provoke: (w) =>
      w.put(
        w.names.network("networkInterfaces", "new"),
        nicBody(w.names, { publicIPAddress: { id: w.names.network("publicIPAddresses", "none") } }),
      ),
  },
  {
    code: "AnotherOperationInProgress",
    status: 409,
    message:
      "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: https://management.azure.comRG/providers/Microsoft.Network/networkSecurityGroups/going?api-version=2024-10-01.",
    provoke: async (w) => {
      const id = w.names.network("networkSecurityGroups", "going");
      await w.azure.put(id, { location: "eastus" });
      await w.azure.delete(id);
      return w.put(id, { location: "eastus" });
    },
  },
  ...(
    [
      [
        "PrivateIPAddressNotInSubnet",
        "10.0.9.9",
        "Private static IP address 10.0.9.9 does not belong to the range of subnet prefix 10.0.0.0/24.",
      ],
      [
        "PrivateIPAddressInReservedRange",
        "10.0.0.1",
        "Private static IP address 10.0.0.1 falls within reserved IP range of subnet prefix 10.0.0.0/24.",
      ],
    ] as const
  ).map(([code, privateIPAddress, message]) => ({
    code,
    status: 400,
    message,
    provoke: (w: SdkWorld) =>
      w.put(
        w.names.network("networkInterfaces", "new"),
        nicBody(w.names, { privateIPAddress, privateIPAllocationMethod: "Static" }),
      ),
  })),
  {
    code: "SubnetIsFull",
    status: 400,
    message: "Subnet small with address prefix 10.0.8.0/29 does not have enough capacity for 1 IP addresses.",
    provoke: async (w) => {
      const id = `${net(w)}/subnets/small`;
      await w.azure.put(id, { properties: { addressPrefix: "10.0.8.0/29" } });
      for (const n of [1, 2, 3])
        await w.azure.put(w.names.network("networkInterfaces", `s${n}`), nicBody(w.names, { subnet: { id } }));
      return w.put(w.names.network("networkInterfaces", "s4"), nicBody(w.names, { subnet: { id } }));
    },
  },
];

const compute: Row[] = [
  {
    code: "ResourceNotFound",
    status: 404,
    message:
      "The Resource 'Microsoft.Compute/virtualMachines/none' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    provoke: async (w) => w.clients.compute.virtualMachines.get("Lab", "none"),
  },
  {
    code: "NotFound",
    status: 404,
    message: "The entity was not found in this Azure location.",
    provoke: async (w) => w.clients.compute.virtualMachineExtensions.get("Lab", "vm", "none"),
  },
  ...(
    [
      [
        "a computer name of digits",
        { computerName: "12345" },
        "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?.",
      ],
      [
        "a weak password",
        { adminPassword: "password" },
        "The supplied password must be between 8-123 characters long and must satisfy at least 3 of password complexity requirements from the following: 1) Contains an uppercase character 2) Contains a lowercase character 3) Contains a numeric digit 4) Contains a special character 5) Control characters are not allowed",
      ],
      ["a known password", { adminPassword: "P@ssw0rd" }, "The Admin password specified is not allowed."],
      ["a known name", { adminUsername: "administrator" }, "The Admin Username specified is not allowed."],
    ] as const
  ).map(([what, profile, message]) => ({
    code: "InvalidParameter",
    status: 400,
    what,
    message,
    provoke: (w: SdkWorld) => os(w, profile),
  })),
  {
    code: "InvalidParameter",
    status: 400,
    what: "a size",
    message:
      /^The requested VM size Standard_Huge is not available in the current region\. The sizes available in the current region are: Standard_B1ls,[\w,]+\. Find out more on the available VM sizes in each region at https:\/\/aka\.ms\/azure-regions\.$/,
    provoke: (w) => vmWith(w, "new", (b) => void (b.properties.hardwareProfile.vmSize = "Standard_Huge")),
  },
  {
    code: "PlatformImageNotFound",
    status: 404,
    message:
      "The platform image 'Canonical:none:22_04-lts-gen2:latest' is not available. Verify that all fields in the storage profile are correct. For more details about storage profile information, please refer to https://aka.ms/storageprofile",
    provoke: (w) =>
      vmWith(w, "new", (b) => void (b.properties.storageProfile.imageReference = { ...ubuntuImage, offer: "none" })),
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "quota",
    message:
      /^Operation could not be completed as it results in exceeding approved Total Regional Cores quota\. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 8, Current Usage: 2, Additional Required: 64, \(Minimum\) New Limit Required: 66\. /,
    provoke: (w) => vmWith(w, "new", (b) => void (b.properties.hardwareProfile.vmSize = "Standard_D64s_v5")),
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "an attached disk",
    message:
      /^Disk vm_OsDisk_1_[0-9a-f]{32} is attached to VM RG\/providers\/Microsoft\.Compute\/virtualMachines\/vm\.$/,
    provoke: async (w) => {
      const { body } = await w.azure.get(w.vm);
      return w.clients.compute.disks.delete("Lab", body.properties.storageProfile.osDisk.name as string);
    },
  },
  {
    code: "Conflict",
    status: 409,
    message:
      "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    provoke: async (w) => {
      const input = { commandId: "RunPowerShellScript", script: ["Get-Date"] };
      await w.azure.post(`${w.vm}/runCommand`, input);
      return w.clients.compute.virtualMachines.runCommand("Lab", "vm", input);
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "Run Command in a VM that is off",
    message: "The operation requires the VM to be running (or set to run).",
    provoke: async (w) => {
      await w.azure.post(`${w.vm}/powerOff`);
      w.azure.now += 1000;
      return w.clients.compute.virtualMachines.runCommand("Lab", "vm", { commandId: "RunPowerShellScript" });
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "a deallocated VM",
    message:
      "Operation 'restart' is not allowed on VM 'vm' since the VM is either deallocated or marked to be deallocated.",
    provoke: async (w) => {
      await w.azure.post(`${w.vm}/deallocate`);
      w.azure.now += 1000;
      return w.clients.compute.virtualMachines.restart("Lab", "vm");
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "a power change under way",
    message:
      "An ongoing operation is changing power state of Virtual Machine vm to deallocated. Please perform operation start after some time.",
    provoke: async (w) => {
      await w.azure.post(`${w.vm}/deallocate`);
      return w.clients.compute.virtualMachines.start("Lab", "vm");
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "a VM that is going",
    message:
      "Operation 'restart' is not allowed on VM 'vm' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).",
    provoke: async (w) => {
      await w.azure.delete(w.vm);
      return w.clients.compute.virtualMachines.restart("Lab", "vm");
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "an eviction",
    message: "Operation 'simulateEviction' is allowed only for Spot Virtual Machines",
    provoke: async (w) => w.clients.compute.virtualMachines.simulateEviction("Lab", "vm"),
  },
  {
    code: "FailedIdentityOperation",
    status: 400,
    message:
      "Identity operation for resource 'RG/providers/Microsoft.Compute/virtualMachines/vm' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{\"error\":{\"code\":\"BadRequest\",\"message\":\"Resource 'RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/none' was not found.\"}}'.'",
    provoke: async (w) =>
      w.clients.compute.virtualMachines.update("Lab", "vm", {
        identity: { type: "UserAssigned", userAssignedIdentities: { [w.names.identity("none")]: {} } },
      }),
  },
];

const authorization: Row[] = [
  {
    code: "AuthorizationFailed",
    status: 403,
    message:
      /^The client '[0-9a-f-]{36}' with object id '[0-9a-f-]{36}' does not have authorization to perform action 'Microsoft\.Resources\/subscriptions\/resourceGroups\/read' over scope 'RG' or the scope is invalid\. If access was recently granted, please refresh your credentials\.$/,
    provoke: async (w) => getGroup(w, (await makePrincipal(w.azure, w.names, "nobody")).token),
  },
  {
    code: "LinkedAuthorizationFailed",
    status: 403,
    message:
      /^The client '[0-9a-f-]{36}' with object id '[0-9a-f-]{36}' has permission to perform action 'Microsoft\.Compute\/virtualMachines\/write' on scope 'RG\/providers\/Microsoft\.Compute\/virtualMachines\/vm'; however, it does not have permission to perform action\(s\) 'Microsoft\.ManagedIdentity\/userAssignedIdentities\/assign\/action' on the linked scope\(s\) 'RG\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/half' \(respectively\) or the linked scope\(s\) are invalid\.$/,
    provoke: async (w) => {
      const half = await makePrincipal(w.azure, w.names, "half");
      const contributor = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";
      await w.azure.put(`${w.vm}/providers/Microsoft.Authorization/roleAssignments/${guid(9)}`, {
        properties: {
          roleDefinitionId: `${w.azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`,
          principalId: half.objectId,
          principalType: "ServicePrincipal",
        },
      });
      w.azure.now += 1000;
      return w
        .as(() => half.token)
        .compute.virtualMachines.update("Lab", "vm", {
          identity: { type: "UserAssigned", userAssignedIdentities: { [w.names.identity("half")]: {} } },
        });
    },
  },
  {
    code: "PrincipalNotFound",
    status: 400,
    message:
      /^Principal 00000000000040008000000000000005 does not exist in the directory [0-9a-f-]{36}\. Check that you have the correct principal ID\. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay\. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group\. {2}See https:\/\/aka\.ms\/docs-principaltype$/,
    provoke: (w) => assign(w, guid(1), { principalId: guid(5) }),
  },
  {
    code: "RoleAssignmentExists",
    status: 409,
    message:
      "The role assignment already exists. The ID of the existing role assignment is 00000000000040008000000000000001.",
    provoke: async (w) => {
      await assign(w, guid(1), {});
      return assign(w, guid(2), {});
    },
  },
  {
    code: "RoleAssignmentUpdateNotPermitted",
    status: 400,
    message: "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    provoke: async (w) => {
      await assign(w, guid(1), {});
      return assign(w, guid(1), { principalId: guid(5), principalType: "User" });
    },
  },
  {
    code: "InvalidRoleAssignmentId",
    status: 400,
    message: "The role assignment ID 'mine' is not valid. The role assignment ID must be a GUID.",
    provoke: (w) => assign(w, "mine", {}),
  },
  {
    code: "InvalidPrincipalId",
    status: 400,
    message: "A valid principal ID must be provided for role assignment.",
    provoke: (w) => assign(w, guid(1), { principalId: "me" }),
  },
  {
    code: "RoleDefinitionDoesNotExist",
    status: 404,
    message: "The specified role definition with ID '00000000000040008000000000000007' does not exist.",
    provoke: (w) =>
      assign(w, guid(1), { roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${guid(7)}` }),
  },
  {
    code: "ResourceNotFound",
    status: 404,
    what: "an identity",
    message:
      "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/none' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    provoke: async (w) => w.clients.identities.userAssignedIdentities.get("Lab", "none"),
  },
];

const deployments: Row[] = [
  {
    code: "InvalidTemplate",
    status: 400,
    message:
      /^Deployment template validation failed: 'The value for the template parameter 'size' at line '\d+' and column '\d+' is not provided\. Please see https:\/\/aka\.ms\/arm-create-parameter-file for usage details\.'\.$/,
    provoke: (w) => deploy(w, { parameters: { size: { type: "string" } }, resources: [] }),
  },
  {
    code: "InvalidTemplateDeployment",
    status: 400,
    message:
      /^The template deployment 'd' is not valid according to the validation procedure\. The tracking id is '[0-9a-f-]{36}'\. See inner errors for details\.$/,
    provoke: (w) =>
      deploy(w, {
        resources: [
          {
            type: "Microsoft.Network/networkSecurityGroups",
            apiVersion: "2024-10-01",
            name: "x",
            location: "atlantis",
          },
        ],
      }),
  },
];
const deploy = (w: SdkWorld, template: object) =>
  w.raw("POST", `${w.names.group}/providers/Microsoft.Resources/deployments/d/validate?api-version=2025-04-01`, {
    body: JSON.stringify({ properties: { mode: "Incremental", template } }),
  });

/** What only Azure's own trouble brings about: a fault says it, and the client sees it. */
const troubles: (Row & { readonly fault: Fault })[] = [
  ...(
    [
      [
        "SkuNotAvailable",
        "The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: Standard_B2s' is currently not available in location 'eastus'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.",
      ],
      [
        "AllocationFailed",
        "Allocation failed. Please try reducing the VM size or number of VMs, retry later, or try deploying to a different Availability Set or different Azure location.",
      ],
    ] as const
  ).map(([code, message]) => ({
    code,
    status: 409,
    message,
    fault: { kind: "fail", on: "PUT */virtualMachines/late", status: 409, code, message } as const,
    provoke: async (w: SdkWorld) => vmWith(w, "late", () => undefined, await w.makeNic("late-nic")),
  })),
  {
    code: "ServerTimeout",
    status: 503,
    message: "The request timed out.",
    fault: {
      kind: "fail",
      on: "GET */resourceGroups/Lab",
      status: 503,
      code: "ServerTimeout",
      message: "The request timed out.",
    },
    provoke: async (w) => w.clients.resources.resourceGroups.get("Lab"),
  },
  {
    code: "RetryableErrorDueToAnotherOperation",
    status: 429,
    message: "Operation on resource is in conflict with another operation.",
    fault: {
      kind: "fail",
      on: "PUT */networkSecurityGroups/x",
      status: 429,
      code: "RetryableErrorDueToAnotherOperation",
      message: "Operation on resource is in conflict with another operation.",
    },
    provoke: (w) => w.put(w.names.network("networkSecurityGroups", "x"), { location: "eastus" }),
  },
  {
    code: "OSProvisioningTimedOut",
    status: 200,
    message: "OS Provisioning for VM 'late' did not finish in the allotted time.",
    fault: {
      kind: "operation-fails",
      on: "PUT */virtualMachines/late",
      code: "OSProvisioningTimedOut",
      message: "OS Provisioning for VM 'late' did not finish in the allotted time.",
    },
    provoke: async (w) => {
      const turning = setInterval(() => (w.azure.now += 1000), 1);
      try {
        const nic = await w.makeNic("late-nic");
        return await w.clients.compute.virtualMachines.createOrUpdate("Lab", "late", flat(vmBody(nic)), {
          updateIntervalInMs: 1,
        });
      } finally {
        clearInterval(turning);
      }
    },
  },
];

describe("an error of Azure's, through the SDKs", () => {
  const named = ({ code, what }: Row): string => (what === undefined ? code : `${code} (${what})`);
  const check = async (w: SdkWorld, { status, code, message, provoke }: Row) => {
    const found = await refusalOf(() => provoke(w));
    const text = found.message
      .replaceAll(new RegExp(w.names.group, "gi"), "RG")
      .replaceAll(w.azure.subscription, "SUB");
    expect([found.status, found.code]).to.deep.equal([status, code]);
    if (typeof message === "string") expect(text).to.equal(message);
    else expect(text).to.match(message);
    expect(text).not.to.include(password);
  };
  for (const [subject, rows] of Object.entries({ gateway, groups, network, compute, authorization, deployments }))
    describe(subject, () => {
      for (const row of rows)
        it(`${row.status} ${named(row)}`, async () => {
          await check(await SdkWorld.open({ limits: { regionalCores: row.what === "quota" ? 8 : 350 } }), row);
        });
    });
  describe("troubles", () => {
    for (const { fault, ...row } of troubles)
      it(`${row.status} ${named(row)}`, async () => {
        const faults = new FaultInjector({ faults: [fault] });
        await check(await SdkWorld.open({ faults }), row);
      });
  });
});
