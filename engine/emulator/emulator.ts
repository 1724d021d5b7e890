/** Azure, as far as runbooks need it. */
import type { KeyObject } from "node:crypto";
import { dispatch } from "./dispatch.ts";
import { jwks, openKeys, prepareKeys, type Keys } from "./entra/keys.ts";
import { FaultInjector } from "./faults/injector.ts";
import type { Fault } from "./faults/kinds.ts";
import { operationName } from "./faults/operation-name.ts";
import { agentIsReady, alter, ConnectionReset, delayOf, effectsOf, lifetimeOf, outcomeOf } from "./faults/strike.ts";
import { describeStrikes, whatIs } from "./faults/what-is.ts";
import type { Finish, GuestDoor, GuestJob, GuestOutput } from "./guest/run-script.ts";
import { fetchMissing } from "./hydrate.ts";
import { imdsRequest, type ImdsRequest } from "./imds/imds.ts";
import { MetadataThrottling } from "./imds/throttling.ts";
import { endInterrupted } from "./sandbox/finish.ts";
import { Inventor } from "./invent.ts";
import { latencyOf, type LatencySettings } from "./latency.ts";
import { generousLimits, type Limits } from "./limits.ts";
import { operatorOf, settle, type Operator } from "./operator.ts";
import { requestLine, type RequestLine } from "./request-line.ts";
import { denyAssignment, type DenyAssignment } from "./rbac/deny.ts";
import { respond } from "./respond.ts";
import { RequestLog, type LogLine } from "./request-log.ts";
import { parseId } from "./resource-id.ts";
import { azureBuckets, type Buckets, type Charge, TokenBuckets } from "./throttling.ts";
import { Miss, Store, Transaction, type Upstream, view } from "./store.ts";
import type { Answer, Body, Door, EmulatorRequest, EmulatorResponse } from "./wire.ts";

export type { EmulatorRequest, EmulatorResponse } from "./wire.ts";
export type { LatencySettings } from "./latency.ts";
export type { Upstream } from "./store.ts";
export interface EmulatorOptions {
  /** Where the state lives; absent: in memory. */
  directory?: string;
  /** Where the keys are, if not with the state. */
  keysDirectory?: string;
  now?: () => number;
  /** Waits as long as a fault says; absent: by the machine's clock. */
  sleep?: (ms: number) => Promise<void>;
  latency?: "fast" | "real" | LatencySettings;
  /** Absent: more than a runbook needs. */
  limits?: Partial<Limits>;
  /** Absent: as Azure does when the latency is real, and off otherwise. */
  throttling?: "azure" | "off" | Buckets;
  subscriptionId?: string;
  tenantId?: string;
  seed?: string;
  /** Replaces the one made of the seed: a rehearsal varies what it invents. */
  inventor?: Inventor;
  upstream?: Upstream;
  faults?: FaultInjector;
  /** Runs scripts that the emulated guest does not know; absent: they are refused. */
  guest?: {
    run(emulator: Emulator, job: GuestJob): Promise<GuestOutput>;
    close(): void;
    readonly takesWindows?: boolean;
  };
  /** Called when something has been written. */
  onWrite?: () => void;
}

/** One request on its way: what it is, what strikes it, and what will be logged of it. */
interface Passage {
  readonly line: RequestLine;
  readonly requestId: string;
  readonly operation: string;
  readonly struck: Fault[];
  /** What is to run in the sandbox once the request is kept. */
  readonly jobs: { readonly job: GuestJob; readonly finish: Finish }[];
  /** Of its caller, once it is known: a request that is handled again after a miss pays once. */
  charge?: Charge;
}

export class Emulator {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly operator: Operator;
  readonly faults: FaultInjector;
  readonly #store: Store;
  readonly #keys: Keys;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #latency: LatencySettings;
  readonly #limits: Limits;
  readonly #buckets: TokenBuckets;
  /** Absent: nothing is refused for being too much. */
  readonly #metadata: MetadataThrottling | undefined;
  readonly #invent: Inventor;
  readonly #upstream: Upstream | undefined;
  readonly #log: RequestLog;
  readonly #onWrite: (() => void) | undefined;
  readonly #guest: EmulatorOptions["guest"];
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
    this.#keys = openKeys(o.keysDirectory ?? o.directory);
    this.#now = o.now ?? Date.now;
    this.#sleep = o.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    this.#latency = latencyOf(o.latency);
    this.#limits = { ...generousLimits, ...o.limits };
    const throttling = o.throttling ?? (o.latency === "real" ? "azure" : "off");
    this.#buckets = new TokenBuckets(throttling === "azure" ? azureBuckets : throttling);
    this.#metadata = throttling === "off" ? undefined : new MetadataThrottling();
    this.#upstream = o.upstream;
    this.#log = new RequestLog(o.directory);
    this.#onWrite = o.onWrite;
    this.#guest = o.guest;
    this.faults = o.faults ?? new FaultInjector();
    const kept = this.#store.entries.get("/settings")?.body,
      seed: string = kept?.["seed"] ?? o.seed ?? "emulator";
    this.#invent = o.inventor ?? new Inventor(seed);
    this.subscriptionId = kept?.["subscriptionId"] ?? o.subscriptionId ?? this.#invent.guid("subscription", "default");
    this.tenantId = kept?.["tenantId"] ?? o.tenantId ?? this.#invent.guid("tenant", "default");
    this.operator = operatorOf(this.#invent, this.#keys);
    const tx = this.#transaction();
    if (kept) endInterrupted(tx);
    else settle(tx, this.operator, seed);
    tx.commit();
  }
  /** Stands in for Azure, which alone makes deny assignments. */
  deny(name: string, properties: Partial<DenyAssignment["properties"]>): void {
    const tx = this.#transaction();
    const body = denyAssignment(`/subscriptions/${this.subscriptionId}`, name, properties);
    tx.put({ id: body.id, body, createdAt: tx.now });
    tx.commit();
  }
  #transaction(): Transaction {
    return new Transaction({
      store: this.#store,
      now: this.#now(),
      latency: this.#latency,
      limits: this.#limits,
      invent: this.#invent,
      tenantId: this.tenantId,
      subscriptionId: this.subscriptionId,
      upstream: this.#upstream !== undefined,
    });
  }
  jwks() {
    return jwks(this.#keys);
  }
  /** Ids of the VMs that are there now, those that are being made among them. */
  virtualMachines(): readonly string[] {
    const tx = this.#transaction();
    return tx
      .all()
      .filter((e) => parseId(e.id).type === "Microsoft.Compute/virtualMachines")
      .map((e) => e.id);
  }
  /** What is there now, in the order of ids: neither what is gone nor what only tells of operations. */
  resources(): readonly { readonly id: string; readonly body: Body }[] {
    const tx = this.#transaction();
    return tx
      .all()
      .filter(({ id }) => /^\/subscriptions\//i.test(id) && !/\/operation(results|statuses|s)?\//i.test(id))
      .map((entry) => ({ id: entry.id, body: view(entry, tx.now) }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
  close(): void {
    this.#guest?.close();
    this.#log.close();
    this.#store.close(this.#now());
  }

  /** What a program inside the VM gets from its metadata service. Rejects with `ConnectionReset` where a fault says so. */
  async imds(vmId: string, request: ImdsRequest): Promise<Answer> {
    const log: LogLine[] = [];
    const { answer, delayMs } = this.#imds(vmId, request, this.#transaction(), "http", log);
    this.#log.write(log);
    if (delayMs > 0) await this.#sleep(delayMs);
    if (answer === "reset") throw new ConnectionReset();
    return answer;
  }

  /** Rejects with `ConnectionReset` where a fault says so: a door breaks the connection off. */
  async handle(request: EmulatorRequest): Promise<EmulatorResponse> {
    const passage = this.#passage(request.method, request.url, request.headers["host"]);
    const delayMs = delayOf(passage.struck);
    if (delayMs > 0) await this.#sleep(delayMs);
    const refused = outcomeOf(passage.struck, "before", passageOf(passage), this.#now());
    if (refused !== undefined) return this.#end(request, passage, refused, null, []);
    // Asking an injector counts, so a request that is handled again after a miss asks once.
    let late: readonly Fault[] | undefined;
    for (;;) {
      // Whatever a handler did is done again after a miss, the requests that it let a VM make among it.
      const inner: LogLine[] = [];
      const tx = this.#transaction();
      passage.jobs.length = 0;
      try {
        const { answer, caller } = this.#answer(request, passage, tx, inner);
        const { begins, spreads } = effectsOf(tx);
        late ??= this.faults.strike(passageOf(passage), [
          ...(begins ? (["effect"] as const) : []),
          ...(spreads ? (["spread"] as const) : []),
        ]);
        passage.struck.push(...late);
        alter(tx, late, passage.line.path);
        if (tx.commit()) this.#onWrite?.();
        for (const { job, finish } of passage.jobs) this.#runGuest(job, finish);
        const outcome = outcomeOf(passage.struck, "after", passageOf(passage), tx.now) ?? answer;
        return this.#end(request, passage, outcome, caller, inner, begins, spreads);
      } catch (e) {
        if (!(e instanceof Miss)) throw e;
        const apiVersion = /[?&]api-version=([^&]*)/i.exec(request.url)?.[1];
        if (this.#upstream) await fetchMissing(e, apiVersion, this.#store, this.#upstream, this.#now());
      }
    }
  }

  #passage(method: string, url: string, host: string | undefined): Passage {
    const line = requestLine(method, url, host);
    const operation = operationName(line.method, line.path);
    const struck = this.faults.isArmed
      ? this.faults.strike({ method: line.method, path: line.path, operation }, whatIs(line.method, operation))
      : [];
    return { line, operation, struck: [...struck], jobs: [], requestId: this.#requestId(this.#now()) };
  }

  /** Beside everything else; what comes of it is written when it is known. */
  #runGuest(job: GuestJob, finish: Finish): void {
    const end = (output: GuestOutput): void => {
      const tx = this.#transaction();
      finish(tx, output);
      tx.commit();
    };
    this.#guest
      ?.run(this, job)
      .then(end, (thrown: unknown) => end({ exitCode: 1, stdout: "", stderr: "", problem: (thrown as Error).message }));
  }

  /** Throws a `Miss` and nothing else. */
  #answer(request: Pick<EmulatorRequest, "headers" | "body">, passage: Passage, tx: Transaction, log: LogLine[]) {
    const { line, requestId, struck, jobs } = passage;
    const guestDoor: GuestDoor = {
      agentIsReady: agentIsReady(struck),
      arm: (url, headers, then) => this.#fromGuest(url, headers, then, log),
      imds: (vmId, sent, then) => this.#imds(vmId, sent, then, "guest", log),
      ...(this.#guest && { sandbox: (job, finish) => void jobs.push({ job, finish }) }),
      ...(this.#guest?.takesWindows === true && { takesWindows: true }),
    };
    const { headers, body = "" } = request;
    const lifetimeMs = lifetimeOf(struck);
    const { operator } = this;
    const keys = this.#keys;
    const { subscriptionId, tenantId } = this;
    const charge = (objectId: string): Charge =>
      (passage.charge ??= this.#buckets.charge({ ...line, objectId, subscriptionId, tenantId }, tx.now));
    return dispatch({ line, headers, body, requestId, tx, keys, operator, guestDoor, charge, lifetimeMs });
  }

  /** Logs the request, and those that it let a VM make behind it. */
  #end(
    request: EmulatorRequest,
    passage: Passage,
    outcome: Answer | "reset",
    caller: string | null,
    inner: readonly LogLine[],
    begins = false,
    spreads = false,
  ): EmulatorResponse {
    const now = this.#now();
    const status = outcome === "reset" ? 0 : outcome.status;
    this.#log.write([this.#logLine(passage, request.door, status, caller, now), ...inner]);
    this.#watch(passage, request.door, status, begins, spreads);
    if (outcome === "reset") throw new ConnectionReset();
    const { headers } = request;
    const ids = {
      request: passage.requestId,
      correlation: headers["x-ms-correlation-request-id"],
      client: headers["x-ms-return-client-request-id"] === "true" ? headers["x-ms-client-request-id"] : undefined,
    };
    return respond(outcome, passage.line, ids, now);
  }

  #logLine(
    { line, requestId, struck }: Passage,
    door: Door,
    status: number,
    caller: string | null,
    now: number,
  ): LogLine {
    return {
      time: new Date(now).toISOString(),
      door,
      method: line.method,
      path: line.path,
      apiVersion: line.query.get("api-version"),
      caller,
      status,
      requestId,
      ...(struck.length > 0 && { faults: describeStrikes(struck) }),
    };
  }

  /** A request to Resource Manager by a program inside a VM, at a moment that may lie ahead. */
  #fromGuest(url: URL, headers: Readonly<Record<string, string>>, then: Transaction, log: LogLine[]) {
    const passage = this.#passage("GET", url.href, undefined);
    const delayMs = delayOf(passage.struck);
    const inner: LogLine[] = [];
    const early = outcomeOf(passage.struck, "before", passageOf(passage), then.now);
    const { answer, caller } =
      early === undefined ? this.#answer({ headers }, passage, then, inner) : { answer: early, caller: null };
    const outcome = outcomeOf(passage.struck, "after", passageOf(passage), then.now) ?? answer;
    const status = outcome === "reset" ? 0 : outcome.status;
    log.push(this.#logLine(passage, "guest", status, caller, then.now), ...inner);
    this.#watch(passage, "guest", status);
    return { answer: outcome, delayMs, requestId: passage.requestId };
  }

  #imds(vmId: string, request: ImdsRequest, tx: Transaction, door: Door, log: LogLine[]) {
    const query = request.query.toString();
    const passage = this.#passage(request.method ?? "GET", `${request.path}${query ? `?${query}` : ""}`, undefined);
    const { struck } = passage;
    const answer: Answer | "reset" =
      outcomeOf(struck, "before", passageOf(passage), tx.now) ??
      this.#metadata?.refusal(vmId, request.path, tx.now) ??
      imdsRequest(tx, vmId, request, this.#keys, lifetimeOf(struck)) ??
      "reset";
    const outcome = outcomeOf(struck, "after", passageOf(passage), tx.now) ?? answer;
    const status = outcome === "reset" ? 0 : outcome.status;
    log.push(this.#logLine(passage, door, status, null, tx.now));
    this.#watch(passage, door, status);
    return { answer: outcome, delayMs: delayOf(struck), requestId: passage.requestId };
  }

  #watch(passage: Passage, door: Door, status: number, begins = false, spreads = false): void {
    if (!this.faults.isWatched) return;
    const strikes = whatIs(passage.line.method, passage.operation, begins, spreads);
    this.faults.answered({ ...passageOf(passage), door, status, strikes });
  }

  #requestId(now: number): string {
    return this.#invent.guid("request", `${now}|${this.#requests++}`);
  }
}

const passageOf = ({ line, operation }: Passage) => ({ method: line.method, path: line.path, operation });
