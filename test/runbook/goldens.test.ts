import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { DIAGNOSTIC_CODES } from "../../engine/source/diagnostic-codes.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { functionNames } from "../../engine/expression/functions.ts";
import { checkText } from "../support/check-runbook.ts";
import { expectGolden } from "../support/golden.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

const ok = runbooksIn("test/runbooks/ok");
const err = runbooksIn("test/runbooks/err");
const shipped = runbooksIn("runbooks");

function runbooksIn(folder: string): readonly string[] {
  return readdirSync(projectFile(folder))
    .filter((name) => /(?<!\.test)\.yaml$/.test(name))
    .map((name) => `${folder}/${name}`);
}

/** As text that keeps a byte order mark. */
const textOf = (path: string): string => readFileSync(projectFile(path)).toString("utf8");
const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

describe("a runbook without mistakes", () => {
  for (const path of [...shipped, ...ok]) {
    it(`is told nothing about: ${nameOf(path)}`, () => expect(checkText(textOf(path), nameOf(path))).equal(""));
  }
  it("is there a hundred times", () => expect(ok.length).least(100));
  it("is there for every input of every step type, every key and every function", () => {
    const all = ok.map(textOf).join("\n");
    const ofSteps = [...builtinSteps.values()].flatMap(({ name, inputs }) => [name, ...Object.keys(inputs.properties)]);
    const keys =
      "needs if timeout description secret enum pattern minLength maxLength minimum maximum minItems maxItems items values properties optional outputs finally retry onError forEach".split(
        " ",
      );
    const missing = [...ofSteps, ...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(all));
    expect([...missing, ...functionNames.filter((name) => !all.includes(`${name}(`))]).eql([]);
  });
});

describe("a runbook with mistakes", () => {
  for (const path of err) {
    it(`is told them: ${nameOf(path)}`, () => {
      const told = checkText(textOf(path), nameOf(path));
      expect(told).not.equal("");
      expectGolden(path.replace(/\.yaml$/, ".out"), told);
    });
  }
  it("is told that it is too large", () => {
    expectGolden("test/runbooks/err/too-large.out", checkText("#".repeat(2_000_001), "too-large.yaml"));
  });
  it("is there hundreds of times, and for every code", () => {
    const told = readdirSync(projectFile("test/runbooks/err"))
      .filter((name) => name.endsWith(".out"))
      .map((name) => readProjectFile(`test/runbooks/err/${name}`));
    expect(told.length).greaterThan(320);
    const missing = Object.keys(DIAGNOSTIC_CODES).filter((code) => !told.some((text) => text.includes(`[${code}]`)));
    expect(missing).eql([]);
  });
  it("never shows a secret that stands in it", () => {
    for (const path of err) expect(checkText(textOf(path))).not.match(/hunter2hunter2|b3BlbnNzaC1|eyJ0eXAi/);
  });
});
