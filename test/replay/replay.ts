/** Plays a recording against an emulator of its own, exchange by exchange, and tells where the answers differ. */
import { AzureCalls, type Reply } from "../support/azure-calls.ts";
import { compare, type Comparison } from "./compare.ts";
import { Facts, isId } from "./facts.ts";
import type { Exchange, Json, Recording } from "./recording.ts";
import { World } from "./world.ts";

export interface Played {
  readonly exchange: Exchange;
  readonly comparison: Comparison;
}
/** Slow enough that a recording may look at what is not done yet. */
const latency = {
  vmCreateMs: 1000,
  vmUpdateMs: 1000,
  networkMs: 1000,
  runCommandMs: 1000,
  principalVisibleMs: 600_000,
  roleVisibleMs: 1000,
  identityOnVmVisibleMs: 1000,
  retryAfterMs: 1000,
};
const waits = [0, 1500, 900_000];

export async function replay(recording: Recording): Promise<Played[]> {
  const azure = await new AzureCalls({
    subscriptionId: recording.subscription,
    latency,
    seed: recording.name,
  }).signIn();
  const facts = new Facts(recording);
  const world = new World(azure, facts);
  const player = new Player(azure, world, facts);
  const played: Played[] = [];
  for (const [at, exchange] of recording.exchanges.entries())
    played.push({ exchange, comparison: await player.play(exchange, at) });
  return played;
}

class Player {
  readonly #azure: AzureCalls;
  readonly #world: World;
  readonly #facts: Facts;
  /** Recorded values, and addresses of operations, by what stands for them here. */
  readonly #values = new Map<string, string>();
  readonly #operations = new Map<string, string>();

  constructor(azure: AzureCalls, world: World, facts: Facts) {
    this.#azure = azure;
    this.#world = world;
    this.#facts = facts;
  }
  async play(exchange: Exchange, at: number): Promise<Comparison> {
    await this.#prepare(exchange, at);
    let best: Comparison | undefined;
    const isSafe = exchange.method === "GET" || exchange.method === "HEAD";
    for (const wait of waits) {
      if (wait > 0 && isSafe && this.#showsUnfinished(exchange)) break;
      this.#azure.now += wait;
      best = await this.#try(exchange, best);
      if (best.differences.length === 0 || (!isSafe && !best.differences[0]?.startsWith("status 4"))) return best;
    }
    if (isSafe && isId(exchange.path) && exchange.status === 200 && best && best.differences.length > 0) {
      await this.#world.rewrite(exchange.path, at);
      best = await this.#try(exchange, best);
    }
    return best ?? compare(exchange, { status: 0, headers: {}, body: undefined });
  }
  async #try(exchange: Exchange, before: Comparison | undefined): Promise<Comparison> {
    const reply = await this.#send(exchange);
    const comparison = compare(exchange, reply);
    this.#learn(exchange, reply, comparison);
    return before && before.differences.length < comparison.differences.length ? before : comparison;
  }
  async #send(exchange: Exchange): Promise<Reply> {
    const operation = this.#operations.get(operationOf(exchange.url) ?? "");
    const url = operation === undefined ? this.#translated(exchange.url) : monitored(operation, exchange.url);
    const body: Json =
      exchange.body === undefined ? undefined : JSON.parse(this.#translated(JSON.stringify(exchange.body)));
    return this.#azure.send(exchange.method, url, body === undefined ? {} : { body });
  }
  #learn(exchange: Exchange, reply: Reply, { invented }: Comparison): void {
    for (const [theirs, ours] of invented) this.#values.set(theirs, ours);
    for (const name of ["azure-asyncoperation", "location"]) {
      const [theirs, ours] = [exchange.headers[name], reply.headers[name]];
      const id = theirs === undefined ? undefined : operationOf(theirs);
      if (id !== undefined && ours !== undefined && !(name === "location" && this.#operations.has(id)))
        this.#operations.set(id, ours);
    }
  }
  #translated(text: string): string {
    let out = text;
    for (const [theirs, ours] of this.#values) out = out.replaceAll(theirs, ours);
    return out;
  }
  /** `InProgress`, `Updating`, `Deleting`: time must not pass before it is seen. */
  #showsUnfinished({ answer }: Exchange): boolean {
    const word = String(answer?.status ?? answer?.properties?.provisioningState ?? "Succeeded");
    return !/^(succeeded|failed|canceled)$/i.test(word);
  }

  /** Makes what the answer shows to have been there, and takes away what it shows to be gone. */
  async #prepare(exchange: Exchange, at: number): Promise<void> {
    const { path, method, status } = exchange;
    const operation = operationOf(exchange.url);
    if (operation !== undefined) return this.#prepareOperation(exchange, operation, at);
    const group = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(path)?.[0];
    if (group === undefined) {
      for (const one of exchange.answer?.value ?? []) if (isId(one.id)) await this.#world.ensure(one.id, at, one);
      return;
    }
    const isWhole = path === group;
    if (isWhole && (status === 404 || (method === "PUT" && status === 201))) return;
    if (!/ResourceGroupNotFound/.test(String(exchange.answer?.error?.code))) await this.#world.ensureGroup(group, at);
    if (isWhole) return;
    const id = resourceOf(path, method);
    const gone = status === 404 || (status === 204 && method === "DELETE") || (status === 201 && method === "PUT");
    if (id !== undefined && gone) {
      if (method !== "GET" && (await this.#world.exists(id))) await this.#azure.delete(id);
      if (method !== "GET") this.#world.settle();
      if (/\/(securityRules|subnets|extensions)\/[^/]+$/i.test(id))
        await this.#world.ensure(id.split("/").slice(0, -2).join("/"), at);
      const scope = id.split(/\/providers\/Microsoft\.Authorization\//i)[0] ?? id;
      if (scope !== id && isId(scope) && scope.split("/").length > 5) await this.#world.ensure(scope, at);
      for (const reference of references(exchange.body)) await this.#ensureReference(reference, at);
      return;
    }
    if (id !== undefined && !/Microsoft\.Authorization/i.test(id)) await this.#world.ensure(id, at);
    else {
      const scope = path.split(/\/providers\/Microsoft\.Authorization\//i)[0] ?? "";
      if (isId(scope) && scope !== path && scope.split("/").length > 5) await this.#world.ensure(scope, at);
      for (const one of exchange.answer?.value ?? [])
        if (isId(one?.id) && !/Microsoft\.Authorization/i.test(one.id)) await this.#world.ensure(one.id, at, one);
    }
    for (const reference of references(exchange.body)) await this.#ensureReference(reference, at);
  }
  async #ensureReference(id: string, at: number): Promise<void> {
    if (/\/(ipConfigurations|subnets|securityRules|roleDefinitions|backendAddressPools|inboundNatRules)\//i.test(id)) {
      if (/\/subnets\//i.test(id)) await this.#world.ensure(id.split(/\/subnets\//i)[0] ?? "", at);
      return;
    }
    await this.#world.ensure(id, at);
  }
  /** Of an operation that the recording does not show begun, one of the same provider is begun here. */
  async #prepareOperation(exchange: Exchange, operation: string, at: number): Promise<void> {
    if (this.#operations.has(operation)) return;
    const vm = this.#facts.idsOf("Microsoft.Compute/virtualMachines")[0];
    let reply: Reply | undefined;
    if (/Microsoft\.Compute/i.test(exchange.path) && vm !== undefined) {
      await this.#world.ensure(vm, at);
      reply = await this.#azure.patch(vm, {});
    } else {
      const group = `${this.#azure.subscription}/resourceGroups/seeded`;
      await this.#world.ensureGroup(group, at);
      reply = await this.#azure.put(
        /Microsoft\.Compute/i.test(exchange.path)
          ? `${group}/providers/Microsoft.Compute/disks/seeded`
          : `${group}/providers/Microsoft.Network/networkSecurityGroups/seeded`,
        { location: "westus", properties: { creationData: { createOption: "Empty" }, diskSizeGB: 1 } },
      );
    }
    const url = reply.headers["azure-asyncoperation"];
    if (url !== undefined) this.#operations.set(operation, url);
  }
}
/** The name of the operation in a status or result address. */
const operationOf = (url: string): string | undefined =>
  /\/(?:operations|operationStatuses|operationResults|DiskOperations)\/([^/?]+)/i.exec(url)?.[1]?.toLowerCase();
function monitored(operation: string, recorded: string): string {
  const isMonitor = /[?&]monitor=true/i.test(recorded);
  return isMonitor && !operation.includes("monitor=true") ? operation.replace("?", "?monitor=true&") : operation;
}
/** The resource a request is about; a list and a sub-resource that is only computed have none. */
function resourceOf(path: string, method: string): string | undefined {
  const [before = "", after = ""] = [
    path.slice(0, path.toLowerCase().lastIndexOf("/providers/")),
    path.slice(path.toLowerCase().lastIndexOf("/providers/")),
  ];
  const segments = after.split("/").slice(3);
  if (/Microsoft\.Authorization\/(roleDefinitions|roleAssignments|permissions)/i.test(after))
    return segments.length % 2 === 0 && segments.length > 0 && /roleAssignments/i.test(after) ? path : undefined;
  if (/Microsoft\.Resources\/deployments/i.test(after)) return undefined;
  if (segments.length % 2 === 0) return path;
  if (segments.length < 3) return undefined;
  const parent = `${before}${after.split("/").slice(0, -1).join("/")}`;
  return method === "POST" || segments.length >= 3 ? parent : undefined;
}
/** Ids of other resources in a body. */
function references(body: Json): string[] {
  const out: string[] = [];
  const look = (value: Json, name: string): void => {
    if (Array.isArray(value)) for (const one of value) look(one, name);
    else if (typeof value === "object" && value !== null)
      for (const [k, v] of Object.entries(value)) {
        if (name === "userAssignedIdentities" && isId(k)) out.push(k);
        // A resource's own id, and those of its parts, are no references.
        if (k === "id" && isId(v) && Object.keys(value).length === 1) out.push(v);
        else look(v, k);
      }
  };
  // A template makes what it names.
  if (body?.properties?.template === undefined) look(body, "");
  return out;
}
