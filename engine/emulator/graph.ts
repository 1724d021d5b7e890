/** Microsoft Graph, as far as `az` looks names up in it: service principals by id, by application and by name. */
import { requireGraphToken } from "./entra/tokens.ts";
import type { Keys } from "./entra/keys.ts";
import type { Operator } from "./operator.ts";
import { nameOf, parseId } from "./resource-id.ts";
import type { Transaction } from "./store.ts";
import { AzureError, type Answer, type Body } from "./wire.ts";

export interface GraphRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
  readonly origin: string;
  readonly tx: Transaction;
  readonly keys: Keys;
  readonly operator: Operator;
}
interface Principal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly kind: "Application" | "ManagedIdentity";
}

/** `undefined`: not a path of Graph's. */
export function graph(r: GraphRequest): Answer | undefined {
  const [, version, rest = ""] = /^\/(v1\.0|beta)\/(.*)$/i.exec(r.path) ?? [];
  if (version === undefined) return undefined;
  requireGraphToken(r.keys, r.tx.tenantId, r.authorization, r.tx.now, r.origin);
  const context = (kind: string): string => `${r.origin}/${version}/$metadata#${kind}`;
  const all = principals(r.tx, r.operator).map(shown);
  if (/^directoryObjects\/getByIds$/i.test(rest) && r.method === "POST") {
    const ids = new Set(idsIn(r.body).map((id) => id.toLowerCase()));
    const value = all
      .filter(({ id }) => ids.has(id.toLowerCase()))
      .map((one) => ({ "@odata.type": "#microsoft.graph.servicePrincipal", ...one }));
    return { status: 200, body: { "@odata.context": context("directoryObjects"), value } };
  }
  if (/^servicePrincipals$/i.test(rest) && r.method === "GET") {
    const value = all.filter(filterOf(r.query.get("$filter") ?? ""));
    return { status: 200, body: { "@odata.context": context("servicePrincipals"), value } };
  }
  const one = /^(?:servicePrincipals|directoryObjects)\/([^/]+)$/i.exec(rest)?.[1];
  if (one !== undefined && r.method === "GET") {
    const found = all.find(({ id }) => id.toLowerCase() === one.toLowerCase());
    if (found) return { status: 200, body: { "@odata.context": context("servicePrincipals/$entity"), ...found } };
    throw notFound(one);
  }
  // Nobody but applications is here: a look-up of users or groups finds none.
  if (/^(users|groups|applications)$/i.test(rest) && r.method === "GET") {
    requireClosed(r.query.get("$filter") ?? "");
    return { status: 200, body: { "@odata.context": context(rest), value: [] } };
  }
  const unknown = /^(?:users|groups|applications)\/([^/]+)$/i.exec(rest)?.[1];
  if (unknown !== undefined && r.method === "GET") throw notFound(unknown);
  throw new AzureError(501, "NotEmulated", `The emulator does not serve ${r.method} ${rest} of Microsoft Graph.`);
}

function principals(tx: Transaction, operator: Operator): readonly Principal[] {
  const found: Principal[] = [
    { id: operator.objectId, appId: operator.clientId, displayName: "emulator operator", kind: "Application" },
  ];
  for (const entry of tx.all()) {
    const { type } = parseId(entry.id);
    const { principalId, clientId } = (entry.body["properties"] ?? {}) as Body;
    const isIdentity = type === "Microsoft.ManagedIdentity/userAssignedIdentities";
    const own: unknown = entry.body["identity"]?.principalId;
    const kind = "ManagedIdentity";
    if (isIdentity && typeof principalId === "string")
      found.push({ id: principalId, appId: String(clientId), displayName: nameOf(entry.id), kind });
    else if (typeof own === "string")
      found.push({ id: own, appId: tx.invent.guid("clientId", entry.id), displayName: nameOf(entry.id), kind });
  }
  return found;
}

const shown = ({ id, appId, displayName, kind }: Principal) => ({
  id,
  accountEnabled: true,
  appDisplayName: displayName,
  appId,
  displayName,
  servicePrincipalNames: [appId],
  servicePrincipalType: kind,
});

/** The filters that `az` sends. */
function filterOf(text: string): (one: ReturnType<typeof shown>) => boolean {
  if (text === "") return () => true;
  const name = /^servicePrincipalNames\/any\(\w+:\w+ eq '([^']*)'\)$/i.exec(text)?.[1];
  if (name !== undefined) return ({ appId }) => appId.toLowerCase() === name.toLowerCase();
  const [, key, operator, value] = /^(?:(\w+) (eq) '([^']*)')$/i.exec(text) ?? [];
  if (operator !== undefined)
    return (one) => String((one as Body)[key ?? ""]).toLowerCase() === (value ?? "").toLowerCase();
  const prefix = /^startswith\(displayName, ?'([^']*)'\)$/i.exec(text)?.[1];
  if (prefix === undefined)
    throw new AzureError(400, "BadRequest", `Invalid filter clause: '${text}' is not understood by the emulator.`);
  return ({ displayName }) => displayName.toLowerCase().startsWith(prefix.toLowerCase());
}

/** Who finds nobody in any case need not be understood; but what is open must be closed. */
function requireClosed(text: string): void {
  const bare = text.replaceAll(/'(?:[^']|'')*'/g, "x");
  const open = bare.replaceAll(/[^()]/g, "");
  let left = open;
  while (left.includes("()")) left = left.replaceAll("()", "");
  if (left !== "" || bare.includes("'"))
    throw new AzureError(400, "BadRequest", `Invalid filter clause: '${text}' does not close what it opens.`);
}

function idsIn(body: string): readonly string[] {
  try {
    const ids: unknown = (JSON.parse(body) as Body)["ids"];
    if (Array.isArray(ids)) return ids.map(String);
  } catch {
    /* told below */
  }
  throw new AzureError(400, "Request_BadRequest", "The request's body holds no list of ids.");
}

const notFound = (id: string): AzureError =>
  new AzureError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
