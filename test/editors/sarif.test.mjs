// What `runbook check --format sarif` writes, against SARIF's own schema as Microsoft's package carries it.

import Draft04 from "ajv-draft-04";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schemaFile = createRequire(import.meta.url)
  .resolve("@microsoft/jest-sarif")
  .replace(/@microsoft.jest-sarif.*$/, "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

function compiled() {
  const Ajv = Draft04.default ?? Draft04;
  // Formats of times and addresses are no part of this.
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false, allErrors: true });
  return ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")));
}

function sarifOf(...files) {
  const argv = ["dist/bundle/cli/bin.js", "check", ...files, "--format", "sarif"];
  return JSON.parse(spawnSync(process.execPath, argv, { cwd: root, encoding: "utf8", maxBuffer: 100_000_000 }).stdout);
}

describe("the SARIF that check writes", () => {
  const validate = compiled();
  const problems = (log) => (validate(log) ? [] : validate.errors);

  it("is valid for every runbook with mistakes that the tests have", () => {
    const log = sarifOf("test/runbooks/err");
    expect(log.runs[0].results.length).above(300);
    expect(problems(log)).eql([]);
  });
  it("is valid when there is nothing to tell", () => {
    const log = sarifOf("runbooks");
    expect(log.runs[0].results).eql([]);
    expect(problems(log)).eql([]);
  });
  it("would not be valid with a level that SARIF does not have", () => {
    const log = sarifOf("test/runbooks/err/duplicate-id.yaml");
    log.runs[0].results[0].level = "fatal";
    expect(problems(log)).not.eql([]);
  });
});
