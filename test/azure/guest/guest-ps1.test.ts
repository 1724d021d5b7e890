import { spawn, spawnSync } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { guestScripts } from "../../../engine/azure/generated/guest-scripts.js";
import { encoded, FakeService, json, opened, RB_KEY, type Ran } from "../../support/guest-machine.ts";

const scripts = Object.entries(guestScripts);
const protocol = readFileSync("engine/azure/guest/PROTOCOL.md", "utf8");
const inBackticks = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

describe("the scripts that are sent into VMs", () => {
  it("hold nothing that Run Command would change", () => {
    for (const [name, text] of scripts) {
      expect(text, name).match(/^[\n -~]*[^\n]\n$/);
      expect(Buffer.byteLength(text), name).lessThan(16_384);
    }
    expect(guestScripts["guest.ps1"].includes("\\")).equal(false);
  });
  it("have no way to write, to start anything or to run text on Windows", () => {
    const forbidden =
      /Invoke-|Start-Process|Out-File|Set-Content|Add-Content|Add-Type|New-Item|Set-Item|Remove-|Export-|Tee-|Start-Job|[^-]iex|\[IO\.File|Diagnostics\.Process|>/i;
    const code = guestScripts["guest.ps1"].replaceAll(/^\s*#.*$/gm, "");
    expect(forbidden.exec(code)?.[0]).equal(undefined);
  });
  it("exit with 0 on every way out", () => {
    expect(guestScripts["guest.ps1"].trimEnd().endsWith("\nexit 0")).equal(true);
    for (const [name, text] of scripts) {
      // Python's part of guest.sh is a program of its own.
      const own = text.replaceAll(/sys\.exit\(\w+\)/g, "");
      expect(
        [...own.matchAll(/\bexit\b *\(?(\w*)/g)].map((match) => match[1]),
        name,
      ).eql(["0"]);
    }
  });
  it("take the parameters that the protocol names, and no others", () => {
    const named = new Set(inBackticks(protocol).filter((word) => /^rb[A-Z]/.test(word)));
    for (const [name, text] of scripts) {
      const used = new Set([...text.matchAll(/\b(rb[A-Z]\w+)/g)].map((match) => match[1]!));
      expect([...used].toSorted(), name).eql([...named].toSorted());
    }
  });
  it("say no word that the protocol does not explain", () => {
    const explained = new Set(inBackticks(protocol.slice(protocol.indexOf("## Error words"))));
    const sh = [...guestScripts["guest.sh"].matchAll(/\bdie ([a-z-]+)/g)].map((match) => match[1]!);
    const ps1 = [...guestScripts["guest.ps1"].matchAll(/word = '([a-z-]+)'/g)].map((match) => match[1]!);
    for (const word of [...sh, ...ps1]) {
      if (word === "none" || /^(net|cut)-/.test(word)) continue;
      expect(explained.has(word), word).equal(true);
    }
    expect(sh.length).greaterThan(10);
    expect(ps1.length).greaterThan(10);
  });
});

describe("guest.ps1", function () {
  const shell = ["powershell.exe", "pwsh"].find(
    (name) => spawnSync(name, ["-NoProfile", "-Command", "exit 0"]).status === 0,
  );
  if (shell === undefined) {
    it("needs PowerShell to be run, which is not here");
    return;
  }
  this.timeout(60_000);
  const imds = new FakeService();
  const arm = new FakeService();
  const folder = mkdtempSync(join(tmpdir(), "guest-ps1-"));
  const script = join(folder, "guest.ps1");
  before(async () => {
    writeFileSync(script, guestScripts["guest.ps1"]);
    await Promise.all([imds.open(), arm.open()]);
  });
  after(async () => {
    await Promise.all([imds.close(), arm.close()]);
    rmSync(folder, { recursive: true });
  });
  const run = (parameters: Record<string, string>): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const args = Object.entries(parameters).flatMap(([name, value]) => [`-${name}`, value]);
      const child = spawn(shell, ["-NoProfile", "-NonInteractive", "-File", script, ...args]);
      const heard = { stdout: "", stderr: "" };
      child.stdout.on("data", (data: Buffer) => (heard.stdout += data.toString()));
      child.stderr.on("data", (data: Buffer) => (heard.stderr += data.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ ...heard, code }));
    });
  const chain = (): Record<string, string> => ({
    rbMode: "chain",
    rbId: "r1",
    rbKey: RB_KEY,
    rbImds: encoded(`${imds.url}/metadata`),
    rbArm: encoded(`${arm.url}/subscriptions/1`),
  });

  it("asks IMDS, then Resource Manager with the token", async () => {
    imds.respond = [json(200, { access_token: "abc.def" })];
    arm.respond = [json(200, "Grüße", { "x-ms-request-id": "req-1" })];
    const read = opened(await run(chain()), "r1");
    expect(read).eql({ stage: "arm", status: 200, body: "Grüße", requestId: "req-1" });
    expect(imds.requests[0]?.headers).include({ metadata: "true" });
    expect(arm.requests[0]?.headers).include({ authorization: "Bearer abc.def" });
  });
  it("gives back a refusal, and says in a word what went wrong", async () => {
    imds.respond = [json(400, { error: "invalid_request" })];
    expect(opened(await run(chain()), "r1")).include({ stage: "imds", status: 400 });
    imds.respond = [json(200, "{}")];
    expect(opened(await run(chain()), "r1")).include({ error: "no-token" });
    expect(opened(await run({ ...chain(), rbKey: "MII" }), "r1")).include({ error: "bad-key" });
  });
});
