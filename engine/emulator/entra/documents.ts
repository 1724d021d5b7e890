/** What clients read before they sign in: which authority they talk to, where it gives tokens and who signs them. */
import type { Answer } from "../wire.ts";
import { jwks, type Keys } from "./keys.ts";
import { refuse, type Asked } from "./refusal.ts";
import { issuer } from "./tokens.ts";

interface Read extends Asked {
  readonly method: string;
  readonly origin: string;
  readonly tenantId: string;
  readonly keys: Keys;
}

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and the older names of the public one. */
const authorities = new Set([
  "login.microsoftonline.com",
  "login.windows.net",
  "login.microsoft.com",
  "sts.windows.net",
  "login.microsoftonline.us",
  "login-us.microsoftonline.com",
  "login.usgovcloudapi.net",
  "login.partner.microsoftonline.cn",
  "login.chinacloudapi.cn",
]);

/** `asked` is the authority that a client wants to be told of; absent: this one. */
export function instanceDocument(r: Read, asked: string | null): Answer {
  const refusal = onlyGet(r);
  if (refusal) return refusal;
  const { host } = new URL(r.origin);
  if (asked !== null && !isKnownAuthority(asked, host))
    return refuse(r, 400, "invalid_instance", 50049, "Unknown or invalid instance.");
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${r.origin}/${r.tenantId}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  };
}

/**
 * `tenant` as in the path; `rest` is what follows it. Access tokens for Resource Manager and Graph are of version 1.0, so the
 * document of that version names who issues them; that of v2.0 names the issuer of tokens of version 2.0, as on Azure.
 */
export function openIdDocument(r: Read, tenant: string, rest: string): Answer {
  const refusal = onlyGet(r);
  if (refusal) return refusal;
  if (rest.endsWith("keys")) return { status: 200, body: jwks(r.keys) };
  const base = `${r.origin}/${tenant}`;
  const isAdfs = tenant === "adfs";
  const isV2 = rest.startsWith("v2.0/");
  const oauth = `${base}/oauth2${isV2 || isAdfs ? "/v2.0" : ""}`;
  return {
    status: 200,
    body: {
      token_endpoint: `${oauth}/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      jwks_uri: `${r.origin}/${r.tenantId}/discovery/${isV2 ? "v2.0/" : ""}keys`,
      issuer: isV2 ? `${r.origin}/${r.tenantId}/v2.0` : issuer(r.tenantId),
      // Clients of Microsoft's refuse a document without these two; whoever asks there is told that they are not served.
      authorization_endpoint: `${oauth}/authorize`,
      device_authorization_endpoint: `${oauth}/devicecode`,
      response_types_supported: ["code", "token"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      tenant_region_scope: "NA",
      cloud_instance_name: "microsoftonline.com",
    },
  };
}

/** The emulator under any of its names, and Microsoft's own. */
function isKnownAuthority(asked: string, own: string): boolean {
  if (!URL.canParse(asked)) return false;
  const { host, hostname } = new URL(asked);
  return host === own || authorities.has(host) || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function onlyGet(r: Read): Answer | undefined {
  if (r.method === "GET" || r.method === "HEAD") return undefined;
  const text = `The endpoint only accepts GET requests. Received a ${r.method} request.`;
  return { ...refuse(r, 405, "invalid_request", 900561, text), headers: { allow: "GET, HEAD" } };
}
