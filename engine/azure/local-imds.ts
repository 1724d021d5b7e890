// A token from the IMDS of the machine that the engine runs on.

import { OperationError } from "../run/failure.ts";
import type { IdentitySelector } from "../steps/operation.ts";
import type { CallContext } from "./sdk-call.ts";
import { tokenResource } from "./target.ts";

/** Honours AZURE_POD_IDENTITY_AUTHORITY_HOST, which replaces http://169.254.169.254 (`@azure/identity`). */
export async function localToken(
  input: { readonly resource?: string; readonly identity?: IdentitySelector },
  context: CallContext,
  key: string,
): Promise<unknown> {
  const { target, vault } = context;
  const { resource = tokenResource(target), identity } = input;
  if (!target.localImds) {
    throw new OperationError({
      origin: "guest",
      message: "the machine that the engine runs on is not a VM of the emulator, so it has no IMDS",
      hint: "name a VM of the runbook with `vm`",
    });
  }
  const { ManagedIdentityCredential } = await import("@azure/identity");
  const credential = new ManagedIdentityCredential(
    ...((identity === undefined ? [] : [identity]) as [{ clientId: string }]),
  );
  try {
    const token = await credential.getToken(`${resource.replace(/\/$/, "")}/.default`);
    return {
      access_token: vault.put(`${key}#/access_token`, token.token),
      expires_on: String(Math.floor(token.expiresOnTimestamp / 1000)),
      resource,
      token_type: "Bearer",
    };
  } catch (thrown) {
    const message = vault.redact(thrown instanceof Error ? thrown.message : String(thrown));
    throw new OperationError({ origin: "guest", code: "ManagedIdentityUnavailable", message });
  }
}
