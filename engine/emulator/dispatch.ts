/** Which service a request is for, and its answer, errors among them. */
import { discovery } from "./discovery.ts";
import { entra } from "./entra/endpoints.ts";
import type { Keys } from "./entra/keys.ts";
import { arm } from "./gateway.ts";
import { graph } from "./graph.ts";
import type { GuestDoor } from "./guest/run-script.ts";
import type { Operator } from "./operator.ts";
import type { RequestLine } from "./request-line.ts";
import type { Charge } from "./throttling.ts";
import { Miss, type Transaction } from "./store.ts";
import { AzureError, type Answer } from "./wire.ts";

export interface DispatchedRequest {
  readonly line: RequestLine;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly requestId: string;
  readonly tx: Transaction;
  readonly keys: Keys;
  readonly operator: Operator;
  readonly guestDoor: GuestDoor;
  charge(objectId: string): Charge;
  /** Of tokens that are given; absent: as usual. */
  readonly lifetimeMs: number | undefined;
}

/** Throws a `Miss` and nothing else. What a refused request wrote is not kept. */
export function dispatch(r: DispatchedRequest): { readonly answer: Answer; readonly caller: string | null } {
  const { tx } = r;
  const writesBefore = new Map(tx.writes);
  let caller: string | null = null;
  try {
    return { answer: service(r, (objectId) => (caller = objectId)), caller };
  } catch (e) {
    if (e instanceof Miss) throw e;
    tx.writes.clear();
    for (const [id, entry] of writesBefore) tx.writes.set(id, entry);
    return { answer: e instanceof AzureError ? e.answer() : broken(e, r).answer(), caller };
  }
}

function service(r: DispatchedRequest, seen: (objectId: string) => void): Answer {
  const { tx, keys, operator, requestId, lifetimeMs, headers, body, guestDoor, charge } = r;
  const { method, path, query, origin } = r.line;
  const { tenantId, now } = tx;
  const authorization = headers["authorization"];
  const own = { keys, tenantId, now, origin, requestId, operator, method, query, body, authorization };
  return (
    entra(path, { ...own, ...(lifetimeMs !== undefined && { lifetimeMs }) }) ??
    discovery(method, path, origin, tenantId) ??
    graph({ method, path, query, authorization, body, origin, tx, keys, operator }) ??
    arm({ method, path, query, headers, body, origin, tx, keys, guestDoor, charge }, seen)
  );
}

/** A handler that trips over the type of a value was sent that value: Azure deserializes first and says so. */
function broken(thrown: unknown, { line: { method }, body }: DispatchedRequest): AzureError {
  const { message } = thrown as Error;
  const isOfBody = body !== "" && /^(PUT|PATCH|POST)$/.test(method);
  if (isOfBody && (thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError))
    return new AzureError(
      400,
      "InvalidRequestContent",
      `The request content was invalid and could not be deserialized: 'A value is not of the type that is expected there: ${message}.'.`,
    );
  return new AzureError(500, "InternalServerError", `The emulator failed: ${message}`);
}
