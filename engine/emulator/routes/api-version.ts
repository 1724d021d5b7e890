/** Which api-versions are accepted, and what Azure says about one that is not. */
import { gatewayError, notEmulated } from "../wire.ts";
import { regions } from "../regions.ts";
import { namespaceOf, resourceTypeOf, type Namespace, type ResourceType } from "./resource-types.ts";
import { isUnserved } from "./unserved.ts";

const form = /^\d{4}-\d{2}-\d{2}(-(preview|alpha|beta|rc|privatepreview))?$/;

/** `given` is the query parameter as sent; answers it in lower case. */
export function requireApiVersion(given: string | null): string {
  if (!given)
    throw gatewayError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  return given.toLowerCase();
}

/**
 * Refuses a version that the type does not have. A type that is only kept as sent accepts every version since its first,
 * because the emulator does nothing that depends on it.
 */
export function checkApiVersion(fullType: string, version: string, location: string): void {
  const type = resourceTypeOf(fullType);
  if (!type || accepts(type, version)) return;
  const newest = type.apiVersions.toReversed();
  if (/^Microsoft\.Resources\//i.test(fullType))
    throw gatewayError(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${version}' is invalid. The supported versions are '${newest.join(",")}'.`,
    );
  const where = type.isGlobal ? "global" : regions.map((r) => r.name).join(", ");
  throw gatewayError(
    400,
    "NoRegisteredProviderFound",
    `No registered resource provider found for location '${location}' and API version '${version}' for type '${type.name}'. The supported api-versions are '${newest.join(", ")}'. The supported locations are '${where}'.`,
  );
}
/** The form alone, for a target that may know versions which are newer than this program. */
export function checkApiVersionForm(version: string): void {
  if (!form.test(version))
    throw gatewayError(400, "InvalidApiVersionParameter", `The api-version '${version}' is invalid.`);
}
function accepts(type: ResourceType, version: string): boolean {
  if (type.isGeneric) return form.test(version) && version >= (type.apiVersions[0] ?? "");
  return type.apiVersions.includes(version);
}

/** The known type that a path is about: `virtualMachines/x/instanceView` is about virtual machines. */
export function nearestType(fullType: string): string | undefined {
  for (let parts = fullType.split("/"); parts.length > 1; parts = parts.slice(0, -1)) {
    const type = resourceTypeOf(parts.join("/"));
    if (type) return type.fullName;
  }
  return undefined;
}

/** All that some type of the namespace has, newest first. */
const versionsOf = (namespace: Namespace): string[] =>
  [...new Set(namespace.types.flatMap((type) => type.apiVersions))].toSorted().toReversed();

/** Throws Azure's error for a namespace or type that does not exist; one that Azure has is not emulated. */
export function requireKnownType(fullType: string, version: string): string {
  const [namespace = "", ...types] = fullType.split("/");
  const known = namespaceOf(namespace);
  if (!known) throw gatewayError(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`);
  const near = nearestType(fullType);
  if (near) return near;
  if (isUnserved(fullType)) throw notEmulated(`${known.name}/${types.join("/")}`);
  throw gatewayError(
    404,
    "InvalidResourceType",
    `The resource type '${types.join("/")}' could not be found in the namespace '${known.name}' for api version '${version}'. The supported api-versions are '${versionsOf(known).join(",")}'.`,
  );
}
