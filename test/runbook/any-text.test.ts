import { expect } from "chai";
import fc from "fast-check";
import { readdirSync } from "node:fs";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { load } from "../support/check-runbook.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

const seeds = ["test/runbooks/ok", "test/runbooks/err"].flatMap((folder) =>
  readdirSync(projectFile(folder))
    .filter((name) => /(?<!\.test)\.yaml$/.test(name))
    .map((name) => readProjectFile(`${folder}/${name}`))
    // Its pattern is made to take long.
    .filter((text) => text.length < 5000 && !text.includes("(a+)+")),
);

/** What breaks texts: signs of YAML and of expressions, and strange characters. */
const pieces = [
  ..." \n\t\r:-#&*!|>%@`'\"{}[],?é😀\u0000\u2028\ufeff",
  ..."${{ }} ''|<<: *a|&a |!!str |\n---\n|\r\n|inputs.|steps.|1e999|.nan|null|~|- id: x\n|: : |${{ inputs['a'] }}|x: &x [*x]".split(
    "|",
  ),
];

const edit = fc.record({
  at: fc.nat(),
  length: fc.integer({ min: 0, max: 12 }),
  piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 4 })),
});

function mutated(text: string, edits: readonly { at: number; length: number; piece: string }[]): string {
  return edits.reduce((now, { at, length, piece }) => {
    const from = now.length === 0 ? 0 : at % now.length;
    return now.slice(0, from) + piece + now.slice(from + length);
  }, text);
}

describe("any text at all", () => {
  it("is checked without being thrown at, and everything told has its place in the file", () => {
    const texts = fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 6 }));
    fc.assert(
      fc.property(texts, ([seed, edits]) => {
        const text = mutated(seed, edits);
        const { runbook, diagnostics } = load(text);
        const hasError = diagnostics.some(({ severity }) => severity === "error");
        expect(runbook === undefined).equal(hasError);
        for (const diagnostic of diagnostics) {
          const { source, span, notes = [] } = diagnostic;
          for (const place of [span, ...notes.map((note) => note.span)]) {
            expect(place.start).within(0, source.text.length);
            expect(place.end).greaterThan(place.start);
            expect(place.end).most(Math.max(1, source.text.length));
          }
          expect(renderDiagnostic(diagnostic)).not.match(/undefined|\[object/);
        }
      }),
      { numRuns: 400 },
    );
  }).timeout(60_000);
  it("is checked in an order that does not change", () => {
    for (const seed of seeds) {
      const told = load(seed).diagnostics;
      // What is wrong with files that are called comes behind.
      const own = told.filter(({ source }) => source.path === "runbook.yaml").map(({ span }) => span.start);
      const others = told.slice(own.length).map(({ source }) => source.path);
      expect(own).eql(own.toSorted((a, b) => a - b));
      expect([others.includes("runbook.yaml"), others]).eql([false, others.toSorted()]);
    }
  });
});

const HEAD = "version: 1\nname: x\nsteps:\n";
const group = (id: string, more = ""): string =>
  `  - id: ${id}\n    uses: create-rg\n    with: { name: g, location: eastus }\n${more}`;

describe("a hostile text", () => {
  const hostile: Record<string, string> = {
    "many brackets": "[".repeat(200_000),
    "many braces": "{".repeat(200_000),
    "a thousand keys in one another": Array.from({ length: 1000 }, (_, n) => `${" ".repeat(n)}a:\n`).join(""),
    "many question marks": "? ".repeat(100_000),
    "a long list of dashes": "- ".repeat(100_000),
    "aliases of aliases": `a: &a [x,x]\n${[..."bcdefghijk"].map((name, n) => `${name}: &${name} [*${"abcdefghijk"[n]},*${"abcdefghijk"[n]}]\n`).join("")}`,
    "ten thousand unknown keys": `${HEAD}${group("a")}${Array.from({ length: 10_000 }, (_, n) => `k${n}: 1\n`).join("")}`,
    "ten thousand unclosed expressions": `${HEAD}${group("a")}description: ${"${{ ".repeat(10_000)}\n`,
    "a line of many characters": `${HEAD}${group("a")}description: ${"x".repeat(200_000)}\nkey: 1\n`,
    "many commas": `a: [${",".repeat(200_000)}`,
    "many colons": `${":".repeat(200_000)}\n`,
    "many quotes": `a: ${'"'.repeat(200_000)}\n`,
    "many tabs": "\t".repeat(200_000),
    "carriage returns without end": "\r".repeat(200_000),
  };
  for (const [what, text] of Object.entries(hostile)) {
    it(`is told of in time: ${what}`, () => {
      const { diagnostics } = load(text);
      expect(diagnostics.length).greaterThan(0);
      for (const diagnostic of diagnostics.slice(0, 100)) {
        expect(renderDiagnostic(diagnostic).length).lessThan(2000);
      }
    }).timeout(20_000);
  }
  it("of two thousand steps is checked in time", () => {
    const steps = Array.from({ length: 2000 }, (_, n) => group(`s${n}`, n === 0 ? "" : `    needs: [s${n - 1}]\n`));
    expect(load(HEAD + steps.join("")).diagnostics).eql([]);
  }).timeout(20_000);
  it("of two thousand steps with a mistake each is told of them all", () => {
    const steps = Array.from({ length: 2000 }, (_, n) => group(`s${n}`, `    needs: [t${n}]\n    colour: blue\n`));
    expect(load(HEAD + steps.join("")).diagnostics).length(4000);
  }).timeout(20_000);
});
