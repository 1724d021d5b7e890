/** What Resource Manager refuses of any resource: its name, its tags, its zones, a state that nobody sets. */
import type { SdkWorld } from "../../support/sdk-world.ts";
import type { Row, Rows } from "./row.ts";

const row = (code: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code,
  status: 400,
  message,
  isGateway: true,
  provoke,
  ...more,
});
const putIdentity = async (w: SdkWorld, name: string, more: object = {}) =>
  w.clients.identities.userAssignedIdentities.createOrUpdate("Lab", name, { location: "eastus", ...more });
const tagged = (code: string, what: string, message: string, tags: Record<string, string>): Row =>
  row(code, message, (w) => putIdentity(w, "mine", { tags }), { what });
const manyTags = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`tag${n}`, "x"]));

export const envelope: Rows = [
  row(
    "UnsupportedMediaType",
    "The content media type 'application/xml' is not supported. Only 'application/json' is supported.",
    (w) =>
      w.raw("PUT", `${w.names.group}?api-version=2021-04-01`, {
        body: "<group/>",
        headers: { "content-type": "application/xml" },
      }),
    { status: 415 },
  ),
  row(
    "InvalidResourceName",
    "The provided resource name 'my<net>' has these invalid characters: '<>'. The name can not contain characters: '<,>,%,&,:,\\,?,/,#'.",
    (w) => putIdentity(w, "my<net>"),
    { what: "a sign" },
  ),
  row(
    "InvalidResourceName",
    `The provided resource name '${"n".repeat(80)}' is not valid: a name has between 1 and 260 characters, and not only blanks or periods.`,
    (w) => w.put(w.names.network("routeTables", "n".repeat(261)), { location: "eastus" }),
    { what: "a length" },
  ),
  row(
    "NoRegisteredProviderFound",
    "No registered resource provider found for location 'atlantis' and API version '2025-04-01' for type 'locations/vmSizes'. The supported api-versions are 'VERSIONS'. The supported locations are 'REGIONS'.",
    (w) =>
      w.raw(
        "GET",
        `${w.azure.subscription}/providers/Microsoft.Compute/locations/atlantis/vmSizes?api-version=2025-04-01`,
      ),
    { what: "a region in the path" },
  ),
  tagged(
    "TooManyTags",
    "fifty-one",
    "The number of tags specified exceeds maximum allowed, actual '51', maximum allowed '50'.",
    manyTags,
  ),
  tagged("InvalidTagName", "a blank one", "The tag name must not be null, empty or whitespace only.", { " ": "x" }),
  tagged("InvalidTagName", "one twice", "The tag name 'Owner' is given more than once: names compare without case.", {
    owner: "x",
    Owner: "y",
  }),
  tagged(
    "InvalidTagNameLength",
    "a long name",
    `The tag name '${"n".repeat(80)}…' exceeds the maximum length: it has 513 characters, 512 are allowed.`,
    { ["n".repeat(513)]: "x" },
  ),
  tagged(
    "InvalidTagNameCharacters",
    "a sign",
    "The tag names 'a<b' have reserved characters '<,>,%,&,\\,?,/' or control characters.",
    { "a<b": "x" },
  ),
  tagged(
    "InvalidTagValueLength",
    "a long value",
    "The value of the tag 'note' exceeds the maximum length: it has 257 characters, 256 are allowed.",
    { note: "v".repeat(257) },
  ),
  row(
    "AvailabilityZoneNotSupported",
    "The zone(s) '7' for resource 'Microsoft.Compute/disks/data' is not supported. The supported zones for location 'eastus' are '1,2,3'.",
    async (w) => {
      const creationData = { createOption: "Empty" };
      return w.clients.compute.disks.createOrUpdate("Lab", "data", { location: "eastus", zones: ["7"], creationData });
    },
  ),
  row(
    "PropertyChangeNotAllowed",
    `Changing property 'provisioningState' is not allowed: it reads "Succeeded", and "Failed" was sent.`,
    (w) =>
      w.put(w.names.network("virtualNetworks", "net"), {
        location: "eastus",
        properties: { provisioningState: "Failed", addressSpace: { addressPrefixes: ["10.0.0.0/16"] } },
      }),
    { isGateway: undefined as never, more: { target: "provisioningState" } },
  ),
];
