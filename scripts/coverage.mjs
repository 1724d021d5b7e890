// The table of what the emulator serves: made of its route table, of the walk through it, and of the list of differences.
import { format } from "prettier";
import { routeTable } from "../dist/engine/emulator/routes/route-table.js";
import { nearestType } from "../dist/engine/emulator/routes/api-version.js";
import { resourceTypeOf } from "../dist/engine/emulator/routes/resource-types.js";
import { azureCli, newest, walk } from "../dist/test/conformance/walk.js";
import { notProvoked } from "../dist/test/emulator/errors/not-provoked.js";
import { subjects } from "../dist/test/emulator/errors/subjects.js";
import { knownDifferences } from "../dist/test/replay/known-differences.js";

function typeOf(route) {
  const path = route.path.split("/providers/").at(-1).split("/");
  const names = path.filter((segment) => !segment.startsWith("{"));
  return route.type ?? nearestType(names.join("/")) ?? "Microsoft.Resources/subscriptions/resourceGroups";
}
const cell = (text) => text.replaceAll("|", "\\|");
/** One code of a subject in one row, with all that brings it about. */
function refusals() {
  const out = new Map();
  for (const { subject, rows } of subjects)
    for (const { status, code, what, fault } of rows) {
      // Some answers of the metadata service are a sentence and no code.
      const key = `| ${subject} | ${status} | ${cell(code.length > 72 ? `${code.slice(0, 40)}…` : code)} |`;
      const when = [what, fault === undefined ? undefined : `by the fault \`${fault.kind}\``].filter(
        (part) => part !== undefined,
      );
      out.set(key, [...(out.get(key) ?? []), when.join(", ")]);
    }
  return [...out].map(([key, whens]) => {
    const all = whens.filter((when) => when !== "");
    return `${key} ${all.length === 0 ? "" : cell(all.join("; "))} |`;
  });
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

## What it refuses, and why

Each row is a condition that \`test/emulator/sdk-errors.test.ts\` brings about through Azure's own SDKs, comparing status, code,
whole text, details and headers; status 200 is an operation that was taken and failed. The rows are in
\`test/emulator/errors\`. That test reads the emulator's source too, and fails for a code or a text that has no row.

| about | status | code | when |
| --- | --- | --- | --- |
${refusals().join("\n")}

What the emulator can say besides:

| begins with | why no row provokes it |
| --- | --- |
${notProvoked.map(([start, why]) => `| ${cell(start)} | ${cell(why)} |`).join("\n")}

## Where a recording is answered otherwise

| exchange | why |
| --- | --- |
${Object.entries(knownDifferences)
  .map(([key, why]) => `| ${key} | ${why} |`)
  .join("\n")}
`;
  return format(text, { parser: "markdown" });
}
