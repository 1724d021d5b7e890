/** The metadata service of one VM: what a program inside it may ask, and how it is refused. */
import type { Keys } from "../entra/keys.ts";
import type { Transaction } from "../store.ts";
import type { Answer } from "../wire.ts";
import { instanceDocument } from "./instance.ts";
import { refuse } from "./refusal.ts";
import { identityToken } from "./token.ts";

export interface ImdsRequest {
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  method?: string;
}

/** https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#supported-api-versions */
export const versions: readonly string[] = [
  "2017-03-01",
  "2017-04-02",
  "2017-08-01",
  "2017-10-01",
  "2017-12-01",
  "2018-02-01",
  "2018-04-02",
  "2018-10-01",
  "2019-02-01",
  "2019-03-11",
  "2019-04-30",
  "2019-06-01",
  "2019-06-04",
  "2019-08-01",
  "2019-08-15",
  "2019-11-01",
  "2020-06-01",
  "2020-07-15",
  "2020-09-01",
  "2020-10-01",
  "2020-12-01",
  "2021-01-01",
  "2021-02-01",
  "2021-03-01",
  "2021-05-01",
  "2021-10-01",
  "2021-11-01",
  "2021-11-15",
  "2021-12-13",
  "2023-07-01",
  "2023-11-15",
  "2024-03-15",
  "2024-07-17",
  "2025-04-07",
];

/** `undefined`: nobody answers, because the VM is off. */
export function imdsRequest(
  tx: Transaction,
  vmId: string,
  request: ImdsRequest,
  keys: Keys,
  lifetimeMs?: number,
): Answer | undefined {
  const vm = tx.get(vmId),
    path = request.path
      .replaceAll(/\/{2,}/g, "/")
      .replace(/\/+$/, "")
      .toLowerCase(),
    q = request.query;
  if (!vm) return { status: 404, body: { error: "not_found" } };
  const isBeingMade = vm.pending === "Creating" && (vm.readyAt ?? 0) > tx.now;
  if (!isBeingMade && (vm.hidden?.["power"] ?? "running") !== "running") return undefined;
  const isIdentity = path.startsWith("/metadata/identity");
  if ((request.method ?? "GET") !== "GET")
    return { ...refuse("method_not_allowed", "The metadata service takes GET alone", 405), headers: { allow: "GET" } };
  if ((request.headers["metadata"] ?? "").toLowerCase() !== "true")
    return refuse("invalid_request", "Required metadata header not specified");
  if (request.headers["x-forwarded-for"] !== undefined)
    return refuse("invalid_request", "Requests with an X-Forwarded-For header are not allowed");
  const names = [...q.keys()].map((name) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse("invalid_request", `Query variable '${twice}' is specified more than once`);
  if (path === "/metadata/versions") return { status: 200, body: { apiVersions: versions } };
  if (!path.startsWith("/metadata/")) return { status: 404, body: { error: "not_found" } };
  const unserved = /^\/metadata\/(attested|scheduledevents|loadbalancer|maintenance|thm)(\/|$)/.exec(path)?.[1];
  if (unserved !== undefined) return refuse("not_emulated", `The emulator does not serve ${unserved}.`, 501);
  const version = [...q].find(([name]) => name.toLowerCase() === "api-version")?.[1];
  if (!version || !versions.includes(version)) {
    if (!isIdentity) return badVersion;
    const what = version ? `'api-version' has an unsupported value '${version}'` : "'api-version' is missing";
    return refuse("invalid_request", `Required query variable ${what}`);
  }
  if (path === "/metadata/identity/info") return { status: 200, body: { tenantId: tx.tenantId } };
  if (path === "/metadata/identity/oauth2/token") return identityToken(tx, vm, q, keys, lifetimeMs);
  if (path === "/metadata/instance" || path.startsWith("/metadata/instance/"))
    return instanceDocument(tx, vm, path.split("/").slice(3), q.get("format"));
  return { status: 404, body: { error: "not_found" } };
}

const badVersion: Answer = {
  status: 400,
  body: {
    error:
      "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
    "newest-versions": versions.slice(-3).toReversed(),
  },
};
