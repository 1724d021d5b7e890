/** Whether the emulator answered as Azure did: status, error, headers of asynchronous operations, every field and its type. */
import type { Reply } from "../support/azure-calls.ts";
import type { Exchange, Json } from "./recording.ts";

export interface Comparison {
  readonly fields: number;
  readonly differences: readonly string[];
  /** What Azure invented, and what the emulator invented in its place. */
  readonly invented: ReadonlyMap<string, string>;
}
const headersThatCount = ["azure-asyncoperation", "location", "azure-asyncnotification", "etag", "x-ms-failure-cause"];
const hex = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** A message without what differs from one call to the next: ids, times. */
export const formOf = (message: string): string =>
  message
    .replaceAll(guid, "{guid}")
    .replaceAll(/\b[0-9a-f]{32}\b/gi, "{hex}")
    // The recorder gave a deployment another name in the paths than in the answers.
    .replaceAll(/(?<=template deployment )'[^']+'/g, "{deployment}")
    // Of a sentence that Azure has added since the oldest recordings.
    .replaceAll(/ For more details please go to https:\/\/aka\.ms\/ARMResourceNotFoundFix$/g, "")
    // Where something stands in the text of a request, which a recording keeps no longer.
    .replaceAll(/line '\d+' and column '\d+'/g, "{place}")
    .replaceAll(/\d{8}T\d{6}Z|\d{4}-\d{2}-\d{2}T[\d:.]+(Z|\+00:00)/g, "{time}")
    .replaceAll(/\/(resource[gG]roups|[a-z.]+\.[a-z]+)\//gi, (m) => m.toLowerCase());

/**
 * What Azure offered on the day of the recording: types of a provider with their versions and regions, sizes, images. It has
 * other entries today, and the emulator a selection of them; those that both have are compared.
 */
const isCatalogue = (path: string): boolean =>
  /^\/subscriptions\/[^/]+\/(locations|providers(\/[^/]+(\/(un)?register)?)?|providers\/Microsoft\.Compute\/(skus|locations\/[^/]+\/(vmSizes|publishers\b.*)))\/?$|\/virtualMachines\/[^/]+\/vmSizes$|\/roleDefinitions$/i.test(
    path,
  );

/** An error with those inside of it. */
const told = (error: Json): string =>
  error === undefined
    ? ""
    : ` ${error.code}: ${error.message}${(error.details ?? []).map((d: Json) => ` (${d.code}: ${d.message})`).join("")}`;

export function compare(recorded: Exchange, reply: Reply): Comparison {
  const differences: string[] = [];
  const invented = new Map<string, string>();
  let fields = 0;
  const isOffer = isCatalogue(recorded.path);
  const differ = (what: string) => differences.push(what);
  fields += 1;
  if (reply.status !== recorded.status)
    differ(`status ${reply.status}${told(reply.body?.error)}, not ${recorded.status}`);
  for (const name of headersThatCount) {
    const [theirs, ours] = [recorded.headers[name], reply.headers[name]];
    if (theirs === undefined && ours === undefined) continue;
    fields += 1;
    if (theirs === undefined || ours === undefined) {
      // One more of these where a recording has none takes nothing away; the last came in the course of 2020.
      if (theirs === undefined && /^(etag|x-ms-failure-cause|azure-asyncnotification)$/.test(name)) continue;
      differ(`header ${name} is ${ours === undefined ? "missing" : "one too many"}`);
    } else if (headerForm(name, theirs) !== headerForm(name, ours))
      differ(`header ${name}: ${headerForm(name, ours)}, not ${headerForm(name, theirs)}`);
  }
  const error: Json = recorded.answer?.error;
  if (error !== undefined && reply.body?.error !== undefined) {
    fields += 2;
    if (error.code !== reply.body.error.code) differ(`error code ${reply.body.error.code}, not ${error.code}`);
    else if (formOf(String(error.message)) !== formOf(String(reply.body.error.message)))
      differ(`error message "${reply.body.error.message}", not "${error.message}"`);
  }
  if (reply.status === recorded.status) walk(recorded.answer, reply.body, "");
  return { fields, differences, invented };

  function walk(theirs: Json, ours: Json, path: string): void {
    if (theirs === undefined) return;
    fields += 1;
    if (ours === undefined) return void differ(`${path || "body"} is missing`);
    // What is null in one may hold a value in the other.
    if (theirs === null || ours === null) return;
    const [a, b] = [kindOf(theirs), kindOf(ours)];
    if (a !== b) return void differ(`${path || "body"} is ${b}, not ${a}`);
    if (a === "array") return walkList(theirs, ours, path);
    if (a !== "object") {
      if (a === "string" && theirs !== ours) remember(theirs, ours, path);
      return;
    }
    const names = new Map(Object.keys(ours).map((k) => [k.toLowerCase(), k]));
    for (const [k, v] of Object.entries(theirs)) {
      const name = names.get(k.toLowerCase());
      walk(v, name === undefined ? undefined : ours[name], path === "" ? k : `${path}.${k}`);
    }
  }
  function walkList(theirs: Json[], ours: Json[], path: string): void {
    for (const [index, one] of theirs.entries()) {
      const key = (v: Json): string => String(v?.id ?? v?.name ?? v?.resourceType ?? v?.lun ?? "").toLowerCase();
      const same = key(one) === "" ? undefined : ours.find((o) => key(o) === key(one));
      // What has an invented name stands at the same place.
      const found = same ?? (key(one) === "" || ours.length === theirs.length ? ours[index] : undefined);
      if (isOffer && (found === undefined || (same === undefined && key(one) !== ""))) continue;
      walk(one, found, `${path}[${key(one).split("/").at(-1) || index}]`);
    }
    if (path === "value" && theirs.length === 0 && ours.length > 0)
      differ(`value has ${ours.length} entries, not none`);
  }
  function remember(theirs: string, ours: string, path: string): void {
    // Azure calls a disk of its own making by more than one pattern.
    if (path.endsWith(".osDisk.name")) invented.set(theirs, ours);
    const [a, b] = [theirs.match(guid), ours.match(guid)];
    if (a?.length === 1 && b?.length === 1 && a[0] === theirs && b[0] === ours) invented.set(theirs, ours);
    if (theirs.startsWith('W/"') && ours.startsWith('W/"')) invented.set(theirs, ours);
    // `vm1_OsDisk_1_{hex}`
    const [c, d] = [theirs.match(hex), ours.match(hex)];
    if (c?.length === 1 && d?.length === 1 && theirs.replace(hex, "") === ours.replace(hex, ""))
      invented.set(c[0], d[0]);
  }
}
const kindOf = (v: Json): string => (v === null ? "null" : Array.isArray(v) ? "array" : typeof v);
/** Of an address, all but the host and the operation's own name; of an ETag, nothing but that it is one. */
function headerForm(name: string, value: string): string {
  if (name === "etag") return "an ETag";
  if (!/^(https?:)?\//.test(value)) return value;
  const [path = "", query = ""] = value.replace(/^https?:\/\/[^/]+/, "").split("?");
  const kept = path.toLowerCase().split("/").slice(0, -1);
  const names = [...new URLSearchParams(query).keys()].toSorted();
  // The recorder gave a deployment another name in the paths than in the answers.
  const at = kept.indexOf("deployments");
  if (at >= 0) kept[at + 1] = "{deployment}";
  const isPlain = !/^https?:/.test(value);
  return `${isPlain ? "" : "https://host"}${kept.join("/")}/{name}${names.length ? `?${names.join("&")}` : ""}`;
}
