// One SDK call: what it may send, what it was answered, and Azure's own error when it was refused.

import { type Failure, OperationError } from "../run/failure.ts";
import type { Vault } from "../run/vault.ts";
import { isJsonObject, type JsonObject } from "../value/json.ts";
import type { Clients } from "./clients.ts";
import type { SealingKeys } from "./guest/sealing-key.ts";
import type { Target } from "./target.ts";
import { type Exchange, exchanging, REQUEST_TIMEOUT_MS, type WireResponse, type WireTap } from "./wire.ts";

export interface CallContext {
  readonly clients: Clients;
  readonly vault: Vault;
  readonly target: Target;
  readonly sealingKeys: SealingKeys;
  /** Of the activity that is performed; absent outside of any. */
  readonly key?: string;
  readonly tap?: WireTap;
  /** Breaks a request off when it is aborted. */
  readonly givenUp?: AbortSignal;
}

/** Makes an SDK call; gives the last answer as it was on the wire, or throws Azure's own error. */
export async function call(
  context: Pick<CallContext, "vault" | "key" | "tap" | "givenUp">,
  how: Pick<Exchange, "apiVersion" | "body" | "token">,
  sdkCall: () => Promise<unknown>,
): Promise<WireResponse> {
  const response = await unredactedCall(context, how, sdkCall);
  return { ...response, body: context.vault.redactJson(response.body) };
}

/**
 * As `call`, for an answer with sealed text in it, which redacting could damage. Whoever calls it must let nothing out
 * that was not opened and redacted.
 */
export async function unredactedCall(
  context: Pick<CallContext, "vault" | "key" | "tap" | "givenUp">,
  how: Pick<Exchange, "apiVersion" | "body" | "token">,
  sdkCall: () => Promise<unknown>,
): Promise<WireResponse> {
  const { vault, key, tap, givenUp } = context;
  const exchange: Exchange = {
    ...how,
    vault,
    ...(key !== undefined && { key }),
    ...(tap && { tap }),
    ...(givenUp && { givenUp }),
  };
  try {
    await exchanging(exchange, sdkCall);
  } catch (thrown) {
    // Refused on this side of the wire.
    if (thrown instanceof OperationError) throw thrown;
    throw new OperationError(azureFailure(thrown, exchange.response, context.vault));
  }
  if (exchange.response === undefined) throw new Error("the SDK sent no request");
  return exchange.response;
}

/** Azure's code and message from the answer's body; for a failed operation they are in a body of status 200. */
function azureFailure(thrown: unknown, response: WireResponse | undefined, vault: Vault): Failure {
  const body = isJsonObject(response?.body ?? null) ? (response?.body as JsonObject) : {};
  const error = isJsonObject(body["error"] ?? null) ? (body["error"] as JsonObject) : undefined;
  if (response !== undefined && error !== undefined) {
    return {
      origin: "azure",
      message: vault.redact(String(error["message"] ?? `HTTP ${response.status}`)),
      code: String(error["code"] ?? "Unknown"),
      ...(response.status >= 400 && { status: response.status }),
      ...(response.requestId !== "" && { requestId: response.requestId }),
      ...(response.retryAfterMs !== undefined && { retryAfterMs: response.retryAfterMs }),
    };
  }
  const { code, statusCode, message, name } = thrown as Readonly<Record<string, unknown>>;
  if (response === undefined && name === "AbortError") {
    return { origin: "internal", code: "ETIMEDOUT", message: `no answer within ${REQUEST_TIMEOUT_MS / 1000} s` };
  }
  return {
    origin: response === undefined ? "internal" : "azure",
    message: vault.redact(typeof message === "string" ? message : String(thrown)),
    ...(typeof code === "string" && { code }),
    ...(typeof statusCode === "number" && { status: statusCode }),
    ...(response !== undefined && response.requestId !== "" && { requestId: response.requestId }),
  };
}
