import { expect } from "chai";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { knownDifferences } from "../replay/known-differences.ts";
import { notProvoked, observedErrors } from "../replay/observed-errors.ts";
import { readRecording, recordingsIn } from "../replay/recording.ts";
import { replay } from "../replay/replay.ts";
import { compare } from "../replay/compare.ts";

const directory = process.env["AZURE_RECORDINGS_DIR"];

describe("recorded traffic of Azure, played against the emulator", () => {
  it("is answered the same, but for what is listed with its reason", async function () {
    if (directory === undefined) {
      process.stdout.write("    AZURE_RECORDINGS_DIR is not set: no recording is played\n");
      this.skip();
    }
    this.timeout(60_000);
    const found: Record<string, readonly string[]> = {};
    const names = new Set<string>();
    let [exchanges, fields] = [0, 0];
    for (const recording of recordingsIn(directory)) {
      names.add(recording.name);
      for (const [index, { comparison }] of (await replay(recording)).entries()) {
        exchanges += 1;
        fields += comparison.fields;
        if (comparison.differences.length > 0) found[`${recording.name} #${index}`] = comparison.differences;
      }
    }
    const left = Object.keys(found).length;
    process.stdout.write(`    ${exchanges} exchanges, ${fields} fields compared, ${left} exchanges with differences\n`);
    const isListed = (key: string): boolean => knownDifferences[key] !== undefined;
    expect(Object.fromEntries(Object.entries(found).filter(([key]) => !isListed(key)))).to.deep.equal({});
    expect(
      Object.keys(knownDifferences).filter((key) => names.has(key.split(" ")[0] ?? "") && !(key in found)),
    ).to.deep.equal([]);
    expect(1 - left / exchanges).to.be.at.least(0.95);
  });
  it("is refused as the catalogue of observed errors says, but for what is listed with its reason", async function () {
    const file = join(directory ?? "", "errors-observed.json");
    if (directory === undefined || !existsSync(file)) this.skip();
    this.timeout(60_000);
    const found: Record<string, readonly string[]> = {};
    const listed: string[] = [];
    let provoked = 0;
    for (const { name, recording, options } of observedErrors(file)) {
      const reason = notProvoked.find(([start]) => name.startsWith(start));
      if (reason !== undefined) {
        listed.push(reason[0]);
        continue;
      }
      const { comparison } = (await replay(recording, options)).at(-1)!;
      provoked += 1;
      if (comparison.differences.length > 0) found[name] = comparison.differences;
    }
    process.stdout.write(`    ${provoked} observed errors provoked, ${listed.length} listed with their reason\n`);
    expect(found).to.deep.equal({});
    expect(provoked).to.be.greaterThan(0);
    expect(notProvoked.map(([start]) => start).filter((start) => !listed.includes(start))).to.deep.equal([]);
  });
  it("is told from an answer that lacks a field, has another type, status, code or header", () => {
    const recorded = {
      method: "GET",
      url: "/x",
      path: "/x",
      body: undefined,
      status: 200,
      headers: { "azure-asyncoperation": "https://host/subscriptions/s/operations/1?api-version=1" },
      answer: { id: "/a", properties: { n: 1, list: [{ name: "one", on: true }] } },
    };
    const asWas = { status: 200, headers: { ...recorded.headers }, body: structuredClone(recorded.answer) };
    const differences = (more: object) => compare(recorded, { ...asWas, ...more }).differences;
    expect(differences({})).to.deep.equal([]);
    expect(differences({ headers: {} })).to.deep.equal(["header azure-asyncoperation is missing"]);
    expect(differences({ status: 202 })).to.deep.equal(["status 202, not 200"]);
    expect(differences({ body: { id: "/a", properties: { n: "1", list: [] } } })).to.deep.equal([
      "properties.n is string, not number",
      "properties.list[one] is missing",
    ]);
    const refused = { ...recorded, status: 404, headers: {}, answer: { error: { code: "A", message: "No b" } } };
    const refusal = (code: string, message: string) =>
      compare(refused, { status: 404, headers: {}, body: { error: { code, message } } }).differences;
    expect(refusal("B", "No b")).to.deep.equal(["error code B, not A"]);
    expect(refusal("A", "No c")).to.deep.equal(['error message "No c", not "No b"']);
  });
  it("is read from files of other kinds without a stop", () => {
    expect(readRecording(new URL("../../../package.json", import.meta.url).pathname)).to.equal(undefined);
  });
});
