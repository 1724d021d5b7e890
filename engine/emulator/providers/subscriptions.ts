/** Subscriptions, tenants and locations. */
import { allowed } from "../rbac/evaluate.ts";
import { regions, type Region } from "../regions.ts";
import type { ResourceId } from "../resource-id.ts";
import { on } from "../routes/route.ts";
import type { Transaction } from "../store.ts";
import { gatewayError, type Answer, type Body } from "../wire.ts";
import { ok, type Context } from "./context.ts";

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
/** Until 2019 a location said where it lies without a `metadata` around it. */
const isOld = (c: Context): boolean => c.apiVersion < "2019-10-01";
const isNew = (c: Context): boolean => c.apiVersion >= "2022-12-01";
export const listLocations = (c: Context): Answer =>
  ok({
    value: regions.map((r) => ({
      id: `/subscriptions/${c.tx.subscriptionId}/locations/${r.name}`,
      name: r.name,
      ...(isNew(c) ? { type: "Region" } : {}),
      displayName: r.displayName,
      ...(isOld(c) ? { longitude: r.longitude, latitude: r.latitude } : laterParts(c, r)),
    })),
  });
const laterParts = (c: Context, r: Region): Body => ({
  regionalDisplayName: `(${r.geographyGroup}) ${r.displayName}`,
  metadata: {
    regionType: "Physical",
    regionCategory: "Recommended",
    ...(isNew(c) ? { geography: r.geography } : {}),
    geographyGroup: r.geographyGroup,
    longitude: r.longitude,
    latitude: r.latitude,
    physicalLocation: r.physicalLocation,
    pairedRegion: r.pair ? [{ name: r.pair, id: `/subscriptions/${c.tx.subscriptionId}/locations/${r.pair}` }] : [],
  },
});
/** For paths below a subscription: it must be the one there is. */
export function checkSubscription(tx: Transaction, id: ResourceId): void {
  const s = id.subscription;
  if (s === undefined) return;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(s))
    throw gatewayError(
      400,
      "InvalidSubscriptionId",
      `The provided subscription identifier '${s}' is malformed or invalid.`,
    );
  if (s.toLowerCase() !== tx.subscriptionId.toLowerCase())
    throw gatewayError(404, "SubscriptionNotFound", `The subscription '${s}' could not be found.`);
}
const about = { type: "Microsoft.Resources/subscriptions" };
export const subscriptionRoutes = [
  ...on("/subscriptions", ["GET", "Subscriptions_List", listSubscriptions, { ...about, action: null }]),
  ...on("/tenants", ["GET", "Tenants_List", listTenants, { type: "Microsoft.Resources/tenants", action: null }]),
  ...on("/subscriptions/{subscriptionId}", ["GET", "Subscriptions_Get", getSubscription, about]),
  ...on("/subscriptions/{subscriptionId}/locations", [
    "GET",
    "Subscriptions_ListLocations",
    listLocations,
    { ...about, action: "Microsoft.Resources/subscriptions/locations/read" },
  ]),
];
