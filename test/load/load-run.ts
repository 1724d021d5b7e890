// Clients that work on an emulator at once, each with a model of what it has made: every answer is compared with what the
// model says, and the server is killed in the middle. What was being asked then may have been done or not, nothing between.

import { Agent, request as httpRequest } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { randomFrom } from "../fuzz/mutation.ts";

export interface LoadServer {
  /** Where it is now. */
  readonly url: string;
  readonly subscription: string;
  readonly token: string;
  /** Ends it at once, and starts it again on the state that it left. */
  killAndRestart(): Promise<void>;
}
export interface LoadOrder {
  readonly requests: number;
  readonly clients: number;
  readonly seed: number;
}
export interface LoadResult {
  /** With an answer, those after the kill included. */
  readonly answered: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Without an answer, because the server was killed. */
  readonly cut: number;
  /** Of those, the writes of which the effect was found afterwards. */
  readonly cutWithEffect: number;
  /** Comparisons of a resource with the model, after the restart and at the end. */
  readonly verified: number;
  /** What was not as it should be, or had no answer without a reason. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown> | undefined;
}
type Json = Record<string, unknown>;
/** What a resource may be like; `undefined`: not there. */
type State = Json | undefined;

const AGENT = { keepAlive: true };
const IDENTITIES = 4;

class Load {
  readonly order: LoadOrder;
  readonly server: LoadServer;
  readonly agent: Agent;
  readonly byKind: Record<string, number> = {};
  readonly wrong: string[] = [];
  answered = 0;
  begun = 0;
  cut = 0;
  cutWithEffect = 0;
  verified = 0;
  restart: Promise<void> | undefined;

  constructor(order: LoadOrder, server: LoadServer) {
    this.order = order;
    this.server = server;
    this.agent = new Agent({ ...AGENT, maxSockets: order.clients });
  }

  /** `undefined`: cut off by the kill. */
  async send(method: string, path: string, body?: Json, token = this.server.token): Promise<Reply | undefined> {
    try {
      const reply = await send(this.agent, `${this.server.url}${path}`, method, token, body);
      this.answered++;
      if (this.restart === undefined && this.answered >= this.order.requests / 2)
        this.restart = this.server.killAndRestart();
      return reply;
    } catch (thrown) {
      if (this.restart === undefined) throw thrown;
      this.cut++;
      await this.restart;
      return undefined;
    }
  }
}

/** One resource and what is known of it. */
class Resource {
  readonly path: string;
  readonly name: string;
  possible: State[] = [undefined];
  /** The last that was asked for and not answered. */
  doubtful: State | "none" = "none";
  constructor(path: string, name: string) {
    this.path = path;
    this.name = name;
  }
  settle(state: State): void {
    this.possible = [state];
    this.doubtful = "none";
  }
  doubt(state: State): void {
    this.possible = [...this.possible, state];
    this.doubtful = state;
  }
}

class Client {
  readonly #load: Load;
  readonly #random: () => number;
  readonly #group: Resource;
  readonly #identities: readonly Resource[];
  readonly #guard: Resource;
  readonly #list: string;
  #sinceRestart = false;
  #writes = 0;

  constructor(load: Load, index: number) {
    this.#load = load;
    this.#random = randomFrom(load.order.seed * 1000 + index);
    const group = `${load.server.subscription}/resourceGroups/load${index}`;
    const at = (type: string, name: string, version: string): Resource =>
      new Resource(`${group}/providers/${type}/${name}?api-version=${version}`, name);
    this.#group = new Resource(`${group}?api-version=2021-04-01`, `load${index}`);
    this.#identities = Array.from({ length: IDENTITIES }, (_, n) =>
      at("Microsoft.ManagedIdentity/userAssignedIdentities", `id-${index}-${n}`, "2023-01-31"),
    );
    this.#list = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities?api-version=2023-01-31`;
    this.#guard = at("Microsoft.Network/networkSecurityGroups", `guard${index}`, "2024-10-01");
  }

  async work(): Promise<void> {
    await this.#put(this.#group);
    const { order } = this.#load;
    while (this.#load.begun < order.requests) {
      this.#load.begun++;
      await this.#one();
      if (this.#load.restart !== undefined && !this.#sinceRestart) {
        await this.#load.restart;
        this.#sinceRestart = true;
        await this.verify();
      }
    }
  }

  /** Reads everything that it has, without counting it among the requests. */
  async verify(): Promise<void> {
    for (const resource of [this.#group, ...this.#identities, this.#guard]) {
      this.#load.verified++;
      await this.#get(resource, "verify");
    }
  }

  async #one(): Promise<void> {
    const identity = this.#identities[Math.floor(this.#random() * IDENTITIES)]!;
    // A group that is not sure to be there is written first.
    if (this.#group.possible.length > 1 || this.#group.possible[0] === undefined) return this.#put(this.#group);
    const dice = this.#random();
    if (dice < 0.3) return this.#get(identity);
    if (dice < 0.45) return this.#get(this.#group);
    if (dice < 0.5) return this.#head();
    if (dice < 0.55) return this.#get(this.#guard);
    if (dice < 0.65) return this.#listed();
    if (dice < 0.8) return this.#put(identity);
    if (dice < 0.86) return this.#delete(identity);
    if (dice < 0.9) return this.#put(this.#guard);
    if (dice < 0.95) return this.#put(this.#group);
    return dice < 0.98 ? this.#refused() : this.#stranger();
  }

  async #put(resource: Resource): Promise<void> {
    const tags = { writes: String(++this.#writes), by: resource.name };
    const reply = await this.#ask("PUT", resource, { location: "eastus", tags, properties: {} });
    if (reply === undefined) return resource.doubt(tags);
    const statuses = resource.possible.map((state) => (state === undefined ? 201 : 200));
    this.#expect(statuses.includes(reply.status as 200 | 201), `PUT ${resource.path}`, statuses, reply);
    this.#isAs(resource, [tags], reply, "PUT");
    resource.settle(tags);
  }
  async #delete(resource: Resource): Promise<void> {
    const reply = await this.#ask("DELETE", resource);
    if (reply === undefined) return resource.doubt(undefined);
    const statuses = resource.possible.map((state) => (state === undefined ? 204 : 200));
    this.#expect(statuses.includes(reply.status as 200 | 204), `DELETE ${resource.path}`, statuses, reply);
    resource.settle(undefined);
  }
  async #get(resource: Resource, kind = "GET"): Promise<void> {
    const reply = await this.#ask("GET", resource, undefined, kind);
    if (reply === undefined) return;
    const fits = resource.possible.filter((state) =>
      state === undefined
        ? reply.status === 404
        : reply.status === 200 && isDeepStrictEqual(reply.body?.["tags"] ?? {}, state),
    );
    if (!this.#expect(fits.length > 0, `GET ${resource.path}`, resource.possible, reply)) return;
    if (resource.doubtful !== "none" && fits.includes(resource.doubtful)) this.#load.cutWithEffect++;
    if (fits[0] !== undefined) this.#isAs(resource, fits, reply, "GET");
    resource.settle(fits[0]);
  }
  async #head(): Promise<void> {
    const reply = await this.#ask("HEAD", this.#group);
    if (reply) this.#expect(reply.status === 204 && reply.body === undefined, "HEAD", 204, reply);
  }
  async #listed(): Promise<void> {
    const reply = await this.#load.send("GET", this.#list);
    this.#count("list");
    if (reply === undefined) return;
    const names = ((reply.body?.["value"] ?? []) as readonly Json[]).map(({ name }) => String(name));
    const isRight = this.#identities.every(({ name, possible }) =>
      possible.some((state) => (state !== undefined) === names.includes(name)),
    );
    const isAll = names.every((name) => this.#identities.some((one) => one.name === name));
    this.#expect(reply.status === 200 && isRight && isAll, "list", this.#identities, reply);
  }
  async #refused(): Promise<void> {
    const path = this.#group.path.replace(/\?/, "-nowhere?");
    const reply = await this.#load.send("PUT", path, { location: "atlantis" });
    this.#count("refused");
    if (reply) this.#expect(codeOf(reply) === "400 LocationNotAvailableForResourceGroup", "refused", 400, reply);
  }
  async #stranger(): Promise<void> {
    const reply = await this.#load.send("GET", this.#group.path, undefined, "a.b.c");
    this.#count("stranger");
    if (reply) this.#expect(codeOf(reply) === "401 InvalidAuthenticationToken", "a stranger", 401, reply);
  }

  async #ask(method: string, { path }: Resource, body?: Json, kind = method): Promise<Reply | undefined> {
    const reply = await this.#load.send(method, path, body);
    this.#count(kind);
    return reply;
  }
  #count(kind: string): void {
    this.#load.byKind[kind] = (this.#load.byKind[kind] ?? 0) + 1;
  }
  #isAs({ path, name }: Resource, states: readonly State[], { body }: Reply, method: string): void {
    const id = path.replace(/\?.*/, "");
    const isWhole =
      String(body?.["id"]).toLowerCase() === id.toLowerCase() &&
      body?.["name"] === name &&
      body["location"] === "eastus" &&
      states.some((state) => isDeepStrictEqual(body["tags"], state));
    this.#expect(isWhole, `the body of ${method} ${id}`, states, body);
  }
  #expect(holds: boolean, what: string, expected: unknown, found: unknown): boolean {
    if (!holds) this.#load.wrong.push(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
    return holds;
  }
}

const codeOf = ({ status, body }: Reply): string =>
  `${status} ${String((body?.["error"] as Json | undefined)?.["code"])}`;

export async function runLoad(order: LoadOrder, server: LoadServer): Promise<LoadResult> {
  const load = new Load(order, server);
  const clients = Array.from({ length: order.clients }, (_, index) => new Client(load, index));
  const started = performance.now();
  await Promise.all(clients.map((client) => client.work()));
  const seconds = (performance.now() - started) / 1000;
  for (const client of clients) await client.verify();
  load.agent.destroy();
  const { answered, byKind, cut, cutWithEffect, verified, wrong } = load;
  return { answered, byKind, cut, cutWithEffect, verified, wrong, seconds };
}

function send(agent: Agent, url: string, method: string, token: string, body?: Json): Promise<Reply> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(text !== "" && { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, agent, headers }, (reply) => {
      let received = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
      reply.on("error", reject);
      reply.on("end", () =>
        reply.complete
          ? resolve({
              status: reply.statusCode ?? 0,
              body: received === "" ? undefined : (JSON.parse(received) as Json),
            })
          : reject(new Error("the answer was cut off")),
      );
    });
    sent.on("error", reject).end(text);
  });
}
