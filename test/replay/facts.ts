/**
 * What a recording says of resources that it does not create: who uses whom, and how each was shown. The recordings are
 * selections, so most of what they are about was there before.
 */
import type { Exchange, Json, Recording } from "./recording.ts";

export interface Relations {
  /** Interfaces of a VM, by its id. */
  readonly interfacesOf: Map<string, Set<string>>;
  /** The security group of an interface or a subnet. */
  readonly groupOf: Map<string, string>;
  /** Subnet and public address of an IP configuration, by its id. */
  readonly subnetOf: Map<string, string>;
  readonly publicIpOf: Map<string, string>;
  readonly vmOfDisk: Map<string, string>;
}
const groupOf = (id: string): string => id.split("/").slice(0, 5).join("/");
const key = (id: string): string => id.toLowerCase();
export const isId = (text: unknown): text is string =>
  typeof text === "string" && /^\/subscriptions\/[^/]+\/resourcegroups\//i.test(text);

export class Facts {
  readonly relations: Relations = {
    interfacesOf: new Map(),
    groupOf: new Map(),
    subnetOf: new Map(),
    publicIpOf: new Map(),
    vmOfDisk: new Map(),
  };
  readonly #shown: { id: string; at: number; body: Json }[] = [];
  readonly #regions = new Map<string, string>();
  readonly #spelling = new Map<string, string>();
  /** The first exchange that makes a resource, by its id. */
  readonly #madeAt = new Map<string, number>();

  constructor(recording: Pick<Recording, "exchanges">) {
    for (const [at, exchange] of recording.exchanges.entries()) {
      this.#read(exchange.answer, at);
      for (const id of madeBy(exchange)) if (!this.#madeAt.has(key(id))) this.#madeAt.set(key(id), at);
      if (exchange.answer?.error) this.#readError(exchange);
      const region = /\/locations\/(\w+)\/\w*operation/i.exec(Object.values(exchange.headers).join(" "))?.[1];
      if (region !== undefined) this.#regions.set(key(groupOf(exchange.path)), region);
    }
  }
  /** Where a resource is or, when that is not said, what it works with, or what else is done in its group. */
  regionOf(id: string): string {
    const of = (one: string | undefined): string | undefined =>
      one === undefined ? undefined : this.shown(one, 0)?.location;
    const { interfacesOf, groupOf: securityGroupOf, publicIpOf, subnetOf } = this.relations;
    const vm = [...interfacesOf].find(([, nics]) => [...nics].some((n) => key(n) === key(id)))?.[0];
    const config = [...subnetOf.keys(), ...publicIpOf.keys()].find((c) => c.startsWith(`${key(id)}/`));
    const inside = this.#shown.find((s) => key(groupOf(s.id)) === key(groupOf(id)) && s.body.location !== undefined);
    return (
      of(id) ??
      of(securityGroupOf.get(key(id))) ??
      of(vm) ??
      (config && of(subnetOf.get(config)?.split(/\/subnets\//i)[0])) ??
      (config && of(publicIpOf.get(config))) ??
      this.#regions.get(key(groupOf(id))) ??
      inside?.body.location ??
      "westus"
    );
  }
  /** The id as Azure spelled it. */
  spelled(id: string): string {
    return this.#spelling.get(key(id)) ?? id;
  }
  /** How the resource was shown at an exchange or, failing that, at the nearest one after or before it. */
  shown(id: string, at: number): Json {
    const all = this.#shown.filter((s) => key(s.id) === key(id));
    return (all.find((s) => s.at >= at) ?? all.at(-1))?.body;
  }
  /** Whether the recording itself makes it, after an exchange, and shows it nowhere before. */
  isMadeAfter(id: string, at: number): boolean {
    const made = this.#madeAt.get(key(id));
    return made !== undefined && made > at && !this.#shown.some((s) => s.at < made && key(s.id) === key(id));
  }
  /** Resources of a type that were shown at all. */
  idsOf(type: string): string[] {
    return [...new Set(this.#shown.filter((s) => key(String(s.body.type)) === key(type)).map((s) => s.id))];
  }

  #read(value: Json, at: number): void {
    if (Array.isArray(value)) for (const one of value) this.#read(one, at);
    if (typeof value !== "object" || value === null) return;
    if (isId(value.id)) {
      this.#spelling.set(key(value.id), value.id);
      if (value.properties !== undefined) this.#shown.push({ id: value.id, at, body: value });
      if (value.properties !== undefined) this.#relate(value);
    }
    for (const one of Object.values(value)) this.#read(one, at);
  }
  #relate({ id, properties: p }: Json): void {
    const { interfacesOf, groupOf, subnetOf, publicIpOf, vmOfDisk } = this.relations;
    for (const nic of p.networkProfile?.networkInterfaces ?? []) if (isId(nic.id)) add(interfacesOf, id, nic.id);
    const disk = p.storageProfile?.osDisk?.managedDisk?.id;
    if (isId(disk)) vmOfDisk.set(key(disk), id);
    if (/\/networkInterfaces\/[^/]+$/i.test(id)) {
      if (isId(p.networkSecurityGroup?.id)) groupOf.set(key(id), p.networkSecurityGroup.id);
      if (isId(p.virtualMachine?.id)) add(interfacesOf, p.virtualMachine.id, id);
      for (const c of p.ipConfigurations ?? []) {
        this.#spelling.set(key(c.id), c.id);
        if (isId(c.properties?.subnet?.id)) subnetOf.set(key(c.id), c.properties.subnet.id);
        if (isId(c.properties?.publicIPAddress?.id)) publicIpOf.set(key(c.id), c.properties.publicIPAddress.id);
      }
    }
    if (/\/networkSecurityGroups\/[^/]+$/i.test(id)) {
      for (const nic of p.networkInterfaces ?? []) groupOf.set(key(nic.id), id);
      for (const subnet of p.subnets ?? []) {
        this.#spelling.set(key(subnet.id), subnet.id);
        groupOf.set(key(subnet.id), id);
      }
    }
    if (/\/subnets\/[^/]+$/i.test(id)) for (const c of p.ipConfigurations ?? []) subnetOf.set(key(c.id), id);
    if (/\/publicIPAddresses\/[^/]+$/i.test(id) && isId(p.ipConfiguration?.id))
      publicIpOf.set(key(p.ipConfiguration.id), id);
  }
  #readError({ path, answer }: Exchange): void {
    const message = String(answer.error.message);
    const ids = [...message.matchAll(/\/subscriptions\/[^\s,']+[^\s,'.]/g)].map((m) => m[0]);
    for (const id of ids) if (!this.#spelling.has(key(id))) this.#spelling.set(key(id), id);
    const { interfacesOf, groupOf, subnetOf, publicIpOf, vmOfDisk } = this.relations;
    const [first = "", second = ""] = ids;
    switch (answer.error.code) {
      case "NicInUse":
        add(interfacesOf, second, first);
        break;
      case "InUseNetworkSecurityGroupCannotBeDeleted":
        for (const nic of ids.slice(1)) groupOf.set(key(nic), first);
        break;
      case "PublicIPAddressCannotBeDeleted":
        publicIpOf.set(key(second), first);
        break;
      case "InUseSubnetCannotBeDeleted": {
        const name = /^Subnet (\S+) is in use/.exec(message)?.[1] ?? "";
        subnetOf.set(key(first), `${path.split(/\/subnets\//i)[0]}/subnets/${name}`);
        break;
      }
      case "OperationNotAllowed":
        if (/\/disks\/[^/]+$/i.test(path)) vmOfDisk.set(key(path), first);
        break;
      default:
    }
  }
}
/** What an exchange makes: what it was sent to, or what the template in it names in so many words. */
function madeBy({ method, path, status, body }: Exchange): string[] {
  if (method !== "PUT" || status !== 201) return [];
  const resources: Json[] = body?.properties?.template?.resources ?? [];
  const names = resources
    .filter((r) => !/[[\]]/.test(`${r.type}${r.name}`))
    .map((r) => {
      const [namespace = "", ...types] = String(r.type).split("/");
      const parts = String(r.name).split("/");
      return [namespace, ...types.flatMap((t, i) => [t, parts[i] ?? ""])].join("/");
    });
  return [path, ...names.map((name) => `${groupOf(path)}/providers/${name}`)];
}
function add(map: Map<string, Set<string>>, id: string, value: string): void {
  const set = map.get(key(id)) ?? new Set<string>();
  set.add(value);
  map.set(key(id), set);
}
