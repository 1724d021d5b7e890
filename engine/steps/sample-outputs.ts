// What outputs of the built-in step types look like, for checks of where they are handed on to. Not their values.

const GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/sample";
const GUID = "00000000-0000-0000-0000-000000000000";
const resource = (type: string): string => `${GROUP}/providers/${type}/sample`;

const SAMPLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "create-rg": { id: GROUP },
  "create-vm": {
    id: resource("Microsoft.Compute/virtualMachines"),
    networkInterfaceId: resource("Microsoft.Network/networkInterfaces"),
    publicIpAddressId: resource("Microsoft.Network/publicIPAddresses"),
    principalId: GUID,
  },
  "create-uami": {
    id: resource("Microsoft.ManagedIdentity/userAssignedIdentities"),
    principalId: GUID,
    clientId: GUID,
    tenantId: GUID,
  },
  "assign-identity": { principalId: GUID, tenantId: GUID },
  "grant-role": { id: resource("Microsoft.Authorization/roleAssignments"), name: GUID },
  "create-vnet": { id: resource("Microsoft.Network/virtualNetworks") },
  // What these give may be of any kind, or is nothing that another step is given.
  "get-imds-token": {},
  "delete-rg": {},
  "arm-get": {},
  "arm-put": {},
  "arm-post": {},
  "arm-delete": {},
  "run-command": {},
  assert: {},
  approve: {},
  wait: {},
  runbook: {},
};

/** The step types about which something is said here, if only that nothing is known. */
export const sampledTypes: readonly string[] = Object.keys(SAMPLES);

/** Absent when the output may be anything. */
export function sampleOutput(uses: string, output: string): string | undefined {
  return Object.hasOwn(SAMPLES, uses) ? SAMPLES[uses]![output] : undefined;
}
