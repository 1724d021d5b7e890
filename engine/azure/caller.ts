// Who the target takes the engine for, as its own token says.

import { isJsonObject } from "../value/json.ts";
import { type Target, tokenScope } from "./target.ts";

export interface Caller {
  /** Object id in Entra: the principal of role assignments. */
  readonly objectId: string;
  readonly tenantId: string;
  /** Application id. */
  readonly clientId?: string;
  /** A user's name, as a person knows it. */
  readonly name?: string;
}

/** Throws when the credential gives no token, or one that names nobody. */
export async function callerOf(target: Target): Promise<Caller> {
  // As the SDK clients ask, so that one token serves them all.
  const token = await target.credential.getToken(tokenScope(target), { enableCae: true });
  const claims = token === null ? undefined : claimsOf(token.token);
  if (claims === undefined) throw new Error("the credential's token does not say whose it is");
  return claims;
}

/** The claims are read, not believed: the target checks the signature, this only shows who it will see. */
export function claimsOf(token: string): Caller | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    if (!isJsonObject(claims)) return undefined;
    const { oid, tid, appid, upn, unique_name } = claims;
    if (typeof oid !== "string") return undefined;
    const name = upn ?? unique_name;
    return {
      objectId: oid,
      tenantId: typeof tid === "string" ? tid : "",
      ...(typeof appid === "string" && { clientId: appid }),
      ...(typeof name === "string" && { name }),
    };
  } catch {
    return undefined;
  }
}
