/**
 * Azure's built-in roles, as the Azure documentation gives them (MicrosoftDocs/azure-docs):
 * - articles/role-based-access-control/built-in-roles/privileged.md @0b8729eaf7eb0aabc6390cb17348d19761285f12 (ms.date 2026-07-01)
 * - articles/role-based-access-control/built-in-roles/general.md @03e5750af10b23b5ba437d5b333ec5e9437844f9 (2026-02-23)
 * - articles/role-based-access-control/built-in-roles/identity.md @1b4e136a1da731e1ed16444eb6ce5701bcd8c0f4 (2026-07-01)
 * - articles/role-based-access-control/built-in-roles/compute.md @064f7ba29b923d4ec86a135614d256690fe0ac73
 */
export interface RoleDefinition {
  id: string;
  name: string;
  type: string;
  properties: {
    roleName: string;
    type: string;
    description: string;
    assignableScopes: string[];
    permissions: { actions: string[]; notActions: string[]; dataActions: string[]; notDataActions: string[] }[];
  };
}
export const builtInRoles: readonly RoleDefinition[] = [
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    name: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Reader",
      type: "BuiltInRole",
      description: "View all resources, but does not allow you to make any changes.",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: ["*/read"],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
    name: "b24988ac-6180-42a0-ab88-20f7382dd24c",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Contributor",
      type: "BuiltInRole",
      description:
        "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure Blueprints, or share image galleries.",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: ["*"],
          notActions: [
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
            "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
            "Microsoft.Subscription/cancel/action",
            "Microsoft.Subscription/enable/action",
          ],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    name: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Owner",
      type: "BuiltInRole",
      description: "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: ["*"],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    name: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "User Access Administrator",
      type: "BuiltInRole",
      description: "Lets you manage user access to Azure resources.",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    name: "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Role Based Access Control Administrator",
      type: "BuiltInRole",
      description:
        "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to manage access using other ways, such as Azure Policy.",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: [
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
          ],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
    name: "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Virtual Machine Contributor",
      type: "BuiltInRole",
      description:
        "Lets you manage virtual machines, but not access to them, and not the virtual network or storage account they're connected to.",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: [
            "Microsoft.Authorization/*/read",
            "Microsoft.Compute/availabilitySets/*",
            "Microsoft.Compute/locations/*",
            "Microsoft.Compute/virtualMachines/*",
            "Microsoft.Compute/virtualMachineScaleSets/*",
            "Microsoft.Compute/cloudServices/*",
            "Microsoft.Compute/disks/write",
            "Microsoft.Compute/disks/read",
            "Microsoft.Compute/disks/delete",
            "Microsoft.Compute/hostgroups/write",
            "Microsoft.Compute/hostgroups/hosts/write",
            "Microsoft.DevTestLab/schedules/*",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Network/applicationGateways/backendAddressPools/join/action",
            "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
            "Microsoft.Network/loadBalancers/inboundNatPools/join/action",
            "Microsoft.Network/loadBalancers/inboundNatRules/join/action",
            "Microsoft.Network/loadBalancers/probes/join/action",
            "Microsoft.Network/loadBalancers/read",
            "Microsoft.Network/locations/*",
            "Microsoft.Network/networkInterfaces/*",
            "Microsoft.Network/networkSecurityGroups/join/action",
            "Microsoft.Network/networkSecurityGroups/read",
            "Microsoft.Network/publicIPAddresses/join/action",
            "Microsoft.Network/publicIPAddresses/read",
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.Network/virtualNetworks/subnets/join/action",
            "Microsoft.RecoveryServices/locations/*",
            "Microsoft.RecoveryServices/Vaults/backupFabrics/backupProtectionIntent/write",
            "Microsoft.RecoveryServices/Vaults/backupFabrics/protectionContainers/protectedItems/*/read",
            "Microsoft.RecoveryServices/Vaults/backupFabrics/protectionContainers/protectedItems/read",
            "Microsoft.RecoveryServices/Vaults/backupFabrics/protectionContainers/protectedItems/write",
            "Microsoft.RecoveryServices/Vaults/backupPolicies/read",
            "Microsoft.RecoveryServices/Vaults/backupPolicies/write",
            "Microsoft.RecoveryServices/Vaults/read",
            "Microsoft.RecoveryServices/Vaults/usages/read",
            "Microsoft.RecoveryServices/Vaults/write",
            "Microsoft.ResourceHealth/availabilityStatuses/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.SerialConsole/serialPorts/connect/action",
            "Microsoft.SqlVirtualMachine/*",
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/read",
            "Microsoft.Support/*",
          ],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/f1a07417-d97a-45cb-824c-7a7467783830",
    name: "f1a07417-d97a-45cb-824c-7a7467783830",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Managed Identity Operator",
      type: "BuiltInRole",
      description: "Read and Assign User Assigned Identity",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: [
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Support/*",
          ],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
  {
    id: "/providers/Microsoft.Authorization/roleDefinitions/e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
    name: "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: "Managed Identity Contributor",
      type: "BuiltInRole",
      description: "Create, Read, Update, and Delete User Assigned Identity",
      assignableScopes: ["/"],
      permissions: [
        {
          actions: [
            "Microsoft.ManagedIdentity/userAssignedIdentities/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/write",
            "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete",
            "Microsoft.ManagedIdentity/userAssignedIdentities/revokeTokens/action",
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Support/*",
          ],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    },
  },
];
export const ownerRole = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
