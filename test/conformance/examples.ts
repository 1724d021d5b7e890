/**
 * The examples of Azure's OpenAPI documents (`x-ms-examples`) as recordings of one exchange each, for every operation that the
 * emulator serves. Placeholders become names that a resource may have.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { routeTable } from "../../engine/emulator/routes/route-table.ts";
import { ubuntuImage } from "../support/azure-world.ts";
import { stand, type Exchange, type Json, type Recording } from "../replay/recording.ts";

export interface Example {
  /** `VirtualMachines_Get 2025-04-01 Get_a_virtual_machine.json` */
  readonly name: string;
  /** As the document names it. */
  readonly operation: string;
  /** One exchange. */
  readonly recording: Recording;
  /** What else Azure may answer. */
  readonly answers: ReadonlyMap<number, Json>;
}
const role = "00000000-0000-4000-8000-000000000001";
const assignment = "00000000-0000-4000-8000-000000000002";
const subscription = "00000000-0000-0000-0000-000000000000";
const methods = ["get", "head", "put", "patch", "post", "delete"];

export function examplesIn(document: string): Example[] {
  const text: Json = JSON.parse(readFileSync(document, "utf8"));
  const found: Example[] = [];
  for (const [path, item] of Object.entries<Json>({ ...text.paths, ...text["x-ms-paths"] }))
    for (const method of methods) {
      const operation: Json = item[method];
      for (const { $ref } of Object.values<Json>(operation?.["x-ms-examples"] ?? {})) {
        const file = join(dirname(document), String($ref));
        if (!existsSync(file)) continue;
        const parameters = [...(item.parameters ?? []), ...operation.parameters].map((p) =>
          resolved(p, document, text),
        );
        const one = exampleOf(file, method.toUpperCase(), path, parameters, text.info.version as string);
        if (
          routeTable.find(one.recording.exchanges[0]?.method ?? "", one.recording.exchanges[0]?.path ?? "").kind ===
          "route"
        )
          found.push({
            ...one,
            name: `${operation.operationId} ${text.info.version} ${basename(file)}`,
            operation: operation.operationId,
          });
      }
    }
  return found;
}
const documents = new Map<string, Json>();
function resolved(parameter: Json, document: string, text: Json): Json {
  if (parameter.$ref === undefined) return parameter;
  const [file = "", pointer = ""] = String(parameter.$ref).split("#");
  const path = join(dirname(document), file);
  if (file !== "" && !documents.has(path)) documents.set(path, JSON.parse(readFileSync(path, "utf8")));
  let at: Json = file === "" ? text : documents.get(path);
  for (const name of pointer.split("/").filter(Boolean)) at = at[name];
  return at;
}
function exampleOf(file: string, method: string, template: string, parameters: Json[], version: string) {
  const { parameters: given, responses } = named(JSON.parse(readFileSync(file, "utf8"))) as Json;
  for (const [name, value] of Object.entries(given))
    if (placed[name]?.[0].test(String(value))) given[name] = placed[name]?.[1];
  if (/\/vmextension\//i.test(template)) Object.assign(given, knownExtension);
  const valueOf = (name: string): Json =>
    given[Object.keys(given).find((key) => key.toLowerCase() === name.toLowerCase()) ?? ""];
  let path = (template.split("?")[0] ?? "").replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    name === "subscriptionId" ? subscription : String(valueOf(name) ?? "missing"),
  );
  path = `/${path.split("/").filter(Boolean).join("/")}`.replace(
    /\/subscriptions\/[^/]+/i,
    `/subscriptions/${subscription}`,
  );
  const query = new URLSearchParams({ "api-version": version });
  let body: Json;
  for (const p of parameters) {
    const value = valueOf(String(p.name));
    if (value === undefined) continue;
    if (p.in === "query" && p.name !== "api-version") query.set(p.name, String(value));
    // One example hides it a level deeper.
    if (p.in === "body") body = Object.keys(value).length === 0 ? (given.body?.[p.name] ?? value) : value;
  }
  const answers = new Map(
    Object.entries<Json>(responses).map(([code, answer]) => [Number(code), answer.body as Json] as const),
  );
  const status = statusesOf(method).find((code) => answers.has(code)) ?? 200;
  const exchange: Exchange = {
    method,
    url: `${path}?${query.toString()}`,
    path,
    body,
    status,
    headers: {},
    answer: answers.get(status),
  };
  return { answers, recording: { name: basename(file), subscription, exchanges: [exchange] } };
}
/** Values that only say what belongs there. */
const placed: Readonly<Record<string, readonly [RegExp, string]>> = {
  scope: [/^scope$/, `/subscriptions/${subscription}`],
  roleDefinitionId: [/^roleDefinitionId$/i, role],
  roleAssignmentName: [/^roleAssignmentName$/i, assignment],
  location: [/^(a+|[-._e\d]+)$/, "eastus"],
  publisherName: [/^a+$/, "Canonical"],
  offer: [/^a+$/, "ubuntu-24_04-lts"],
  skus: [/^a+$/, "server"],
  version: [/^a+$/, "latest"],
  resourceProviderNamespace: [/^(Microsoft\.TestRP1|resourceProviderNamespace)$/, "Microsoft.Network"],
  parentResourcePath: [/^parentResourcePath$/, ""],
  resourceType: [/^resourceType$/, "networkInterfaces"],
};
const knownExtension = { publisherName: "Microsoft.Azure.Extensions", type: "CustomScript", version: "2.1.14" };
/** Which answer is the one of a request that finds what it is about, or creates it. */
const statusesOf = (method: string): readonly number[] =>
  method === "PUT" ? [201, 202, 200] : method === "DELETE" ? [202, 200, 204] : [200, 202, 204];

/** Without placeholders, in one subscription. */
function named(value: Json, key = ""): Json {
  if (Array.isArray(value)) return value.map((member) => named(member, key));
  if (typeof value === "string") return nameOf(value, key);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [plain(name), named(member, name)]));
}
function nameOf(text: string, key: string): string {
  if (/^(admin)?password$/i.test(key)) return stand.password;
  if (/^keyData$/i.test(key)) return stand.key;
  // Regions in which Azure tries things out.
  if (/^(location|region)$/i.test(key)) return text.replace(/^(eastus2|centralus)euap$/i, "$1");
  const image = /^\{?image_(publisher|offer|sku)\}?$/.exec(text)?.[1];
  if (image !== undefined) return String(ubuntuImage[image as keyof typeof ubuntuImage]);
  if (key === "actions" && text === "action") return "*/read";
  if (key === "dataActions" && text === "dataAction") return "Microsoft.Storage/*/read";
  return plain(text)
    .replace(/(^|\/)roleDefinitionId$/i, `$1${role}`)
    .replace(/(^|\/)roleAssignment(Name|Id)$/i, `$1${assignment}`);
}
const plain = (text: string): string =>
  text
    .replaceAll(/\{([\w -]+)\}/g, (_all, inner: string) => inner.replaceAll(" ", "-"))
    .replace(/^\/?subscriptions\/[^/]+(?=\/|$)/i, `/subscriptions/${subscription}`);
