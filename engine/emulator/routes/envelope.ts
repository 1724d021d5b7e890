/**
 * What Resource Manager itself looks at in a request that writes, whatever the type: the media type, the names in the path,
 * and the parts of the body that all resources share.
 */
import { isRegion, location, regionNames } from "../regions.ts";
import type { ResourceId } from "../resource-id.ts";
import { AzureError, gatewayError, type Body } from "../wire.ts";
import { resourceTypeOf } from "./resource-types.ts";

/** A body without a word of what it is passes: not every client says so. */
export function requireMediaType(header: string | undefined, body: string): void {
  const type = (header ?? "").split(";")[0]?.trim() ?? "";
  if (body.trim() === "" || type === "" || /^(application|text)\/(json|[\w.-]+\+json)$/i.test(type)) return;
  throw gatewayError(
    415,
    "UnsupportedMediaType",
    `The content media type '${type}' is not supported. Only 'application/json' is supported.`,
  );
}

const unusable = /[<>%&:\\?/#\p{Cc}]/gu;
/** https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/resource-api-reference.md */
export function requireNames(id: ResourceId): void {
  if (id.namespace === undefined) return;
  for (const name of id.names) {
    const found = [...new Set(name.match(unusable))];
    if (found.length > 0)
      throw gatewayError(
        400,
        "InvalidResourceName",
        `The provided resource name '${name}' has these invalid characters: '${found.join("")}'. The name can not contain characters: '<,>,%,&,:,\\,?,/,#'.`,
      );
    if (name.length > 260 || name.trim() === "" || /^\.{1,2}$/.test(name))
      throw gatewayError(
        400,
        "InvalidResourceName",
        `The provided resource name '${name.slice(0, 80)}' is not valid: a name has between 1 and 260 characters, and not only blanks or periods.`,
      );
  }
}

/** A path below a region that there is not. */
export function requireRegionInPath(id: ResourceId, apiVersion: string): void {
  const [first, ...rest] = id.types;
  const [place] = id.names;
  if (first?.toLowerCase() !== "locations" || place === undefined || isRegion(location(place))) return;
  const type = ["locations", ...rest].join("/");
  const versions = (resourceTypeOf(`${id.namespace}/${type}`) ?? resourceTypeOf(`${id.namespace}/locations`))
    ?.apiVersions;
  throw gatewayError(
    400,
    "NoRegisteredProviderFound",
    `No registered resource provider found for location '${place}' and API version '${apiVersion}' for type '${type}'. The supported api-versions are '${(versions ?? []).join(", ")}'. The supported locations are '${regionNames.join(", ")}'.`,
  );
}

const mostTags = 50;
/** https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
function requireTags(tags: unknown, type: string): void {
  if (typeof tags !== "object" || tags === null) return;
  const all = Object.entries(tags as Body);
  // A storage account keeps its tags in shorter fields.
  const longest = /^Microsoft\.Storage\//i.test(type) ? 128 : 512;
  const bad = (code: string, message: string): AzureError => gatewayError(400, code, message);
  if (all.length > mostTags)
    throw bad(
      "TooManyTags",
      `The number of tags specified exceeds maximum allowed, actual '${all.length}', maximum allowed '${mostTags}'.`,
    );
  const seen = new Set<string>();
  for (const [name, value] of all) {
    if (name.trim() === "") throw bad("InvalidTagName", "The tag name must not be null, empty or whitespace only.");
    if (name.length > longest)
      throw bad(
        "InvalidTagNameLength",
        `The tag name '${name.slice(0, 80)}…' exceeds the maximum length: it has ${name.length} characters, ${longest} are allowed.`,
      );
    if (/[<>%&\\?/\p{Cc}]/u.test(name))
      throw bad(
        "InvalidTagNameCharacters",
        `The tag names '${name}' have reserved characters '<,>,%,&,\\,?,/' or control characters.`,
      );
    if (typeof value === "string" && value.length > 256)
      throw bad(
        "InvalidTagValueLength",
        `The value of the tag '${name}' exceeds the maximum length: it has ${value.length} characters, 256 are allowed.`,
      );
    if (seen.has(name.toLowerCase()))
      throw bad("InvalidTagName", `The tag name '${name}' is given more than once: names compare without case.`);
    seen.add(name.toLowerCase());
  }
}

const zonesEverywhere = ["1", "2", "3"];
function requireZones(zones: unknown, id: ResourceId, place: unknown): void {
  if (!Array.isArray(zones)) return;
  const unknown = zones.filter((zone) => !zonesEverywhere.includes(String(zone)));
  if (unknown.length > 0)
    throw gatewayError(
      400,
      "AvailabilityZoneNotSupported",
      `The zone(s) '${unknown.join(",")}' for resource '${id.type}/${id.names.at(-1) ?? ""}' is not supported. The supported zones for location '${location(String(place))}' are '${zonesEverywhere.join(",")}'.`,
    );
}

/** A state may be sent as it was read, maybe some time ago; nobody sets one. */
const whileWorking = ["succeeded", "updating", "creating", "accepted", "running"];
function requireOwnState(sent: unknown, now: unknown): void {
  if (sent === undefined || sent === null) return;
  if (typeof sent === "string" && [...whileWorking, String(now).toLowerCase()].includes(sent.toLowerCase())) return;
  throw new AzureError(
    400,
    "PropertyChangeNotAllowed",
    `Changing property 'provisioningState' is not allowed: it reads ${JSON.stringify(now ?? null)}, and ${JSON.stringify(sent)} was sent.`,
    { target: "provisioningState" },
  );
}

/** `state` is the provisioning state of what is there, if anything is. */
export function requireEnvelope(id: ResourceId, body: Body, place: unknown, state: unknown): void {
  requireTags(body["tags"], id.type);
  requireZones(body["zones"], id, body["location"] ?? place);
  const properties: unknown = body["properties"];
  if (typeof properties === "object" && properties !== null)
    requireOwnState((properties as Body)["provisioningState"], state);
}
