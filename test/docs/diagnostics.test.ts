// Every code has a section in docs/diagnostics.md with an example, and what stands under the example is what is told of
// it. `UPDATE_GOLDEN=1` writes what is told into the page.

import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { DIAGNOSTIC_CODES, type DiagnosticCode } from "../../engine/source/diagnostic-codes.ts";
import { checkText } from "../support/check-runbook.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

const PAGE = "docs/diagnostics.md";
const page = readProjectFile(PAGE);
/** A section's code and everything below it. */
const SECTION = /^### (\S+)\n([^]*?)(?=^##|$(?![^]))/gm;
const sections = new Map(Array.from(page.matchAll(SECTION), ([, code, text]) => [code!, text!]));

/** Examples that nobody would want to read. */
const UNWRITTEN: Readonly<Record<string, string>> = {
  "too-large": "#".repeat(2_000_001),
  "yaml-depth": `steps: ${"[".repeat(300)}`,
};

function exampleOf(code: string): string | undefined {
  return UNWRITTEN[code] ?? /^```yaml\n([^]*?)^```$/m.exec(sections.get(code) ?? "")?.[1];
}

describe("docs/diagnostics.md", () => {
  it("has a section for every code, and for nothing else", () => {
    const hint = "write a section with an example; UPDATE_GOLDEN=1 adds what is told of it";
    expect([...sections.keys()].toSorted(), hint).eql(Object.keys(DIAGNOSTIC_CODES).toSorted());
  });
  it("says of every code what the table says", () => {
    for (const [code, text] of sections) {
      const { severity, summary } = DIAGNOSTIC_CODES[code as DiagnosticCode];
      const begin = `${severity.charAt(0).toUpperCase()}${severity.slice(1)}. ${summary}`;
      expect(text.trimStart().replaceAll(/\s+/g, " ").slice(0, begin.length)).equal(begin);
    }
  });
  for (const code of Object.keys(DIAGNOSTIC_CODES)) {
    it(`shows what is told of its example: ${code}`, () => {
      const told = checkText(exampleOf(code) ?? "", "vm.yaml");
      expect(told).include(`[${code}]`);
      expect(Array.from(told.matchAll(/^\S+: (?:error|warning): .* \[(.*)\]$/gm), (match) => match[1])).eql([code]);
      const shown = /^```text\n([^]*?)^```$/m.exec(sections.get(code) ?? "")?.[1];
      if (process.env["UPDATE_GOLDEN"] !== "1") expect(shown).equal(told);
    });
  }
  after(() => {
    if (process.env["UPDATE_GOLDEN"] !== "1") return;
    const written = page.replaceAll(SECTION, (all, code: string) =>
      all.replace(/^```text\n[^]*?^```$/m, () => `\`\`\`text\n${checkText(exampleOf(code) ?? "", "vm.yaml")}\`\`\``),
    );
    writeFileSync(projectFile(PAGE), written);
  });
});
