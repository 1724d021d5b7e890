/**
 * The compute provider's own limits: for each kind of request a count over three minutes and one over thirty, which begin
 * anew when they are over. The numbers are those of recorded traffic; the words of the refusal are Azure's own.
 * https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/troubleshooting-throttling-errors
 */
import { AzureError } from "./wire.ts";

export interface ComputePolicy {
  readonly name: string;
  readonly per3Min: number;
  readonly per30Min: number;
}
const policy = (name: string, per3Min: number, per30Min: number): ComputePolicy => ({ name, per3Min, per30Min });
const putVm = policy("PutVM", 240, 1200);
const updateVm = policy("UpdateVM", 240, 1200);
const deleteVm = policy("DeleteVM", 240, 1200);
const lowCostGet = policy("LowCostGet", 4000, 32_000);
const highCostGet = policy("HighCostGet", 160, 800);
const getOperation = policy("GetOperation", 15_000, 30_000);

const collection = /\/providers\/microsoft\.compute\/(locations\/[^/]+\/)?virtualmachines$/i;
const operation = /\/providers\/microsoft\.compute\/locations\/[^/]+\/operations\//i;
const machine = /\/providers\/microsoft\.compute\/virtualmachines\/[^/]+(?:\/([^/]+))?$/i;

/** What counts for a request; none does for what is no VM. */
export function computePolicyOf(method: string, path: string): ComputePolicy | undefined {
  const isRead = method === "GET" || method === "HEAD";
  if (isRead && operation.test(path)) return getOperation;
  if (isRead && collection.test(path)) return highCostGet;
  const found = machine.exec(path);
  if (found === null) return undefined;
  if (isRead) return lowCostGet;
  if (method === "DELETE") return found[1] === undefined ? deleteVm : undefined;
  if (method === "PUT") return found[1] === undefined ? putVm : undefined;
  return found[1]?.toLowerCase() === "deallocate" ? deleteVm : updateVm;
}

interface Window {
  startsAt: number;
  count: number;
}
const minute = 60_000;

export class ComputeThrottling {
  readonly #windows = new Map<string, Window>();

  /** Counts the request, also when it is refused for being one too many. */
  charge(
    { name, per3Min, per30Min }: ComputePolicy,
    now: number,
  ): { readonly headers: Readonly<Record<string, string>>; readonly refusal?: AzureError } {
    const counts = [
      { group: `${name}3Min`, allowed: per3Min, lastsMs: 3 * minute },
      { group: `${name}30Min`, allowed: per30Min, lastsMs: 30 * minute },
    ].map((one) => ({ ...one, window: this.#counted(one.group, one.lastsMs, now) }));
    const left = counts.map(
      ({ group, allowed, window }) => `Microsoft.Compute/${group};${Math.max(0, allowed - window.count)}`,
    );
    const headers = { "x-ms-ratelimit-remaining-resource": left.join(",") };
    const exceeded = counts.filter(({ allowed, window }) => window.count > allowed);
    if (exceeded.length === 0) return { headers };
    const endsAt = Math.max(...exceeded.map(({ window, lastsMs }) => window.startsAt + lastsMs));
    const refusal = new AzureError(
      429,
      "OperationNotAllowed",
      "The server rejected the request because too many requests have been received for this subscription.",
      {
        details: exceeded.map(({ group, allowed, lastsMs, window }) => ({
          code: "TooManyRequests",
          target: group,
          message: JSON.stringify({
            operationGroup: group,
            startTime: timeOf(window.startsAt),
            endTime: timeOf(window.startsAt + lastsMs),
            allowedRequestCount: allowed,
            measuredRequestCount: window.count,
          }),
        })),
      },
      { "retry-after": String(Math.max(1, Math.ceil((endsAt - now) / 1000))) },
    );
    return { headers, refusal };
  }

  #counted(group: string, lastsMs: number, now: number): Window {
    let window = this.#windows.get(group);
    if (window === undefined || now >= window.startsAt + lastsMs)
      this.#windows.set(group, (window = { startsAt: now, count: 0 }));
    window.count += 1;
    return window;
  }
}
const timeOf = (ms: number): string => new Date(ms).toISOString().replace("Z", "0000+00:00");
