/** Tokens of a VM's identities: which one is meant, and what is said when none is or several are. */
import type { Keys } from "../entra/keys.ts";
import { describeFault, faultTime } from "../entra/refusal.ts";
import { isResource, unknownResource } from "../entra/resources.ts";
import { issueToken } from "../entra/tokens.ts";
import { lower } from "../resource-id.ts";
import type { Entry, Transaction } from "../store.ts";
import type { Answer, Body } from "../wire.ts";
import { refuse } from "./refusal.ts";

interface Identity {
  readonly id: string;
  readonly clientId: string;
  readonly objectId: string;
}

export function identityToken(
  tx: Transaction,
  vm: Entry,
  q: URLSearchParams,
  keys: Keys,
  lifetimeMs = 86_400_000,
): Answer {
  const resource = q.get("resource");
  if (!resource) return refuse("invalid_request", "Required query variable 'resource' is missing");
  const chosen = identityOf(tx, vm, q);
  if (typeof chosen === "string") return refuse("invalid_request", chosen);
  if (!isResource(resource)) {
    const trace = tx.invent.guid("trace", `${vm.id}|${resource}|${tx.now}`);
    const text = unknownResource(resource, tx.tenantId);
    return refuse("invalid_resource", describeFault(500011, text, trace, faultTime(tx.now)));
  }
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
  const expiresIn = String(Math.max(0, t.exp - t.iat - 1));
  return {
    status: 200,
    body: {
      access_token: t.token,
      client_id: chosen.clientId,
      expires_in: expiresIn,
      expires_on: String(t.exp),
      ext_expires_in: expiresIn,
      not_before: String(t.nbf),
      resource,
      token_type: "Bearer",
    },
  };
}

/** The identity that is meant, or why none is. The system's own goes first when none is named. */
function identityOf(tx: Transaction, vm: Entry, q: URLSearchParams): Identity | string {
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
  if (client ?? object ?? byId)
    return (
      [...users, ...(system ? [system] : [])].find(
        (u) =>
          (client === null || lower(u.clientId) === lower(client)) &&
          (object === null || lower(u.objectId) === lower(object)) &&
          (byId === null || lower(u.id) === lower(byId)),
      ) ?? "Identity not found"
    );
  if (system) return system;
  if (users.length > 1)
    return "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
  return users[0] ?? "Identity not found";
}
