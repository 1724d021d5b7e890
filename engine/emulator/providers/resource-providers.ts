/** Resource providers: which namespaces there are, and whether the subscription has registered them. */
import { location, regions } from "../regions.ts";
import { on } from "../routes/route.ts";
import { authorizations, profiles, zonalRegions, zonalTypes } from "../routes/provider-facts.ts";
import { allNamespaces, namespaceOf, type Namespace } from "../routes/resource-types.ts";
import type { Entry } from "../store.ts";
import { gatewayError, type Answer, type Body } from "../wire.ts";
import { page } from "./lists.ts";
import { ok, type Context } from "./context.ts";

const key = (n: Namespace): string => `/registrations/${n.name}`;
function stateOf(c: Context, n: Namespace): string {
  const entry = c.tx.get(key(n));
  if (!entry) return n.isRegistered ? "Registered" : "NotRegistered";
  const [now, then]: [string, string] = entry.body["states"];
  return (entry.readyAt ?? 0) > c.tx.now ? now : then;
}
const displayNames = regions.map((r) => r.displayName);
const zoneMappings = regions
  .filter((r) => zonalRegions.has(r.name))
  .map((r) => ({ location: r.displayName, zones: ["1", "2", "3"] }));
const profilesOf = (namespace: string, type: string): Body => {
  const known = profiles[namespace];
  if (known === undefined || !known.of.test(type)) return {};
  return { apiProfiles: known.versions.map(([profileVersion, apiVersion]) => ({ profileVersion, apiVersion })) };
};
function shown(c: Context, n: Namespace): Body {
  return {
    id: `/subscriptions/${c.tx.subscriptionId}/providers/${n.name}`,
    namespace: n.name,
    // Later versions speak of consent instead.
    ...(c.apiVersion < "2021-01-01" &&
      authorizations[n.name] && {
        authorizations: authorizations[n.name]?.map(([applicationId, roleDefinitionId]) => ({
          applicationId,
          roleDefinitionId,
        })),
      }),
    registrationPolicy: n.isRegistered ? "RegistrationFree" : "RegistrationRequired",
    resourceTypes: n.types.map((t) => ({
      resourceType: t.name,
      locations: t.isGlobal ? ["global"] : displayNames,
      apiVersions: t.apiVersions.toReversed(),
      defaultApiVersion: t.apiVersions.at(-1),
      ...profilesOf(n.name, t.name),
      ...(zonalTypes.test(`${n.name}/${t.name}`) ? { zoneMappings } : {}),
      capabilities: t.isGlobal
        ? "None"
        : "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation",
    })),
    registrationState: stateOf(c, n),
  };
}
const named = (c: Context): Namespace => {
  const name = c.id.path.split("/")[4] ?? "";
  const found = namespaceOf(name);
  if (!found) throw gatewayError(404, "InvalidResourceNamespace", `The resource namespace '${name}' is invalid.`);
  return found;
};
const listProviders = (c: Context): Answer =>
  page(
    c,
    allNamespaces.map((n) => shown(c, n)),
  );
/** Of the tenant: what there is, whatever a subscription has registered. */
const inTenant = (c: Context, n: Namespace): Body => {
  const { namespace, resourceTypes } = shown(c, n);
  return { id: `/providers/${n.name}`, namespace: namespace as unknown, resourceTypes: resourceTypes as unknown };
};
const listTenantProviders = (c: Context): Answer =>
  page(
    c,
    allNamespaces.map((n) => inTenant(c, n)),
  );
function getTenantProvider(c: Context): Answer {
  const name = c.id.path.split("/")[2] ?? "";
  const found = namespaceOf(name);
  if (!found) throw gatewayError(404, "InvalidResourceNamespace", `The resource namespace '${name}' is invalid.`);
  return ok(inTenant(c, found));
}
const getProvider = (c: Context): Answer => ok(shown(c, named(c)));

/** Takes a while, as on Azure: the state reads `now` until then. */
function move(c: Context, now: string, then: string): Answer {
  const n = named(c);
  const isAgain = c.tx.limits.newRegions.length > 0 && c.tx.get(key(n)) === null;
  if (isAgain || stateOf(c, n) !== then) {
    const entry: Entry = {
      id: key(n),
      body: { states: stateOf(c, n) === then ? [then, then] : [now, then] },
      createdAt: c.tx.now,
      readyAt: c.tx.now + c.tx.latency.vmUpdateMs,
      hidden: { kind: "registration" },
    };
    c.tx.put(entry);
  }
  return ok(shown(c, n));
}
const registerProvider = (c: Context): Answer => move(c, "Registering", "Registered");
const unregisterProvider = (c: Context): Answer => move(c, "Unregistering", "NotRegistered");

/** What is created needs a registered namespace; what a target holds already is not asked about. */
export function requireRegistration(c: Context): void {
  const n = c.id.namespace === undefined ? undefined : namespaceOf(c.id.namespace);
  if (!n || c.tx.upstream || /^Microsoft\.(Resources|Authorization)$/.test(n.name)) return;
  if (stateOf(c, n) === "Registered") return requireRegion(c, n);
  const code = "MissingSubscriptionRegistration";
  const message = `The subscription is not registered to use namespace '${n.name}'. See https://aka.ms/rps-not-found for how to register subscriptions.`;
  // Tools read the namespace from here, to register it themselves.
  throw gatewayError(409, code, message, { details: [{ code, target: n.name, message }] });
}
/** A registration is for the regions that there were. */
function requireRegion(c: Context, n: Namespace): void {
  const given: unknown = c.body["location"];
  if (typeof given !== "string" || !c.tx.limits.newRegions.includes(location(given)) || c.tx.get(key(n))) return;
  throw gatewayError(
    409,
    "MissingRegistrationForLocation",
    `The subscription is not registered for the resource type '${c.id.types.join("/")}' in the location '${given}'. Please re-register for this provider in order to have access to this location.`,
  );
}
const about = { type: "Microsoft.Resources/subscriptions/providers" };
const read = { ...about, action: "Microsoft.Resources/subscriptions/providers/read" };
const one = "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}";
const inAnyTenant = { ...about, action: null };
export const resourceProviderRoutes = [
  ...on("/providers", ["GET", "Providers_ListAtTenantScope", listTenantProviders, inAnyTenant]),
  ...on("/providers/{resourceProviderNamespace}", [
    "GET",
    "Providers_GetAtTenantScope",
    getTenantProvider,
    inAnyTenant,
  ]),
  ...on("/subscriptions/{subscriptionId}/providers", ["GET", "Providers_List", listProviders, read]),
  ...on(one, ["GET", "Providers_Get", getProvider, read]),
  ...on(`${one}/register`, ["POST", "Providers_Register", registerProvider, about]),
  ...on(`${one}/unregister`, ["POST", "Providers_Unregister", unregisterProvider, about]),
];
