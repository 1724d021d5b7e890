/** What is there before anything is asked for: the subscription, and an operator who owns it. */
import type { Keys } from "./entra/keys.ts";
import type { Inventor } from "./invent.ts";
import { ownerRole } from "./rbac/builtin-roles.ts";
import type { Transaction } from "./store.ts";

export interface Operator {
  clientId: string;
  clientSecret: string;
  objectId: string;
}

export function operatorOf(invent: Inventor, keys: Keys): Operator {
  return {
    clientId: invent.guid("clientId", "operator"),
    clientSecret: keys.clientSecret,
    objectId: invent.guid("objectId", "operator"),
  };
}

/** Writes it, together with what a later process must find again. */
export function settle(tx: Transaction, operator: Operator, seed: string): void {
  const { subscriptionId, tenantId, now } = tx;
  const { objectId } = operator;
  const scope = `/subscriptions/${subscriptionId}`;
  const name = tx.invent.guid("roleAssignment", "operator");
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  const time = new Date(now).toISOString();
  tx.put({
    id: "/settings",
    body: { seed, subscriptionId, tenantId },
    createdAt: now,
    hidden: { kind: "settings" },
  });
  tx.put({ id: `/principals/${objectId}`, body: {}, createdAt: now, visibleAt: 0, hidden: { kind: "principal" } });
  tx.put({
    id,
    createdAt: now,
    visibleAt: 0,
    body: {
      properties: {
        roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${ownerRole}`,
        principalId: objectId,
        principalType: "ServicePrincipal",
        scope,
        condition: null,
        conditionVersion: null,
        createdOn: time,
        updatedOn: time,
        createdBy: null,
        updatedBy: null,
        delegatedManagedIdentityResourceId: null,
        description: null,
      },
      id,
      type: "Microsoft.Authorization/roleAssignments",
      name,
    },
  });
}
