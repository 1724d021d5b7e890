// Runbooks broken at random: bytes and words taken out, doubled, swapped and put in. The same seed breaks the same way.

import { readdirSync } from "node:fs";
import { projectFile, readProjectFile } from "../support/project.ts";

/** Numbers from 0 to 1 that look random. https://github.com/cprosche/mulberry32 */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Long ones say no more than short ones; one pattern is made to take long. */
export function seedTexts(): readonly string[] {
  return ["runbooks", "test/runbooks/ok", "test/runbooks/err"].flatMap((folder) =>
    readdirSync(projectFile(folder))
      .filter((name) => /(?<!\.test)\.yaml$/.test(name))
      .toSorted()
      .map((name) => readProjectFile(`${folder}/${name}`))
      .filter((text) => text.length < 4000 && !text.includes("(a+)+")),
  );
}

const PIECES = [
  ..." \n\t\r:-#&*!|>%@`'\"{}[],?é😀\u0000\u2028\ufeff$.()",
  ..."${{|}}|${{ }}|''|<<: *a|&a |!!str |---|\r\n|inputs.|steps.|outputs.|1e999|.nan|null|~|- id: x|: : |x: &x [*x]|>-\n  |# runbook-ignore: |needs: [|if: |forEach: ".split(
    "|",
  ),
];

export function mutated(text: string, random: () => number): string {
  const below = (limit: number): number => Math.floor(random() * limit);
  let now = text;
  for (let count = 1 + below(4); count > 0; count--) {
    const at = below(now.length + 1);
    switch (below(9)) {
      case 0:
        now = now.slice(0, at) + now.slice(at + 1 + below(12));
        break;
      case 1:
        now = now.slice(0, at) + PIECES[below(PIECES.length)]! + now.slice(at);
        break;
      case 2:
        now = now.slice(0, at) + String.fromCharCode(below(random() < 0.8 ? 256 : 65_536)) + now.slice(at + 1);
        break;
      case 3:
        now = withToken(now, below, (token) => token + token);
        break;
      case 4:
        now = withToken(now, below, () => "");
        break;
      case 5:
        now = withLine(now, below, (line) => line.replace(/:\s.*$/, ":"));
        break;
      case 6:
        now = withLine(now, below, (line) => line.replace(/^(\s*-\s).*$/, "$1"));
        break;
      case 7:
        now = withLine(now, below, (line) => `${line}\n${" ".repeat(below(12))}- `);
        break;
      default:
        now = withToken(now, below, () => PIECES[below(PIECES.length)]!);
    }
  }
  return now;
}

function withToken(text: string, below: (limit: number) => number, change: (token: string) => string): string {
  const tokens = text.match(/\s+|[\w-]+|[^\s\w]/g) ?? [];
  if (tokens.length === 0) return text;
  const at = below(tokens.length);
  return [...tokens.slice(0, at), change(tokens[at]!), ...tokens.slice(at + 1)].join("");
}

function withLine(text: string, below: (limit: number) => number, change: (line: string) => string): string {
  const lines = text.split("\n");
  const at = below(lines.length);
  return lines.with(at, change(lines[at]!)).join("\n");
}
