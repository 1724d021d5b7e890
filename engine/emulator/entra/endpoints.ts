/** The sign-in service: discovery documents, keys and the client-credentials grant. */
import type { Answer, Body } from "../wire.ts";
import { jwks, type Keys } from "./keys.ts";
import { issueToken } from "./tokens.ts";

export interface EntraContext {
  keys: Keys;
  tenantId: string;
  now: number;
  origin: string;
  requestId: string;
  /** Of tokens; absent: an hour. */
  lifetimeMs?: number;
  operator: { clientId: string; clientSecret: string; objectId: string };
}

export function entra(
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
  ctx: EntraContext,
): Answer | undefined {
  if (path === "/common/discovery/instance") {
    const host = new URL(ctx.origin).host;
    if (!isKnownAuthority(query.get("authorization_endpoint"), host))
      return fault(ctx, 400, "invalid_instance", 50049, "Unknown or invalid instance.");
    return {
      status: 200,
      body: {
        tenant_discovery_endpoint: `${ctx.origin}/${ctx.tenantId}/v2.0/.well-known/openid-configuration`,
        "api-version": "1.1",
        metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
      },
    };
  }
  const m = /^\/([^/]+)\/(.*)$/.exec(path);
  if (!m) return undefined;
  const [, tenant = "", rest = ""] = m;
  if (!/^((v2\.0\/)?\.well-known\/openid-configuration|discovery\/(v2\.0\/)?keys|oauth2\/(v2\.0\/)?token)$/.test(rest))
    return undefined;
  if (tenant !== "adfs" && tenant.toLowerCase() !== ctx.tenantId.toLowerCase())
    return fault(
      ctx,
      400,
      "invalid_request",
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  const base = `${ctx.origin}/${tenant}`;
  if (rest.endsWith("openid-configuration"))
    return {
      status: 200,
      body: {
        token_endpoint: `${base}/oauth2/v2.0/token`,
        token_endpoint_auth_methods_supported: ["client_secret_post"],
        jwks_uri: `${ctx.origin}/${ctx.tenantId}/discovery/v2.0/keys`,
        issuer: `${ctx.origin}/${ctx.tenantId}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
        response_types_supported: ["code", "token"],
        subject_types_supported: ["pairwise"],
        id_token_signing_alg_values_supported: ["RS256"],
        tenant_region_scope: "NA",
        cloud_instance_name: "microsoftonline.com",
      },
    };
  if (rest.endsWith("keys")) return { status: 200, body: jwks(ctx.keys) };
  if (method !== "POST") return fault(ctx, 400, "invalid_request", 900561, "The endpoint only accepts POST requests.");
  const form = new URLSearchParams(body);
  const grant = form.get("grant_type"),
    client = form.get("client_id") ?? "";
  if (grant !== "client_credentials")
    return fault(
      ctx,
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${grant ?? ""}'.`,
    );
  if (client.toLowerCase() !== ctx.operator.clientId)
    return fault(
      ctx,
      400,
      "unauthorized_client",
      700016,
      `Application with identifier '${client}' was not found in the directory '${ctx.tenantId}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    );
  if (form.get("client_secret") !== ctx.operator.clientSecret)
    return fault(
      ctx,
      401,
      "invalid_client",
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`,
    );
  const scope = form.get("scope") ?? form.get("resource") ?? query.get("resource");
  if (!scope)
    return fault(
      ctx,
      400,
      "invalid_request",
      900144,
      "The request body must contain the following parameter: 'scope'.",
    );
  if (form.has("scope") && !scope.endsWith("/.default"))
    return fault(
      ctx,
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const audience = scope.replace(/\/\.default$/, "");
  const lifetimeS = Math.floor((ctx.lifetimeMs ?? 3_600_000) / 1000);
  const { token } = issueToken(ctx.keys, {
    ...ctx.operator,
    tenantId: ctx.tenantId,
    audience,
    lifetimeS,
    now: ctx.now,
    appidacr: "1",
  });
  const expires_in = Math.max(0, lifetimeS - 1);
  return { status: 200, body: { token_type: "Bearer", expires_in, ext_expires_in: expires_in, access_token: token } };
}
/** The emulator under any of its names, and Microsoft's own; without a question there is nothing to refuse. */
function isKnownAuthority(endpoint: string | null, host: string): boolean {
  if (endpoint === null || !URL.canParse(endpoint)) return endpoint === null;
  const asked = new URL(endpoint);
  return (
    asked.host === host || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|login\.microsoftonline\.com)$/.test(asked.hostname)
  );
}
/** As Entra words it, with where to look for it in its logs. */
export function describeFault(number: number, text: string, requestId: string, timestamp: string): string {
  return `AADSTS${number}: ${text}\r\nTrace ID: ${requestId}\r\nCorrelation ID: ${requestId}\r\nTimestamp: ${timestamp}`;
}
export const faultTime = (now: number): string => `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
function fault(ctx: EntraContext, status: number, error: string, number: number, text: string): Answer {
  const timestamp = faultTime(ctx.now);
  const body: Body = {
    error,
    error_description: describeFault(number, text, ctx.requestId, timestamp),
    error_codes: [number],
    timestamp,
    trace_id: ctx.requestId,
    correlation_id: ctx.requestId,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  };
  return { status, body };
}
