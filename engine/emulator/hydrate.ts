/** What a client was shown of a resource, as an entry of the store. */
import { lower } from "./resource-id.ts";
import { anyResource, type Entry, type Miss, type Store, type Upstream } from "./store.ts";
import type { Body } from "./wire.ts";

/** A VM's power is read from its instance view when that was asked for, and is taken for running otherwise. */
export function hydrate(id: string, shown: Body, now: number): Entry {
  const body = structuredClone(shown);
  const entry: Entry = { id: String(body["id"] ?? id), body, createdAt: now };
  if (!/\/providers\/Microsoft\.Compute\/virtualMachines\/[^/]+$/i.test(entry.id)) return entry;
  const statuses: Body[] = body["properties"]?.instanceView?.statuses ?? [];
  const power = statuses.map((s) => /^PowerState\/(.+)$/.exec(String(s["code"]))?.[1]).find((p) => p !== undefined);
  if (body["properties"]) delete body["properties"].instanceView;
  return { ...entry, hidden: { power: power ?? "running", runUntil: 0 } };
}

/** Asks the upstream for what a store has never heard of, and keeps the answer. */
export async function fetchMissing(
  miss: Miss,
  apiVersion: string | undefined,
  store: Store,
  upstream: Upstream,
  now: number,
): Promise<void> {
  if (miss.kind === "get") {
    const body = await upstream.get(miss.id, apiVersion);
    store.entries.set(lower(miss.id), body ? hydrate(miss.id, body, now) : null);
    return;
  }
  const listed = await upstream.list(miss.id, miss.type);
  if (miss.type === anyResource) {
    store.listed.set(lower(miss.id), listed);
    return;
  }
  for (const body of listed) {
    const id = String(body["id"]);
    if (!store.entries.has(lower(id))) store.entries.set(lower(id), hydrate(id, body, now));
  }
  store.fetched.add(`${lower(miss.id)}|${lower(miss.type)}`);
}
