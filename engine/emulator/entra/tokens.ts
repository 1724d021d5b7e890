/** Access tokens: version 1.0 claims, RS256. */
import { createHash, sign, verify } from "node:crypto";
import { AzureError, gatewayError } from "../wire.ts";
import type { Caller } from "../rbac/evaluate.ts";
import type { Keys } from "./keys.ts";

export interface TokenSubject {
  objectId: string;
  clientId: string;
  tenantId: string;
  audience: string;
  lifetimeS: number;
  now: number;
  appidacr: "1" | "2";
  resourceId?: string;
}
const encode = (v: unknown): string => Buffer.from(JSON.stringify(v)).toString("base64url");
export const issuer = (tenant: string): string => `https://sts.windows.net/${tenant}/`;

export function issueToken(keys: Keys, of: TokenSubject): { token: string; iat: number; nbf: number; exp: number } {
  const iat = Math.floor(of.now / 1000),
    nbf = iat - 300,
    exp = iat + of.lifetimeS;
  const mark = createHash("sha256").update(`${of.objectId}|${of.audience}|${of.now}`).digest("base64url");
  const claims = {
    aud: of.audience,
    iss: issuer(of.tenantId),
    iat,
    nbf,
    exp,
    aio: mark.slice(0, 32),
    appid: of.clientId,
    appidacr: of.appidacr,
    idp: issuer(of.tenantId),
    idtyp: "app",
    oid: of.objectId,
    rh: `0.${mark.slice(0, 20)}.`,
    sub: of.objectId,
    tid: of.tenantId,
    uti: mark.slice(20, 42),
    ver: "1.0",
    ...(of.resourceId ? { xms_mirid: of.resourceId } : {}),
    xms_idrel: "7 30",
  };
  const head = `${encode({ typ: "JWT", alg: "RS256", x5t: keys.kid, kid: keys.kid })}.${encode(claims)}`;
  return {
    token: `${head}.${sign("sha256", Buffer.from(head), keys.privateKey).toString("base64url")}`,
    iat,
    nbf,
    exp,
  };
}

const audiences = [
  "https://management.core.windows.net/",
  "https://management.core.windows.net",
  "https://management.azure.com/",
  "https://management.azure.com",
];
const usDate = (ms: number): string =>
  new Date(ms).toLocaleString("en-US", { timeZone: "UTC" }).replace(",", "").replaceAll("\u202f", " ");
const refuse = (tenant: string, code: string, message: string, why: string): AzureError =>
  gatewayError(
    401,
    code,
    message,
    {},
    {
      "www-authenticate": `Bearer authorization_uri="https://login.windows.net/${tenant}", error="invalid_token", error_description="${why}"`,
    },
  );

/** Checked once: a signature costs more than all else that a request asks for. Whether a token is still good is no part of it. */
const known = new WeakMap<Keys, Map<string, Readonly<Record<string, unknown>>>>();
const mostKnown = 1000;

/** The claims of a token that these keys signed. */
function verifiedClaims(keys: Keys, token: string): Readonly<Record<string, unknown>> | undefined {
  let ofKeys = known.get(keys);
  if (ofKeys === undefined) known.set(keys, (ofKeys = new Map()));
  const before = ofKeys.get(token);
  if (before !== undefined) return before;
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const [head = "", body = "", signature = ""] = parts;
  const decoded = (text: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;
  try {
    const isSigned =
      decoded(head)["alg"] === "RS256" &&
      verify("sha256", Buffer.from(`${head}.${body}`), keys.publicKey, Buffer.from(signature, "base64url"));
    if (!isSigned) return undefined;
    const claims = decoded(body);
    if (ofKeys.size >= mostKnown) ofKeys.clear();
    ofKeys.set(token, claims);
    return claims;
  } catch {
    return undefined;
  }
}

const graphAudiences = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

/**
 * Lets through whom Graph lets through. `origin` is an audience too: `az` takes the address that its description of a cloud
 * gives for Graph.
 */
export function requireGraphToken(keys: Keys, tenant: string, header: string | undefined, now: number, origin: string) {
  const invalid = (message: string): AzureError => new AzureError(401, "InvalidAuthenticationToken", message);
  if (!header) throw invalid("Access token is empty.");
  const claims = verifiedClaims(keys, /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? "");
  if (claims === undefined || claims["iss"] !== issuer(tenant)) throw invalid("Access token validation failure.");
  const aud = String(claims["aud"]).replace(/\/+$/, "");
  if (!graphAudiences.includes(aud) && aud !== origin)
    throw invalid("Access token validation failure. Invalid audience.");
  if (Number(claims["exp"]) * 1000 < now) throw invalid("Lifetime validation failed, the token is expired.");
}

/** The caller behind an `Authorization` header, as Resource Manager checks it. `origin` is an audience too: some clients ask for a token for the endpoint they call. */
export function callerOf(keys: Keys, tenant: string, header: string | undefined, now: number, origin: string): Caller {
  if (!header)
    throw refuse(
      tenant,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
      "The authentication failed because of missing 'Authorization' header.",
    );
  const invalid = () =>
    refuse(tenant, "InvalidAuthenticationToken", "The access token is invalid.", "The access token is invalid.");
  const claims = verifiedClaims(keys, /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? "");
  if (claims === undefined) throw invalid();
  if (claims["iss"] !== issuer(tenant))
    throw refuse(
      tenant,
      "InvalidAuthenticationTokenTenant",
      `The access token is from the wrong issuer '${String(claims["iss"])}'. It must match the tenant '${issuer(tenant)}' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${tenant}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
      "The access token is from the wrong issuer.",
    );
  const aud = String(claims["aud"]);
  if (!audiences.includes(aud) && aud.replace(/\/$/, "") !== origin)
    throw refuse(
      tenant,
      "InvalidAuthenticationTokenAudience",
      `The access token has been obtained for wrong audience or resource '${aud}'. It should exactly match with one of the allowed audiences ${audiences.map((a) => `'${a}'`).join(",")}.`,
      "The access token has been obtained from wrong audience or resource.",
    );
  const exp = Number(claims["exp"]) * 1000;
  if (exp < now)
    throw refuse(
      tenant,
      "ExpiredAuthenticationToken",
      `The access token expiry UTC time '${usDate(exp)}' is earlier than current UTC time '${usDate(now)}'.`,
      "The access token has expired.",
    );
  if (typeof claims["oid"] !== "string")
    throw refuse(
      tenant,
      "InvalidAuthenticationToken",
      "The received access token is not valid: at least one of the claims 'puid' or 'altsecid' or 'oid' should be present. If you are accessing as an application please make sure service principal is properly created in the tenant.",
      "The access token is invalid.",
    );
  return { objectId: claims["oid"], clientId: String(claims["appid"]) };
}
