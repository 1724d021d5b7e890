// What the target answers, asked once and the same for every rehearsal. Sends GETs alone.

import type { TargetReader } from "../azure/reader.ts";
import type { Upstream } from "../emulator/store.ts";
import { OperationError } from "../run/failure.ts";
import { factsFor } from "../steps/resource.ts";
import { isJsonObject, type JsonObject } from "../value/json.ts";

type Body = Record<string, unknown>;

/** An upstream of overlays. Every caller gets a copy of its own. */
export class Snapshot implements Upstream {
  readonly #reader: TargetReader;
  readonly #gets = new Map<string, Promise<JsonObject | null>>();
  readonly #lists = new Map<string, Promise<readonly JsonObject[]>>();
  /** Ids asked for, lower case, with what was there. */
  readonly observed = new Map<string, JsonObject | null>();
  /** Sentences about what could not be read or was in motion. */
  readonly notes = new Set<string>();

  constructor(reader: TargetReader) {
    this.#reader = reader;
  }

  async get(id: string, apiVersion?: string): Promise<Body | null> {
    return structuredClone(await this.read(id, apiVersion)) as Body | null;
  }

  async list(scope: string, type: string): Promise<Body[]> {
    const key = `${scope}|${type}`.toLowerCase();
    let listed = this.#lists.get(key);
    if (listed === undefined) this.#lists.set(key, (listed = this.#list(scope, type)));
    return structuredClone(await listed) as Body[];
  }

  /** The resource as the target shows it, or `null`. `apiVersion` counts for types that the engine knows nothing of. */
  read(id: string, apiVersion?: string): Promise<JsonObject | null> {
    const key = id.toLowerCase();
    let asked = this.#gets.get(key);
    if (asked === undefined) this.#gets.set(key, (asked = this.#get(id, apiVersion)));
    return asked;
  }

  /** Of a type that the engine knows nothing of. */
  readThrough(path: string, apiVersion: string): Promise<JsonObject | null> {
    const key = `${path}?${apiVersion}`.toLowerCase();
    let asked = this.#gets.get(key);
    if (asked === undefined) this.#gets.set(key, (asked = this.#readThrough(path, apiVersion)));
    return asked;
  }

  async #readThrough(path: string, apiVersion: string): Promise<JsonObject | null> {
    if (await this.#isUnderAbsent(path)) return null;
    const shown = await this.#reader.get(path, apiVersion);
    this.observed.set(path.toLowerCase(), shown);
    return shown;
  }

  async #get(id: string, asked?: string): Promise<JsonObject | null> {
    const apiVersion = factsFor(typeOfId(id))?.apiVersion ?? asked;
    // A type that the engine cannot read is one that no step reads.
    if (apiVersion === undefined || (await this.#isUnderAbsent(id))) return null;
    const query = /\/virtualMachines\/[^/]+$/i.test(id) ? { $expand: "instanceView" } : {};
    const shown = await this.#reader.get(id, apiVersion, query);
    this.observed.set(id.toLowerCase(), shown);
    return shown === null ? null : this.#settled(shown);
  }

  /** Nothing needs to be asked below something that is not there. */
  async #isUnderAbsent(id: string): Promise<boolean> {
    const group = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+(?=\/)/i.exec(id)?.[0];
    return group !== undefined && (await this.read(group)) === null;
  }

  async #list(scope: string, type: string): Promise<readonly JsonObject[]> {
    const isGroups = /\/resourceGroups$/i.test(type);
    const apiVersion = factsFor(isGroups ? GROUPS : type)?.apiVersion;
    if (apiVersion === undefined || (await this.#isUnderAbsent(`${scope}/`))) return [];
    const canBeAbsent = /\/resourceGroups\//i.test(scope) && factsFor(typeOfId(scope)) !== undefined;
    if (canBeAbsent && (await this.read(scope)) === null) return [];
    try {
      const path = isGroups ? "resourcegroups" : type === ANY ? "resources" : `providers/${type}`;
      return await this.#reader.list(`${scope}/${path}`, apiVersion);
    } catch (thrown) {
      if (!(thrown instanceof OperationError) || thrown.failure.status !== 403) throw thrown;
      this.notes.add(`the ${type.slice(type.indexOf("/") + 1)} at ${scope} cannot be read by the caller`);
      return [];
    }
  }

  /** Somebody else's change that is under way would never end on an overlay, whose clock the target does not know. */
  #settled(shown: JsonObject): JsonObject {
    const properties = shown["properties"];
    if (!isJsonObject(properties)) return shown;
    const state = properties["provisioningState"];
    if (typeof state !== "string" || FINAL.has(state)) return shown;
    this.notes.add(`${String(shown["id"])} was in state ${state}: somebody was changing it`);
    return { ...shown, properties: { ...properties, provisioningState: "Succeeded" } };
  }
}

const ANY = "Microsoft.Resources/resources";
const GROUPS = "Microsoft.Resources/resourceGroups";
const FINAL: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Canceled"]);

/** `Microsoft.Compute/virtualMachines`; of a child resource with all its segments. */
export function typeOfId(id: string): string {
  const at = id.toLowerCase().lastIndexOf("/providers/");
  if (at === -1) return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(id) ? GROUPS : "";
  const [namespace = "", ...rest] = id.slice(at + "/providers/".length).split("/");
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}
