// Which failures are worth another attempt, and when. Pure; nothing sleeps here.

import type { Failure } from "./failure.ts";
import type { RetryPolicy } from "./scheduled-step.ts";

/** What this run did that Azure may not show everywhere yet. Only that makes a refusal worth waiting for. */
export interface RecentWrites {
  /** Ids of principals that this run created, lower case. */
  readonly principals: Set<string>;
  /** Principals that this run granted a role. */
  readonly grants: Set<string>;
  /** VMs whose identities this run changed, lower case ids. */
  readonly identities: Set<string>;
}

/** Attempts at one request, the first included. */
export const MAX_ATTEMPTS = 6;

/**
 * The delay in milliseconds before the next attempt after a transient failure, or `undefined`: never. `repeatable` is
 * false for a POST whose effect a second one would repeat; such a request is sent again only when Azure says that it
 * was not accepted (429).
 */
export function transientDelayMs(failure: Failure, attempt: number, repeatable: boolean): number | undefined {
  if (attempt >= MAX_ATTEMPTS) return undefined;
  const backoff = Math.min(1000 * 2 ** (attempt - 1), 32_000);
  const asked = failure.retryAfterMs ?? backoff;
  if (failure.status === 429) return asked;
  if (!repeatable) return undefined;
  if (failure.status === undefined)
    return failure.code !== undefined && NETWORK.has(failure.code) ? backoff : undefined;
  const transient =
    failure.status === 408 || (failure.status >= 500 && failure.status !== 501 && failure.status !== 505);
  return transient || BUSY.has(failure.code ?? "") ? asked : undefined;
}

const NETWORK: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EPIPE",
  "EAI_AGAIN",
]);
/** Azure is busy with this or a dependent resource; see the error lists of Microsoft.Network and Microsoft.Compute. */
const BUSY: ReadonlySet<string> = new Set(["AnotherOperationInProgress", "RetryableErrorDueToAnotherOperation"]);

/** The delay before a step is tried again by the policy that its author wrote, or `undefined`: not again. */
export function stepRetryDelayMs(failure: Failure, attempt: number, policy: RetryPolicy): number | undefined {
  if (attempt >= policy.attempts || failure.origin === "internal" || failure.origin === "interrupted") return undefined;
  if (policy.on !== undefined && !policy.on.some((one) => isOfKind(failure, one))) return undefined;
  return policy.delaysMs[Math.min(attempt, policy.delaysMs.length) - 1] ?? 0;
}

function isOfKind({ code, status }: Failure, kind: string): boolean {
  if (/^[1-5]xx$/i.test(kind)) return status !== undefined && Math.floor(status / 100) === Number(kind.charAt(0));
  return kind === String(status) || kind.toLowerCase() === code?.toLowerCase();
}

/** Ten minutes: how long a role assignment may take by Azure's troubleshooting guide for role-based access control. */
export const PROPAGATION_LIMIT_MS = 600_000;

/**
 * The delay before the next attempt when a failure says that something this run just wrote is not visible yet, or
 * `undefined` when it says anything else. Starts at half a second and doubles up to 15 s.
 */
export function propagationDelayMs(
  failure: Failure,
  attempt: number,
  waitedMs: number,
  subject: { readonly vm?: string; readonly principal?: string },
  recent: RecentWrites,
): number | undefined {
  if (waitedMs >= PROPAGATION_LIMIT_MS || !awaited(failure, subject, recent)) return undefined;
  return Math.min(500 * 2 ** (attempt - 1), 15_000);
}

/** Half an hour: a Run Command of somebody else's may take 90 minutes, but few do. */
export const BUSY_LIMIT_MS = 1_800_000;

/** The delay before a VM is asked again that runs another command now: it runs one at a time. */
export function busyDelayMs(failure: Failure, attempt: number, waitedMs: number): number | undefined {
  const isBusy = failure.origin === "azure" && failure.status === 409 && failure.code === "Conflict";
  if (!isBusy || waitedMs >= BUSY_LIMIT_MS) return undefined;
  return Math.min(500 * 2 ** (attempt - 1), 15_000);
}

function awaited(
  failure: Failure,
  subject: { readonly vm?: string; readonly principal?: string },
  recent: RecentWrites,
): boolean {
  switch (failure.code) {
    case "PrincipalNotFound":
      return subject.principal !== undefined && recent.principals.has(subject.principal.toLowerCase());
    case "AuthorizationFailed": {
      // The message names the object id of who was refused: only somebody whom this run granted a role is waited for.
      const refused = /object id '([^']+)'/.exec(failure.message)?.[1]?.toLowerCase();
      return refused !== undefined && recent.grants.has(refused);
    }
    case "invalid_request":
      return (
        failure.message.includes("Identity not found") &&
        subject.vm !== undefined &&
        recent.identities.has(subject.vm.toLowerCase())
      );
    default:
      return false;
  }
}
