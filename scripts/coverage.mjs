// The table of what the emulator serves: made of its route table, of the walk through it, and of the list of differences.
import { format } from "prettier";
import { routeTable } from "../dist/engine/emulator/routes/route-table.js";
import { nearestType } from "../dist/engine/emulator/routes/api-version.js";
import { resourceTypeOf } from "../dist/engine/emulator/routes/resource-types.js";
import { azureCli, newest, walk } from "../dist/test/conformance/walk.js";
import { knownDifferences } from "../dist/test/replay/known-differences.js";

function typeOf(route) {
  const path = route.path.split("/providers/").at(-1).split("/");
  const names = path.filter((segment) => !segment.startsWith("{"));
  return route.type ?? nearestType(names.join("/")) ?? "Microsoft.Resources/subscriptions/resourceGroups";
}
export async function coverage() {
  const walked = new Map();
  for (const versions of [newest, azureCli])
    for (const { method, operation, url, reply } of await walk(versions)) {
      if (reply.status >= 400) continue;
      const key = `${method} ${operation}`;
      const version = new URL(url).searchParams.get("api-version");
      walked.set(key, (walked.get(key) ?? new Set()).add(version));
    }
  const isGeneric = (route) =>
    /^Resources_(GetById|CheckExistenceById|CreateOrUpdateById|UpdateById|DeleteById)$/.test(route.operation);
  const isKept = (route) => resourceTypeOf(typeOf(route))?.isGeneric === true;
  const rows = new Map();
  for (const route of routeTable.routes) {
    if (isKept(route) && !isGeneric(route)) continue;
    const key = `${route.method} ${route.operation}`;
    if (rows.has(key)) continue;
    const versions = resourceTypeOf(typeOf(route))?.apiVersions ?? [];
    const accepted = isGeneric(route)
      ? "any since the type's first"
      : `${versions.length}, ${versions[0]} to ${versions.at(-1)}`;
    const tried = [...(walked.get(key) ?? [])].toSorted().join(", ");
    rows.set(
      key,
      `| ${route.operation} | ${route.method} | ${accepted} | ${tried === "" ? "none" : `walk: ${tried}`} |`,
    );
  }
  const text = `<!-- Made by scripts/coverage.mjs. Do not edit. -->
# What the emulator serves

Every other request is answered by 501 \`NotEmulated\` and logged. "walk" is \`test/conformance/walk.ts\`, whose requests and
answers \`test/conformance\` holds to Azure's OpenAPI documents in the versions named; \`test/emulator/recordings.test.ts\` plays
recorded traffic of Azure. Types with no behaviour of their own are kept as sent (\`Resources_…ById\`).

| operation | method | api-versions accepted | proven by |
| --- | --- | --- | --- |
${[...rows.values()].toSorted().join("\n")}

## Where a recording is answered otherwise

| exchange | why |
| --- | --- |
${Object.entries(knownDifferences)
  .map(([key, why]) => `| ${key} | ${why} |`)
  .join("\n")}
`;
  return format(text, { parser: "markdown" });
}
