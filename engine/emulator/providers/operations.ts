/** GET of an operation's status, and of its result. */
import { authorize } from "../rbac/evaluate.ts";
import { inSubscription, on } from "../routes/route.ts";
import { gatewayError, type Answer } from "../wire.ts";
import { polite, type Context } from "./context.ts";

export function operation(c: Context): Answer {
  const result = /\/operationResults\/[^/]+$/i.test(c.id.path) || c.query.get("monitor") === "true";
  const e = c.tx.get(c.id.path.replace(/(\/locations\/[^/]+\/)operationResults\//i, "$1operations/"));
  const h = e?.hidden;
  requireRight(c, h?.["group"]);
  if (!e || h?.["kind"] !== "operation")
    throw gatewayError(404, "NotFound", "The entity was not found in this Azure location.");
  const done = (e.readyAt ?? 0) <= c.tx.now;
  if (result) {
    if (!done)
      return { status: 202, headers: { location: `${c.origin}${c.id.path}?${c.query.toString()}`, ...polite(c) } };
    if (h["error"]) return { status: 409, body: { error: h["error"] } };
    // Microsoft.Network goes on pointing at its operation when that is done.
    const base = `${c.origin}/subscriptions/${c.id.subscription}/providers/${h["provider"]}/locations`;
    const region = c.id.path.split(/\/locations\//i)[1]?.split("/")[0] ?? "";
    const version = `?api-version=${c.apiVersion}`;
    const headers: Record<string, string> =
      h["provider"] === "Microsoft.Network"
        ? {
            location: `${base}/${region}/operationResults/${h["name"]}${version}`,
            ...(h["output"] === null && {
              "azure-asyncoperation": `${base}/${region}/operations/${h["name"]}${version}`,
            }),
          }
        : {};
    return h["output"] === null
      ? { status: h["finalStatus"] === 204 ? 204 : 200, headers }
      : { status: 200, headers, body: h["output"] };
  }
  const status = !done ? "InProgress" : h["error"] ? String(h["ending"] ?? "Failed") : "Succeeded";
  const headers = done ? {} : polite(c);
  if (h["provider"] === "Microsoft.Network")
    return { status: 200, headers, body: { status, ...(done && h["error"] ? { error: h["error"] } : {}) } };
  return {
    status: 200,
    headers,
    body: {
      startTime: new Date(e.createdAt).toISOString(),
      ...(done ? { endTime: new Date(e.readyAt ?? 0).toISOString() } : {}),
      status,
      name: h["name"],
      ...(done && h["output"] !== null ? { properties: { output: h["output"] } } : {}),
      ...(done && h["error"] ? { error: h["error"] } : {}),
    },
  };
}

/**
 * It takes a right of its own, which may be held for the resource group of what is changed, and not for that resource alone:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations#permission-for-tracking-async-status
 * What Azure says when the group itself is gone is not documented.
 */
function requireRight(c: Context, group: unknown): void {
  if (typeof group === "string" && c.tx.get(group) === null) return;
  const scope = typeof group === "string" ? group : `/subscriptions/${c.id.subscription}`;
  const [collection = "operationresults"] = /[^/]+(?=\/[^/]+$)/.exec(c.id.path) ?? [];
  const type = c.id.namespace === undefined ? c.id.type : `${c.id.namespace}/locations`;
  authorize(c.tx, c.caller, `${type}/${collection}/read`, scope);
}

/** The handler asks for the right, since only it knows on what. */
const inHandler = { action: null };
export const operationRoutes = [
  ...["Microsoft.Compute", "Microsoft.Network"].flatMap((namespace) => [
    ...on(inSubscription(`${namespace}/locations/{location}/operations/{operationId}`), [
      "GET",
      "Operations_GetStatus",
      operation,
      inHandler,
    ]),
  ]),
  ...on(inSubscription("Microsoft.Compute/locations/{location}/DiskOperations/{operationId}"), [
    "GET",
    "Operations_GetStatus",
    operation,
    inHandler,
  ]),
  ...on(inSubscription("Microsoft.Network/locations/{location}/operationResults/{operationId}"), [
    "GET",
    "Operations_GetResult",
    operation,
    inHandler,
  ]),
  ...on("/subscriptions/{subscriptionId}/operationresults/{operationId}", [
    "GET",
    "Operations_GetResult",
    operation,
    { ...inHandler, type: "Microsoft.Resources/subscriptions" },
  ]),
];
