// A target on an emulator that a test can reach into, with its owner and with somebody who holds nothing.

import { expect } from "chai";
import { clientSecretCredential } from "../../engine/azure/emulator-target.ts";
import { inProcessClient } from "../../engine/azure/in-process.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { Clock } from "../../engine/run/clock.ts";
import { AzureCalls } from "./azure-calls.ts";
import { makePrincipal, openWorld } from "./azure-world.ts";

const ROLE = "providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-000000000001";
const ASSIGNMENT = "providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000002";

/** As it is every time. */
export async function openPlace() {
  const azure = await new AzureCalls({ seed: "least-role" }).signIn();
  const world = await openWorld(azure);
  const somebody = await makePrincipal(azure, world, "somebody");
  const clock: Clock = {
    now: () => azure.now,
    sleep: async (ms) => {
      azure.now += ms;
    },
  };
  const { subscriptionId, operator, tenantId } = azure.emulator;
  const httpClient = inProcessClient(azure.emulator);
  const target: Target = {
    kind: "emulator",
    description: "emulator",
    subscriptionId,
    resourceManager: "https://management.azure.com",
    credential: { getToken: async () => ({ token: somebody.token, expiresOnTimestamp: azure.now + 3_600_000 }) },
    httpClient,
    localImds: false,
    close: async () => {},
  };
  const owner = clientSecretCredential(httpClient, tenantId, operator, () => azure.now);
  /** Gives that person one role with these actions, and no other. */
  const grant = async (actions: readonly string[]): Promise<void> => {
    const properties = { roleName: "Least", assignableScopes: [azure.subscription], permissions: [{ actions }] };
    const role = await azure.put(`${azure.subscription}/${ROLE}`, { properties });
    const principal = { principalId: somebody.objectId, principalType: "ServicePrincipal" };
    const assignment = { properties: { ...principal, roleDefinitionId: role.body.id } };
    expect((await azure.put(`${azure.subscription}/${ASSIGNMENT}`, assignment)).status).equal(201);
    azure.now += 1000;
  };
  return { emulator: azure.emulator, clock, target, ownersTarget: { ...target, credential: owner }, grant };
}
