// docs/runbook-format.md: its runbooks are told nothing, or what stands under them; it names every key and function.
// `UPDATE_GOLDEN=1` writes what is told into the page.

import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { functionNamed, functionNames } from "../../engine/expression/functions.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { checkText } from "../support/check-runbook.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

const PAGE = "docs/runbook-format.md";
const page = readProjectFile(PAGE);
const EXAMPLE = /^```yaml\n([^]*?)^```$(?:\n\n^```text\n([^]*?)^```$)?/gm;

type Described = Readonly<Record<string, { readonly properties?: object }>>;

describe("docs/runbook-format.md", () => {
  for (const [, text, told = ""] of page.matchAll(EXAMPLE)) {
    const name = /^name: (.*)$/m.exec(text!)![1]!;
    it(`shows what is told of its example: ${name}`, () => {
      if (process.env["UPDATE_GOLDEN"] !== "1") expect(checkText(text!, "vm.yaml")).equal(told);
    });
  }
  it("names every key of a runbook, an input and a step", () => {
    const schema = runbookSchema(builtinSteps) as { readonly properties: object; readonly definitions: Described };
    const { input, step } = schema.definitions;
    const keys = [schema.properties, input!.properties!, step!.properties!].flatMap((one) => Object.keys(one));
    expect(keys.filter((key) => !new RegExp(`^\\|.*\`${key}\``, "m").test(page))).eql([]);
  });
  it("tells of every function what it does, with an example", () => {
    const rows = page.replaceAll(/ +/g, " ");
    for (const name of functionNames) {
      const { signature, summary, example } = functionNamed(name)!;
      expect(rows).include(
        `| \`${signature}\` | ${summary} | \`${example.text}\` is \`${JSON.stringify(example.value)}\` |`,
      );
    }
  });
  after(() => {
    if (process.env["UPDATE_GOLDEN"] !== "1") return;
    const written = page.replaceAll(EXAMPLE, (all, text: string, told?: string) =>
      told === undefined
        ? all
        : all.replace(/^```text\n[^]*?^```$/m, () => `\`\`\`text\n${checkText(text, "vm.yaml")}\`\`\``),
    );
    writeFileSync(projectFile(PAGE), written);
  });
});
