/** Resource ids: parsed loosely, compared without case, given back in the case they were created with. */
import { namespaceOf, resourceTypeOf } from "./routes/resource-types.ts";
export interface ResourceId {
  path: string;
  subscription?: string;
  group?: string;
  /** What an extension or top-level resource hangs off: everything before the last `/providers/`. */
  scope: string;
  namespace?: string;
  /** `virtualMachines`, `virtualMachines/runCommands` */
  types: string[];
  names: string[];
  /** `Microsoft.Compute/virtualMachines`, canonical where known. */
  type: string;
}
export const lower = (s: string): string => s.toLowerCase();
export const sameId = (a: string, b: string): boolean => lower(a) === lower(b);
export const within = (id: string, scope: string): boolean =>
  scope === "/" || scope === "" || sameId(id, scope) || lower(id).startsWith(`${lower(scope)}/`);
export const nameOf = (id: string): string => id.split("/").at(-1) ?? "";

export function parseId(path: string): ResourceId {
  const parts = path.split("/").filter(Boolean);
  const out: ResourceId = { path: `/${parts.join("/")}`, scope: "", types: [], names: [], type: "" };
  if (parts[0]?.toLowerCase() === "subscriptions" && parts[1]) out.subscription = parts[1];
  if (parts[2]?.toLowerCase() === "resourcegroups" && parts[3]) out.group = parts[3];
  const at = parts.findLastIndex((p) => p.toLowerCase() === "providers");
  if (at >= 0 && parts[at + 1]) {
    out.scope = at === 0 ? "" : `/${parts.slice(0, at).join("/")}`;
    out.namespace = parts[at + 1] ?? "";
    for (let i = at + 2; i < parts.length; i += 2) {
      out.types.push(parts[i] ?? "");
      if (parts[i + 1] !== undefined) out.names.push(parts[i + 1] ?? "");
    }
    out.type = typeName([out.namespace, ...out.types].join("/"));
    return out;
  }
  out.scope = out.path;
  if (parts[2]?.toLowerCase() === "resourcegroups") {
    out.types = ["resourceGroups"];
    out.names = parts[3] ? [parts[3]] : [];
    out.type = "Microsoft.Resources/subscriptions/resourceGroups";
  } else {
    out.types = ["subscriptions"];
    out.names = parts[1] ? [parts[1]] : [];
    out.type = "Microsoft.Resources/subscriptions";
  }
  return out;
}
/** A type's name in Azure's own case, as far as it is known. */
export function typeName(type: string): string {
  const exact = resourceTypeOf(type);
  if (exact) return exact.fullName;
  const [namespace = "", ...types] = type.split("/");
  return [namespaceOf(namespace)?.name ?? namespace, ...types].join("/");
}
export function groupPath(id: ResourceId): string {
  return `/subscriptions/${id.subscription}/resourceGroups/${id.group}`;
}
