/** Extensions of VMs: kept and shown. The emulated guest runs none, and its instance view says so. */
import { nameOf } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import { view, type Entry } from "../../store.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { noContent, ok, requireEntry, requireLocation, startOperation, type Context } from "../context.ts";
import { extensionsOf, extensionView } from "./instance-view.ts";

const provider = "Microsoft.Compute" as const;
const type = "Microsoft.Compute/virtualMachines/extensions";
const vmOf = (c: Context): Entry => requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));

/** Which extensions there are is not known here; what their names look like is. */
function requireHandler(given: Body): void {
  const isName = (text: unknown): boolean => typeof text === "string" && /^[a-z0-9]+([.\-_][a-z0-9]+)*$/i.test(text);
  const { publisher, type: name, typeHandlerVersion: version } = given;
  if ((publisher !== undefined && !isName(publisher)) || (name !== undefined && !isName(name)))
    throw new AzureError(
      404,
      "ArtifactNotFound",
      `The VM extension with publisher '${String(publisher)}' and type '${String(name)}' could not be found.`,
      { target: "extension" },
    );
  if (version !== undefined && !/^\d+(\.\d+){0,3}$/.test(String(version)))
    throw new AzureError(400, "InvalidParameter", "The value of parameter typeHandlerVersion is invalid.", {
      target: "typeHandlerVersion",
    });
}
function putExtension(c: Context): Answer {
  const vm = vmOf(c);
  const was = c.tx.get(c.id.path);
  const region = requireLocation(c, was);
  const { protectedSettings: _, ...given }: Body = c.body["properties"] ?? {};
  for (const field of ["publisher", "type", "typeHandlerVersion"])
    if (typeof given[field] !== "string")
      throw new AzureError(400, "InvalidParameter", `Required parameter 'extension.${field}' is missing (null).`, {
        target: `extension.${field}`,
      });
  requireHandler(given);
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  const id = was?.id ?? `${vm.id}/extensions/${c.id.names[1]}`;
  const entry: Entry = {
    id,
    createdAt: c.tx.now,
    readyAt,
    pending: was ? "Updating" : "Creating",
    body: {
      name: nameOf(id),
      id,
      type,
      location: region,
      ...(c.body["tags"] === undefined ? {} : { tags: c.body["tags"] as unknown }),
      properties: { autoUpgradeMinorVersion: false, provisioningState: "Creating", settings: {}, ...given },
    },
  };
  c.tx.put(entry);
  return {
    status: was ? 200 : 201,
    body: view(entry, c.tx.now),
    headers: startOperation(c, { provider, region, readyAt }),
  };
}
const notThere = (): AzureError => new AzureError(404, "NotFound", "The entity was not found in this Azure location.");
function getExtension(c: Context): Answer {
  vmOf(c);
  const e = c.tx.get(c.id.path);
  if (!e) throw notThere();
  const body = view(e, c.tx.now);
  const expand = [...c.query].find(([key]) => key.toLowerCase() === "$expand")?.[1];
  if (/^instanceView$/i.test(expand ?? "") && (e.readyAt ?? 0) <= c.tx.now)
    body["properties"] = { ...body["properties"], instanceView: extensionView(e) };
  return ok(body);
}
const listExtensions = (c: Context): Answer => ok({ value: extensionsOf(c.tx, vmOf(c)).map((e) => view(e, c.tx.now)) });
function patchExtension(c: Context): Answer {
  const vm = vmOf(c);
  const e = c.tx.get(c.id.path);
  if (!e) throw notThere();
  const { protectedSettings: _, ...given }: Body = c.body["properties"] ?? {};
  requireHandler(given);
  e.body["properties"] = { ...e.body["properties"], ...given };
  if (c.body["tags"] !== undefined) e.body["tags"] = c.body["tags"];
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  const changed: Entry = { ...e, readyAt, pending: "Updating" };
  c.tx.put(changed);
  return ok(view(changed, c.tx.now), startOperation(c, { provider, region: vm.body["location"] as string, readyAt }));
}
function deleteExtension(c: Context): Answer {
  const vm = vmOf(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  const goneAt = c.tx.now + c.tx.latency.vmUpdateMs;
  c.tx.put({ ...e, goneAt });
  return {
    status: 202,
    headers: startOperation(c, { provider, region: vm.body["location"] as string, readyAt: goneAt, location: true }),
  };
}
const at = "Microsoft.Compute/virtualMachines/{vmName}/extensions";
const body = {
  body: {
    location: "string",
    tags: "map",
    properties: {
      publisher: "string",
      type: "string",
      typeHandlerVersion: "string",
      autoUpgradeMinorVersion: "boolean",
      enableAutomaticUpgrade: "boolean",
      suppressFailures: "boolean",
      settings: "object",
      protectedSettings: "object",
    },
  },
} as const;
export const extensionRoutes = [
  ...on(inGroup(at), ["GET", "VirtualMachineExtensions_List", listExtensions]),
  ...on(
    inGroup(`${at}/{vmExtensionName}`),
    ["GET", "VirtualMachineExtensions_Get", getExtension],
    ["PUT", "VirtualMachineExtensions_CreateOrUpdate", putExtension, body],
    ["PATCH", "VirtualMachineExtensions_Update", patchExtension, body],
    ["DELETE", "VirtualMachineExtensions_Delete", deleteExtension],
  ),
];
