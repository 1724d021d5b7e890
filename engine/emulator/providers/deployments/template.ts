/** What a deployment's template asks for: its parameters, its resources in order, their dependencies. */
import { nameOf } from "../../resource-id.ts";
import type { AzureError, Body } from "../../wire.ts";
import { requireTemplate, requireValue } from "./template-form.ts";
import { invalidTemplate, resolve, resourceId, splitId, type Scope, type Value } from "./expressions.ts";

export interface Wanted {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  /** Worked out when its turn comes: it may refer to what comes before it. */
  readonly body: () => Body;
  readonly location: string;
  /** It has a plan of the marketplace. */
  readonly isBought: boolean;
  /** Ids of those that come before it. */
  readonly after: readonly string[];
}
export interface Plan {
  readonly resources: readonly Wanted[];
  /** As a deployment shows them: a secret's value is not told. */
  readonly parameters: Body;
  readonly outputs: Body;
  readonly scope: Scope;
}
const isSecure = (type: unknown): boolean => /^secure/i.test(String(type));
export const shownType = (type: string): string =>
  `${type[0]?.toUpperCase()}${type.slice(1)}`
    .replace(/^Securestring$/i, "SecureString")
    .replace(/^Secureobject$/i, "SecureObject");

function parametersOf(template: Body, given: Body, apiVersion: string): { values: Map<string, Value>; shown: Body } {
  const values = new Map<string, Value>();
  const shown: Body = {};
  const declared: Body = template["parameters"] ?? {};
  for (const name of Object.keys(given))
    if (!(name in declared))
      throw invalidTemplate(
        `The template parameters '${name}' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are '${Object.keys(declared).join(", ")}'. Please see https://aka.ms/arm-pass-parameter-values for usage details`,
      );
  for (const [name, one] of Object.entries<Body>(declared)) {
    const value: Value = given[name]?.value ?? one["defaultValue"];
    if (value === undefined)
      throw invalidTemplate(
        `The value for the template parameter '${name}' at line '1' and column '1' is not provided. Please see ${apiVersion < "2020-01-01" ? "https://aka.ms/resource-manager-parameter-files" : "https://aka.ms/arm-create-parameter-file"} for usage details`,
        `properties.template.parameters.${name}`,
      );
    requireValue(name, one, value);
    values.set(name, value);
    const type = String(one["type"] ?? "string");
    shown[name] = isSecure(type) ? { type: shownType(type) } : { type: shownType(type), value };
  }
  return { values, shown };
}
export function planOf(template: Body, given: Body, scope: Omit<Scope, "parameters" | "variables">): Plan {
  requireTemplate(template);
  const { values, shown } = parametersOf(template, given, scope.apiVersion);
  const first: Scope = { ...scope, parameters: values, variables: {} };
  const own: Scope = { ...first, variables: resolve(template["variables"] ?? {}, first) as Record<string, Value> };
  // A default may be an expression of its own.
  for (const [name, value] of values) values.set(name, resolve(value, own));
  const list = (template["resources"] as Body[] | undefined) ?? [];
  const named = (id: string): string =>
    id.startsWith("/") ? id : (resources.find((r) => same(r.name, id) || same(nameOf(r.id), id))?.id ?? id);
  own.reference = (id) => scope.reference(named(id));
  const all = list.map((r) => ({ isWanted: resolve(r["condition"] ?? true, own) !== false, one: wanted(r, own) }));
  requireDefined(all.map(({ one }) => one));
  const resources: Wanted[] = all.filter(({ isWanted }) => isWanted).map(({ one }) => one);
  return {
    resources: inOrder(resources),
    parameters: shown,
    outputs: (template["outputs"] as Body | undefined) ?? {},
    scope: own,
  };
}
function wanted(resource: Body, scope: Scope): Wanted {
  for (const unknown of ["copy", "resources"])
    if (resource[unknown] !== undefined)
      throw invalidTemplate(`The emulator does not know '${unknown}' of template resources`);
  const {
    dependsOn = [],
    condition: _c,
    comments: _k,
    apiVersion,
    type: given,
    name: named,
    scope: _s,
    ...body
  } = resource;
  const type = String(given);
  const name = String(resolve(named, scope));
  const own = resourceId([type, ...name.split("/")], scope);
  const group: Value = type.toLowerCase() === "microsoft.resources/deployments" ? body["resourceGroup"] : undefined;
  const id =
    typeof group === "string"
      ? own.replace(/^(\/[^/]+\/[^/]+\/[^/]+)\/[^/]+/, `$1/${String(resolve(group, scope))}`)
      : own;
  const after = (dependsOn as Value[])
    .map((d) => String(resolve(d, scope)))
    .map((d) => (d.startsWith("/") ? d : resourceId(splitId(d), scope)));
  const location = String(resolve(body["location"] ?? "", scope));
  return {
    id,
    type,
    name,
    apiVersion: String(apiVersion),
    body: () => resolve(body, scope) as Body,
    location,
    isBought: body["plan"] !== undefined,
    after,
  };
}
/** What is waited for stands in the template too, if only under a condition that does not hold; and each stands there once. */
function requireDefined(all: readonly Wanted[]): void {
  const ids = all.map(({ id }) => id.toLowerCase());
  for (const [index, { id, after }] of all.entries()) {
    if (ids.indexOf(id.toLowerCase()) < index)
      throw invalidTemplate(
        `The resource '${id}' at line '1' and column '1' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details`,
      );
    const missing = after.find((other) => !ids.includes(other.toLowerCase()));
    if (missing !== undefined)
      throw invalidTemplate(
        `The resource '${missing}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details`,
      );
  }
}
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
function inOrder(resources: readonly Wanted[]): Wanted[] {
  const out: Wanted[] = [];
  let left = [...resources];
  while (left.length > 0) {
    const ready = left.filter((r) => !r.after.some((d) => left.some((o) => same(o.id, d))));
    if (ready.length === 0) throw circular(left);
    out.push(...ready);
    left = left.filter((r) => !ready.includes(r));
  }
  return out;
}
const circular = (left: readonly Wanted[]): AzureError =>
  invalidTemplate(
    `Circular dependency detected on resource: '${left[0]?.id}'. Please see https://aka.ms/arm-syntax-resources for usage details`,
  );

/** `providers` and `dependencies` of a deployment, as Azure lists them. */
export function shownPlan(plan: Plan): Body {
  const namespaces = new Map<string, Map<string, Set<string>>>();
  for (const { type, location } of plan.resources) {
    const [namespace = "", ...rest] = type.split("/");
    const types = namespaces.get(namespace) ?? new Map<string, Set<string>>();
    const places = types.get(rest.join("/")) ?? new Set<string>();
    places.add(location.replaceAll(" ", "").toLowerCase());
    types.set(rest.join("/"), places);
    namespaces.set(namespace, types);
  }
  const brief = (r: Wanted): Body => ({ id: r.id, resourceType: r.type, resourceName: r.name });
  return {
    providers: [...namespaces].map(([namespace, types]) => ({
      namespace,
      resourceTypes: [...types].map(([resourceType, places]) => ({
        resourceType,
        locations: [...places].map((p) => p || null),
      })),
    })),
    dependencies: plan.resources
      .filter((r) => r.after.length > 0)
      .map((r) => ({
        dependsOn: r.after
          .map((id) => plan.resources.find((o) => same(o.id, id)))
          .filter((o) => o !== undefined)
          .map(brief),
        ...brief(r),
      })),
  };
}
