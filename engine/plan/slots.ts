// What a rehearsal did, by place: a place is the same in every rehearsal, so that what stands there can be compared.

import { canonicalJson, type Json } from "../value/json.ts";
import type { Performed, Rehearsal, SentRequest } from "./rehearse.ts";

export const isMutation = ({ method }: { readonly method: string }): boolean => method !== "GET" && method !== "HEAD";
export const isPoll = ({ key }: { readonly key: string }): boolean => /:poll\./.test(key);

/** Requests that differ, by operation, method and rank; sending the same bytes again makes no new place. */
export function slotsOf(sent: readonly SentRequest[]): ReadonlyMap<string, SentRequest> {
  const slots = new Map<string, SentRequest>();
  const ranks = new Map<string, number>();
  const seen = new Set<string>();
  for (const request of sent) {
    const bytes = `${request.path} ${request.method} ${request.url} ${canonicalJson(request.body)}`;
    if (seen.has(bytes)) continue;
    seen.add(bytes);
    const place = `${request.path} ${request.method}`;
    const rank = (ranks.get(place) ?? 0) + 1;
    ranks.set(place, rank);
    slots.set(`${place} ${rank}`, request);
  }
  return slots;
}

const INSIDE: ReadonlySet<string> = new Set(["guest-run", "script-run"]);

/** What was run inside VMs, by operation; a repeated attempt makes no new place. */
export function guestRunsOf({ performed }: Rehearsal): ReadonlyMap<string, Performed> {
  const runs = new Map<string, Performed>();
  for (const one of performed) if (INSIDE.has(one.operation.name) && !runs.has(one.path)) runs.set(one.path, one);
  return runs;
}

/** `vm/0.10/2` after `vm/0.9/0`. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split(/[/.]/), b.split(/[/.]/)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [x = "", y = ""] = [left[index], right[index]];
    if (x === y) continue;
    const numbers = /^\d+$/.test(x) && /^\d+$/.test(y);
    return numbers ? Number(x) - Number(y) : x < y ? -1 : 1;
  }
  return 0;
}

/** The last thing that the target, or the overlay, showed of a resource before a request of this operation. */
export function shownBefore(rehearsal: Rehearsal, request: SentRequest): Json | undefined {
  const id = pathOfUrl(request.url).toLowerCase();
  let shown: Json | undefined;
  for (const one of rehearsal.sent) {
    if (one === request) break;
    if (one.method === "GET" && pathOfUrl(one.url).toLowerCase() === id) {
      shown = one.response?.status === 200 ? one.response.body : undefined;
    }
  }
  return shown;
}

/** The path of a URL, which for a resource is its id. */
export function pathOfUrl(url: string): string {
  return decodeURIComponent(url.split("?", 1)[0] ?? "");
}
