// The program on the page is run as it stands there, by the package's name.

import { expect } from "chai";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { projectFile, readProjectFile } from "../support/project.ts";
import { Rig } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";

const page = readProjectFile("docs/library.md");
const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(page)![1]!;

describe("docs/library.md", () => {
  it("shows a program that prints what the page says", async () => {
    await using rig = await Rig.open({ "lab.yaml": block("yaml"), "lab.mjs": block("js") });
    await mkdir(`${rig.directory}/node_modules`);
    await symlink(projectFile("."), `${rig.directory}/node_modules/azure-runbook`);
    const ended = await spawnCli(rig.directory, [], {}, `${rig.directory}/lab.mjs`).ended;
    if (process.env["UPDATE_GOLDEN"] === "1") {
      const shown = page.replace(/^```text\n[^]*?^```$/m, () => `\`\`\`text\n${ended.stdout}\`\`\``);
      await writeFile(projectFile("docs/library.md"), shown);
    } else expect(ended).eql({ code: 0, stdout: block("text"), stderr: "" });
  }).timeout(60_000);
});
