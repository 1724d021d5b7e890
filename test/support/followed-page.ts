// Follows a page line by line: its files are written, its commands run, and what they print is put in their place.

import { expect } from "chai";
import { type Rig, timeless } from "./rig.ts";

/** A block with what stands behind its language: `yaml write lab.yaml`, `console exit=65`, `console lines=4`. */
const BLOCK = /^```(\w+)(?: ([^\n]*))?\n([\s\S]*?)^```$/gm;

/** What differs from one time to the next. */
const alike = (text: string): string =>
  timeless(text)
    .replaceAll(/sha256:[0-9a-f]{12}/g, "sha256:0123456789ab")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-01-01T00:00:00.000Z");

/** The page as it would be with the outputs of now. */
export async function followed(page: string, rig: Rig): Promise<string> {
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
      const [, from = "", to = "", edited = ""] = /^sed -i 's\/(.*)\/(.*)\/' (\S+)$/m.exec(body)!;
      expect(await rig.read(edited)).include(from);
      await rig.write(edited, (await rig.read(edited)).replace(from, to));
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
    const { code } = await rig.cli(wordsOf(line.slice("$ runbook ".length)), { onWrite });
    expect(code, `${line}\n${written}`).equal(wanted);
    const lines = written === "" ? [] : alike(written).trimEnd().split("\n");
    shown.push(line, ...lines.slice(0, most), ...(lines.length > most ? ["  …"] : []));
  }
  return `${shown.join("\n")}\n`;
}

/** As a shell takes them apart, quotes without anything to escape in them. */
const wordsOf = (line: string): readonly string[] =>
  Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "");
