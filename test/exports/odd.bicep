// The resources of the runbook odd, made by `runbook export --to bicep`. Deploy them with:
//   az group create --name lab --location eastus --tags 'it'\''s=a $(b) `c` \ ${d}' 'plain=yes'
//   az deployment group create --resource-group lab --template-file <this file> --parameters password=…
//
// It leaves out:
// - the step "never": it is skipped (its `if` is false)
// - the step "old": its DELETE is outside of this resource group
// - the step "look": it reads, and declares nothing
// - the step "address": its DELETE is something that is done, and not declared
targetScope = 'resourceGroup'

@secure()
param password string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'own'
  tags: {
    of: 'it\'s \${x}'
  }
  location: 'eastus'
}

resource othersUserAssignedIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'identity-one'
  location: 'eastus'
}

resource others 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'identity-two'
  location: 'eastus'
}

resource vmNetworkSecurityGroup 'Microsoft.Network/networkSecurityGroups@2024-10-01' = {
  name: 'vm'
  properties: {
    securityRules: []
  }
  location: 'eastus'
}

resource vmPublicIPAddress 'Microsoft.Network/publicIPAddresses@2024-10-01' = {
  name: 'vm'
  properties: {
    publicIPAllocationMethod: 'Static'
  }
  sku: {
    name: 'Standard'
  }
  location: 'eastus'
}

resource vmVirtualNetwork 'Microsoft.Network/virtualNetworks@2024-10-01' = {
  name: 'vm'
  properties: {
    addressSpace: {
      addressPrefixes: [
        '192.168.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'vm'
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
  name: 'vm'
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${vmVirtualNetwork.id}/subnets/vm'
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
  name: 'vm'
  location: 'eastus'
  properties: {
    hardwareProfile: {
      vmSize: 'Standard_D2s_v5'
    }
    storageProfile: {
      imageReference: {
        publisher: 'Canonical'
        offer: '0001-com-ubuntu-server-jammy'
        sku: '22_04-lts-gen2'
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
      computerName: 'vm'
      adminUsername: 'azureuser'
      adminPassword: password
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
    type: 'SystemAssigned'
  }
}

resource onVm 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vm.id, vm.id, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  scope: vm
  properties: {
    roleDefinitionId: '${subscription().id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7'
    principalId: vm.identity.principalId
    principalType: 'ServicePrincipal'
  }
}
