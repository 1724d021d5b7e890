/** What Resource Manager's front door refuses, whatever the request is about. */
import { openKeys } from "../../../engine/emulator/entra/keys.ts";
import { issueToken, type TokenSubject } from "../../../engine/emulator/entra/tokens.ts";
import type { SdkWorld } from "../../support/sdk-world.ts";
import { guid, type Row, type Rows } from "./row.ts";

export const net = (w: SdkWorld): string => w.names.network("virtualNetworks", "net");
/** A token that this emulator's keys signed, with what a caller may have got wrong. */
const tokenWith = (w: SdkWorld, wrong: Partial<TokenSubject>): string => {
  const { objectId, clientId } = w.azure.emulator.operator;
  const subject: TokenSubject = {
    objectId,
    clientId,
    tenantId: w.azure.emulator.tenantId,
    audience: "https://management.azure.com/",
    lifetimeS: 3600,
    now: w.azure.now,
    appidacr: "1",
    ...wrong,
  };
  return issueToken(openKeys(), subject).token;
};
export const getGroup = async (w: SdkWorld, token: string) => w.as(() => token).resources.resourceGroups.get("Lab");

const unauthorized = (code: string, message: string, why: string, provoke: Row["provoke"], what?: string): Row => ({
  code,
  status: 401,
  ...(what !== undefined && { what }),
  message,
  isGateway: true,
  headers: {
    "www-authenticate": `Bearer authorization_uri="https://login.windows.net/TENANT", error="invalid_token", error_description="${why}"`,
  },
  provoke,
});
const unreadable = (what: string, why: string, provoke: Row["provoke"]): Row => ({
  code: "InvalidRequestContent",
  status: 400,
  what,
  message: `The request content was invalid and could not be deserialized: '${why}'.`,
  isGateway: true,
  provoke,
});
const putGroup = (w: SdkWorld, body: string) => w.raw("PUT", `${w.names.group}?api-version=2021-04-01`, { body });

export const gateway: Rows = [
  unauthorized(
    "AuthenticationFailed",
    "Authentication failed. The 'Authorization' header is missing.",
    "The authentication failed because of missing 'Authorization' header.",
    (w) => w.raw("GET", `${w.names.group}?api-version=2021-04-01`, { token: "" }),
  ),
  unauthorized("InvalidAuthenticationToken", "The access token is invalid.", "The access token is invalid.", (w) =>
    getGroup(w, "abc.def.ghi"),
  ),
  unauthorized(
    "InvalidAuthenticationToken",
    "The received access token is not valid: at least one of the claims 'puid' or 'altsecid' or 'oid' should be present. If you are accessing as an application please make sure service principal is properly created in the tenant.",
    "The access token is invalid.",
    (w) => getGroup(w, tokenWith(w, { objectId: undefined as never })),
    "a token of nobody",
  ),
  unauthorized(
    "InvalidAuthenticationTokenAudience",
    "The access token has been obtained for wrong audience or resource 'https://vault.azure.net'. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.",
    "The access token has been obtained from wrong audience or resource.",
    (w) => getGroup(w, tokenWith(w, { audience: "https://vault.azure.net" })),
  ),
  unauthorized(
    "InvalidAuthenticationTokenTenant",
    "The access token is from the wrong issuer 'https://sts.windows.net/elsewhere/'. It must match the tenant 'https://sts.windows.net/TENANT/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/TENANT' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.",
    "The access token is from the wrong issuer.",
    (w) => getGroup(w, tokenWith(w, { tenantId: "elsewhere" })),
  ),
  unauthorized(
    "ExpiredAuthenticationToken",
    "The access token expiry UTC time '12/31/2025 10:00:00 PM' is earlier than current UTC time '1/1/2026 12:00:02 AM'.",
    "The access token has expired.",
    (w) => getGroup(w, tokenWith(w, { now: Date.UTC(2025, 11, 31, 21) })),
  ),
  {
    code: "MissingApiVersionParameter",
    status: 400,
    message: "The api-version query parameter (?api-version=) is required for all requests.",
    isGateway: true,
    provoke: (w) => w.raw("GET", w.names.group),
  },
  {
    code: "InvalidApiVersionParameter",
    status: 400,
    message: "The api-version '1999-01-01' is invalid. The supported versions are 'VERSIONS'.",
    isGateway: true,
    provoke: (w) => w.raw("GET", `${w.names.group}?api-version=1999-01-01`),
  },
  {
    code: "NoRegisteredProviderFound",
    status: 400,
    message:
      "No registered resource provider found for location 'eastus' and API version '1999-01-01' for type 'virtualNetworks'. The supported api-versions are 'VERSIONS'. The supported locations are 'REGIONS'.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resources.getById(net(w), "1999-01-01"),
  },
  {
    code: "InvalidResourceNamespace",
    status: 404,
    what: "of a provider",
    message: "The resource namespace 'Contoso.Things' is invalid.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.providers.get("Contoso.Things"),
  },
  {
    code: "InvalidResourceNamespace",
    status: 404,
    what: "of a resource",
    message: "The resource namespace 'Contoso.Things' is invalid.",
    isGateway: true,
    provoke: async (w) =>
      w.clients.resources.resources.getById(`${w.names.group}/providers/Contoso.Things/boxes/x`, "2025-04-01"),
  },
  {
    code: "InvalidResourceType",
    status: 404,
    message:
      "The resource type 'teapots' could not be found in the namespace 'Microsoft.Compute' for api version '2025-04-01'. The supported api-versions are 'VERSIONS'.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resources.getById(w.names.compute("teapots", "x"), "2025-04-01"),
  },
  {
    code: "MissingSubscription",
    status: 404,
    message: "The request did not have a subscription or a valid tenant level resource provider.",
    isGateway: true,
    provoke: (w) => w.raw("GET", "/nowhere?api-version=2021-04-01"),
  },
  {
    code: "SubscriptionNotFound",
    status: 404,
    message: `The subscription '${guid(1)}' could not be found.`,
    isGateway: true,
    provoke: async (w) => w.as(() => w.azure.token, guid(1)).resources.resourceGroups.get("Lab"),
  },
  {
    code: "InvalidSubscriptionId",
    status: 400,
    message: "The provided subscription identifier 'mine' is malformed or invalid.",
    isGateway: true,
    provoke: async (w) => w.as(() => w.azure.token, "mine").resources.resourceGroups.get("Lab"),
  },
  {
    code: "ResourceGroupNotFound",
    status: 404,
    message: "Resource group 'none' could not be found.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resourceGroups.get("none"),
  },
  {
    code: "MethodNotAllowed",
    status: 405,
    message:
      "The HTTP method 'PATCH' is not supported on the resource 'RG/providers/Microsoft.Compute/virtualMachines/vm/instanceView'.",
    isGateway: true,
    headers: { allow: "GET" },
    provoke: (w) => w.raw("PATCH", `${w.vm}/instanceView?api-version=2025-04-01`, { body: "{}" }),
  },
  {
    code: "MissingSubscriptionRegistration",
    status: 409,
    message:
      "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    more: {
      details: [
        {
          code: "MissingSubscriptionRegistration",
          target: "Microsoft.Storage",
          message:
            "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found for how to register subscriptions.",
        },
      ],
    },
    isGateway: true,
    provoke: (w) =>
      w.put(`${w.names.group}/providers/Microsoft.Storage/storageAccounts/a`, { location: "eastus" }, "2024-01-01"),
  },
  {
    code: "MissingRegistrationForLocation",
    status: 409,
    message:
      "The subscription is not registered for the resource type 'networkSecurityGroups' in the location 'West US'. Please re-register for this provider in order to have access to this location.",
    isGateway: true,
    options: { limits: { newRegions: ["westus"] } },
    provoke: async (w) => {
      const id = w.names.network("networkSecurityGroups", "far");
      // Another namespace, registered again, helps nothing; elsewhere the network's own is good.
      await w.clients.resources.providers.register("Microsoft.Compute");
      await w.make(w.names.network("networkSecurityGroups", "near"), { location: "eastus" });
      return w.put(id, { location: "West US" });
    },
  },
  unreadable("no JSON", "Expected property name or '}' in JSON at position 1", (w) => putGroup(w, "{")),
  unreadable("nothing", "Request content is null or empty.", (w) => putGroup(w, "")),
  unreadable("a list", "The request content must be a JSON object.", (w) => putGroup(w, "[]")),
  unreadable("too deep", "The reader's MaxDepth of 100 has been exceeded.", (w) =>
    putGroup(w, `{"location":"eastus","tags":${"[".repeat(101)}${"]".repeat(101)}}`),
  ),
  unreadable("another type", "Cannot convert the value '7' at path 'location' to type 'string'.", async (w) =>
    w.clients.resources.resourceGroups.createOrUpdate("new", { location: 7 as never }),
  ),
  {
    code: "PreconditionFailed",
    status: 412,
    what: "If-Match",
    message: `The specified precondition 'W/"other"' failed.`,
    more: { details: [] },
    provoke: (w) => w.raw("DELETE", `${net(w)}?api-version=2024-10-01`, { headers: { "if-match": 'W/"other"' } }),
  },
  {
    code: "PreconditionFailed",
    status: 412,
    what: "If-None-Match",
    message: "The resource already exists: the condition 'If-None-Match' is not met.",
    more: { details: [] },
    provoke: async (w) =>
      w.clients.compute.virtualMachines.createOrUpdate("Lab", "vm", { location: "eastus" }, { ifNoneMatch: "*" }),
  },
  {
    code: "SubscriptionRequestsThrottled",
    status: 429,
    message:
      "Number of 'read' requests for subscription 'SUBSCRIPTION' actor 'OPERATOR' exceeded. Please try again after '1' seconds.",
    isGateway: true,
    headers: { "retry-after": "1", "x-ms-ratelimit-remaining-subscription-reads": "0" },
    options: { throttling: "azure" },
    provoke: async (w) => {
      for (let n = 1; n <= 250; n++) await w.azure.get(w.names.group);
      return w.clients.resources.resourceGroups.get("Lab");
    },
  },
  {
    code: "TenantRequestsThrottled",
    status: 429,
    message:
      "Number of 'read' requests for tenant 'TENANT' actor 'OPERATOR' exceeded. Please try again after '1' seconds.",
    isGateway: true,
    headers: { "retry-after": "1" },
    options: { throttling: "azure" },
    provoke: async (w) => {
      for (let n = 1; n <= 250; n++) await w.azure.get("/tenants");
      return w.raw("GET", "/tenants?api-version=2022-12-01");
    },
  },
  {
    code: "NotEmulated",
    status: 501,
    message: "The emulator does not serve GET Microsoft.Authorization/locks.",
    provoke: (w) => w.raw("GET", `${w.names.group}/providers/Microsoft.Authorization/locks?api-version=2016-09-01`),
  },
];

const location = (body: object) => body as { location: string };
export const groups: Rows = [
  {
    code: "LocationRequired",
    status: 400,
    what: "of a group",
    message: "The location property is required for this definition.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("new", location({})),
  },
  {
    code: "LocationRequired",
    status: 400,
    what: "of a resource",
    message: "The location property is required for this definition.",
    isGateway: true,
    provoke: (w) => w.put(w.names.network("networkSecurityGroups", "x"), {}),
  },
  {
    code: "LocationNotAvailableForResourceGroup",
    status: 400,
    message:
      "The provided location 'atlantis' is not available for resource group. List of available regions is 'REGIONS'.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("new", { location: "atlantis" }),
  },
  {
    code: "LocationNotAvailableForResourceType",
    status: 400,
    message:
      "The provided location 'atlantis' is not available for resource type 'Microsoft.ManagedIdentity/userAssignedIdentities'. List of available regions for the resource type is 'REGIONS'.",
    isGateway: true,
    provoke: async (w) =>
      w.clients.identities.userAssignedIdentities.createOrUpdate("Lab", "mine", { location: "atlantis" }),
  },
  {
    code: "InvalidResourceGroupLocation",
    status: 409,
    message: "Invalid resource group location 'westus'. The Resource group already exists in location 'eastus'.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("Lab", { location: "westus" }),
  },
  {
    code: "InvalidResourceLocation",
    status: 409,
    message:
      "The resource 'net' already exists in location 'eastus' in resource group 'Lab'. A resource with the same name cannot be created in location 'westus'. Please select a new resource name.",
    isGateway: true,
    provoke: (w) =>
      w.put(net(w), { location: "westus", properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } } }),
  },
  ...(["a write inside", "the group again"] as const).map((what): Row => ({
    code: "ResourceGroupBeingDeleted",
    status: 409,
    what,
    message: "The resource group 'going' is in deprovisioning state and cannot perform this operation.",
    isGateway: true,
    provoke: async (w) => {
      const going = `${w.azure.subscription}/resourceGroups/going`;
      await w.clients.resources.resourceGroups.createOrUpdate("going", { location: "eastus" });
      await w.azure.delete(going);
      return what === "a write inside"
        ? w.put(`${going}/providers/Microsoft.Network/networkSecurityGroups/x`, { location: "eastus" })
        : w.clients.resources.resourceGroups.createOrUpdate("going", { location: "eastus" });
    },
  })),
  {
    code: "InvalidResourceGroup",
    status: 400,
    message:
      "The provided resource group name 'new.' has these invalid characters or form: it may hold letters, digits and -_(). , at most 90, and may not end in a period.",
    isGateway: true,
    provoke: async (w) => w.clients.resources.resourceGroups.createOrUpdate("new.", { location: "eastus" }),
  },
  {
    code: "InvalidFilterInQueryString",
    status: 400,
    message: "Invalid $filter 'colour eq 'red'' specified in the query string.",
    isGateway: true,
    provoke: (w) => w.clients.resources.resources.listByResourceGroup("Lab", { filter: "colour eq 'red'" }).next(),
  },
  {
    code: "InvalidTopParameter",
    status: 400,
    message: "The value '-1' of the query parameter '$top' is invalid. It must be a positive integer.",
    provoke: (w) => w.clients.resources.resourceGroups.list({ top: -1 }).next(),
  },
  {
    code: "InvalidSkipToken",
    status: 400,
    message: "The skip token 'mine' is invalid.",
    provoke: (w) => w.raw("GET", `${w.azure.subscription}/resourceGroups?api-version=2021-04-01&$skiptoken=mine`),
  },
  {
    code: "ParentResourceNotFound",
    status: 404,
    message: "Can not perform requested operation on nested resource. Parent resource 'none' not found.",
    isGateway: true,
    provoke: (w) => w.put(`${w.names.network("routeTables", "none")}/routes/one`, { properties: {} }),
  },
];
