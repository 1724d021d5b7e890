/** Subscriptions, tenants, locations and resource providers. */
import { allowed } from "../rbac/evaluate.ts";
import { AzureError, gatewayError, type Answer } from "../wire.ts";
import { ok, regions, type Context } from "./context.ts";

const subscription = (c: Context) => ({
  id: `/subscriptions/${c.tx.subscriptionId}`,
  authorizationSource: "RoleBased",
  managedByTenants: [],
  subscriptionId: c.tx.subscriptionId,
  tenantId: c.tx.tenantId,
  displayName: "Emulated subscription",
  state: "Enabled",
  subscriptionPolicies: {
    locationPlacementId: "Public_2014-09-01",
    quotaId: "PayAsYouGo_2014-09-01",
    spendingLimit: "Off",
  },
});
export const listSubscriptions = (c: Context): Answer => {
  // Whoever has some right somewhere inside sees the subscription.
  const seen =
    allowed(c.tx, c.caller, "Microsoft.Resources/subscriptions/read", `/subscriptions/${c.tx.subscriptionId}`) ||
    c.tx
      .all()
      .some(
        (e) =>
          e.body["properties"]?.principalId === c.caller.objectId && e.id.toLowerCase().includes("/roleassignments/"),
      );
  return ok({ value: seen ? [subscription(c)] : [], count: { type: "Total", value: seen ? 1 : 0 } });
};
export const getSubscription = (c: Context): Answer => ok(subscription(c));
export const listTenants = (c: Context): Answer =>
  ok({
    value: [
      {
        id: `/tenants/${c.tx.tenantId}`,
        tenantId: c.tx.tenantId,
        displayName: "Emulated tenant",
        tenantCategory: "Home",
      },
    ],
  });
export const listLocations = (c: Context): Answer =>
  ok({
    value: regions.map((name) => ({
      id: `/subscriptions/${c.tx.subscriptionId}/locations/${name}`,
      name,
      type: "Region",
      displayName: name,
      regionalDisplayName: name,
      metadata: { regionType: "Physical", regionCategory: "Recommended" },
    })),
  });

const namespaces: Record<string, string[]> = {
  "Microsoft.Resources": ["subscriptions", "resourceGroups", "tenants"],
  "Microsoft.Network": [
    "virtualNetworks",
    "virtualNetworks/subnets",
    "networkSecurityGroups",
    "publicIPAddresses",
    "networkInterfaces",
  ],
  "Microsoft.Compute": ["virtualMachines", "virtualMachines/runCommands", "disks"],
  "Microsoft.ManagedIdentity": ["userAssignedIdentities"],
  "Microsoft.Authorization": ["roleDefinitions", "roleAssignments"],
};
export const namespaceOf = (name: string): string | undefined =>
  Object.keys(namespaces).find((n) => n.toLowerCase() === name.toLowerCase());
const versions = [
  "2026-04-01",
  "2026-01-01",
  "2025-04-01",
  "2024-11-30",
  "2024-10-01",
  "2022-04-01",
  "2021-04-01",
  "2018-11-01",
];
const provider = (c: Context, n: string) => ({
  id: `/subscriptions/${c.tx.subscriptionId}/providers/${n}`,
  namespace: n,
  registrationState: "Registered",
  registrationPolicy: "RegistrationRequired",
  resourceTypes: (namespaces[n] ?? []).map((resourceType) => ({
    resourceType,
    locations: regions,
    apiVersions: versions,
    capabilities: "None",
  })),
});
export const listProviders = (c: Context): Answer => ok({ value: Object.keys(namespaces).map((n) => provider(c, n)) });
export function getProvider(c: Context, name: string): Answer {
  const n = namespaceOf(name);
  if (!n) throw gatewayError(404, "InvalidResourceNamespace", `The resource namespace '${name}' is invalid.`);
  return ok(provider(c, n));
}
export function checkSubscription(c: Context): void {
  const s = c.id.subscription;
  if (s === undefined) return;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(s))
    throw new AzureError(
      400,
      "InvalidSubscriptionId",
      `The provided subscription identifier '${s}' is malformed or invalid.`,
    );
  if (s.toLowerCase() !== c.tx.subscriptionId.toLowerCase())
    throw gatewayError(404, "SubscriptionNotFound", `The subscription '${s}' could not be found.`);
}
