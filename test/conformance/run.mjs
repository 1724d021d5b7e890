// Holds every pair of the walk to Microsoft's OpenAPI documents, sends every example of theirs, and sees that broken
// answers are found. Needs AZURE_SPECS_DIR; without it nothing is checked, and that is said aloud.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const say = (text) => process.stdout.write(`${text}\n`);

const specs = process.env.AZURE_SPECS_DIR;
if (!specs) {
  say("SKIPPED: AZURE_SPECS_DIR is not set, so nothing was held to Azure's OpenAPI documents");
  process.exit(0);
}
const dist = new URL("../../dist/test/conformance/", import.meta.url);
if (!existsSync(fileURLToPath(dist))) {
  say("conformance: build the project first (npm run build)");
  process.exit(1);
}
const { azureCli, newest, walk } = await import(new URL("walk.js", dist).href);
const { openValidator } = await import("./validator.mjs");
const { brokenAnswers } = await import("./broken.mjs");

/** Where recorded Azure itself does what a document leaves out: `<operation> <status> <api-version>`. */
const azureDoesIt = new Set(["Disks_Delete 409 2022-07-02"]);
let failures = 0;
const fail = (text) => {
  failures += 1;
  say(`FAILED ${text}`);
};
const validator = await openValidator(specs);
const seen = new Map();
const counts = { pairs: 0, outside: 0 };
const good = [];
for (const [name, versions] of Object.entries({ newest, azureCli })) {
  for (const pair of await walk(versions)) {
    const result = await validator.check(pair);
    if (result.operation === undefined) {
      counts.outside += 1;
      if (result.isUnexpected) fail(`${name}: no document knows ${pair.method} ${pair.url}`);
      continue;
    }
    counts.pairs += 1;
    seen.set(result.operation, (seen.get(result.operation) ?? 0) + 1);
    const isKnown = azureDoesIt.has(
      `${result.operation} ${pair.reply.status} ${new URL(pair.url).searchParams.get("api-version")}`,
    );
    if (result.errors.length > 0 && !isKnown)
      fail(
        `${name}: ${result.operation}, ${pair.method} ${pair.url} -> ${pair.reply.status}\n    ${result.errors.join("\n    ")}`,
      );
    else good.push(pair);
  }
}
say(
  `${counts.pairs} pairs over ${seen.size} operations checked (${counts.outside} requests that no document describes: statuses of operations and the like)`,
);

const broken = await brokenAnswers(validator, good);
for (const { what, isFound } of broken) if (!isFound) fail(`broken answer not found: ${what}`);
say(`${broken.length} kinds of broken answers, ${broken.filter((b) => b.isFound).length} found`);

if (counts.pairs < 150 || seen.size < 40) fail("fewer than 150 pairs or 40 operations");
// The form that .ci/run counts.
say(`\n  ${counts.pairs + broken.length - failures} passing`);
if (failures > 0) say(`  ${failures} failing`);
process.exit(failures > 0 ? 1 : 0);
