#!/usr/bin/env bash
# With curl alone on `runbook emulator`, a process of its own: makes a VM with identities, is refused a token of its metadata
# service in each way that there is, gets one, and reads the group with it through Resource Manager.
set -euo pipefail

command -v curl >/dev/null || { echo "no curl: its walk is skipped"; exit 0; }

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
emulator=''
stop() {
  if [ -n "$emulator" ]; then kill -INT "$emulator" 2>/dev/null && wait "$emulator"; fi
}
trap 'stop || true; rm -rf "$work"' EXIT
cd "$work"

node "$root/dist/engine/cli/bin.js" emulator --ephemeral >emulator.log 2>&1 &
emulator=$!
for _ in $(seq 100); do
  if grep -q 'Ctrl-C stops it' emulator.log; then break; fi
  sleep 0.1
done
# shellcheck source=/dev/null
. .runbook/emulator/ephemeral-*/env.sh
ca=$REQUESTS_CA_BUNDLE
# Trusted by its own option below, and by nothing else.
unset CURL_CA_BUNDLE SSL_CERT_FILE
steps=0

# expect STATUS PATTERN WHAT [CURL OPTION...]: the answer's status, and an extended regular expression that its body matches.
expect() {
  local status=$1 pattern=$2 what=$3 got
  shift 3
  got=$(curl -q -sS --noproxy '*' --cacert "$ca" -o body -w '%{http_code}' "$@")
  if [ "$got" != "$status" ] || ! grep -qE "$pattern" body; then
    printf 'FAILED: %s: expected %s and %s, found %s and\n%s\n' "$what" "$status" "$pattern" "$got" "$(cat body)" >&2
    exit 1
  fi
  steps=$((steps + 1))
}
member() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" body; } # member NAME: of the last answer

bearer=$(CURL_CA_BUNDLE=$ca azure_token)
subscription=/subscriptions/$AZURE_SUBSCRIPTION_ID
group=$subscription/resourceGroups/walk
arm() { # arm METHOD PATH API-VERSION STATUS PATTERN [BODY]
  expect "$4" "$5" "$1 $2" -X "$1" -H "Authorization: Bearer $bearer" -H 'Content-Type: application/json' \
    ${6:+--data "$6"} "$AZURE_RESOURCE_MANAGER$2?api-version=$3"
}
settled() { # settled PATH API-VERSION: waits until what is there is ready
  for _ in $(seq 50); do
    arm GET "$1" "$2" 200 '"provisioningState"'
    if grep -q '"provisioningState":"Succeeded"' body; then return; fi
    sleep 0.1
  done
  echo "FAILED: $1 does not get ready" >&2
  exit 1
}

network=$group/providers/Microsoft.Network
vm=$group/providers/Microsoft.Compute/virtualMachines/walker
identity=$group/providers/Microsoft.ManagedIdentity/userAssignedIdentities
expect 401 '"code":"AuthenticationFailed"' 'no token' "$AZURE_RESOURCE_MANAGER$group?api-version=2021-04-01"
arm PUT "$group" 2021-04-01 201 '"name":"walk"' '{"location":"eastus"}'
arm PUT "$network/virtualNetworks/net" 2024-10-01 201 '"name":"net"' \
  '{"location":"eastus","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[{"name":"sub","properties":{"addressPrefix":"10.0.0.0/24"}}]}}'
settled "$network/virtualNetworks/net" 2024-10-01
arm PUT "$network/networkInterfaces/nic" 2024-10-01 201 '"name":"nic"' \
  "{\"location\":\"eastus\",\"properties\":{\"ipConfigurations\":[{\"name\":\"one\",\"properties\":{\"subnet\":{\"id\":\"$network/virtualNetworks/net/subnets/sub\"}}}]}}"
settled "$network/networkInterfaces/nic" 2024-10-01
arm PUT "$vm" 2024-07-01 201 '"provisioningState":"Creating"' \
  "{\"location\":\"eastus\",\"properties\":{\"hardwareProfile\":{\"vmSize\":\"Standard_B1s\"},\"storageProfile\":{\"imageReference\":{\"publisher\":\"Debian\",\"offer\":\"debian-12\",\"sku\":\"12-gen2\",\"version\":\"latest\"},\"osDisk\":{\"createOption\":\"FromImage\"}},\"osProfile\":{\"computerName\":\"walker\",\"adminUsername\":\"walker\",\"adminPassword\":\"Walk-the-l1ne-$RANDOM\"},\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"$network/networkInterfaces/nic\"}]}}}"
settled "$vm" 2024-07-01
declare -A client principal
for name in a b c; do
  arm PUT "$identity/id$name" 2023-01-31 201 '"clientId"' '{"location":"eastus"}'
  client[$name]=$(member clientId) principal[$name]=$(member principalId)
done

# What stands for http://169.254.169.254 in this VM.
for _ in $(seq 50); do
  imds=$(sed -n 's/^metadata of walker: //p' emulator.log)
  if [ -n "$imds" ]; then break; fi
  sleep 0.1
done
token="$imds/metadata/identity/oauth2/token?api-version=2018-02-01"
resource='resource=https%3A%2F%2Fmanagement.azure.com%2F'
here=(-H 'Metadata: true')
assign() { # assign IDENTITY...: to the VM, beside those that it has
  local members=''
  for name in "$@"; do members+="${members:+,}\"$identity/id$name\":{}"; done
  arm PATCH "$vm" 2024-07-01 200 '"UserAssigned"' "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{$members}}}"
  settled "$vm" 2024-07-01
}

expect 400 'Required metadata header not specified' 'no Metadata header' "$token&$resource"
expect 400 'Requests with an X-Forwarded-For header are not allowed' 'a forwarded request' "${here[@]}" -H 'X-Forwarded-For: 10.0.0.9' "$token&$resource"
expect 405 'method_not_allowed' 'another method' "${here[@]}" -X POST "$token&$resource"
expect 400 "'api-version' is missing" 'no api-version' "${here[@]}" "$imds/metadata/identity/oauth2/token?$resource"
expect 400 "'resource' is missing" 'no resource' "${here[@]}" "$token"
expect 400 '"Identity not found"' 'no identity at all' "${here[@]}" "$token&$resource"
assign a
for _ in $(seq 50); do # it takes a moment to be known there
  if curl -q -sS --noproxy '*' "${here[@]}" "$token&$resource" | grep -q access_token; then break; fi
  sleep 0.1
done
expect 200 '"token_type":"Bearer"' 'the only identity, without a choice' "${here[@]}" "$token&$resource"
expect 400 '"Identity not found"' 'an identity that is not assigned' "${here[@]}" "$token&$resource&client_id=${client[c]}"
expect 400 '"Identity not found"' 'an identity that there is not' "${here[@]}" "$token&$resource&client_id=00000000-0000-0000-0000-000000000001"
assign a b
for _ in $(seq 50); do
  if curl -q -sS --noproxy '*' "${here[@]}" "$token&$resource&client_id=${client[b]}" | grep -q access_token; then break; fi
  sleep 0.1
done
expect 400 'Multiple user assigned identities exist' 'several without a choice' "${here[@]}" "$token&$resource"
expect 200 "\"client_id\":\"${client[b]}\"" 'by object id' "${here[@]}" "$token&$resource&object_id=${principal[b]}"
expect 200 "\"client_id\":\"${client[a]}\"" 'by resource id' "${here[@]}" "$token&$resource&msi_res_id=$identity/ida"
expect 200 '"azEnvironment":"AzurePublicCloud"' 'the instance' "${here[@]}" "$imds/metadata/instance?api-version=2021-02-01"

expect 200 "\"client_id\":\"${client[a]}\"" 'by client id' "${here[@]}" "$token&$resource&client_id=${client[a]}"
bearer=$(member access_token) own=$bearer
arm GET "$group" 2021-04-01 403 "The client '${client[a]}' with object id '${principal[a]}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '$group'"
bearer=$(CURL_CA_BUNDLE=$ca azure_token)
arm PUT "$group/providers/Microsoft.Authorization/roleAssignments/11111111-2222-4333-8444-555555555555" 2022-04-01 201 '"principalType":"ServicePrincipal"' \
  "{\"properties\":{\"roleDefinitionId\":\"$subscription/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\",\"principalId\":\"${principal[a]}\",\"principalType\":\"ServicePrincipal\"}}"
bearer=$own
for _ in $(seq 50); do # an assignment takes a moment to be seen
  if curl -q -sS --noproxy '*' --cacert "$ca" -H "Authorization: Bearer $bearer" "$AZURE_RESOURCE_MANAGER$group?api-version=2021-04-01" | grep -q '"name":"walk"'; then break; fi
  sleep 0.1
done
arm GET "$group" 2021-04-01 200 "\"id\":\"$group\",\"name\":\"walk\""
arm PUT "$group" 2021-04-01 403 "does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/write'" '{"location":"eastus"}'
expect 401 '"code":"InvalidAuthenticationToken"' 'a token that was changed' -H "Authorization: Bearer ${own%????}AAAA" "$AZURE_RESOURCE_MANAGER$group?api-version=2021-04-01"
echo "- curl: $steps answers as expected, among them the group, read with the token of the VM's identity"
