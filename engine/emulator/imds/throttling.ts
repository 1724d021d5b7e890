/**
 * How many requests a VM may make of its metadata service in a second: twenty for tokens, five for all else.
 * https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#rate-limiting
 */
import type { Answer } from "../wire.ts";

const perSecond = { identity: 20, other: 5 };

/** In Azure's words: https://github.com/dotnet/SqlClient/issues/2344 */
const tooMany: Answer = {
  status: 429,
  body: { error: "invalid_request", error_description: "Temporarily throttled, too many requests" },
};

export class MetadataThrottling {
  /** Of the second that is. */
  readonly #counts = new Map<string, number>();
  #second = Number.NaN;

  /** Counts the request, and answers it when it is one too many. */
  refusal(vmId: string, path: string, now: number): Answer | undefined {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#counts.clear();
    this.#second = second;
    const kind = /^\/+metadata\/+identity(\/|$)/i.test(path) ? "identity" : "other";
    const key = `${kind}|${vmId.toLowerCase()}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > perSecond[kind] ? tooMany : undefined;
  }
}
