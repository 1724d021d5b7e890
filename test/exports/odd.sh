#!/usr/bin/env bash
# What the runbook odd does, for people who have `az` and not `runbook`.
# Made by `runbook export --to az`, with these inputs:
#   password: (secret)
#
# Unlike the runbook it does one thing after the other, keeps what is there already as it is, whatever the runbook
# says of it, and cannot be resumed: what it was killed at it finds the next time.
#
# It leaves out:
# - the step "never": it is skipped (its `if` is false)
set -euo pipefail

: "${RUNBOOK_INPUT_PASSWORD:?it holds a secret, and no secret is written in this file}"
subscription=$(az account show --query id --output tsv)
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# send METHOD URL: sends the JSON on standard input; again while Azure is busy or does not know a new principal yet.
send() {
  local answer tries=0
  cat >"$body"
  until answer=$(az rest --method "$1" --url "$2" --body "@$body" --output none 2>&1); do
    case $answer in
      *RoleAssignmentExists*) return ;;
      *PrincipalNotFound* | *AnotherOperationInProgress* | *Conflict* | *TooManyRequests* | *ServerError*) ;;
      *) tries=60 ;;
    esac
    tries=$((tries + 1))
    if [ "$tries" -gt 60 ]; then
      printf '%s\n' "$answer" >&2
      return 1
    fi
    sleep 5
  done
}

exists() {
  az rest --method get --url "$1" --output none 2>/dev/null
}

# answer URL QUERY: one value of what is there.
answer() {
  az rest --method get --url "$1" --query "$2" --output tsv
}

# settled URL: waits until what is there is ready.
settled() {
  local state
  while true; do
    state=$(answer "$1" properties.provisioningState)
    case $state in
      Failed | Canceled)
        printf '%s is %s\n' "$1" "$state" >&2
        return 1
        ;;
      *ing | Accepted) sleep 5 ;;
      *) return ;;
    esac
  done
}

# guid TEXT: the same GUID for the same text, as the runbook makes it.
guid() {
  printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | { sha256sum 2>/dev/null || shasum -a 256; } |
    sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/'
}

# json TEXT: as it stands between quotes in JSON.
json() {
  local text=${1//\\/\\\\} code character escape
  text=${text//\"/\\\"}
  for code in {1..31}; do
    printf -v character '%b' "$(printf '\\0%03o' "$code")"
    printf -v escape '\\u%04x' "$code"
    text=${text//"$character"/$escape}
  done
  printf '%s' "$text"
}

echo 'group (create-rg)' >&2
url="/subscriptions/${subscription}/resourcegroups/lab?api-version=2025-04-01"
if ! exists "$url"; then
send put "$url" <<'JSON'
{
  "tags": {
    "it's": "a $(b) `c` \\ ${d}",
    "plain": "yes"
  },
  "location": "eastus"
}
JSON
fi
settled "$url"

echo 'old (delete-rg)' >&2
url="/subscriptions/${subscription}/resourcegroups/old?api-version=2025-04-01"
if exists "$url"; then
  az rest --method delete --url "$url" --output none
  while exists "$url"; do sleep 5; done
fi

echo 'identity (create-uami)' >&2
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/own?api-version=2024-11-30"
if ! exists "$url"; then
send put "$url" <<'JSON'
{
  "tags": {
    "of": "it's ${x}"
  },
  "location": "eastus"
}
JSON
fi
settled "$url"

echo 'others (create-uami)' >&2
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity-one?api-version=2024-11-30"
if ! exists "$url"; then
send put "$url" <<'JSON'
{
  "location": "eastus"
}
JSON
fi
settled "$url"
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity-two?api-version=2024-11-30"
if ! exists "$url"; then
send put "$url" <<'JSON'
{
  "location": "eastus"
}
JSON
fi
settled "$url"

echo 'vm (create-vm)' >&2
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/networkSecurityGroups/vm?api-version=2024-10-01"
if ! exists "$url"; then
send put "$url" <<'JSON'
{
  "properties": {
    "securityRules": []
  },
  "location": "eastus"
}
JSON
fi
settled "$url"
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/publicIPAddresses/vm?api-version=2024-10-01"
if ! exists "$url"; then
send put "$url" <<'JSON'
{
  "properties": {
    "publicIPAllocationMethod": "Static"
  },
  "sku": {
    "name": "Standard"
  },
  "location": "eastus"
}
JSON
fi
settled "$url"
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/virtualNetworks/vm?api-version=2024-10-01"
if ! exists "$url"; then
send put "$url" <<JSON
{
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "192.168.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "vm",
        "properties": {
          "addressPrefix": "192.168.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/networkSecurityGroups/vm"
          }
        }
      }
    ]
  },
  "location": "eastus"
}
JSON
fi
settled "$url"
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/networkInterfaces/vm?api-version=2024-10-01"
if ! exists "$url"; then
send put "$url" <<JSON
{
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/virtualNetworks/vm/subnets/vm"
          },
          "publicIPAddress": {
            "id": "/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/publicIPAddresses/vm"
          },
          "privateIPAllocationMethod": "Dynamic"
        }
      }
    ],
    "networkSecurityGroup": {
      "id": "/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/networkSecurityGroups/vm"
    }
  },
  "location": "eastus"
}
JSON
fi
settled "$url"
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/vm?api-version=2025-04-01"
if ! exists "$url"; then
send put "$url" <<JSON
{
  "location": "eastus",
  "properties": {
    "hardwareProfile": {
      "vmSize": "Standard_D2s_v5"
    },
    "storageProfile": {
      "imageReference": {
        "publisher": "Canonical",
        "offer": "0001-com-ubuntu-server-jammy",
        "sku": "22_04-lts-gen2",
        "version": "latest"
      },
      "osDisk": {
        "createOption": "FromImage",
        "managedDisk": {
          "storageAccountType": "Premium_LRS"
        },
        "deleteOption": "Delete"
      }
    },
    "osProfile": {
      "computerName": "vm",
      "adminUsername": "azureuser",
      "adminPassword": "$(json "$RUNBOOK_INPUT_PASSWORD")"
    },
    "networkProfile": {
      "networkInterfaces": [
        {
          "id": "/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/networkInterfaces/vm"
        }
      ]
    }
  }
}
JSON
fi
settled "$url"
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/vm?api-version=2025-04-01"
send patch "$url" <<'JSON'
{
  "identity": {
    "type": "SystemAssigned"
  }
}
JSON
settled "$url"
vm_principalId=$(answer "$url" 'identity.principalId')

echo 'on-vm (grant-role)' >&2
scope="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/vm"
name=$(guid "$scope|${vm_principalId}|acdd72a7-3385-48ef-bd42-f606fba81ae7")
url="$scope/providers/Microsoft.Authorization/roleAssignments/$name?api-version=2022-04-01"
if ! exists "$url"; then
send put "$url" <<JSON
{
  "properties": {
    "roleDefinitionId": "/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "principalId": "${vm_principalId}",
    "principalType": "ServicePrincipal"
  }
}
JSON
fi
settled "$url"

echo 'look (arm-get)' >&2
url="/subscriptions/${subscription}/resourceGroups/lab?api-version=2021-04-01"
az rest --method get --url "$url" --output json

echo 'address (arm-delete)' >&2
url="/subscriptions/${subscription}/resourceGroups/lab/providers/Microsoft.Network/publicIPAddresses/unused?api-version=2024-10-01"
if exists "$url"; then
  az rest --method delete --url "$url" --output none
  while exists "$url"; do sleep 5; done
fi
