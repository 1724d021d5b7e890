// The layers of the engine, read from its import lines.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { architectureProblems } from "./support/architecture.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function engineFiles(): ReadonlyMap<string, string> {
  const found = readdirSync(join(ROOT, "engine"), { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.name.endsWith(".ts")).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(ROOT, path), readFileSync(path, "utf8")]));
}

describe("the architecture", () => {
  it("is kept by every file of the engine", () => {
    const files = engineFiles();
    expect(files.size).above(100);
    expect(architectureProblems(files)).eql([]);
  });

  const cases: readonly (readonly [what: string, path: string, text: string, problem: string])[] = [
    ["an import upwards", "engine/run/a.ts", 'import { b } from "../cli/b.ts";', "run imports cli"],
    ["a type imported upwards", "engine/steps/a.ts", 'import type { B } from "../run/b.ts";', "steps imports run"],
    ["an export from above", "engine/source/a.ts", 'export { b } from "../runbook/b.ts";', "source imports runbook"],
    [
      "an import of several lines",
      "engine/graph/a.ts",
      'import {\n  b,\n} from "../steps/b.ts";',
      "graph imports steps",
    ],
    ["a dynamic import upwards", "engine/run/a.ts", 'await import("../plan/b.ts");', "run imports plan"],
    ["anything that value needs", "engine/value/a.ts", 'import "../source/b.ts";', "value imports source"],
    ["the engine in the emulator", "engine/emulator/a.ts", 'import "../value/json.ts";', "emulator imports value"],
    ["the emulator in a step", "engine/steps/a.ts", 'import "../emulator/b.ts";', "steps imports emulator"],
    ["the emulator, at once, in azure", "engine/azure/a.ts", 'import "../emulator/b.ts";', "azure imports emulator"],
    ["an SDK outside of azure", "engine/run/a.ts", 'import "@azure/arm-compute";', "only azure/ knows the SDKs"],
    ["process", "engine/run/a.ts", "process.exit(1);", "only cli/ touches process"],
    ["console", "engine/steps/a.ts", 'console.log("a");', "only cli/ touches console"],
    ["node:process", "engine/azure/a.ts", 'import { env } from "node:process";', "only cli/ touches process"],
    ["files", "engine/runbook/a.ts", 'import { open } from "node:fs/promises";', "may not touch files"],
    ["the time", "engine/azure/a.ts", "const now = Date.now();", "only a Clock tells the time"],
    ["a new Date", "engine/report/a.ts", "const now = new Date();", "only a Clock tells the time"],
    ["a timer", "engine/run/a.ts", "setTimeout(() => {}, 5);", "only a Clock tells the time"],
    ["a layer that nobody knows", "engine/helpers/a.ts", "export {};", "helpers is no layer"],
  ];
  for (const [what, path, text, problem] of cases) {
    it(`is broken by ${what}`, () => {
      expect(architectureProblems(new Map([[path, text]])).join()).include(problem);
    });
  }

  it("allows what it is made for", () => {
    const files = {
      "engine/cli/bin.ts": 'import { a } from "../run/a.ts";\nprocess.exit(Date.now());',
      "engine/cli/emulator.ts": 'import { Emulator } from "../emulator/emulator.ts";',
      "engine/azure/a.ts": 'const b = await import("../emulator/b.ts"); // Date.now() is not asked',
      "engine/run/journal.ts": 'import { open } from "node:fs/promises";',
      "engine/run/clock.ts": "export const now = () => Date.now();",
      "engine/report/a.ts": "const text = new Date(event.at).toISOString();",
      "engine/index.ts": 'export { a } from "./run/a.ts";',
    };
    expect(architectureProblems(new Map(Object.entries(files)))).eql([]);
  });
});
