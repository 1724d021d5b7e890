/**
 * The checks that every Resource Manager request passes, in Azure's order, and the way to its handler. A handler sees only
 * requests of a known caller that may do what it asks.
 */
import { callerOf } from "./entra/tokens.ts";
import type { Keys } from "./entra/keys.ts";
import type { GuestDoor } from "./guest/run-script.ts";
import type { Context } from "./providers/context.ts";
import { requireSkipToken } from "./providers/lists.ts";
import { unknownTypeRoute } from "./providers/generic-resources.ts";
import { requireRegistration } from "./providers/resource-providers.ts";
import { checkSubscription } from "./providers/subscriptions.ts";
import { authorize, type Caller } from "./rbac/evaluate.ts";
import {
  checkApiVersion,
  checkApiVersionForm,
  nearestType,
  requireApiVersion,
  requireKnownType,
} from "./routes/api-version.ts";
import { routeTable } from "./routes/route-table.ts";
import type { Found, Route } from "./routes/route.ts";
import { requireAllowedValues } from "./routes/allowed-values.ts";
import { requireEnvelope, requireMediaType, requireNames, requireRegionInPath } from "./routes/envelope.ts";
import { requireShape, withoutNulls } from "./routes/shape.ts";
import { groupPath, nameOf, parseId, type ResourceId } from "./resource-id.ts";
import { view, type Transaction } from "./store.ts";
import type { Charge } from "./throttling.ts";
import { AzureError, gatewayError, notEmulated, type Answer, type Body } from "./wire.ts";

export interface ArmRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
  origin: string;
  tx: Transaction;
  keys: Keys;
  guestDoor: GuestDoor;
  /** Asked once for each request of a known caller; says the same when it is asked again. */
  charge(objectId: string): Charge;
}
const verbs: Record<string, string> = { GET: "read", HEAD: "read", PUT: "write", PATCH: "write", DELETE: "delete" };

export function arm(r: ArmRequest, seen: (objectId: string) => void): Answer {
  const caller = callerOf(r.keys, r.tx.tenantId, r.headers["authorization"], r.tx.now, r.origin);
  seen(caller.objectId);
  const { headers, refusal } = r.charge(caller.objectId);
  try {
    if (refusal !== undefined) throw refusal;
    const answer = serve(r, caller);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  } catch (e) {
    if (e instanceof AzureError) Object.assign(e.headers, headers);
    throw e;
  }
}
/** Whatever can be read can be asked after: https://learn.microsoft.com/rest/api/resources/resources/check-existence-by-id */
function findRoute(method: string, path: string): Found {
  const found = routeTable.find(method, path);
  if (found.kind !== "method" || method !== "HEAD") return found;
  const read = routeTable.find("GET", path);
  if (read.kind !== "route") return found;
  const handler = (c: Context): Answer => ({ status: read.route.handler(c).status === 200 ? 204 : 404 });
  return { kind: "route", route: { ...read.route, method: "HEAD", handler } };
}
function serve(r: ArmRequest, caller: Caller): Answer {
  const apiVersion = requireApiVersion(parameter(r.query, "api-version"));
  const id = parseId(r.path);
  checkSubscription(r.tx, id);
  const found = findRoute(r.method, id.path);
  const action = r.method === "POST" ? lastSegment(id) : undefined;
  const about = action === undefined ? id : parseId(id.path.slice(0, id.path.lastIndexOf("/")));
  const route = found.kind === "route" ? found.route : r.tx.upstream ? unknownTypeRoute(r.method, id) : undefined;
  if (found.kind !== "route" && !id.namespace && !isGroupOrAbove(id)) throw unknownPath();
  // A target may have types that this program has never heard of.
  if (r.tx.upstream && !route && id.namespace && nearestType(about.type) === undefined)
    throw notEmulated(`${r.method} ${about.type}`);
  const type = route?.type ?? requireKnownType((about.types.length === 0 ? id : about).type, apiVersion);
  // A target's versions may be newer than this program.
  if (r.tx.upstream) checkApiVersionForm(apiVersion);
  else checkApiVersion(type, apiVersion, locationAsked(r.tx, about, r.body));
  const c: Context = {
    tx: r.tx,
    method: r.method,
    id: about,
    body: {},
    query: r.query,
    headers: r.headers,
    caller,
    origin: r.origin,
    apiVersion,
    keys: r.keys,
    guestDoor: r.guestDoor,
    send: (method, path, version, sent) =>
      serve(
        { ...r, method, path, query: new URLSearchParams({ "api-version": version }), body: JSON.stringify(sent) },
        caller,
      ),
    action: "",
    verb: action ?? "",
  };
  const needed = rightFor(c, route);
  if (needed !== null) {
    c.action = needed.action;
    authorize(r.tx, caller, needed.action, needed.scope);
  }
  if (found.kind === "method")
    throw gatewayError(
      405,
      "MethodNotAllowed",
      `The HTTP method '${r.method}' is not supported on the resource '${id.path}'.`,
      {},
      { allow: found.allowed.join(", ") },
    );
  // What is below a group is a resource with a namespace, or an action.
  if (!route && !id.namespace && id.group !== undefined && r.method !== "POST") throw unknownPath();
  if (!route) throw notEmulated(`${r.method} ${id.type}${action === undefined ? "" : ` (${action})`}`);
  if (!r.tx.upstream) requireRegionInPath(about, apiVersion);
  requireSkipToken(parameter(r.query, "$skiptoken"));
  requireMediaType(r.headers["content-type"], r.body);
  const body = parseBody(r);
  c.body = r.method === "PUT" ? withoutNulls(body) : body;
  if (r.method === "PUT" || r.method === "PATCH") requireRegistration(c);
  if (r.method === "PUT" || r.method === "DELETE") requireNames(about);
  if (route.body !== undefined) requireShape(c.body, route.body);
  if (r.method === "PUT" || r.method === "PATCH") requireMeaning(c, type);
  const { refusalByProvider } = r.charge(caller.objectId);
  if (refusalByProvider !== undefined) throw refusalByProvider;
  return route.handler(c);
}
/** What can be said of a body without the resource's own provider. A target may know more words than this program. */
function requireMeaning(c: Context, type: string): void {
  const there = c.tx.upstream ? null : c.tx.get(c.id.path);
  const shown = there && view(there, c.tx.now);
  requireEnvelope(c.id, c.body, shown?.["location"], shown?.["properties"]?.provisioningState);
  if (!c.tx.upstream) requireAllowedValues(type, c.body);
}

/** Query names compare without case; a name that is given twice is taken once. */
function parameter(query: URLSearchParams, name: string): string | null {
  for (const [key, value] of query) if (key.toLowerCase() === name) return value;
  return null;
}
const lastSegment = (id: ResourceId): string => nameOf(id.path);
const isGroupOrAbove = (id: ResourceId): boolean => /^\/(subscriptions|tenants|providers)(\/|$)/i.test(id.path);

function unknownPath(): AzureError {
  return gatewayError(
    404,
    "MissingSubscription",
    "The request did not have a subscription or a valid tenant level resource provider.",
  );
}
/** The action and the scope at which the caller must hold it; `null`: none. */
function rightFor(c: Context, route: Route | undefined): { action: string; scope: string } | null {
  if (route?.action === null) return null;
  const isCollection = c.id.names.length < c.id.types.length;
  const above = c.id.types.length > 1 ? c.id.path.slice(0, c.id.path.lastIndexOf("/")) : c.id.scope || "/";
  const scope = isCollection ? above : c.id.path;
  if (route?.action !== undefined)
    return { action: route.action, scope: c.id.types.length && c.id.namespace ? scope : container(c.id) };
  return { action: `${c.id.type}/${verbs[c.method] ?? `${c.verb}/action`}`, scope };
}
const container = (id: ResourceId): string =>
  id.group === undefined ? `/subscriptions/${id.subscription}` : groupPath(id);
/** For the sentence that refuses an api-version. */
function locationAsked(tx: Transaction, id: ResourceId, body: string): string {
  const sent = /"location"\s*:\s*"([^"]*)"/.exec(body)?.[1];
  if (sent !== undefined) return sent;
  const known = tx.upstream ? undefined : tx.get(id.path)?.body["location"];
  return typeof known === "string" ? known : "";
}
function parseBody(r: ArmRequest): Body {
  const isMissing = r.body.trim() === "";
  if (isMissing && (r.method === "PUT" || r.method === "PATCH"))
    throw gatewayError(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: 'Request content is null or empty.'.",
    );
  if (isMissing) return {};
  let body: unknown;
  try {
    body = JSON.parse(r.body);
  } catch (e) {
    throw gatewayError(
      400,
      "InvalidRequestContent",
      `The request content was invalid and could not be deserialized: '${(e as Error).message}'.`,
    );
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw gatewayError(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: 'The request content must be a JSON object.'.",
    );
  requireShallow(r.body);
  return body as Body;
}
/** Deeper than anything that Azure takes, and than the stack of whoever walks through it. */
const deepest = 100;
function requireShallow(text: string): void {
  let open = 0;
  for (const part of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[\]{}]/g)) {
    open += part[0] === "[" || part[0] === "{" ? 1 : -1;
    if (open > deepest)
      throw gatewayError(
        400,
        "InvalidRequestContent",
        `The request content was invalid and could not be deserialized: 'The reader's MaxDepth of ${deepest} has been exceeded.'.`,
      );
  }
}
