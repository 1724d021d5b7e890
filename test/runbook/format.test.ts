import { expect } from "chai";
import { readdirSync } from "node:fs";
import { plain } from "../../engine/runbook/authored.ts";
import { formatRunbook } from "../../engine/runbook/format.ts";
import { readYaml } from "../../engine/runbook/read-yaml.ts";
import { SourceText } from "../../engine/source/source-text.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

function format(text: string): string {
  const formatted = formatRunbook(text, "a.yaml");
  if ("diagnostics" in formatted) throw new Error(formatted.diagnostics.map(({ message }) => message).join());
  return formatted.text;
}

const files = ["runbooks", "test/runbooks/ok", "test/runbooks/err"].flatMap((folder) =>
  readdirSync(projectFile(folder))
    .filter((name) => /(?<!\.test)\.yaml$/.test(name))
    .map((name) => `${folder}/${name}`),
);

const CASES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  "blanks in braces and brackets": ["a: {b:   1,c: [ x,  y ]}\n", "a: { b: 1, c: [x, y] }\n"],
  "blanks around expressions": [
    "a: ${{inputs.a}}-${{  inputs.b\t}}\nb: \"${{ 'x'}}\"\n",
    "a: ${{ inputs.a }}-${{ inputs.b }}\nb: \"${{ 'x' }}\"\n",
  ],
  "indentation, of lists too": [
    "steps:\n- id: a\n  with:\n      b: 1\n-   id: c\n",
    "steps:\n  - id: a\n    with:\n      b: 1\n  - id: c\n",
  ],
  "comments wherever they stand": [
    "# top\n\n# second\na: 1   #  behind\nb:\n    # above\n    - x # item\n\n\n    - y\n# end\n",
    "# top\n\n# second\na: 1 #  behind\nb:\n  # above\n  - x # item\n\n  - y\n\n# end\n",
  ],
  "braces of several lines": ["a: {\n  b: 1, # one\n  c: {d: 2}\n}\n", "a:\n  b: 1 # one\n  c: { d: 2 }\n"],
  "braces that are long": [
    `a: { b: ${"x".repeat(100)}, c: ${"y".repeat(30)} }\n`,
    `a:\n  b: ${"x".repeat(100)}\n  c: ${"y".repeat(30)}\n`,
  ],
  "the quotes that were chosen": ["a: 'x'\nb: \"y\"\nc: z\n", "a: 'x'\nb: \"y\"\nc: z\n"],
  "texts of several lines": [
    "a: |\n   one\n     two\nb: >-\n   three\n   four\n",
    "a: |\n  one\n    two\nb: >-\n  three\n  four\n",
  ],
  "texts of several lines whose lines end in blanks": [
    "a: |\n   one   \n\n      \n   two\t\nb:   1   \n",
    "a: |\n  one   \n\n     \n  two\t\nb: 1\n",
  ],
  "texts of several lines that say how far in they stand": [
    "a:\n    b: |4-\n            one\n        two\n    c:\n    -  >1+\n       three\n      four\n\nd:   1\n",
    "a:\n  b: |2-\n        one\n    two\n  c:\n    - >2+\n        three\n       four\n\nd: 1\n",
  ],
  "ends of lines": ["a: 1  \r\nb:   2\r\n", "a: 1\r\nb: 2\r\n"],
  "a byte order mark and a missing end": ["\uFEFFa:  1", "a: 1\n"],
  "numbers as they were written": ["a: [1.50, 0x1F, 1e3, 007]\n", "a: [1.50, 0x1F, 1e3, 007]\n"],
  "texts that go on in the next line": [
    "a: one\n     two\nb: 'three\n\n  four'\nc:\n - ${{inputs.a\n      }}\n",
    "a: one\n  two\nb: 'three\n\n  four'\nc:\n  - ${{inputs.a\n    }}\n",
  ],
  escapes: ['a: "x\\u0047  \\\n    y"\n', 'a: "x\\u0047  \\\n  y"\n'],
  "empty things": ["a: { }\nb: [ ]\nc:\nd: ~\n", "a: {}\nb: []\nc:\nd: ~\n"],
};

describe("runbook fmt, on a text,", () => {
  for (const [what, [before, after]] of Object.entries(CASES)) {
    it(`lays out ${what}`, () => {
      expect(format(before)).equal(after);
      expect(format(after)).equal(after);
    });
  }
  it("leaves the runbooks of this package as they are", () => {
    for (const path of files.filter((one) => one.startsWith("runbooks/"))) {
      expect(format(readProjectFile(path))).equal(readProjectFile(path));
    }
  });
  it("does the same a second time, and keeps values and comments", () => {
    let laidOut = 0;
    for (const path of files) {
      const text = readProjectFile(path);
      const formatted = formatRunbook(text, path);
      if ("diagnostics" in formatted || text.length > 5000) continue;
      laidOut++;
      expect(formatRunbook(formatted.text, path), path).eql(formatted);
      const value = (of: string): unknown => plain(readYaml(new SourceText(path, of)).root!);
      const loose = (of: string): string => JSON.stringify(value(of)).replaceAll(/\$\{\{\s*|\s*\}\}/g, "");
      expect(loose(formatted.text), path).equal(loose(text));
      const comments = (of: string): number => of.match(/(^|\s)#/gm)?.length ?? 0;
      expect(comments(formatted.text), path).equal(comments(text));
    }
    expect(laidOut).above(200);
  });
  it("leaves one with a carriage return that ends no line as it is, and says so", () => {
    const text = "name: x\nsteps:\n  - id: a\n    with:\n      script: |\n        echo\r";
    expect(formatRunbook(text, "a.yaml")).eql({ text, isLeft: true });
  });
  it("says what is no YAML", () => {
    const formatted = formatRunbook("a: [\n", "a.yaml");
    expect("diagnostics" in formatted && formatted.diagnostics.map(({ code }) => code)).eql(["yaml-syntax"]);
  });
});
