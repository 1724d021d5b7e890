/**
 * What Entra and a VM's metadata service refuse. Where a credential of @azure/identity asks, it asks; what none ever sends
 * goes through the pipeline that they have.
 */
import type { SdkWorld } from "../../support/sdk-world.ts";
import { guid, type Row, type Rows } from "./row.ts";

const trace = "\r\nTrace ID: GUID\r\nCorrelation ID: GUID\r\nTimestamp: TIME";
const aadsts = (number: number, code: string, status: number, text: string, provoke: Row["provoke"]): Row => ({
  code,
  status,
  what: `AADSTS${number}`,
  message: `AADSTS${number}: ${text}${trace}`,
  more: {
    error_codes: [number],
    timestamp: "TIME",
    trace_id: "GUID",
    correlation_id: "GUID",
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  },
  provoke,
});
const postToken = async (w: SdkWorld, form: Record<string, string>): Promise<unknown> => {
  const { clientId: client_id, clientSecret: client_secret } = w.azure.emulator.operator;
  const all = { grant_type: "client_credentials", client_id, client_secret, ...form };
  return w.raw("POST", `/${w.azure.emulator.tenantId}/oauth2/v2.0/token`, {
    body: new URLSearchParams(all).toString(),
    token: "",
  });
};

export const entra: Rows = [
  aadsts(
    7000215,
    "invalid_client",
    401,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'CLIENT'.",
    (w) => w.signIn({ secret: "wrong" }),
  ),
  aadsts(
    700016,
    "unauthorized_client",
    400,
    `Application with identifier '${guid(1)}' was not found in the directory 'TENANT'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    (w) => w.signIn({ clientId: guid(1) }),
  ),
  aadsts(
    90002,
    "invalid_request",
    400,
    `Tenant '${guid(1)}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    (w) => w.raw("GET", `/${guid(1)}/v2.0/.well-known/openid-configuration`, { token: "" }),
  ),
  aadsts(50049, "invalid_instance", 400, "Unknown or invalid instance.", (w) =>
    w.raw(
      "GET",
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent("https://login.example.org/common/oauth2/v2.0/authorize")}`,
      { token: "" },
    ),
  ),
  aadsts(
    1002012,
    "invalid_scope",
    400,
    "The provided value for scope https://management.azure.com/user_impersonation is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
    (w) => w.signIn({ scope: "https://management.azure.com/user_impersonation" }),
  ),
  aadsts(900144, "invalid_request", 400, "The request body must contain the following parameter: 'scope'.", (w) =>
    postToken(w, {}),
  ),
  aadsts(70003, "unsupported_grant_type", 400, "The app requested an unsupported grant type 'password'.", (w) =>
    postToken(w, { grant_type: "password" }),
  ),
  aadsts(900561, "invalid_request", 400, "The endpoint only accepts POST requests. Received a GET request.", (w) =>
    w.raw("GET", `/${w.azure.emulator.tenantId}/oauth2/v2.0/token`, { token: "" }),
  ),
  aadsts(
    7000218,
    "invalid_client",
    401,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    (w) => postToken(w, { client_secret: "" }),
  ),
  {
    code: "not_emulated",
    status: 501,
    message: "The emulator does not serve GET oauth2/v2.0/authorize of sign-in: it signs in clients with a secret.",
    provoke: (w) => w.raw("GET", `/${w.azure.emulator.tenantId}/oauth2/v2.0/authorize`, { token: "" }),
  },
];

const imds = (what: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code: "invalid_request",
  status: 400,
  what,
  message,
  provoke,
  ...more,
});
const token = "identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/";
const assign = async (w: SdkWorld, ...names: string[]): Promise<void> => {
  const ids = await Promise.all(names.map((name) => w.makeIdentity(name)));
  const userAssignedIdentities = Object.fromEntries(ids.map((id) => [id, {}]));
  await w.whileTimePasses(() =>
    w.clients.compute.virtualMachines.update("Lab", "vm", {
      identity: { type: "UserAssigned", userAssignedIdentities },
    }),
  );
  w.azure.now += 10_000;
};
const several =
  "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
const instance = (path: string, status: number, what: string, code: string, more: Partial<Row> = {}): Row => ({
  code,
  status,
  what,
  message: code,
  provoke: (w) => w.metadata(path),
  ...more,
});
const metadataFault = (status: number, code: string): Row => ({
  code,
  status,
  message: `The emulator was told to answer this request with ${status}.`,
  fault: { kind: "imds", status },
  provoke: (w) => w.managedIdentity(),
});
/** What comes after as many as a second allows. */
const throttled = (what: string, most: number, ask: Row["provoke"]): Row => ({
  code: "invalid_request",
  status: 429,
  what,
  message: "Temporarily throttled, too many requests",
  options: { throttling: "azure" },
  provoke: async (w) => {
    for (let n = 1; n <= most; n++) await ask(w).catch(() => "refused for another reason");
    return what === "tokens" ? w.managedIdentity() : ask(w);
  },
});

export const metadata: Rows = [
  imds("no Metadata header", "Required metadata header not specified", (w) => w.metadata(token, {})),
  imds("a false Metadata header", "Required metadata header not specified", (w) =>
    w.metadata(token, { metadata: "yes" }),
  ),
  imds("X-Forwarded-For", "Requests with an X-Forwarded-For header are not allowed", (w) =>
    w.metadata(token, { metadata: "true", "x-forwarded-for": "10.0.0.9" }),
  ),
  imds("a name twice", "Query variable 'resource' is specified more than once", (w) =>
    w.metadata(`${token}&resource=https://vault.azure.net`),
  ),
  imds("no api-version", "Required query variable 'api-version' is missing", (w) =>
    w.metadata("identity/oauth2/token?resource=https://management.azure.com/"),
  ),
  imds("another api-version", "Required query variable 'api-version' has an unsupported value '1999-01-01'", (w) =>
    w.metadata("identity/oauth2/token?api-version=1999-01-01&resource=https://management.azure.com/"),
  ),
  imds("no resource", "Required query variable 'resource' is missing", (w) =>
    w.metadata("identity/oauth2/token?api-version=2018-02-01"),
  ),
  imds("no identity", "Identity not found", (w) => w.managedIdentity()),
  imds("an identity of another VM", "Identity not found", async (w) => {
    await assign(w, "one");
    await w.makeIdentity("two");
    const { clientId = "" } = await w.clients.identities.userAssignedIdentities.get("Lab", "two");
    return w.managedIdentity({ clientId });
  }),
  imds("several and no choice", several, async (w) => {
    await assign(w, "one", "two");
    return w.managedIdentity();
  }),
  {
    code: "invalid_resource",
    status: 400,
    message: `AADSTS500011: The resource principal named nothing was not found in the tenant named TENANT. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.\r\nTrace ID: GUID\r\nCorrelation ID: GUID\r\nTimestamp: TIME`,
    provoke: async (w) => {
      await assign(w, "one");
      return w.managedIdentity({}, "nothing/.default");
    },
  },
  instance(
    "instance",
    400,
    "no api-version",
    "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
    { more: { "newest-versions": ["2025-04-07", "2024-07-17", "2024-03-15"] } },
  ),
  instance(
    "instance/compute/name?api-version=2021-02-01&format=json",
    400,
    "a leaf as JSON",
    "Bad request. A leaf of the metadata is given as text only: format=text",
  ),
  instance("instance/nothing?api-version=2021-02-01", 404, "an element that is none", "Not found"),
  instance("nothing?api-version=2021-02-01", 404, "a path that is none", "not_found"),
  {
    code: "method_not_allowed",
    status: 405,
    message: "The metadata service takes GET alone",
    headers: { allow: "GET" },
    provoke: (w) => w.metadata(token, { metadata: "true" }, "POST"),
  },
  {
    code: "not_emulated",
    status: 501,
    message: "The emulator does not serve scheduledevents.",
    provoke: (w) => w.metadata("scheduledevents?api-version=2020-07-01"),
  },
  throttled("tokens", 20, (w) => w.metadata(token)),
  throttled("anything else", 5, (w) => w.metadata("versions")),
  metadataFault(404, "not_found"),
  metadataFault(410, "gone"),
  metadataFault(429, "too_many_requests"),
  metadataFault(500, "server_error"),
];
