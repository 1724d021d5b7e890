// What pages say of files and of runbooks is so.

import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkText } from "../support/check-runbook.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

const pages = [
  "README.md",
  "CHANGELOG.md",
  "bench/README.md",
  ...["docs", "docs/decisions"].flatMap((folder) =>
    readdirSync(projectFile(folder)).flatMap((name) => (name.endsWith(".md") ? [`${folder}/${name}`] : [])),
  ),
];

describe("a page", () => {
  for (const page of pages) {
    it(`${page} points at files that exist`, () => {
      const targets = Array.from(readProjectFile(page).matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target!);
      const files = targets.filter((target) => !/^(?:https?:|#)/.test(target)).map((target) => target.split("#")[0]!);
      expect(files.filter((file) => !existsSync(projectFile(join(dirname(page), file))))).eql([]);
    });
  }
  it("README.md shows a runbook without mistakes", () => {
    const [, runbook] = /^```yaml\n([^]*?)^```$/m.exec(readProjectFile("README.md")) ?? [];
    expect(checkText(runbook ?? "", "vm.yaml")).equal("");
  });
});
