/** One HTTP operation of Azure: its method and path, its name in Azure's OpenAPI, and what answers it. */
import type { Handler } from "../providers/context.ts";
import type { Shape } from "./shape.ts";

export type Method = "GET" | "HEAD" | "PUT" | "PATCH" | "POST" | "DELETE";

export interface Route {
  readonly method: Method;
  /** `{name}` stands for one segment, a leading `/{scope}` for any scope. Literal segments are in Azure's own case. */
  readonly path: string;
  /** The operationId: `VirtualMachines_Get`. */
  readonly operation: string;
  readonly handler: Handler;
  /** What the caller must be allowed to do; absent: the resource type and the verb; `null`: to sign in is enough. */
  readonly action?: string | null;
  /** Whose api-versions are accepted, where the path does not say it: `Microsoft.Compute/disks`. */
  readonly type?: string;
  /** What the body must look like. */
  readonly body?: Shape;
}

/** `on("/…/virtualMachines/{name}", ["GET", "VirtualMachines_Get", getVm], …)` */
export function on(path: string, ...operations: [Method, string, Handler, Partial<Route>?][]): Route[] {
  return operations.map(([method, operation, handler, more]) => ({ method, path, operation, handler, ...more }));
}
const group = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";
export const inGroup = (type: string): string => `${group}/providers/${type}`;
export const inSubscription = (type: string): string => `/subscriptions/{subscriptionId}/providers/${type}`;
export const atScope = (type: string): string => `/{scope}/providers/${type}`;

interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  readonly routes: Map<string, Route>;
}
const node = (): Node => ({ literals: new Map(), routes: new Map() });

export type Found =
  | { readonly kind: "route"; readonly route: Route }
  /** The path is served, with other methods. */
  | { readonly kind: "method"; readonly allowed: readonly string[] }
  | { readonly kind: "none" };

/** Finds the route of a request. Literal segments win over parameters, whole paths over paths below a scope. */
export class RouteTable {
  readonly routes: readonly Route[];
  readonly #whole = node();
  readonly #scoped = node();

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    for (const route of routes) {
      const segments = route.path.split("/").filter(Boolean);
      const isScoped = segments[0] === "{scope}";
      let at = isScoped ? this.#scoped : this.#whole;
      for (const segment of isScoped ? segments.slice(1) : segments) at = step(at, segment);
      if (at.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
      at.routes.set(route.method, route);
    }
  }

  find(method: string, path: string): Found {
    const segments = path.toLowerCase().split("/").filter(Boolean);
    const at = segments.lastIndexOf("providers");
    const places = [...matching(this.#whole, segments), ...(at >= 0 ? matching(this.#scoped, segments.slice(at)) : [])];
    for (const place of places) {
      const route = place.routes.get(method);
      if (route) return { kind: "route", route };
    }
    const allowed = places.flatMap((place) => [...place.routes.keys()]);
    return allowed.length ? { kind: "method", allowed } : { kind: "none" };
  }
}

function step(from: Node, segment: string): Node {
  if (segment.startsWith("{")) return (from.parameter ??= node());
  const key = segment.toLowerCase();
  let next = from.literals.get(key);
  if (!next) from.literals.set(key, (next = node()));
  return next;
}
/** Every place that the path leads to, the most literal first. */
function matching(from: Node, segments: readonly string[]): Node[] {
  const [first, ...rest] = segments;
  if (first === undefined) return from.routes.size ? [from] : [];
  const literal = from.literals.get(first);
  return [...(literal ? matching(literal, rest) : []), ...(from.parameter ? matching(from.parameter, rest) : [])];
}
