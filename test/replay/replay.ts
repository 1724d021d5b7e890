/** Plays a recording against an emulator of its own, exchange by exchange, and tells where the answers differ. */
import type { EmulatorOptions } from "../../engine/emulator/emulator.ts";
import { AzureCalls, type Reply } from "../support/azure-calls.ts";
import { windowsImage } from "../support/azure-world.ts";
import { compare, type Comparison } from "./compare.ts";
import { Facts, isId } from "./facts.ts";
import type { Exchange, Json, Recording } from "./recording.ts";
import { World } from "./world.ts";

export interface Played {
  readonly exchange: Exchange;
  readonly comparison: Comparison;
  /** The emulator's answer, and what it answers. */
  readonly reply: Reply;
  readonly url: string;
  readonly body: Json;
  /** What could not be made that had to be there. */
  readonly refused: readonly string[];
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

export async function replay(recording: Recording, options: EmulatorOptions = {}): Promise<Played[]> {
  const azure = await new AzureCalls({
    subscriptionId: recording.subscription,
    latency,
    seed: recording.name,
    ...options,
  }).signIn();
  const facts = new Facts(recording);
  const world = new World(azure, facts);
  const player = new Player(azure, world, facts);
  const played: Played[] = [];
  for (const [at, exchange] of recording.exchanges.entries()) {
    const tried = await player.play(exchange, at);
    played.push({ exchange, ...tried, refused: world.refused.splice(0) });
  }
  return played;
}

type Tried = Pick<Played, "comparison" | "reply" | "url" | "body">;

class Player {
  readonly #azure: AzureCalls;
  readonly #world: World;
  readonly #facts: Facts;
  /** Recorded values, and addresses of operations, by what stands for them here. */
  readonly #values = new Map<string, string>();
  readonly #operations = new Map<string, string>();
  /** The same, where the result is to be had. */
  readonly #results = new Map<string, string>();
  #deployment = "mock-deployment";

  constructor(azure: AzureCalls, world: World, facts: Facts) {
    this.#azure = azure;
    this.#world = world;
    this.#facts = facts;
  }
  async play(exchange: Exchange, at: number): Promise<Tried> {
    await this.#prepare(exchange, at);
    for (const { type } of exchange.body?.properties?.template?.resources ?? [])
      await this.#world.register(String(type).split("/")[0] ?? "");
    let best: Tried | undefined;
    const isSafe = exchange.method === "GET" || exchange.method === "HEAD";
    for (const wait of waits) {
      if (wait > 0 && isSafe && this.#showsUnfinished(exchange)) break;
      this.#azure.now += wait;
      best = await this.#try(exchange, best);
      const [first] = best.comparison.differences;
      if (first === undefined || (!isSafe && !first.startsWith("status 4"))) return best;
    }
    const isOne = isId(exchange.path) && resourceOf(exchange.path, "GET") === exchange.path;
    if (isSafe && isOne && exchange.status === 200 && best !== undefined) {
      await this.#world.rewrite(exchange.path, at);
      best = await this.#try(exchange, best);
    }
    return best ?? this.#try(exchange, undefined);
  }
  async #try(exchange: Exchange, before: Tried | undefined): Promise<Tried> {
    const sent = this.#ours(exchange);
    const reply = await this.#azure.send(exchange.method, sent.url, sent.body === undefined ? {} : { body: sent.body });
    const comparison = compare(exchange, reply);
    this.#learn(exchange, reply, comparison);
    const isWorse = before !== undefined && before.comparison.differences.length < comparison.differences.length;
    return isWorse ? before : { ...sent, reply, comparison };
  }
  /** The request as it is sent here. */
  #ours(exchange: Exchange): { readonly url: string; readonly body: Json } {
    const name = operationOf(exchange.url) ?? "";
    const isResult = /\/operationResults\//i.test(exchange.url);
    const operation = (isResult ? this.#results.get(name) : undefined) ?? this.#operations.get(name);
    const asked = this.#named(exchange);
    const url = operation === undefined ? this.#translated(asked) : monitored(operation, exchange.url);
    const body: Json =
      exchange.body === undefined ? undefined : JSON.parse(this.#translated(JSON.stringify(exchange.body)));
    return { url, body };
  }
  /** The recorder called all deployments alike in requests, and left them their names in answers. */
  #named({ method, url, answer }: Exchange): string {
    const alike = /\/deployments\/(mock-deployment)(?=[/?])/i.exec(url)?.[1];
    if (alike === undefined) return url;
    const own: unknown = /\/deployments\/[^/?]+\?/i.test(url) ? answer?.name : undefined;
    if (typeof own === "string" && own !== "") this.#deployment = own;
    else if (method === "POST" && /\/validate\?/.test(url)) return url;
    return url.replace(/(?<=\/deployments\/)mock-deployment(?=[/?])/i, this.#deployment);
  }
  #learn(exchange: Exchange, reply: Reply, { invented }: Comparison): void {
    for (const [theirs, ours] of invented) this.#values.set(theirs, ours);
    for (const name of ["azure-asyncoperation", "location"]) {
      const [theirs, ours] = [exchange.headers[name], reply.headers[name]];
      const id = theirs === undefined ? undefined : operationOf(theirs);
      if (id === undefined || ours === undefined) continue;
      if (name === "location") this.#results.set(id, ours);
      if (name !== "location" || !this.#operations.has(id)) this.#operations.set(id, ours);
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
    if (/\/providers\/Microsoft\.Authorization\/role(Definitions|Assignments)/i.test(path))
      return this.#prepareRoles(exchange, at);
    const group = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(path)?.[0];
    if (group === undefined) {
      for (const one of exchange.answer?.value ?? []) if (isId(one.id)) await this.#world.ensure(one.id, at, one);
      return;
    }
    const isWhole = path.toLowerCase() === group.toLowerCase();
    if (isWhole && (status === 404 || (method === "PUT" && status === 201))) return;
    if (!/ResourceGroupNotFound/.test(String(exchange.answer?.error?.code))) await this.#world.ensureGroup(group, at);
    if (isWhole) return;
    const id = resourceOf(path, method);
    const gone = status === 404 || (status === 204 && method === "DELETE") || (status === 201 && method === "PUT");
    if (id !== undefined && gone) {
      if (method !== "GET" && (await this.#world.exists(id))) await this.#azure.delete(id);
      if (method !== "GET") this.#world.settle();
      const isPart = (id.split(/\/providers\//i).at(-1) ?? "").split("/").length > 3;
      if (isPart) await this.#world.ensure(id.split("/").slice(0, -2).join("/"), at);
      const scope = id.split(/\/providers\/Microsoft\.Authorization\//i)[0] ?? id;
      if (scope !== id && isId(scope) && scope.split("/").length > 5) await this.#world.ensure(scope, at);
      await this.#ensureReferences(exchange, at);
      return;
    }
    if (id !== undefined) {
      const shown: Json = this.#facts.shown(id, at) ?? hinted(exchange);
      const region: string | undefined = method === "PUT" ? exchange.body?.location : undefined;
      await this.#world.ensure(id, at, region === undefined ? shown : { ...shown, location: region });
      if (/\/generalize$/i.test(path)) {
        await this.#azure.post(`${id}/powerOff`);
        this.#world.settle();
      }
    } else {
      const scope = path.split(/\/providers\/Microsoft\.Authorization\//i)[0] ?? "";
      if (isId(scope) && scope !== path && scope.split("/").length > 5) await this.#world.ensure(scope, at);
      for (const one of exchange.answer?.value ?? [])
        if (isId(one?.id) && !/Microsoft\.Authorization/i.test(one.id)) await this.#world.ensure(one.id, at, one);
    }
    await this.#ensureReferences(exchange, at);
    // What is said to be in the way is there.
    const inTheWay = status === 400 || status === 409 ? String(exchange.answer?.error?.message ?? "") : "";
    for (const [user] of inTheWay.matchAll(
      /\/subscriptions\/[^\s,']+\/providers\/[^\s,'/]+\/[^\s,'/]+\/[^\s,'/]+[^\s,'./]/g,
    ))
      if (method === "DELETE") await this.#world.ensure(user, at);
  }
  /** The scope, the role, the principal, and the assignments that are shown. */
  async #prepareRoles({ path, method, status, body, answer }: Exchange, at: number): Promise<void> {
    const scope = path.slice(0, path.toLowerCase().lastIndexOf("/providers/microsoft.authorization"));
    const group = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(scope)?.[0];
    if (group !== undefined) await this.#world.ensureGroup(group, at);
    if (isId(scope) && scope !== group) await this.#world.ensure(scope, at);
    if (method === "PUT") {
      const p: Json = body?.properties ?? {};
      if (p.roleDefinitionId !== undefined) await this.#world.ensureRole(String(p.roleDefinitionId));
      const isUnknown = p.principalType === undefined && !this.#values.has(String(p.principalId));
      if (p.principalId !== undefined && isUnknown && status < 300)
        this.#values.set(String(p.principalId), await this.#world.makePrincipal(String(p.principalId), at));
      return;
    }
    const alone = { ...answer, id: path, properties: { scope, ...answer?.properties } };
    const shown: Json[] = answer?.value ?? (answer?.properties === undefined ? [] : [alone]);
    for (const one of shown)
      await (one.properties?.permissions === undefined
        ? this.#world.ensureAssignment(one, at)
        : this.#world.ensureRole(String(one.name), one.properties));
  }
  async #ensureReferences({ body, path }: Exchange, at: number): Promise<void> {
    const region: string | undefined = body?.location;
    if (/\/virtualNetworkPeerings\/[^/]+$/i.test(path))
      await this.#world.ensureRemote(
        body?.properties?.remoteVirtualNetwork?.id,
        at,
        body?.properties?.remoteAddressSpace?.addressPrefixes,
      );
    for (const id of references(body, path)) {
      const whole = /^(.*?)\/(ipConfigurations|subnets|securityRules|backendAddressPools|inboundNatRules)\//i.exec(
        id,
      )?.[1];
      if (!/\/roleDefinitions\//i.test(id)) await this.#world.ensure(whole ?? id, at, undefined, region);
    }
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
/** What a VM must be like for what is done to it, when the recording never shows it. */
function hinted({ path, body, status }: Exchange): Json {
  if (/\/runCommand$/i.test(path) && /^RunPowerShellScript$/i.test(String(body?.commandId)))
    return { properties: { storageProfile: { imageReference: windowsImage } } };
  if (/\/simulateEviction$/i.test(path) && status < 400) return { properties: { priority: "Spot" } };
  return undefined;
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
  const at = path.toLowerCase().lastIndexOf("/providers/");
  if (at < 0) return undefined;
  const [before, after] = [path.slice(0, at), path.slice(at)];
  const segments = after.split("/").slice(3);
  if (/Microsoft\.Authorization\/(roleDefinitions|roleAssignments|permissions)/i.test(after))
    return segments.length % 2 === 0 && segments.length > 0 && /roleAssignments/i.test(after) ? path : undefined;
  if (/Microsoft\.Resources\/deployments/i.test(after)) return undefined;
  if (segments.length % 2 === 0) return path;
  if (segments.length < 3) return undefined;
  const parent = `${before}${after.split("/").slice(0, -1).join("/")}`;
  return method === "POST" || segments.length >= 3 ? parent : undefined;
}
/** Ids of other resources in the body of a request to a path. */
function references(body: Json, path: string): string[] {
  const isOwn = (id: string): boolean => id.toLowerCase().startsWith(path.toLowerCase());
  const out: string[] = [];
  const look = (value: Json, name: string): void => {
    if (Array.isArray(value)) for (const one of value) look(one, name);
    else if (typeof value === "object" && value !== null)
      for (const [k, v] of Object.entries(value)) {
        if (name === "userAssignedIdentities" && isId(k)) out.push(k);
        if (k === "id" && isId(v)) out.push(...(isOwn(v) ? [] : [v]));
        else look(v, k);
      }
  };
  // A template makes what it names.
  if (body?.properties?.template === undefined) look(body, "");
  return out;
}
