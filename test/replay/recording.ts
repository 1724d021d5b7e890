/** Recorded traffic: what a tool asked Azure and what Azure answered, as the recordings' JSON files hold it. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

// oxlint-disable-next-line typescript/no-explicit-any -- JSON of many shapes, read field by field
export type Json = any;
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly path: string;
  readonly body: Json;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: Json;
}
export interface Recording {
  readonly name: string;
  readonly subscription: string;
  readonly exchanges: readonly Exchange[];
}
/** A password and a key in place of those that were taken out. */
export const stand = { password: "Redacted-Value-1", key: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ" };

export function recordingsIn(directory: string): Recording[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .map((file) => readRecording(join(directory, file)))
    .filter((r) => r !== undefined);
}
export function readRecording(file: string): Recording | undefined {
  const text = inPublicRegions(withOneGroupName(readFileSync(file, "utf8")));
  const { interactions } = JSON.parse(text) as Json;
  if (!Array.isArray(interactions)) return undefined;
  const exchanges = interactions.map(exchangeOf).filter((e) => e !== undefined);
  const subscription = /\/subscriptions\/([0-9a-f-]{36})/i.exec(text)?.[1] ?? "00000000-0000-0000-0000-000000000000";
  return { name: basename(file), subscription, exchanges };
}
/** Some resources stood in regions that only Microsoft has, where it tries out what is new. */
export const inPublicRegions = (text: string): string =>
  text.replaceAll(/(central|east)[ ]?us[ ]?2?[ ]?(euap|stage)/gi, (m) => (/^c/i.test(m) ? "centralus" : "eastus2"));
function exchangeOf(one: Json): Exchange | undefined {
  const { request, response } = one ?? {};
  if (typeof request?.url !== "string" || response === undefined) return undefined;
  const url = request.url.replace(/^https?:\/\/[^/]+/, "");
  return {
    method: request.method,
    url,
    path: decodeURIComponent(url.split("?")[0] ?? ""),
    body: readable(parsed(request.body)),
    status: Number(response.status?.code ?? response.status),
    headers: Object.fromEntries(
      Object.entries<Json>(response.headers ?? {}).map(([k, v]) => [
        k.toLowerCase(),
        String(Array.isArray(v) ? v[0] : v),
      ]),
    ),
    answer: renamed(parsed(response.body)),
  };
}
/** Some bodies were kept as the text of Python's bytes. */
function parsed(body: Json): Json {
  if (typeof body !== "string") return body ?? undefined;
  const inner = /^b'([\s\S]*)'$/.exec(body)?.[1]?.replaceAll("\\'", "'").replaceAll("\\\\", "\\") ?? body;
  try {
    return inner === "" ? undefined : (JSON.parse(inner) as Json);
  } catch {
    return undefined;
  }
}
/** `type` of a secure parameter was taken for a secret and its name taken out. */
function renamed(value: Json): Json {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k === "<redacted>" ? "type" : k, renamed(v)]));
}
function readable(value: Json, key = ""): Json {
  if (Array.isArray(value)) return value.map((v) => readable(v));
  if (value === "<redacted>" || value === "MGMT_PLACEHOLDER") return key === "keyData" ? stand.key : stand.password;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k === "<redacted>" ? "type" : k, readable(v, k)]));
}
/**
 * The recorder gave groups neat names (`clitest.rg000001`), but left the real one (`CLITEST.RGRQNN…`) in the ids of disks.
 * Both become one.
 */
export function withOneGroupName(text: string): string {
  const names = [...new Set([...text.matchAll(/resourcegroups\/([\w.()-]+)/gi)].map((m) => m[1] ?? ""))];
  let out = text;
  for (const neat of names.filter((n) => /\d{6}$/.test(n))) {
    const stem = neat.replace(/\d{6}$/, "").toUpperCase();
    for (const real of names)
      if (real !== neat && !/\d{6}$/.test(real) && real.toUpperCase().startsWith(stem) && real === real.toUpperCase())
        out = out.replaceAll(real, neat.toUpperCase());
  }
  return out;
}
