/** Each error of Azure's that the emulator can give, provoked through Azure's own SDKs; and that none is forgotten. */
import { expect } from "chai";
import { join } from "node:path";
import { FaultInjector } from "../../engine/emulator/faults/injector.ts";
import { SdkWorld } from "../support/sdk-world.ts";
import { documentedErrors } from "./errors/documented.ts";
import { notProvoked } from "./errors/not-provoked.ts";
import { check, named } from "./errors/row.ts";
import { errorsInSource, type Said } from "./errors/source.ts";
import { subjects } from "./errors/subjects.ts";

const rows = subjects.flatMap(({ rows: those }) => those);
const specifications = process.env["AZURE_SPECS_DIR"];
const metadataHost = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
/** Everything that the rows expect to be said. */
const told = rows.flatMap(({ code, what, message, more, headers }) => textsIn([code, what, message, more, headers]));
const isTold = (form: RegExp): boolean => told.some((text) => form.test(text));
const formOf = (text: string): RegExp => {
  const parts = text.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.length > 1 || text.includes(" ") ? parts.join("[\\s\\S]*") : `^${text}$`);
};

describe("an error of Azure's, through the SDKs", () => {
  const hostBefore = process.env[metadataHost];
  let said: readonly Said[];
  before(() => {
    process.env[metadataHost] = "http://127.0.0.1:9";
    said = errorsInSource();
  });
  after(() => {
    if (hostBefore === undefined) delete process.env[metadataHost];
    else process.env[metadataHost] = hostBefore;
  });
  for (const { subject, rows: those } of subjects)
    describe(subject, () => {
      for (const row of those) it(named(row), () => check(row));
    });

  it("is waited out by the SDKs themselves where a throttled request says when to come back", async () => {
    const faults = new FaultInjector({
      faults: [{ kind: "throttle", on: "GET */resourceGroups/Lab", retryAfterMs: 5 }],
    });
    const w = await SdkWorld.open({ faults });
    const { resources } = w.as(() => w.azure.token, w.azure.emulator.subscriptionId, 1);
    expect((await resources.resourceGroups.get("Lab")).name).to.equal("Lab");
  });
  it("is told from the others: no two rows are of one name", () => {
    const names = subjects.flatMap(({ subject, rows: those }) => those.map((row) => `${subject}: ${named(row)}`));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).to.deep.equal([]);
  });
  it("is provoked, or listed with its reason, whatever the emulator can refuse with", () => {
    const isListed = (text: string): boolean => notProvoked.some(([start]) => text.startsWith(start));
    const all = said.flatMap(({ file, codes, texts }) => [...codes, ...texts].map((text) => ({ file, text })));
    expect(all.length).to.be.greaterThan(300);
    const forgotten = all.filter(({ text }) => !isListed(text) && !isTold(formOf(text)));
    expect(forgotten.map(({ file, text }) => `${file}: ${text}`)).to.deep.equal([]);
    // Nothing is listed that is not there, or that a row provokes after all.
    const needless = notProvoked.filter(
      ([start]) => !all.some(({ text }) => text.startsWith(start) && !isTold(formOf(text))),
    );
    expect(needless).to.deep.equal([]);
  });
  it("is provoked whatever the collected documents on Azure name", function () {
    const documented = documentedErrors(specifications === undefined ? undefined : join(specifications, ".."));
    if (documented === undefined) {
      process.stdout.write("    AZURE_SPECS_DIR is not set: the documents beside it are not read\n");
      this.skip();
    }
    const { codes, texts, statuses } = documented;
    const answered = new Set(rows.map(({ status, code }) => `${status} ${code}`));
    const unknown = [
      ...codes.filter((code) => !isTold(new RegExp(`^${code}(:|$)`))),
      ...statuses.filter((one) => !answered.has(one)),
      ...texts.filter(({ form }) => !isTold(form)).map(({ text }) => text),
    ];
    process.stdout.write(`    ${codes.length} codes and ${texts.length} texts of the documents, ${rows.length} rows\n`);
    expect(unknown).to.deep.equal([]);
  });
});
