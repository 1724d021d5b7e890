// The guide for newcomers, followed line by line: its files are written, its commands run, its outputs compared.
// `UPDATE_GOLDEN=1` writes the outputs into the page.

import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { projectFile, readProjectFile } from "../support/project.ts";
import { Rig, timeless } from "../support/rig.ts";

const PAGE = "docs/first-runbook.md";
/** A block with what stands behind its language: `yaml write lab.yaml`, `console exit=65`, `console lines=4`. */
const BLOCK = /^```(\w+)(?: ([^\n]*))?\n([\s\S]*?)^```$/gm;

/** What differs from one time to the next. */
const alike = (text: string): string =>
  timeless(text)
    .replaceAll(/sha256:[0-9a-f]{12}/g, "sha256:0123456789ab")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-01-01T00:00:00.000Z");

async function followed(page: string, rig: Rig): Promise<string> {
  let made = "";
  let at = 0;
  for (const match of page.matchAll(BLOCK)) {
    const [whole, language, about = "", body = ""] = match;
    made += page.slice(at, match.index);
    at = match.index + whole.length;
    const [what, file = ""] = about.split(" ");
    let text = body;
    if (language === "yaml" && what === "write") await rig.write(file, body);
    else if (language === "yaml" && what === "show") text = await rig.read(file);
    else if (language === "sh" && what === "edit") {
      const [, from = "", to = ""] = /^sed -i 's\/(.*)\/(.*)\/'/.exec(body)!;
      expect(await rig.read(file)).include(from);
      await rig.write(file, (await rig.read(file)).replace(from, to));
    } else if (language === "console") text = await commands(body, about, rig);
    made += `\`\`\`${language}${about === "" ? "" : ` ${about}`}\n${text}\`\`\``;
  }
  return made + page.slice(at);
}

async function commands(body: string, about: string, rig: Rig): Promise<string> {
  const typed = body.split("\n").filter((line) => line.startsWith("$ runbook "));
  const wanted = Number(/exit=(\d+)/.exec(about)?.[1] ?? 0);
  const most = Number(/lines=(\d+)/.exec(about)?.[1] ?? Infinity);
  const shown: string[] = [];
  for (const line of typed) {
    let written = "";
    const onWrite = (text: string): void => void (written += text);
    const { code } = await rig.cli(line.slice("$ runbook ".length).split(" "), { onWrite });
    expect(code, `${line}\n${written}`).equal(wanted);
    const lines = alike(written).trimEnd().split("\n");
    shown.push(line, ...lines.slice(0, most), ...(lines.length > most ? ["  …"] : []));
  }
  return `${shown.join("\n")}\n`;
}

describe("the guide to a first runbook", () => {
  it("is true, from its first line to its last", async () => {
    await using rig = await Rig.open();
    const page = readProjectFile(PAGE);
    const made = await followed(page, rig);
    if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(projectFile(PAGE), made);
    else expect(made).equal(page);
    expect(made.match(/^\$ runbook /gm)).length.above(9);
  }).timeout(300_000);
});
