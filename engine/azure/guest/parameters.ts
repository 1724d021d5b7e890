// What the constant script in a VM is told. See PROTOCOL.md: every value is harmless to the shells that it passes through.

import type { GuestRunInput } from "../../run/activities.ts";
import type { IdentitySelector } from "../../steps/operation.ts";
import { type Secret, secretText } from "../../value/secret.ts";

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export interface GuestParameters {
  readonly plain: readonly Parameter[];
  /** The token of a request that does not get its own in the VM. */
  readonly token?: Secret;
}

/** Parameters that are new for every process and request; all others follow from what the step asked for. */
export const FRESH_PARAMETERS: ReadonlySet<string> = new Set(["rbId", "rbKey"]);

/** Requests at most: with waits of 1, 2, 4 … s between them, longer than the 70 s for which IMDS may answer 410. */
const TRIES = 7;
const TIMEOUT_S = 20;
/**
 * At which IMDS is worth another try, by
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance.
 */
const IMDS_RETRY = [404, 410, 429, 500, 502, 503, 504];

export function guestParameters(
  request: GuestRunInput["request"],
  how: {
    readonly id: string;
    readonly rbKey: string;
    readonly resourceManager: string;
    readonly tokenResource: string;
  },
): GuestParameters {
  const common = { rbId: how.id, rbKey: how.rbKey, rbTries: `n${TRIES}`, rbTimeout: `n${TIMEOUT_S}` };
  const imds = (of: { readonly resource?: string; readonly identity?: IdentitySelector }): Record<string, string> => ({
    rbImds: encodeUrl(imdsUrl(of.resource ?? how.tokenResource, of.identity)),
    rbRetry: `s${IMDS_RETRY.join(".")}`,
  });
  if (request.kind === "token") return { plain: listed({ rbMode: "imds", ...common, ...imds(request) }) };
  const rbArm = encodeUrl(armUrl(how.resourceManager, request.path, request.apiVersion));
  const { token } = request;
  if (token.from === "imds") return { plain: listed({ rbMode: "chain", ...common, ...imds(token), rbArm }) };
  return { plain: listed({ rbMode: "arm", ...common, rbArm }), token: secretText`t${token.token}` };
}

/** The address of IMDS inside of every VM; nothing on this side ever connects to it. */
const IMDS_TOKEN = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

function imdsUrl(resource: string, identity?: IdentitySelector): string {
  const selector =
    identity === undefined
      ? ""
      : "clientId" in identity
        ? `&client_id=${encode(identity.clientId)}`
        : "objectId" in identity
          ? `&object_id=${encode(identity.objectId)}`
          : `&msi_res_id=${encode(identity.resourceId)}`;
  return `${IMDS_TOKEN}&resource=${encode(resource)}${selector}`;
}

function armUrl(resourceManager: string, path: string, apiVersion: string): string {
  const [pathname = "", query] = path.split(/\?(.*)/s, 2);
  const encoded = pathname.split("/").map(encode).join("/");
  return `${resourceManager}${encoded}?${query === undefined ? "" : `${encodeQuery(query)}&`}api-version=${encode(apiVersion)}`;
}

/** Leaves only characters that the guest lets through; `'` is one that `encodeURIComponent` keeps. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[^A-Za-z0-9%._~()*!-]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
/** A query that an author wrote: its separators and escapes stay. */
const encodeQuery = (text: string): string => text.replaceAll(/[^A-Za-z0-9:/?&=%._~,;@+$!*()-]+/g, encode);

const encodeUrl = (url: string): string => `u${Buffer.from(url).toString("base64url")}`;

function listed(values: Record<string, string>): Parameter[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
