/** What a client was shown of a resource, as an entry of the store. */
import type { Entry } from "./store.ts";
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
