/**
 * Resources of types that the emulator has no behaviour for: kept as sent, shown again, deleted. Nothing that the type's
 * own provider would check or work out is done.
 */
import { nameOf, type ResourceId } from "../resource-id.ts";
import { nearestType } from "../routes/api-version.ts";
import { inGroup, inSubscription, on, type Route } from "../routes/route.ts";
import { namespaces, resourceTypeOf } from "../routes/resource-types.ts";
import { view, type Entry } from "../store.ts";
import { AzureError, gatewayError, type Answer, type Body } from "../wire.ts";
import { listOfType } from "./lists.ts";
import {
  noContent,
  notFound,
  ok,
  missingReference,
  requireEntry,
  requireGroup,
  requireLocation,
  type Context,
} from "./context.ts";
import { requireUnusedPlan } from "./network/ddos-plans.ts";
import { notThere, requireId } from "./network/network-resource.ts";

/**
 * Types whose OpenAPI document has no 201 for a new resource, in lower case: clients that are made of the document take it for
 * an error (https://github.com/Azure/azure-rest-api-specs).
 */
const answered200 = new Set(
  `microsoft.compute/availabilitysets microsoft.compute/snapshots microsoft.compute/diskencryptionsets
  microsoft.compute/diskaccesses microsoft.storage/storageaccounts microsoft.storage/storageaccounts/blobservices
  microsoft.web/sites microsoft.web/sites/config microsoft.web/serverfarms microsoft.web/staticsites
  microsoft.insights/components microsoft.insights/metricalerts microsoft.insights/diagnosticsettings
  microsoft.documentdb/databaseaccounts microsoft.servicebus/namespaces/queues microsoft.servicebus/namespaces/topics
  microsoft.eventhub/namespaces/eventhubs`.split(/\s+/),
);
/** What a reference of these namespaces looks like: an object with nothing in it but an id. */
function requireReferences(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  const members = Object.entries(value as Body);
  if (!Array.isArray(value) && members.length === 1 && members[0]?.[0] === "id") {
    const [[, id]] = members as [[string, unknown]];
    if (typeof id !== "string" || !id.startsWith("/")) requireId(id, `${path}.id`);
    return;
  }
  for (const [name, member] of members)
    requireReferences(member, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
}
/** An image is made of a VM that is there, or of disks. */
function requireImageSource(c: Context): void {
  const p: Body = c.body["properties"] ?? {};
  const source: Body | undefined = p["sourceVirtualMachine"];
  const bad = (target: string, message: string): AzureError =>
    new AzureError(400, "InvalidParameter", message, { target });
  if (source === undefined && p["storageProfile"]?.osDisk === undefined)
    throw bad("storageProfile", "Required parameter 'storageProfile' is missing (null).");
  if (source === undefined) return;
  const id = requireId(source["id"], "properties.sourceVirtualMachine.id");
  if (c.tx.upstream) return;
  if (!c.tx.get(id)) throw missingReference(c, id);
}

const shownFields = ["tags", "sku", "kind", "identity", "zones", "plan", "managedBy", "extendedLocation"];

function putGeneric(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const isChild = c.id.types.length > 1;
  if (isChild) requireParent(c);
  const was = c.tx.get(c.id.path);
  const type = resourceTypeOf(c.id.type);
  if (/^Microsoft\.(Network|Compute)\//i.test(c.id.type)) requireReferences(c.body["properties"], "properties");
  if (/^Microsoft\.Compute\/images$/i.test(c.id.type)) requireImageSource(c);
  const needsLocation = !isChild && type !== undefined && type.isGlobal !== true;
  const location = needsLocation ? requireLocation(c, was) : (c.body["location"] as string | undefined);
  const id = was?.id ?? c.id.path;
  const body: Body = {
    id,
    name: nameOf(id),
    type: c.id.type,
    // Parts of a network are where the whole is.
    ...(location === undefined || (isChild && /^Microsoft\.Network\//i.test(c.id.type)) ? {} : { location }),
    ...Object.fromEntries(shownFields.filter((f) => c.body[f] !== undefined).map((f) => [f, c.body[f] as unknown])),
    properties: {
      ...withoutSecrets(c.body["properties"] as Body | undefined),
      ...(type?.isStateless === true ? {} : { provisioningState: "Succeeded" }),
    },
  };
  c.tx.put({ id, body, createdAt: was?.createdAt ?? c.tx.now });
  return { status: was || answered200.has(c.id.type.toLowerCase()) ? 200 : 201, body };
}
/** What Azure takes and never tells again. */
const secret =
  /^(adminPassword|administratorLoginPassword|password|pass(phrase|word)Value|clientSecret|secretValue|protectedSettings|protectedParameters|customData|sharedKey|authorizationKey|connectionString|privateKey|accountKey)$/i;
function withoutSecrets<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutSecrets) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secret.test(name))
      .map(([name, member]) => [name, withoutSecrets(member)]),
  ) as T;
}
export function requireParent(c: Context): Entry {
  const path = c.id.path.split("/").slice(0, -2).join("/");
  const parent = c.tx.get(path);
  if (!parent)
    throw gatewayError(
      404,
      "ParentResourceNotFound",
      `Can not perform requested operation on nested resource. Parent resource '${nameOf(path)}' not found.`,
    );
  return parent;
}
const getGeneric = (c: Context): Answer => ok(view(entryOf(c), c.tx.now));
const headGeneric = (c: Context): Answer => ({ status: c.tx.get(c.id.path) ? 204 : 404 });
function patchGeneric(c: Context): Answer {
  const e = entryOf(c);
  for (const field of shownFields) if (c.body[field] !== undefined) e.body[field] = c.body[field];
  if (c.body["properties"])
    e.body["properties"] = mergePatch(e.body["properties"], withoutSecrets(c.body["properties"] as Body));
  c.tx.put(e);
  return ok(view(e, c.tx.now));
}
/** https://www.rfc-editor.org/rfc/rfc7396 */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === "object" && target !== null && !Array.isArray(target);
  const merged: Body = isObject ? { ...target } : {};
  for (const [name, value] of Object.entries(patch))
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  return merged;
}
function entryOf(c: Context): Entry {
  if (c.id.group && !isPartOfNetwork(c)) return requireEntry(c);
  const entry = c.tx.get(c.id.path);
  if (!entry) throw notFound(c.id);
  return entry;
}
/** Of a part only the provider knows that it is not there, and the network's has words of its own. Flow logs are no parts: they have a region. */
function isPartOfNetwork(c: Context): boolean {
  if (c.id.types.length === 1 || !/^Microsoft\.Network\/(?!networkWatchers\/)/i.test(c.id.type)) return false;
  requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));
  if (c.tx.get(c.id.path) === null) throw notThere(c.id.path);
  return true;
}
function deleteGeneric(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  requireUnusedPlan(c, e);
  const below = `${e.id.toLowerCase()}/`;
  for (const child of c.tx.all()) if (child.id.toLowerCase().startsWith(below)) c.tx.remove(child.id);
  c.tx.remove(e.id);
  return { status: 200 };
}
/** What a target has that this program has never heard of is kept for the time of a rehearsal like the types above. */
export function unknownTypeRoute(method: string, id: ResourceId): Route | undefined {
  const isResource = id.namespace !== undefined && id.names.length === id.types.length && id.types.length > 0;
  const handler = { GET: getGeneric, HEAD: headGeneric, PUT: putGeneric, PATCH: patchGeneric, DELETE: deleteGeneric }[
    method
  ];
  if (!isResource || handler === undefined || nearestType(id.type) !== undefined) return undefined;
  return { method: method as Route["method"], path: id.path, operation: "Resources_ById", handler, type: id.type };
}

const shape = {
  location: "string",
  tags: "map",
  properties: "object",
  zones: ["string"],
  sku: "object",
  kind: "string",
  identity: { type: "string" },
} as const;
const imageShape = {
  ...shape,
  properties: { sourceVirtualMachine: { id: "string" }, storageProfile: { osDisk: "object", dataDisks: ["object"] } },
} as const;
const routesOf = (fullName: string): Route[] => {
  const [namespace = "", ...types] = fullName.split("/");
  const collection = [namespace, ...types.flatMap((t, i) => (i + 1 < types.length ? [t, `{name${i}}`] : [t]))].join(
    "/",
  );
  return [
    ...(types.length === 1 ? on(inSubscription(collection), ["GET", "Resources_List", listOfType]) : []),
    ...on(inGroup(collection), ["GET", "Resources_ListByResourceGroup", listOfType]),
    ...on(
      inGroup(`${collection}/{resourceName}`),
      ["GET", "Resources_GetById", getGeneric],
      ["HEAD", "Resources_CheckExistenceById", headGeneric],
      [
        "PUT",
        "Resources_CreateOrUpdateById",
        putGeneric,
        { body: fullName === "Microsoft.Compute/images" ? imageShape : shape },
      ],
      ["PATCH", "Resources_UpdateById", patchGeneric, { body: shape }],
      ["DELETE", "Resources_DeleteById", deleteGeneric],
    ),
  ];
};
export const genericRoutes = namespaces.flatMap((n) =>
  n.types.filter((t) => t.isGeneric).flatMap((t) => routesOf(`${n.name}/${t.name}`)),
);
