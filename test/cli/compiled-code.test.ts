// What the installed command keeps of its compiled code, and that it never matters whether it can.

import { expect } from "chai";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rig } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";

const SAYS = { code: 0, stdout: "", stderr: "1 runbook checked: no problems\n" };

/** The large files that are kept for commands, by their paths without what differs between machines and builds. */
function kept(cache: string): ReadonlyMap<string, string> {
  const found = existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: "utf8" }) : [];
  const chunks = found.filter((file) => /^azure-runbook.*core-.*\.bin$/.test(file));
  const shown = (file: string): string =>
    file
      .replaceAll("\\", "/")
      .replace(/^[^/]*/, "#")
      .replace(/-[\w-]{8}\./, "-#.");
  return new Map(chunks.map((file) => [shown(file), join(cache, file)]));
}

describe("the compiled code of the installed command", function () {
  this.timeout(60_000);
  let rig: Rig;
  let cache: string;

  before(async () => {
    rig = await Rig.open();
    cache = join(rig.directory, "cache");
  });
  after(() => rig[Symbol.asyncDispose]());

  const check = (env: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    spawnCli(rig.directory, ["check"], { NODE_COMPILE_CACHE: cache, ...env }).ended;

  it("is kept by the first start of a command, and left as it is by the second", async () => {
    expect(await check()).eql(SAYS);
    const files = kept(cache);
    expect([...files.keys()]).eql(["#/check/core-#.js.bin"]);
    const [[, file]] = [...files] as [[string, string]];
    const { mtimeMs, size } = statSync(file);
    expect(size).above(100_000);
    expect(await check()).eql(SAYS);
    expect(statSync(file)).include({ mtimeMs, size });
  });

  it("is made anew where it has been cut, or is that of another V8", async () => {
    const [[, file]] = [...kept(cache)] as [[string, string]];
    const whole = readFileSync(file);
    truncateSync(file, 1000);
    expect(await check()).eql(SAYS);
    expect(readFileSync(file).length).above(100_000);
    writeFileSync(file, whole.fill(0, 4, 8));
    expect(await check()).eql(SAYS);
    expect(readFileSync(file).subarray(4, 8)).not.eql(Buffer.alloc(4));
  });

  it("is not kept where Node is told to keep none, where it cannot be, and for a word that is no command", async () => {
    const other = join(rig.directory, "other");
    expect(await check({ NODE_COMPILE_CACHE: other, NODE_DISABLE_COMPILE_CACHE: "1" })).eql(SAYS);
    const file = join(rig.directory, "a-file");
    writeFileSync(file, "");
    expect(await check({ NODE_COMPILE_CACHE: file })).eql(SAYS);
    const { code } = await spawnCli(rig.directory, ["chekc"], { NODE_COMPILE_CACHE: other }).ended;
    expect(code).equal(64);
    expect([...kept(other).keys()]).eql([]);
  });
});
