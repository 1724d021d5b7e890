// The resources of the runbook windows-vm-user-assigned-identity, made by `runbook export --to bicep`. Deploy them with:
//   az group create --name myResourceGroupVM --location eastus
//   az deployment group create --resource-group myResourceGroupVM --template-file <this file> --parameters adminPassword=…
//
// It leaves out:
// - the step "token": it asks inside a VM, with a script of the runbook's own whose answer is sealed
// - the step "read": it asks inside a VM, with a script of the runbook's own whose answer is sealed
targetScope = 'resourceGroup'

@secure()
param adminPassword string

resource vmNetworkSecurityGroup 'Microsoft.Network/networkSecurityGroups@2024-10-01' = {
  name: 'myNetworkSecurityGroup'
  properties: {
    securityRules: []
  }
  location: 'eastus'
}

resource vmPublicIPAddress 'Microsoft.Network/publicIPAddresses@2024-10-01' = {
  name: 'myPublicIpAddress'
  properties: {
    publicIPAllocationMethod: 'Static'
  }
  sku: {
    name: 'Standard'
  }
  location: 'eastus'
}

resource vmVirtualNetwork 'Microsoft.Network/virtualNetworks@2024-10-01' = {
  name: 'myVnet'
  properties: {
    addressSpace: {
      addressPrefixes: [
        '192.168.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'mySubnet'
        properties: {
          addressPrefix: '192.168.1.0/24'
          networkSecurityGroup: {
            id: vmNetworkSecurityGroup.id
          }
        }
      }
    ]
  }
  location: 'eastus'
}

resource vmNetworkInterface 'Microsoft.Network/networkInterfaces@2024-10-01' = {
  name: 'myVM'
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${vmVirtualNetwork.id}/subnets/mySubnet'
          }
          publicIPAddress: {
            id: vmPublicIPAddress.id
          }
          privateIPAllocationMethod: 'Dynamic'
        }
      }
    ]
    networkSecurityGroup: {
      id: vmNetworkSecurityGroup.id
    }
  }
  location: 'eastus'
}

resource vm 'Microsoft.Compute/virtualMachines@2025-04-01' = {
  name: 'myVM'
  location: 'eastus'
  properties: {
    hardwareProfile: {
      vmSize: 'Standard_D2s_v5'
    }
    storageProfile: {
      imageReference: {
        publisher: 'MicrosoftWindowsServer'
        offer: 'WindowsServer'
        sku: '2022-datacenter-g2'
        version: 'latest'
      }
      osDisk: {
        createOption: 'FromImage'
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
        deleteOption: 'Delete'
      }
    }
    osProfile: {
      computerName: 'myVM'
      adminUsername: 'azureuser'
      adminPassword: adminPassword
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: vmNetworkInterface.id
        }
      ]
    }
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'ID1'
  location: 'eastus'
}

resource grant 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, identity.id, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  properties: {
    roleDefinitionId: '${subscription().id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7'
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}
