/** What a handler of one operation is given, and the answers they share. */
import type { Keys } from "../entra/keys.ts";
import type { GuestDoor } from "../guest/run-script.ts";
import { authorizeLinked, type Caller } from "../rbac/evaluate.ts";
import { isRegion, location, regionNames } from "../regions.ts";
import { groupPath, nameOf, type ResourceId } from "../resource-id.ts";
import type { Entry, Transaction } from "../store.ts";
import { AzureError, gatewayError, type Answer, type Body } from "../wire.ts";

export interface Context {
  tx: Transaction;
  method: string;
  id: ResourceId;
  body: Body;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  caller: Caller;
  /** Scheme and host as the client called it. */
  origin: string;
  apiVersion: string;
  keys: Keys;
  /** Another request of the same caller, as part of this one: a template's resources. Throws what refuses it. */
  send: (method: string, path: string, apiVersion: string, body: Body) => Answer;
  /** For requests from inside VMs. */
  guestDoor: GuestDoor;
  /** The action checked at the door. */
  action: string;
  /** The last segment of a POST's path, in the caller's case; empty otherwise. `id` is what it is done to. */
  verb: string;
}
export type Handler = (c: Context) => Answer;

export function requireGroup(c: Context): Entry {
  const group = c.tx.get(groupPath(c.id));
  if (!group) throw gatewayError(404, "ResourceGroupNotFound", `Resource group '${c.id.group}' could not be found.`);
  if (group.goneAt !== undefined && !/^(GET|HEAD|DELETE)$/.test(c.method))
    throw gatewayError(
      409,
      "ResourceGroupBeingDeleted",
      `The resource group '${c.id.group}' is in deprovisioning state and cannot perform this operation.`,
    );
  return group;
}
export function notFound(id: ResourceId): AzureError {
  return gatewayError(
    404,
    "ResourceNotFound",
    `The Resource '${id.type.split("/")[0]}/${id.types.map((t, i) => `${i === 0 ? nameOf(id.type.split("/").slice(0, 2).join("/")) : t}/${id.names[i] ?? ""}`).join("/")}' under resource group '${id.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}
export function requireEntry(c: Context, path = c.id.path): Entry {
  requireGroup(c);
  const e = c.tx.get(path);
  if (!e) throw notFound(c.id);
  return e;
}
export function requireLocation(c: Context, was: Entry | null): string {
  const given = c.body["location"];
  if (typeof given !== "string" || given === "") {
    throw gatewayError(400, "LocationRequired", "The location property is required for this definition.");
  }
  const at = location(given);
  if (!isRegion(at))
    throw gatewayError(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${given}' is not available for resource type '${c.id.type}'. List of available regions for the resource type is '${regionNames.join(",")}'.`,
    );
  if (was && was.body["location"] !== at)
    throw gatewayError(
      409,
      "InvalidResourceLocation",
      `The resource '${nameOf(was.id)}' already exists in location '${was.body["location"]}' in resource group '${c.id.group}'. A resource with the same name cannot be created in location '${at}'. Please select a new resource name.`,
    );
  return at;
}
/** `If-Match` and `If-None-Match`; `etag` is that of what is there, if anything is. */
export function requirePreconditions(c: Context, etag: unknown): void {
  const wanted = c.headers["if-match"];
  const unwanted = c.headers["if-none-match"];
  const isThere = etag !== null && etag !== undefined;
  const holds = (given: string): boolean =>
    isThere && given.split(",").some((tag) => tag.trim() === "*" || bareTag(tag) === bareTag(String(etag)));
  if ((wanted === undefined || holds(wanted)) && (unwanted === undefined || !holds(unwanted))) return;
  throw new AzureError(
    412,
    "PreconditionFailed",
    wanted === undefined
      ? "The resource already exists: the condition 'If-None-Match' is not met."
      : `The specified precondition '${wanted}' failed.`,
    { details: [] },
  );
}
/** Weak or strong, in quotes or without: some clients drop them. */
const bareTag = (tag: string): string => tag.trim().replace(/^W\//i, "").replaceAll('"', "");
export const linked = (c: Context, action: string, id: string): void =>
  authorizeLinked(c.tx, c.caller, c.action, c.id.path, action, id);
export function missingReference(c: Context, id: string): AzureError {
  return new AzureError(
    400,
    "InvalidResourceReference",
    `Resource ${id} referenced by resource ${c.id.path} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    { details: [] },
  );
}
export function polite(c: Context): Record<string, string> {
  const ms = c.tx.latency.retryAfterMs;
  return {
    "retry-after": String(Math.max(1, Math.ceil(ms / 1000))),
    ...(ms < 1000 ? { "x-ms-retry-after-ms": String(ms) } : {}),
  };
}
export interface AsyncOptions {
  provider: "Microsoft.Compute" | "Microsoft.Network";
  region: string;
  readyAt: number;
  location?: boolean;
  output?: unknown;
  error?: Body;
  finalStatus?: number;
  /** The path's word for operations, where the provider has another. */
  collection?: string;
}
/** Starts an operation and gives the headers that let the client follow it. */
export function startOperation(c: Context, o: AsyncOptions): Record<string, string> {
  const base = `/subscriptions/${c.id.subscription}/providers/${o.provider}/locations/${o.region}`;
  const { guid, id } = newOperation(c, `${base}/${o.collection ?? "operations"}`);
  c.tx.put({
    id,
    body: {},
    createdAt: c.tx.now,
    readyAt: o.readyAt,
    hidden: {
      kind: "operation",
      provider: o.provider,
      name: guid,
      output: o.output ?? null,
      error: o.error ?? null,
      finalStatus: o.finalStatus ?? 200,
      group: groupPath(c.id),
      target: c.id.path,
    },
  });
  const url = `${c.origin}${id}?api-version=${c.apiVersion}`;
  const monitor =
    o.provider === "Microsoft.Compute"
      ? `${c.origin}${id}?monitor=true&api-version=${c.apiVersion}`
      : `${c.origin}${base}/operationResults/${guid}?api-version=${c.apiVersion}`;
  return {
    "azure-asyncoperation": url,
    ...(o.location ? { location: monitor } : {}),
    // Actions are not announced to anybody, nor are changes of disks.
    ...(o.provider === "Microsoft.Compute" && c.method !== "POST" && o.collection === undefined
      ? { "azure-asyncnotification": "Enabled" }
      : {}),
    ...polite(c),
  };
}

/** One of two that begin in the same millisecond, for the same thing, has a name of its own too. */
function newOperation(c: Context, collection: string): { readonly guid: string; readonly id: string } {
  for (let turn = 0; ; turn++) {
    const of = `${c.id.path}|${c.method}|${c.action}|${c.tx.now}${turn === 0 ? "" : `|${turn}`}`;
    const guid = c.tx.invent.guid("operation", of);
    const id = `${collection}/${guid}`;
    if (!c.tx.isKnown(id)) return { guid, id };
  }
}

export const ok = (body: unknown, headers: Record<string, string> = {}): Answer => ({ status: 200, body, headers });
export const noContent: Answer = { status: 204 };
