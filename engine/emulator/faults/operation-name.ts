/** The name of what a request asks for: Azure's own name of the action, `Entra/…` for sign-in, `Imds/…` inside a VM. */
import { parseId, typeName } from "../resource-id.ts";

export function operationName(method: string, path: string): string {
  if (path === "/metadata/endpoints" || path === "/aliases.json") return "Microsoft.Resources/endpoints/read";
  const imds = /^\/metadata(?:\/(identity\/oauth2\/token|identity|instance))?/i.exec(path);
  if (imds) return `Imds/${imds[1] === undefined ? "other" : (imds[1].toLowerCase().split("/").at(-1) ?? "")}`;
  if (/^\/[^/]+\/oauth2\/(v2\.0\/)?token$/i.test(path)) return "Entra/token";
  if (/\/\.well-known\/openid-configuration$|\/discovery\/(instance|(v2\.0\/)?keys)$/i.test(path))
    return "Entra/configuration";
  if (/^\/(v1\.0|beta)\//i.test(path)) return "Graph/read";
  if (path === "/tenants") return "Microsoft.Resources/tenants/read";
  const verb = { GET: "read", HEAD: "read", PUT: "write", PATCH: "write", DELETE: "delete" }[method];
  const listed =
    /^\/subscriptions\/[^/]+(\/resourcegroups\/[^/]+)?\/(resources|locations|providers|operationresults)(\/|$)/i;
  const inSubscription = listed.exec(path);
  const id = parseId(path);
  if (inSubscription && id.types.length === 0)
    return `Microsoft.Resources/subscriptions/${inSubscription[2]?.toLowerCase() ?? ""}/${verb ?? "action"}`;
  if (inSubscription && inSubscription[2]?.toLowerCase() !== "providers")
    return `Microsoft.Resources/subscriptions/${inSubscription[2]?.toLowerCase() ?? ""}/${verb ?? "action"}`;
  if (method !== "POST" || id.types.length === 0) return `${typeName(id.type)}/${verb ?? "action"}`;
  const parent = parseId(id.path.slice(0, id.path.lastIndexOf("/")));
  return `${typeName(parent.type)}/${id.types.at(-1) ?? ""}/action`;
}
