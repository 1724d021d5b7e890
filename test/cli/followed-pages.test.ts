// The guide for newcomers and the page on going on, followed line by line: their files are written, their commands run, their
// outputs compared. `UPDATE_GOLDEN=1` writes the outputs into the pages.

import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { followed } from "../support/followed-page.ts";
import { projectFile, readProjectFile } from "../support/project.ts";
import { Rig } from "../support/rig.ts";

for (const [page, commands] of [
  ["docs/first-runbook.md", 10],
  ["docs/resume.md", 10],
] as const) {
  describe(page, () => {
    it("is true, from its first line to its last", async () => {
      await using rig = await Rig.open();
      const written = readProjectFile(page);
      const made = await followed(written, rig);
      if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(projectFile(page), made);
      else expect(made).equal(written);
      expect(made.match(/^\$ runbook /gm)).length.least(commands);
    }).timeout(300_000);
  });
}
