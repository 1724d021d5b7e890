/**
 * Resource Manager's token buckets: one for each principal, kind of request, and subscription or tenant, and one fifteen times
 * as large for all principals of a subscription together. They are full when the emulator is opened: what a bucket lacks it
 * has again after twenty seconds, which is no longer than a restart deserves to take.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
import { computePolicyOf, ComputeThrottling } from "./compute-throttling.ts";
import { lower } from "./resource-id.ts";
import { gatewayError, type AzureError } from "./wire.ts";

type Kind = "reads" | "writes" | "deletes";
export interface Bucket {
  /** Requests at once. */
  readonly size: number;
  /** Requests that come back each second. */
  readonly perSecond: number;
}
export type Buckets = Readonly<Record<Kind, Bucket>>;

export const azureBuckets: Buckets = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
};
const everyone = 15;

/** What came of asking for a token. */
export interface Charge {
  /** For the answer, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal?: AzureError;
  /** By the provider, to which only what passes all of Resource Manager's checks comes. */
  readonly refusalByProvider?: AzureError;
}
export interface Chargeable {
  readonly method: string;
  readonly path: string;
  readonly objectId: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
}

export class TokenBuckets {
  readonly #buckets: Buckets;
  readonly #isStrict: boolean;
  readonly #levels = new Map<string, { tokens: number; at: number }>();
  readonly #compute = new ComputeThrottling();

  /** `off`: counts as Azure does, and refuses nothing. */
  constructor(buckets: Buckets | "off") {
    this.#isStrict = buckets !== "off";
    this.#buckets = buckets === "off" ? azureBuckets : buckets;
  }

  /** A request that is refused takes nothing. `now` may be earlier than that of another request. */
  charge({ method, path, objectId, subscriptionId, tenantId }: Chargeable, now: number): Charge {
    const kind: Kind = method === "GET" || method === "HEAD" ? "reads" : method === "DELETE" ? "deletes" : "writes";
    const bucket = this.#buckets[kind];
    const isOfSubscription = lower(path).startsWith(`/subscriptions/${lower(subscriptionId)}`);
    const scope = isOfSubscription ? "subscription" : "tenant";
    const own = this.#level(`${scope}|${kind}|${objectId}`, bucket, now);
    const all = isOfSubscription ? this.#level(`all|${kind}`, forEveryone(bucket), now) : undefined;
    const waitS = Math.max(
      missing(own.tokens, bucket),
      all === undefined ? 0 : missing(all.tokens, forEveryone(bucket)),
    );
    const isRefused = this.#isStrict && waitS > 0;
    if (!isRefused) for (const level of [own, all]) if (level) level.tokens = Math.max(0, level.tokens - 1);
    const headers = {
      [`x-ms-ratelimit-remaining-${scope}-${kind}`]: String(Math.floor(own.tokens)),
      ...(all && { [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(Math.floor(all.tokens)) }),
    };
    if (!isRefused) return this.#chargeProvider(method, path, headers, now);
    const name = isOfSubscription ? `subscription '${subscriptionId}'` : `tenant '${tenantId}'`;
    const refusal = gatewayError(
      429,
      isOfSubscription ? "SubscriptionRequestsThrottled" : "TenantRequestsThrottled",
      `Number of '${kind.replace(/s$/, "")}' requests for ${name} actor '${objectId}' exceeded. Please try again after '${waitS}' seconds.`,
      {},
      { "retry-after": String(waitS) },
    );
    return { headers, refusal };
  }

  #chargeProvider(method: string, path: string, headers: Readonly<Record<string, string>>, now: number): Charge {
    const policy = computePolicyOf(method, path);
    if (policy === undefined) return { headers };
    const counted = this.#compute.charge(policy, now);
    return {
      headers: { ...headers, ...counted.headers },
      ...(this.#isStrict && counted.refusal && { refusalByProvider: counted.refusal }),
    };
  }

  #level(key: string, { size, perSecond }: Bucket, now: number): { tokens: number; at: number } {
    let level = this.#levels.get(key);
    if (level === undefined) this.#levels.set(key, (level = { tokens: size, at: now }));
    if (now > level.at) {
      level.tokens = Math.min(size, level.tokens + ((now - level.at) / 1000) * perSecond);
      level.at = now;
    }
    return level;
  }
}

const forEveryone = ({ size, perSecond }: Bucket): Bucket => ({
  size: size * everyone,
  perSecond: perSecond * everyone,
});
/** Whole seconds until there is a token. */
const missing = (tokens: number, { perSecond }: Bucket): number =>
  tokens >= 1 ? 0 : Math.ceil(Math.round(((1 - tokens) / perSecond) * 1000) / 1000);
