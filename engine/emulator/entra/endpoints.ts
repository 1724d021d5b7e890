/** The sign-in service: its documents, the client-credentials grant, and what it says to whoever wants more. */
import type { Answer } from "../wire.ts";
import { instanceDocument, openIdDocument } from "./documents.ts";
import type { Keys } from "./keys.ts";
import { notServed, refuse } from "./refusal.ts";
import { isResource, unknownResource } from "./resources.ts";
import { issueToken } from "./tokens.ts";

export interface EntraContext {
  method: string;
  query: URLSearchParams;
  body: string;
  authorization: string | undefined;
  keys: Keys;
  tenantId: string;
  now: number;
  origin: string;
  requestId: string;
  /** Of tokens; absent: an hour. */
  lifetimeMs?: number;
  operator: { clientId: string; clientSecret: string; objectId: string };
}

/** `undefined`: not a path of this service's. */
export function entra(path: string, ctx: EntraContext): Answer | undefined {
  if (path === "/common/discovery/instance") return instanceDocument(ctx, ctx.query.get("authorization_endpoint"));
  const [, tenant = "", rest = ""] = /^\/([^/]+)\/(.*)$/.exec(path) ?? [];
  const isDocument = /^((v2\.0\/)?\.well-known\/openid-configuration|discovery\/(v2\.0\/)?keys)$/.test(rest);
  if (!isDocument && !/^oauth2\/./.test(rest)) return undefined;
  const isToken = /^oauth2\/(v2\.0\/)?token$/.test(rest);
  if (!isDocument && !isToken) return notServed(`${ctx.method} ${rest} of sign-in: it signs in clients with a secret`);
  if (tenant !== "adfs" && tenant.toLowerCase() !== ctx.tenantId.toLowerCase())
    return refuse(
      ctx,
      400,
      "invalid_request",
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  return isDocument ? openIdDocument(ctx, tenant, rest) : token(ctx);
}

function token(ctx: EntraContext): Answer {
  const fault = (status: number, error: string, number: number, text: string): Answer =>
    refuse(ctx, status, error, number, text);
  const missing = (name: string): Answer =>
    fault(400, "invalid_request", 900144, `The request body must contain the following parameter: '${name}'.`);
  if (ctx.method !== "POST")
    return fault(
      400,
      "invalid_request",
      900561,
      `The endpoint only accepts POST requests. Received a ${ctx.method} request.`,
    );
  const form = new URLSearchParams(ctx.body);
  const basic = basicOf(ctx.authorization);
  const grant = form.get("grant_type");
  if (grant === null) return missing("grant_type");
  if (grant !== "client_credentials")
    return fault(400, "unsupported_grant_type", 70003, `The app requested an unsupported grant type '${grant}'.`);
  const client = form.get("client_id") ?? basic?.[0];
  if (!client) return missing("client_id");
  if (client.toLowerCase() !== ctx.operator.clientId)
    return fault(
      400,
      "unauthorized_client",
      700016,
      `Application with identifier '${client}' was not found in the directory '${ctx.tenantId}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    );
  const secret = form.get("client_secret") ?? basic?.[1];
  if (!secret && form.has("client_assertion")) return notServed("client assertions: use the client secret");
  if (!secret)
    return fault(
      401,
      "invalid_client",
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  if (secret !== ctx.operator.clientSecret)
    return fault(
      401,
      "invalid_client",
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`,
    );
  const scope = form.get("scope") ?? form.get("resource") ?? ctx.query.get("resource");
  if (!scope) return missing("scope");
  if (form.has("scope") && !scope.endsWith("/.default"))
    return fault(
      400,
      "invalid_scope",
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const audience = scope.replace(/\/\.default$/, "");
  if (!isResource(audience, ctx.origin))
    return fault(400, "invalid_resource", 500011, unknownResource(audience, ctx.tenantId));
  const lifetimeS = Math.floor((ctx.lifetimeMs ?? 3_600_000) / 1000);
  const { token: access_token } = issueToken(ctx.keys, {
    ...ctx.operator,
    tenantId: ctx.tenantId,
    audience,
    lifetimeS,
    now: ctx.now,
    appidacr: "1",
  });
  const expires_in = Math.max(0, lifetimeS - 1);
  return { status: 200, body: { token_type: "Bearer", expires_in, ext_expires_in: expires_in, access_token } };
}

/** A client's id and secret, each encoded as in a form: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function basicOf(header: string | undefined): readonly [id: string, secret: string] | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const decoded = (text: string): string => new URLSearchParams(`x=${text}`).get("x") ?? "";
  return [decoded(id), decoded(secret.join(":"))];
}
