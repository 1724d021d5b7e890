// One walk through the emulator's operations, held to the documents: on a thread of its own, as oav takes seconds to make
// ready what it knows of a virtual network.
import { parentPort, workerData } from "node:worker_threads";
import { azureCli, newest, walk } from "../../dist/test/conformance/walk.js";
import { brokenAnswers } from "./broken.mjs";
import { openValidator } from "./validator.mjs";

/** Where recorded Azure itself does what a document leaves out: `<operation> <status> <api-version>`. */
const azureDoesIt = new Set(["Disks_Delete 409 2022-07-02"]);
const { directory, name } = workerData;
const failures = [];
const operations = [];
const good = [];
let outside = 0;
const validator = await openValidator(directory);
for (const pair of await walk({ newest, azureCli }[name])) {
  const { operation, errors, isUnexpected } = await validator.check(pair);
  const what = `${pair.method} ${pair.url} -> ${pair.reply.status}`;
  if (operation === undefined) {
    outside += 1;
    if (isUnexpected) failures.push(`${name}: no document knows ${what}`);
    continue;
  }
  operations.push(operation);
  const version = new URL(pair.url).searchParams.get("api-version");
  if (errors.length > 0 && !azureDoesIt.has(`${operation} ${pair.reply.status} ${version}`))
    failures.push(`${name}: ${operation}, ${what}\n    ${errors.join("\n    ")}`);
  else good.push(pair);
}
// Older documents ask for less.
const broken = name === "newest" ? await brokenAnswers(validator, good) : [];
for (const { what, isFound } of broken) if (!isFound) failures.push(`${name}: broken answer not found: ${what}`);
parentPort.postMessage({ failures, operations, outside, broken }, []);
