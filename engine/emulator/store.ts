/** The store, and the transaction every handler works on. */
import { clone } from "./clone.ts";
import type { Inventor } from "./invent.ts";
import type { LatencySettings } from "./latency.ts";
import type { Limits } from "./limits.ts";
import { lower, parseId } from "./resource-id.ts";
import { readState, StateFile } from "./state-file.ts";
import type { Body } from "./wire.ts";

export interface Entry {
  /** In the case it was created with. */
  id: string;
  body: Body;
  createdAt: number;
  /** Until then the provisioning state reads `pending`. */
  readyAt?: number;
  pending?: string;
  /** From then on the rest of Azure knows about it. */
  visibleAt?: number;
  /** From then on it is gone. */
  goneAt?: number;
  /** What was begun has not succeeded, from `readyAt` on. */
  ended?: "Failed" | "Canceled";
  /** Never shown to clients. */
  hidden?: Body;
}
/** Where to look for what the store has never heard of. */
export interface Upstream {
  /** `apiVersion` is that of the request which needs it. */
  get(id: string, apiVersion?: string): Promise<Body | null>;
  list(scope: string, type: string): Promise<Body[]>;
}
export class Miss {
  readonly kind: "get" | "list";
  readonly id: string;
  readonly type: string;
  constructor(kind: "get" | "list", id: string, type: string) {
    this.kind = kind;
    this.id = id;
    this.type = type;
  }
}
/** A list of everything in a scope, whatever its type. */
export const anyResource = "Microsoft.Resources/resources";

export class Store {
  readonly entries: Map<string, Entry | null> = new Map();
  readonly fetched = new Set<string>();
  /** Keys of deny assignments, which every request is held against. */
  readonly denials: Set<string> = new Set();
  /** What the upstream said is in a scope, of any type and in brief, by the scope in lower case. */
  readonly listed = new Map<string, Body[]>();
  readonly #file: StateFile | undefined;
  #purgedAt = 0;
  constructor(directory?: string) {
    if (directory === undefined) return;
    this.#file = new StateFile(directory);
    this.entries = readState(directory);
    for (const key of this.entries.keys()) this.#note(key);
  }
  /** Keeps what was written, before anyone is told of it. */
  write(writes: ReadonlyMap<string, Entry | null>, now: number): void {
    this.#file?.append(writes);
    for (const [key, entry] of writes) {
      this.entries.set(key, entry);
      this.#note(key);
    }
    this.#purge(now);
    if (this.#file?.isLong === true) this.#file.rewrite(this.entries.values());
  }
  #note(key: string): void {
    if (key.includes("/denyassignments/")) this.denials.add(key);
  }
  close(now: number): void {
    this.#purge(now, 0);
    this.#file?.close(this.entries.values());
  }
  /** What is gone is known for a while, to say so. */
  #purge(now: number, everyMs = 60_000): void {
    if (now - this.#purgedAt < everyMs) return;
    this.#purgedAt = now;
    for (const [k, e] of this.entries) if (e?.goneAt !== undefined && e.goneAt + 600_000 < now) this.entries.delete(k);
  }
}

export class Transaction {
  readonly store: Store;
  readonly now: number;
  readonly latency: LatencySettings;
  readonly limits: Limits;
  readonly invent: Inventor;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly upstream: boolean;
  readonly writes: Map<string, Entry | null>;
  constructor(of: {
    store: Store;
    now: number;
    latency: LatencySettings;
    limits: Limits;
    invent: Inventor;
    tenantId: string;
    subscriptionId: string;
    upstream: boolean;
    writes?: Map<string, Entry | null>;
  }) {
    this.store = of.store;
    this.now = of.now;
    this.latency = of.latency;
    this.limits = of.limits;
    this.invent = of.invent;
    this.tenantId = of.tenantId;
    this.subscriptionId = of.subscriptionId;
    this.upstream = of.upstream;
    this.writes = of.writes ?? new Map();
  }
  /** The same transaction, seen from another moment. */
  at(now: number): Transaction {
    return new Transaction({ ...this.#fields(), now });
  }
  #fields() {
    const { store, latency, limits, invent, tenantId, subscriptionId, upstream, writes } = this;
    return { store, latency, limits, invent, tenantId, subscriptionId, upstream, writes };
  }

  /** The stored entry; change a copy and `put` it. */
  get(id: string): Entry | null {
    const key = lower(id),
      e = this.#raw(key);
    if (e === undefined && this.upstream && key.startsWith("/subscriptions/") && !this.#isEmptied(key))
      throw new Miss("get", id, parseId(id).type);
    if (!e || (e.goneAt !== undefined && e.goneAt <= this.now)) return null;
    return clone(e);
  }
  /** Also what is gone; `undefined` when the store has never heard of it. */
  #raw(key: string): Entry | null | undefined {
    const written = this.writes.get(key);
    return written === undefined ? this.store.entries.get(key) : written;
  }
  /** Known here, and deleted; of what this store has never heard of it says nothing. */
  isGone(id: string): boolean {
    const e = this.#raw(lower(id));
    return e === null || (e?.goneAt !== undefined && e.goneAt <= this.now);
  }
  /** Whether this store has heard of it; the upstream is not asked. */
  isKnown(id: string): boolean {
    return this.#raw(lower(id)) !== undefined;
  }
  /** Whether the group that an id is in was deleted here: the upstream still has what was in it. */
  #isEmptied(key: string): boolean {
    const group = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+(?=\/)/.exec(key)?.[0],
      e = group === undefined ? undefined : this.#raw(group);
    return e?.hidden?.["emptied"] === true;
  }
  /** What an entry with an id goes on hiding when it is written anew. */
  kept(id: string): Pick<Entry, "hidden"> {
    const hidden = this.#raw(lower(id))?.hidden;
    return hidden === undefined ? {} : { hidden };
  }
  /** What the upstream has in a scope and this store has not changed, in brief. */
  listed(scope: string): Body[] {
    if (!this.upstream || this.#isEmptied(`${lower(scope)}/`)) return [];
    const found = this.store.listed.get(lower(scope));
    if (found === undefined) throw new Miss("list", scope, anyResource);
    return found.filter((body) => this.#raw(lower(String(body["id"]))) === undefined);
  }
  all(): Entry[] {
    const out: Entry[] = [];
    const isThere = (e: Entry | null): e is Entry => e !== null && !(e.goneAt !== undefined && e.goneAt <= this.now);
    for (const [k, e] of this.store.entries)
      if (isThere(e) && (this.writes.size === 0 || !this.writes.has(k))) out.push(e);
    for (const e of this.writes.values()) if (isThere(e)) out.push(e);
    return out;
  }
  /** Every resource of a type that is known here, in any scope. Not to be changed. */
  allOfType(type: string): Entry[] {
    const wanted = lower(type);
    return this.all().filter((e) => e.hidden?.["kind"] === undefined && typeOfEntry(e.id) === wanted);
  }
  /** Resources of one type at or below a scope. */
  list(scope: string, type: string): Entry[] {
    const isKnown = this.store.fetched.has(`${lower(scope)}|${lower(type)}`) || this.#isEmptied(`${lower(scope)}/`);
    if (this.upstream && !isKnown) throw new Miss("list", scope, type);
    const start = `${lower(scope)}/`;
    return this.all()
      .filter(
        (e) => lower(e.id).startsWith(start) && e.hidden?.["kind"] === undefined && typeOfEntry(e.id) === lower(type),
      )
      .map((e) => clone(e));
  }
  put(entry: Entry): void {
    // What is begun anew has not failed yet.
    if ((entry.readyAt ?? 0) > this.now) delete entry.ended;
    this.writes.set(lower(entry.id), entry);
  }
  remove(id: string): void {
    this.writes.set(lower(id), null);
  }
  commit(): boolean {
    if (this.writes.size === 0) return false;
    this.store.write(this.writes, this.now);
    return true;
  }
}
/** In lower case. Asked of every entry again and again, so each id is taken apart once. */
const types = new Map<string, string>();
export function typeOfEntry(id: string): string {
  let type = types.get(id);
  if (type === undefined) {
    if (types.size > 100_000) types.clear();
    types.set(id, (type = lower(parseId(id).type)));
  }
  return type;
}
/** What a client sees of an entry now. */
export function view(e: Entry, now: number): Body {
  const body = clone(e.body);
  if (e.goneAt !== undefined) body["properties"] = { ...body["properties"], provisioningState: "Deleting" };
  else if (e.readyAt !== undefined)
    body["properties"] = {
      ...body["properties"],
      provisioningState: now < e.readyAt ? (e.pending ?? "Updating") : (e.ended ?? "Succeeded"),
    };
  return body;
}
