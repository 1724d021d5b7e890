// Holds every pair of the walk to Microsoft's OpenAPI documents, sends their examples, and sees that broken answers are
// found. Needs AZURE_SPECS_DIR; without it nothing is checked, and that is said aloud.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { strictDocuments } from "./strict-documents.mjs";

const say = (text) => process.stdout.write(`${text}\n`);

const specs = process.env.AZURE_SPECS_DIR;
if (!specs) {
  say("SKIPPED: AZURE_SPECS_DIR is not set, so nothing was held to Azure's OpenAPI documents");
  process.exit(0);
}
if (!existsSync(fileURLToPath(new URL("../../dist/test/conformance/", import.meta.url)))) {
  say("conformance: build the project first (npm run build)");
  process.exit(1);
}
const documents = strictDocuments(specs);
process.on("exit", documents.remove);

const checked = (name) =>
  new Promise((resolve, reject) => {
    const workerData = { specs, directory: documents.directory, name };
    new Worker(new URL("check-walk.mjs", import.meta.url), { workerData })
      .on("message", resolve)
      .on("error", reject)
      .on("exit", (code) => reject(new Error(`the walk ${name} ended with ${code} and no result`)));
  });
const results = await Promise.all(["newest", "azureCli"].map(checked));
const failures = results.flatMap((r) => r.failures);
const operations = results.flatMap((r) => r.operations);
const different = new Set(operations);
const broken = results.flatMap((r) => r.broken);
const outside = results.reduce((sum, r) => sum + r.outside, 0);
if (operations.length < 150 || different.size < 40) failures.push("fewer than 150 pairs or 40 operations");
for (const text of failures) say(`FAILED ${text}`);
say(
  `${operations.length} pairs over ${different.size} operations checked (${outside} requests that no document describes: statuses of operations and the like)`,
);
say(`${broken.length} broken answers, ${broken.filter((b) => b.isFound).length} found`);
const total = (what) => results.reduce((sum, r) => sum + r.examples[what], 0);
say(
  `${total("sent")} examples of the documents sent: ${total("accepted")} accepted, ${total("listed")} refused for a listed reason; ${total("fields")} fields compared, ${total("alike")} answers like the example's in every field`,
);
say(failures.length === 0 ? "none failing" : `${failures.length} failing`);
process.exit(failures.length === 0 ? 0 : 1);
