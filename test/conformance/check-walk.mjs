// One walk through the emulator's operations, and the examples of its versions, held to the documents: on a thread of its
// own, as oav takes seconds to make ready what it knows of a virtual network.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { playExamples } from "../../dist/test/conformance/play-examples.js";
import { routeTable } from "../../dist/engine/emulator/routes/route-table.js";
import { azureCli, newest, walk } from "../../dist/test/conformance/walk.js";
import { brokenAnswers } from "./broken.mjs";
import { documents, openValidator } from "./validator.mjs";

/** Where recorded Azure itself does what a document leaves out: `<operation> <status> <api-version>`. */
const azureDoesIt = new Set(["Disks_Delete 409 2022-07-02", "Deployments_Validate 200 2021-04-01"]);
/** The last page has no link, which the document of these two wants of every page; and Azure counts subscriptions. */
const isLastPage = (operation, errors) =>
  /^(Subscriptions|Tenants)_List$/.test(operation) && errors.every((text) => /\/(nextLink|count)\)/.test(text));
const { specs, directory, name } = workerData;
const failures = [];
const operations = [];
const good = [];
let outside = 0;
const validator = await openValidator(directory);

async function check(pair, isExample, what) {
  const { operation, errors, isUnexpected } = await validator.check(pair, isExample);
  if (operation === undefined) {
    outside += 1;
    if (isUnexpected) failures.push(`${name}: no document knows ${what}`);
    return;
  }
  operations.push(operation);
  const version = new URL(pair.url).searchParams.get("api-version");
  if (
    errors.length === 0 ||
    isLastPage(operation, errors) ||
    azureDoesIt.has(`${operation} ${pair.reply.status} ${version}`)
  )
    good.push(pair);
  else failures.push(`${name}: ${operation}, ${what}\n    ${errors.join("\n    ")}`);
}
for (const pair of await walk({ newest, azureCli }[name]))
  await check(pair, false, `${pair.method} ${pair.url} -> ${pair.reply.status}`);
// Older documents ask for less.
const broken = name === "newest" ? await brokenAnswers(validator, good) : [];
for (const { what, isFound } of broken) if (!isFound) failures.push(`broken answer not found: ${what}`);

const isKept = ({ method, url }) =>
  routeTable.find(method, new URL(url).pathname).route?.operation.startsWith("Resources_") === true;
const isNewest = (document) => Object.values(newest).includes(JSON.parse(readFileSync(document, "utf8")).info.version);
const examples = { sent: 0, accepted: 0, listed: 0, fields: 0, alike: 0 };
for (const document of documents(specs).filter((d) => isNewest(d) === (name === "newest")))
  for (const { example, pair, isListed, problem, fields, differences } of await playExamples(document)) {
    examples.sent += 1;
    examples.fields += fields;
    if (isListed) examples.listed += 1;
    else if (problem === undefined) examples.accepted += 1;
    else failures.push(`example ${example.name}: ${problem}`);
    if (pair.reply.status < 300 && differences.length === 0) examples.alike += 1;
    // What is kept as sent answers as it was sent; who made a role, and when, the old document does not know; and oav takes a
    // list of versions with their properties for one without.
    if (!isKept(pair) && !/^RoleDefinitions_.* 2018-01-01-preview|^\w+_ListWithProperties/.test(example.name))
      await check(pair, true, `the answer to the example ${example.name}`);
  }
parentPort.postMessage({ failures, operations, outside, broken, examples }, []);
