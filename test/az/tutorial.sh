#!/usr/bin/env bash
# The tutorial, done with Debian's `az` on `runbook emulator`, a process of its own; then by the shipped runbook, on the same
# emulator, emptied. What the VM read and what is there afterwards must be the same.
#
# `az role assignment create` is broken in Debian's 2.45, so `az rest` sends what it would. `az vm create` names the network
# interface and its address itself, and knows no deleteOption at the API version of its profile: those are not compared.
#
# What a VM is asked goes through the engine's own script (engine/azure/guest/PROTOCOL.md), the only one that an emulated
# Windows runs; the answer is sealed, and opened here with openssl, by a second hand as it were.
set -euo pipefail

for tool in az openssl curl; do
  command -v "$tool" >/dev/null || { echo "no $tool: the tutorial by az is skipped"; exit 0; }
done

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
emulator=''
stop() {
  if [ -n "$emulator" ]; then kill -INT "$emulator" 2>/dev/null && wait "$emulator"; fi
  emulator=''
}
trap 'stop || true; rm -rf "$work"' EXIT
cd "$work"
export HOME=$work AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_NO_COLOR=true NO_COLOR=1

runbook() { node "$root/dist/engine/cli/bin.js" "$@"; }
say() { printf -- '- %s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
serve() { # until it answers; its port and its secrets are those of the last time
  node "$root/dist/engine/cli/bin.js" emulator >emulator.log 2>&1 &
  emulator=$!
  for _ in $(seq 100); do
    if grep -q 'Ctrl-C stops it' emulator.log; then return; fi
    sleep 0.1
  done
  cat emulator.log >&2
  fail 'the emulator did not start'
}

location=eastus group=myResourceGroupVM vm=myVM identity=ID1 user=azureuser
password="Az-tut0rial-$(openssl rand -hex 8)"
reader=acdd72a7-3385-48ef-bd42-f606fba81ae7

# -- Asking inside the VM ---------------------------------------------------------------------------------------------

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
public_key=$(openssl pkey -in key.pem -pubout -outform DER | base64url)

# in_vm MODE [NAME=VALUE...]: what the VM was answered; fails when it was not 200.
in_vm() {
  local mode=$1 id frame end message status
  id="r$(openssl rand -hex 8)"
  shift
  az vm run-command invoke -g "$group" -n "$vm" --command-id RunPowerShellScript \
    --scripts "@$root/engine/azure/guest/guest.ps1" \
    --parameters "rbMode=$mode" "rbId=$id" "rbKey=$public_key" rbTries=n5 rbRetry=s404.410.429.500 "$@" \
    --query "value[?code=='ComponentStatus/StdOut/succeeded'].message | [0]" -o tsv >stdout.txt
  frame=$(tr -d ' \t\r\n' <stdout.txt)
  end=${frame##*RBG1-END;} message=${frame##*RBG1-BEGIN}
  message=${message%%RBG1-END*}
  case $end in "id=$id;error=none;"*) ;; *) fail "the VM answers $end" ;; esac
  status=${end#*status=}
  unseal "$id" "$(expr "$end" : '.*stage=\([a-z]*\)')" "${status%%;*}" "$message"
  [ "${status%%;*}" = 200 ] || fail "the VM was answered ${status%%;*}"
}
unseal() { # unseal ID STAGE STATUS MESSAGE: the body in it
  local key=${4%%.*} sealed=${4#*.} secret mac
  mac=${sealed#*.} sealed=${sealed%%.*}
  secret=$(printf %s "$key" | openssl base64 -d -A | openssl pkeyutl -decrypt -inkey key.pem \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256)
  [ "$(printf 'RBG1.%s.%s.%s.1.%s.%s' "$1" "$2" "$3" "$key" "$sealed" | openssl dgst -sha256 -mac HMAC \
    -macopt "hexkey:$(printf 'mac%s' "$secret" | openssl dgst -sha256 -r | cut -c1-64)" -r | cut -c1-64)" = "$mac" ] ||
    fail 'the seal of the answer does not fit it'
  printf %s "$sealed" | openssl base64 -d -A >sealed
  printf '%s\n' "$secret" | openssl enc -d -aes-256-cbc -md sha256 -pass stdin -in sealed 2>/dev/null | gunzip | tail -n +2
}
claim() { # claim TOKEN NAME: a text among what the token says
  local part=${1#*.}
  part=$(printf %s "${part%%.*}" | tr '_-' '/+')
  while [ $((${#part} % 4)) -ne 0 ]; do part+='='; done
  printf %s "$part" | openssl base64 -d -A | member "$2"
}
member() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; } # member NAME: of the JSON object on standard input

# -- What is there ----------------------------------------------------------------------------------------------------

# Everything in the group with what an author of a runbook decides about it, as lines of text.
look() {
  {
    # shellcheck disable=SC2016 # it is JMESPath that has `{}` between those signs
    az resource list -g "$group" --query 'sort_by([].{type:type, name:name, location:location, tags:tags || `{}`}, &type)'
    az group show -n "$group" --query '{id:id, location:location, state:properties.provisioningState, tags:tags}'
    az identity show -g "$group" -n "$identity" --query '{id:id, location:location, tags:tags}'
    az vm get-instance-view -g "$group" -n "$vm" --query '{size:hardwareProfile.vmSize, os:osProfile,
      image:storageProfile.imageReference, disk:storageProfile.osDisk.{os:osType, gb:diskSizeGb,
      kind:managedDisk.storageAccountType}, interfaces:length(networkProfile.networkInterfaces),
      identity:identity.type, identities:keys(identity.userAssignedIdentities), state:provisioningState,
      power:instanceView.statuses[].code}'
    az network vnet list -g "$group" --query '[].{space:addressSpace.addressPrefixes, state:provisioningState,
      subnets:subnets[].{name:name, range:addressPrefix, interfaces:length(ipConfigurations)}}'
    az network nsg list -g "$group" --query '[].{rules:securityRules, defaults:defaultSecurityRules[].name}'
    az network public-ip list -g "$group" --query '[].{how:publicIpAllocationMethod, sku:sku.name}'
    az network nic list -g "$group" --query '[].{guard:networkSecurityGroup.id, of:virtualMachine.id,
      at:ipConfigurations[].{name:name, how:privateIpAllocationMethod, address:privateIpAddress,
      subnet:subnet.id, public:publicIpAddress.id}}'
    az rest --method get \
      --url "/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$group/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&\$filter=atScope()" \
      --query "value[?properties.scope=='/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$group'].properties.{role:roleDefinitionId, who:principalType, scope:scope}"
  } | sed -E "s/${vm}VMNic/$vm/; s/ipconfig${vm}/ipconfig1/; s/(_OsDisk_1_)[0-9a-f]+/\1/; s/resourcegroups/resourceGroups/"
}

# -- By az ------------------------------------------------------------------------------------------------------------

serve
# shellcheck source=/dev/null
. .runbook/emulator/env.sh
az cloud register -n emulator --cloud-config @.runbook/emulator/az-cloud.json
az cloud set -n emulator --profile 2020-09-01-hybrid 2>/dev/null
az login --service-principal -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" -t "$AZURE_TENANT_ID" -o none
say "az $(az version --query '"azure-cli"' -o tsv) is signed in at $AZURE_RESOURCE_MANAGER"

az group create -n "$group" -l "$location" -o none
az identity create -g "$group" -n "$identity" -l "$location" -o none
az vm create -g "$group" -n "$vm" -l "$location" --image Win2022Datacenter --size Standard_D2s_v5 \
  --vnet-name myVnet --vnet-address-prefix 192.168.0.0/16 --subnet mySubnet --subnet-address-prefix 192.168.1.0/24 \
  --nsg myNetworkSecurityGroup --nsg-rule NONE --public-ip-address myPublicIpAddress --public-ip-sku Standard \
  --admin-username "$user" --admin-password "$password" -o none
az vm identity assign -g "$group" -n "$vm" --identities "$identity" -o none
say 'group, identity and VM are made, and the VM has the identity'

client_id=$(az identity show -g "$group" -n "$identity" --query clientId -o tsv)
principal_id=$(az identity show -g "$group" -n "$identity" --query principalId -o tsv)
scope="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$group"
az rest --method put -o none \
  --url "$scope/providers/Microsoft.Authorization/roleAssignments/$(cat /proc/sys/kernel/random/uuid)?api-version=2022-04-01" \
  --body "{\"properties\":{\"roleDefinitionId\":\"/subscriptions/$AZURE_SUBSCRIPTION_ID/providers/Microsoft.Authorization/roleDefinitions/$reader\",\"principalId\":\"$principal_id\",\"principalType\":\"ServicePrincipal\"}}"
say "the identity's principal is a Reader of the group"

imds="http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/&client_id=$client_id"
rb_imds="u$(printf %s "$imds" | base64url)"
rb_arm="u$(printf %s "$AZURE_RESOURCE_MANAGER$scope?api-version=2021-04-01" | base64url)"
token=$(in_vm imds "rbImds=$rb_imds" | member access_token)
[ "$(claim "$token" oid)" = "$principal_id" ] || fail "the token is not of the identity's principal"
[ "$(claim "$token" appid)" = "$client_id" ] || fail "the token is not of the identity's client"
say "the VM's metadata service gives a token of the identity"
in_vm chain "rbImds=$rb_imds" "rbArm=$rb_arm" >read-by-az.json
say 'the VM reads the group with it'
look >left-by-az.txt

az group delete -n "$group" --yes
[ "$(az group exists -n "$group")" = false ] || fail 'the group is still there'
say 'the group is deleted'
stop

# -- By the runbook ---------------------------------------------------------------------------------------------------

RUNBOOK_INPUT_ADMIN_PASSWORD=$password runbook run "$root/runbooks/windows-vm-user-assigned-identity.yaml" --quiet >outputs.json
serve
look >left-by-runbook.txt
node -e '
  const { readFileSync } = require("node:fs");
  const [az, runbook] = ["read-by-az.json", "outputs.json"].map((file) => JSON.parse(readFileSync(file, "utf8")));
  require("node:assert").deepStrictEqual(az, runbook.resourceGroup);
' || fail 'the VM read something else than with the runbook'
diff -u left-by-az.txt left-by-runbook.txt || fail 'az leaves something else than the runbook'
say "what the VM read is the same as with the runbook, and so are $(grep -c . left-by-az.txt) lines about what is there"
if grep -rqF "$password" .runbook emulator.log; then fail 'the password is in a file'; fi
