/** The metadata service of one VM. */
import type { Keys } from "./entra/keys.ts";
import { issueToken } from "./entra/tokens.ts";
import { lower, parseId } from "./resource-id.ts";
import type { Transaction } from "./store.ts";
import type { Answer, Body } from "./wire.ts";

export interface ImdsRequest {
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  method?: string;
}
const refuse = (error: string, error_description: string): Answer => ({
  status: 400,
  body: { error, error_description },
});

export function imdsRequest(
  tx: Transaction,
  vmId: string,
  request: ImdsRequest,
  keys: Keys,
  lifetimeMs = 86_400_000,
): Answer {
  const vm = tx.get(vmId),
    path = request.path.replace(/\/+$/, "").toLowerCase(),
    q = request.query;
  if (!vm) return { status: 404, body: { error: "not_found" } };
  if ((request.method ?? "GET") !== "GET") return { status: 405, body: { error: "method_not_allowed" } };
  if ((request.headers["metadata"] ?? "").toLowerCase() !== "true")
    return refuse("invalid_request", "Required metadata header not specified");
  if (request.headers["x-forwarded-for"] !== undefined)
    return refuse("invalid_request", "Requests with an X-Forwarded-For header are not allowed");
  if (!q.get("api-version"))
    return path.startsWith("/metadata/identity")
      ? refuse("invalid_request", "Required query variable 'api-version' is missing")
      : {
          status: 400,
          body: {
            error:
              "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
            "newest-versions": ["2025-04-07", "2024-07-17", "2024-03-15"],
          },
        };
  if (path === "/metadata/identity/info") return { status: 200, body: { tenantId: tx.tenantId } };
  if (path === "/metadata/instance") {
    const id = parseId(vm.id),
      p = vm.body["properties"];
    return {
      status: 200,
      body: {
        compute: {
          azEnvironment: "AzurePublicCloud",
          location: vm.body["location"],
          name: vm.body["name"],
          osType: p.storageProfile.osDisk.osType,
          provider: "Microsoft.Compute",
          resourceGroupName: id.group,
          resourceId: vm.id,
          subscriptionId: id.subscription,
          vmId: p.vmId,
          vmSize: p.hardwareProfile.vmSize,
        },
        network: { interface: [] },
      },
    };
  }
  if (path !== "/metadata/identity/oauth2/token") return { status: 404, body: { error: "not_found" } };
  const resource = q.get("resource");
  if (!resource) return refuse("invalid_request", "Required query variable 'resource' is missing");
  const seen: Record<string, number> = vm.hidden?.["identityVisibleAt"] ?? {},
    identity: Body = vm.body["identity"] ?? {};
  const users = Object.entries<Body>(identity["userAssignedIdentities"] ?? {})
    .filter(([k]) => (seen[lower(k)] ?? 0) <= tx.now)
    .map(([id, v]) => ({ id, clientId: v["clientId"] as string, objectId: v["principalId"] as string }));
  const system =
    identity["principalId"] && (seen["system"] ?? 0) <= tx.now
      ? { id: vm.id, clientId: tx.invent.guid("clientId", vm.id), objectId: identity["principalId"] as string }
      : undefined;
  const client = q.get("client_id"),
    object = q.get("object_id"),
    byId = q.get("msi_res_id") ?? q.get("mi_res_id");
  const all = [...users, ...(system ? [system] : [])];
  let chosen: typeof system;
  if (client ?? object ?? byId)
    chosen = all.find(
      (u) =>
        (client && lower(u.clientId) === lower(client)) ||
        (object && lower(u.objectId) === lower(object)) ||
        (byId && lower(u.id) === lower(byId)),
    );
  else if (system) chosen = system;
  else if (users.length > 1)
    return refuse(
      "invalid_request",
      "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
    );
  else chosen = users[0];
  if (!chosen) return refuse("invalid_request", "Identity not found");
  if (!/^https:\/\/[^/]+\/?$/.test(resource))
    return refuse(
      "invalid_resource",
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${tx.tenantId}.`,
    );
  const t = issueToken(keys, {
    objectId: chosen.objectId,
    clientId: chosen.clientId,
    tenantId: tx.tenantId,
    audience: resource,
    lifetimeS: Math.floor(lifetimeMs / 1000),
    now: tx.now,
    appidacr: "2",
    resourceId: chosen.id,
  });
  return {
    status: 200,
    body: {
      access_token: t.token,
      client_id: chosen.clientId,
      expires_in: String(Math.max(0, t.exp - t.iat - 1)),
      expires_on: String(t.exp),
      ext_expires_in: String(Math.max(0, t.exp - t.iat - 1)),
      not_before: String(t.nbf),
      resource,
      token_type: "Bearer",
    },
  };
}
