/** Azure, as far as runbooks need it. */
import type { KeyObject } from "node:crypto";
import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { entra } from "./entra/endpoints.ts";
import { jwks, openKeys, prepareKeys, type Keys } from "./entra/keys.ts";
import { arm } from "./gateway.ts";
import type { GuestDoor } from "./guest/run-script.ts";
import { hydrate } from "./hydrate.ts";
import { imdsRequest, type ImdsRequest } from "./imds.ts";
import { Inventor } from "./invent.ts";
import { latencyOf, type LatencySettings } from "./latency.ts";
import { ownerRole } from "./rbac/builtin-roles.ts";
import { lower } from "./resource-id.ts";
import { anyResource, Miss, Store, Transaction, type Upstream } from "./store.ts";
import { AzureError, type Answer, type EmulatorRequest, type EmulatorResponse } from "./wire.ts";

export type { EmulatorRequest, EmulatorResponse } from "./wire.ts";
export type { LatencySettings } from "./latency.ts";
export type { Upstream } from "./store.ts";
export interface EmulatorOptions {
  /** Where the state lives; absent: in memory. */
  directory?: string;
  now?: () => number;
  latency?: "fast" | "real" | LatencySettings;
  subscriptionId?: string;
  tenantId?: string;
  seed?: string;
  /** Replaces the one made of the seed: a rehearsal varies what it invents. */
  inventor?: Inventor;
  upstream?: Upstream;
}
const logLimit = 5 * 1024 * 1024;

export class Emulator {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly operator: { clientId: string; clientSecret: string; objectId: string };
  readonly #store: Store;
  readonly #keys: Keys;
  readonly #now: () => number;
  readonly #latency: LatencySettings;
  readonly #invent: Inventor;
  readonly #upstream: Upstream | undefined;
  readonly #log: string | undefined;
  #requests = 0;

  static open(options: EmulatorOptions = {}): Emulator {
    return new Emulator(options);
  }
  /** Makes the key that `open` would have to wait for, which signs the tokens of this emulator alone. */
  static async prepare(directory?: string): Promise<KeyObject> {
    return (await prepareKeys(directory)).privateKey;
  }
  private constructor(o: EmulatorOptions) {
    this.#store = new Store(o.directory);
    this.#keys = openKeys(o.directory);
    this.#now = o.now ?? Date.now;
    this.#latency = latencyOf(o.latency);
    this.#upstream = o.upstream;
    this.#log = o.directory === undefined ? undefined : join(o.directory, "requests.jsonl");
    const kept = this.#store.entries.get("/settings")?.body,
      seed: string = kept?.["seed"] ?? o.seed ?? "emulator";
    this.#invent = o.inventor ?? new Inventor(seed);
    this.subscriptionId = kept?.["subscriptionId"] ?? o.subscriptionId ?? this.#invent.guid("subscription", "default");
    this.tenantId = kept?.["tenantId"] ?? o.tenantId ?? this.#invent.guid("tenant", "default");
    const objectId = this.#invent.guid("objectId", "operator");
    this.operator = {
      clientId: this.#invent.guid("clientId", "operator"),
      clientSecret: this.#keys.clientSecret,
      objectId,
    };
    if (kept) return;
    const now = this.#now(),
      scope = `/subscriptions/${this.subscriptionId}`,
      name = this.#invent.guid("roleAssignment", "operator"),
      id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    const tx = this.#transaction();
    tx.put({
      id: "/settings",
      body: { seed, subscriptionId: this.subscriptionId, tenantId: this.tenantId },
      createdAt: now,
      hidden: { kind: "settings" },
    });
    tx.put({ id: `/principals/${objectId}`, body: {}, createdAt: now, visibleAt: 0, hidden: { kind: "principal" } });
    tx.put({
      id,
      createdAt: now,
      visibleAt: 0,
      body: {
        properties: {
          roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${ownerRole}`,
          principalId: objectId,
          principalType: "ServicePrincipal",
          scope,
          condition: null,
          createdOn: new Date(now).toISOString(),
          updatedOn: new Date(now).toISOString(),
          createdBy: null,
          updatedBy: null,
        },
        id,
        type: "Microsoft.Authorization/roleAssignments",
        name,
      },
    });
    tx.commit();
    this.#store.save(now);
  }
  #transaction(): Transaction {
    return new Transaction({
      store: this.#store,
      now: this.#now(),
      latency: this.#latency,
      invent: this.#invent,
      tenantId: this.tenantId,
      subscriptionId: this.subscriptionId,
      upstream: this.#upstream !== undefined,
    });
  }
  jwks() {
    return jwks(this.#keys);
  }
  close(): void {
    this.#store.save(this.#now());
  }

  /** What a program inside the VM gets from its metadata service. */
  imds(vmId: string, request: ImdsRequest): Answer {
    return imdsRequest(this.#transaction(), vmId, request, this.#keys);
  }

  async handle(request: EmulatorRequest): Promise<EmulatorResponse> {
    const requestId = this.#requestId(this.#now());
    for (;;) {
      // Whatever a handler did is done again after a miss, the requests that it let a VM make among it.
      const log: object[] = [];
      const tx = this.#transaction();
      try {
        const response = this.#answer(request, requestId, tx, log);
        if (tx.commit()) this.#store.save(tx.now);
        for (const line of log) this.#record(line);
        return response;
      } catch (e) {
        if (!(e instanceof Miss)) throw e;
        await this.#fetch(e);
      }
    }
  }

  /** Throws a `Miss` and nothing else. What a refused request wrote is not kept. */
  #answer(request: EmulatorRequest, requestId: string, tx: Transaction, log: object[]): EmulatorResponse {
    const method = request.method.toUpperCase();
    const m = /^(https?:\/\/[^/?#]+)?([^?#]*)(?:\?([^#]*))?/i.exec(request.url);
    const origin = m?.[1] ?? `https://${request.headers["host"] ?? "management.azure.com"}`,
      query = new URLSearchParams(m?.[3] ?? "");
    let path = (m?.[2] ?? "/").replace(/\/{2,}/g, "/");
    try {
      path = decodeURIComponent(path);
    } catch {
      /* kept as sent */
    }
    if (path.length > 1) path = path.replace(/\/$/, "");
    let caller: string | null = null,
      answer: Answer;
    const body = request.body ?? "",
      now = tx.now,
      writesBefore = new Map(tx.writes),
      // A line for each request that the VM made; they stand behind the one that made it run them.
      inner: object[] = [],
      guestDoor: GuestDoor = (url, headers, then) => this.#fromGuest(url, headers, then, inner);
    try {
      const own = { keys: this.#keys, tenantId: this.tenantId, now, origin, requestId, operator: this.operator };
      answer =
        entra(method, path, query, body, own) ??
        arm(
          {
            method,
            path,
            query,
            headers: request.headers,
            body,
            origin,
            tx,
            keys: this.#keys,
            guestDoor,
          },
          (o) => {
            caller = o;
          },
        );
    } catch (e) {
      if (e instanceof Miss) throw e;
      tx.writes.clear();
      for (const [id, entry] of writesBefore) tx.writes.set(id, entry);
      answer =
        e instanceof AzureError
          ? e.answer()
          : {
              status: 500,
              body: {
                error: { code: "InternalServerError", message: `The emulator failed: ${(e as Error).message}` },
              },
            };
    }
    log.push({
      time: new Date(now).toISOString(),
      door: request.door,
      method,
      path,
      apiVersion: query.get("api-version"),
      caller,
      status: answer.status,
      requestId,
    });
    log.push(...inner);
    const text = answer.body === undefined || method === "HEAD" ? "" : JSON.stringify(answer.body);
    return {
      status: answer.status,
      body: text,
      headers: {
        "cache-control": "no-cache",
        pragma: "no-cache",
        expires: "-1",
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-ms-request-id": requestId,
        "x-ms-correlation-request-id": request.headers["x-ms-correlation-request-id"] ?? requestId,
        date: new Date(now).toUTCString(),
        ...(text ? { "content-type": "application/json; charset=utf-8" } : {}),
        ...answer.headers,
      },
    };
  }

  /** A request to Resource Manager by a program inside a VM, at a moment that may lie ahead. */
  #fromGuest(url: URL, headers: Readonly<Record<string, string>>, then: Transaction, log: object[]) {
    const requestId = this.#requestId(then.now);
    const request = { method: "GET", url: url.href, headers: { ...headers }, door: "guest" } as const;
    const { status, body } = this.#answer(request, requestId, then, log);
    return { status, body, requestId };
  }

  #requestId(now: number): string {
    return this.#invent.guid("request", `${now}|${this.#requests++}`);
  }
  async #fetch(miss: Miss): Promise<void> {
    if (!this.#upstream) return;
    if (miss.kind === "get") {
      const body = await this.#upstream.get(miss.id, miss.apiVersion);
      this.#store.entries.set(lower(miss.id), body ? hydrate(miss.id, body, this.#now()) : null);
      return;
    }
    const listed = await this.#upstream.list(miss.id, miss.type);
    if (miss.type === anyResource) {
      this.#store.listed.set(lower(miss.id), listed);
      return;
    }
    for (const body of listed)
      if (!this.#store.entries.has(lower(String(body["id"]))))
        this.#store.entries.set(lower(String(body["id"])), hydrate(String(body["id"]), body, this.#now()));
    this.#store.fetched.add(`${lower(miss.id)}|${lower(miss.type)}`);
  }
  #record(line: object): void {
    if (!this.#log) return;
    if (existsSync(this.#log) && statSync(this.#log).size > logLimit)
      renameSync(this.#log, this.#log.replace(/\.jsonl$/, ".1.jsonl"));
    appendFileSync(this.#log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}
