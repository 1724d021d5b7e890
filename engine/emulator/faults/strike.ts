/** What the faults that strike a request do to it: before it is handled, to what its handling wrote, and to its answer. */
import { lower, parseId } from "../resource-id.ts";
import type { Transaction } from "../store.ts";
import { AzureError, gatewayError, type Answer } from "../wire.ts";
import type { Fault, FaultOf } from "./kinds.ts";
import type { SeenRequest } from "./pattern.ts";

/** The connection breaks off: the client gets no answer, as from a socket that was reset. */
export class ConnectionReset extends Error {
  override readonly name = "ConnectionReset";
  readonly code = "ECONNRESET";
  constructor() {
    super("read ECONNRESET");
  }
}

export type Outcome = Answer | "reset";

/** How long the answer is held back. */
export function delayOf(faults: readonly Fault[]): number {
  return faults.reduce((sum, fault) => sum + (fault.kind === "slow" ? (fault.delayMs ?? 5000) : 0), 0);
}

/** How long a token lives that is given now; absent: as usual. */
export function lifetimeOf(faults: readonly Fault[]): number | undefined {
  const found = faults.find((fault): fault is FaultOf<"token-expires"> => fault.kind === "token-expires");
  return found && (found.lifetimeMs ?? 1000);
}

export const agentIsReady = (faults: readonly Fault[]): boolean =>
  !faults.some(({ kind }) => kind === "agent-not-ready");

/** What the client gets instead of an answer at that moment; the first fault that has something to say decides. */
export function outcomeOf(
  faults: readonly Fault[],
  moment: "before" | "after",
  request: SeenRequest,
  now: number,
): Outcome | undefined {
  for (const fault of faults) {
    const outcome = outcomeOfOne(fault, moment, request, now);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function outcomeOfOne(
  fault: Fault,
  moment: "before" | "after",
  request: SeenRequest,
  now: number,
): Outcome | undefined {
  switch (fault.kind) {
    case "reset":
      return (fault.when ?? "before") === moment ? "reset" : undefined;
    case "fail":
      return (fault.when ?? "before") === moment
        ? failure(request, fault.status ?? 500, fault.code, fault.message)
        : undefined;
    case "throttle":
      return moment === "before" ? throttled(request, fault.retryAfterMs ?? 1000) : undefined;
    case "imds":
      return moment === "before" ? failure(request, fault.status ?? 410) : undefined;
    case "token-expires":
      return moment === "before" && !/^(Entra|Imds)\//.test(request.operation)
        ? expired(now - (fault.lifetimeMs ?? 1000), now)
        : undefined;
    default:
      return undefined;
  }
}

const codes: Readonly<Record<number, readonly [arm: string, oauth: string]>> = {
  400: ["BadRequest", "invalid_request"],
  401: ["InvalidAuthenticationToken", "invalid_client"],
  403: ["AuthorizationFailed", "access_denied"],
  404: ["NotFound", "not_found"],
  408: ["RequestTimeout", "server_error"],
  409: ["Conflict", "invalid_request"],
  410: ["Gone", "gone"],
  412: ["PreconditionFailed", "invalid_request"],
  429: ["TooManyRequests", "too_many_requests"],
  500: ["InternalServerError", "server_error"],
  502: ["BadGateway", "server_error"],
  503: ["ServiceUnavailable", "service_unavailable"],
  504: ["GatewayTimeout", "server_error"],
};

/** In the form of the service that was asked. */
function failure({ operation }: SeenRequest, status: number, code?: string, message?: string): Answer {
  const text = message ?? `The emulator was told to answer this request with ${status}.`;
  const [arm, oauth] =
    codes[status] ?? (status < 500 ? ["BadRequest", "invalid_request"] : ["InternalServerError", "server_error"]);
  if (/^(Imds|Entra)\//.test(operation)) return { status, body: { error: code ?? oauth, error_description: text } };
  // What is not there, or does not answer, is missed by the front door.
  if (status >= 502) return gatewayError(status, code ?? arm, text).answer();
  return new AzureError(status, code ?? arm, text).answer();
}

function throttled(request: SeenRequest, retryAfterMs: number): Answer {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const { subscription = "", group, namespace, types } = parseId(request.path);
  // Azure names a request by the parts of its path that are the same for all.
  const parts = [group === undefined ? "" : "resourceGroups", namespace === undefined ? "" : `providers/${namespace}`];
  const asked = [request.method, "subscriptions", ...parts, ...(namespace === undefined ? [] : types)]
    .filter((part) => part !== "")
    .join("/")
    .toUpperCase();
  const answer = failure(
    request,
    429,
    /^(Imds|Entra)\//.test(request.operation) ? undefined : "SubscriptionRequestsThrottled",
    `Number of requests for subscription '${subscription}' and operation '${asked}' exceeded the backend storage limit. Please try again after '${seconds}' seconds.`,
  );
  const headers = {
    "retry-after": String(seconds),
    ...(retryAfterMs % 1000 !== 0 && { "x-ms-retry-after-ms": String(retryAfterMs) }),
  };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function expired(at: number, now: number): Answer {
  const date = (ms: number): string =>
    new Date(ms).toLocaleString("en-US", { timeZone: "UTC" }).replace(",", "").replaceAll("\u202f", " ");
  return gatewayError(
    401,
    "ExpiredAuthenticationToken",
    `The access token expiry UTC time '${date(at)}' is earlier than current UTC time '${date(now)}'.`,
    {},
    {
      "www-authenticate": 'Bearer error="invalid_token", error_description="The access token has expired."',
    },
  ).answer();
}

/** Whether the handling of a request began an asynchronous operation, or wrote what is seen later elsewhere. */
export function effectsOf(tx: Transaction): { readonly begins: boolean; readonly spreads: boolean } {
  let begins = false;
  let spreads = false;
  for (const entry of tx.writes.values()) {
    if (entry?.hidden?.["kind"] === "operation") begins = true;
    if ((entry?.visibleAt ?? 0) > tx.now || newIdentities(entry?.hidden, tx.now).length > 0) spreads = true;
  }
  return { begins, spreads };
}

/** A time so far off that nobody sees it; JSON has no infinity. */
const never = Number.MAX_SAFE_INTEGER;

/** Changes what a request for `path` wrote, before it is kept. */
export function alter(tx: Transaction, faults: readonly Fault[], path: string): void {
  for (const fault of faults) {
    for (const [key, entry] of tx.writes) {
      if (!entry) continue;
      const isOperation = entry.hidden?.["kind"] === "operation";
      if (fault.kind === "operation-lost" && isOperation) tx.writes.set(key, null);
      else if (fault.kind === "operation-hangs") {
        const until = (at: number): number => (fault.delayMs === undefined ? never : at + fault.delayMs);
        const settles = isOperation || (entry.readyAt ?? 0) > tx.now;
        if (settles) tx.writes.set(key, { ...entry, readyAt: until(entry.readyAt ?? tx.now) });
        else if ((entry.goneAt ?? 0) > tx.now) tx.writes.set(key, { ...entry, goneAt: until(entry.goneAt ?? tx.now) });
        // The command goes on running, and the VM takes no other.
        const runUntil = Number(entry.hidden?.["runUntil"] ?? 0);
        if (runUntil > tx.now) tx.writes.set(key, { ...entry, hidden: { ...entry.hidden, runUntil: until(runUntil) } });
      } else if (fault.kind === "operation-fails" || fault.kind === "operation-canceled") {
        const [ending, code, verb] =
          fault.kind === "operation-fails"
            ? (["Failed", "InternalExecutionError", "fail"] as const)
            : (["Canceled", "OperationPreempted", "be canceled"] as const);
        const error = {
          code: fault.code ?? code,
          message: fault.message ?? `The emulator was told to let this operation ${verb}.`,
        };
        if (isOperation) tx.writes.set(key, { ...entry, hidden: { ...entry.hidden, error, ending, output: null } });
        // A disk that was made for a VM is there and whole, though its VM is not.
        else if (entry.hidden?.["owner"] !== undefined && key !== lower(path)) continue;
        else if ((entry.readyAt ?? 0) > tx.now) tx.writes.set(key, { ...entry, ended: ending });
        else if ((entry.goneAt ?? 0) > tx.now) {
          // What could not be deleted is still there.
          const { goneAt, ...kept } = entry;
          tx.writes.set(key, { ...kept, readyAt: goneAt ?? tx.now, pending: "Deleting", ended: ending });
        }
      } else if (fault.kind === "propagation") {
        const later = fault.delayMs ?? 60_000;
        const hidden = { ...entry.hidden };
        const fresh = newIdentities(entry.hidden, tx.now);
        if (fresh.length > 0)
          hidden["identityVisibleAt"] = {
            ...hidden["identityVisibleAt"],
            ...Object.fromEntries(fresh.map(([id, at]) => [id, at + later])),
          };
        const seen = (entry.visibleAt ?? 0) > tx.now ? { visibleAt: (entry.visibleAt ?? 0) + later } : {};
        tx.writes.set(key, { ...entry, ...seen, ...(entry.hidden && { hidden }) });
      }
    }
  }
}

function newIdentities(
  hidden: Readonly<Record<string, unknown>> | undefined,
  now: number,
): readonly (readonly [string, number])[] {
  const seen = (hidden?.["identityVisibleAt"] ?? {}) as Readonly<Record<string, number>>;
  return Object.entries(seen).filter(([, at]) => at > now);
}
