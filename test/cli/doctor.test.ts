import { chmod } from "node:fs/promises";
import { expect } from "chai";
import type { Finding } from "../../engine/cli/doctor/finding.ts";
import { clockFinding, nodeFinding } from "../../engine/cli/doctor/machine.ts";
import { type HttpsDoor, openHttpsDoor } from "../../engine/emulator/doors/https.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { packageVersion } from "../../engine/cli/package-root.ts";
import { Rig } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const CANARY = "pl4nted-canary-secret";

/** What is said of a subject, and what to do. */
const about = (findings: readonly Finding[], subject: string): readonly string[] =>
  findings
    .filter((one) => one.about === subject)
    .map(({ state, found, advice }) => `${state}: ${found}${advice === undefined ? "" : ` (${advice})`}`);

async function look(
  rig: Rig,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly findings: readonly Finding[] }> {
  const { code, stdout, stderr } = await rig.cli(["doctor", "--json"], { env });
  expect(stderr).equal("");
  expect(stdout).not.include(CANARY);
  return { code, findings: JSON.parse(stdout) as readonly Finding[] };
}

describe("runbook doctor", function () {
  this.timeout(60_000);
  it("finds nothing in the way in a folder of its own, and leaves it as it is", async () => {
    await using rig = await Rig.open();
    const { code, stdout, stderr } = await rig.cli(["doctor"], { columns: 80, env: { NO_COLOR: "1" } });
    const [node = "", ...hint] = stdout.split("\n").filter((line) => /Node|hint/.test(line));
    expect(node).include(process.version);
    expect(stdout.replace(`${[node, ...hint].join("\n")}\n`, "")).equal(
      [
        `✓ runbook       ${packageVersion()}`,
        "✓ terminal      80 columns, no colours; standard input is none, so nothing is asked",
        "✓ state folder  there is none yet; the first run makes .runbook here",
        "✓ loopback      127.0.0.1 can be listened on",
        "✓ clock         2026-01-01 00:00 UTC",
        "✓ az            not installed; it is one way to sign in, and is needed for no other thing",
        "✓ environment   no sign-in is set",
        "",
      ].join("\n"),
    );
    expect([code, stderr]).eql([0, ""]);
    expect(await rig.files()).eql(new Map());
  });
  it("tells of runs, of the emulator's state, and of folders that others can read", async () => {
    await using rig = await Rig.open();
    expect((await rig.cli(["run"])).code).equal(0);
    const first = await look(rig);
    expect(first.code).equal(0);
    expect(about(first.findings, "state folder")).eql(["fine: .runbook can be written, by you alone"]);
    expect(about(first.findings, "emulator")).eql(["fine: 9 resources in it"]);
    expect(about(first.findings, "runs")).eql(["fine: 1, 0 of them going on"]);
    await chmod(`${rig.directory}/.runbook`, 0o755);
    await rig.write(".runbook/emulator/state.json", "{");
    await rig.write(".runbook/runs/20250101-000000-abc/journal.jsonl", "no journal\nat all\n");
    const second = await look(rig);
    expect(second.code).equal(1);
    expect(about(second.findings, "state folder")).eql([
      "note: .runbook can be read by others, and holds the emulator's keys (chmod 700 .runbook)",
    ]);
    expect(about(second.findings, "emulator")).eql([
      "wrong: its state cannot be read: it is no JSON (remove .runbook/emulator to begin anew; runs that were made on it can then not be resumed)",
    ]);
    expect(about(second.findings, "runs")).eql([
      "wrong: 1 journal cannot be read: 20250101-000000-abc (`runbook runs` says why)",
    ]);
  });
  it("names a run that was cut off, and how to go on", async () => {
    await using rig = await Rig.open();
    await rig.cli(["run"]);
    const [path, text] = [...(await rig.files())].find(([name]) => name.endsWith("journal.jsonl"))!;
    await rig.write(path.slice(rig.directory.length + 1), `${text.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
    const id = path.split("/").at(-2)!;
    expect(about((await look(rig)).findings, "runs")).eql([
      `note: 1, 0 of them going on; 1 did not end well (\`runbook resume ${id}\` goes on with the newest)`,
    ]);
  });

  const CLIENT = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c" };
  const signIns: readonly (readonly [what: string, env: Record<string, string>, said: string])[] = [
    [
      "a client secret",
      { ...CLIENT, AZURE_CLIENT_SECRET: CANARY },
      "fine: client c of tenant t, by AZURE_CLIENT_SECRET",
    ],
    [
      "a subscription",
      { ...CLIENT, AZURE_CLIENT_SECRET: CANARY, AZURE_SUBSCRIPTION_ID: "s" },
      "fine: client c of tenant t, by AZURE_CLIENT_SECRET; subscription s",
    ],
    [
      "half of a sign-in",
      { AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: CANARY },
      "wrong: AZURE_CLIENT_SECRET is set, and AZURE_TENANT_ID is not (set AZURE_TENANT_ID)",
    ],
    [
      "no proof",
      CLIENT,
      "note: AZURE_TENANT_ID and AZURE_CLIENT_ID without a proof (set AZURE_CLIENT_SECRET, or unset it)",
    ],
    [
      "a certificate that is gone",
      { ...CLIENT, AZURE_CLIENT_CERTIFICATE_PATH: "/nowhere/c.pem" },
      "wrong: AZURE_CLIENT_CERTIFICATE_PATH names /nowhere/c.pem, which is not there (mend AZURE_CLIENT_CERTIFICATE_PATH)",
    ],
  ];
  for (const [what, env, said] of signIns) {
    it(`tells of ${what} in the environment, and never shows a secret`, async () => {
      await using rig = await Rig.open();
      const { findings } = await look(rig, env);
      expect(about(findings, "environment")).eql([said]);
    });
  }
  it("tells who is signed in to az, from its files", async () => {
    const profile = { subscriptions: [{ id: "s-1", name: "Mine", isDefault: true, user: { name: "me@example.org" } }] };
    await using rig = await Rig.open({ "bin/az": "", "az/azureProfile.json": `\uFEFF${JSON.stringify(profile)}` });
    const env = { PATH: `${rig.directory}/bin`, AZURE_CONFIG_DIR: `${rig.directory}/az` };
    expect(about((await look(rig, env)).findings, "az")).eql([
      `fine: ${rig.directory}/bin/az; me@example.org is signed in, subscription "Mine" (s-1)`,
    ]);
    expect(about((await look(rig, { PATH: env.PATH })).findings, "az")).eql([
      `fine: ${rig.directory}/bin/az; nobody is signed in`,
    ]);
  });
  it("tells of a proxy that loopback would be sent through", async () => {
    await using rig = await Rig.open();
    const proxy = { HTTPS_PROXY: "http://proxy:3128" };
    expect(about((await look(rig, proxy)).findings, "loopback")).eql([
      "note: HTTPS_PROXY is set, and NO_PROXY does not spare 127.0.0.1 (add 127.0.0.1,localhost to NO_PROXY)",
    ]);
    expect(about((await look(rig, { ...proxy, NO_PROXY: "127.0.0.1" })).findings, "loopback")).eql([
      "fine: 127.0.0.1 can be listened on",
    ]);
  });
  it("judges versions of Node and moments of the clock", () => {
    expect(["v18.20.0", "v20.20.2", "v22.11.0", "v22.12.0", "v24.1.0"].map((one) => nodeFinding(one).state)).eql([
      "wrong",
      "note",
      "note",
      "fine",
      "fine",
    ]);
    expect(clockFinding(new VirtualClock(0).now()).state).equal("wrong");
  });
});

describe("runbook doctor --target azure", () => {
  let rig: Rig;
  let emulator: Emulator;
  let door: HttpsDoor;
  before(async () => {
    rig = await Rig.open();
    emulator = Emulator.open();
    door = await openHttpsDoor(emulator);
    await rig.write("ca.pem", door.caPem);
    const { url } = door;
    const cloud = { name: "loopback", resourceManager: url, authority: url, ca: "ca.pem", instanceDiscovery: false };
    await rig.write("cloud.json", JSON.stringify(cloud));
  });
  after(async () => {
    await door.close();
    emulator.close();
    await rig[Symbol.asyncDispose]();
  });
  const doctor = (secret: string) =>
    spawnCli(rig.directory, ["doctor", "--target", "azure", "--cloud", "cloud.json"], {
      AZURE_TENANT_ID: emulator.tenantId,
      AZURE_CLIENT_ID: emulator.operator.clientId,
      AZURE_CLIENT_SECRET: secret,
      AZURE_SUBSCRIPTION_ID: emulator.subscriptionId,
      // Nothing is looked for on the machine's own path.
      PATH: rig.directory,
    }).ended;

  it("signs in, and compares the clocks", async () => {
    const { code, stdout, stderr } = await doctor(emulator.operator.clientSecret);
    expect([code, stderr], stdout).eql([0, ""]);
    expect(stdout).match(/^✓ Azure {9}signed in; sees ".+" \(Azure \(loopback\), subscription /m);
    expect(stdout).match(/^✓ clock {9}within \d+ s of Azure's$/m);
    expect(stdout).not.include(emulator.operator.clientSecret);
  }).timeout(60_000);
  it("ends with 77 when nobody is let in, and shows no secret", async () => {
    const { code, stdout } = await doctor(CANARY);
    expect(code).equal(77);
    expect(stdout).match(/^✗ Azure {9}no sign-in worked; EnvironmentCredential: AADSTS7000215/m);
    expect(stdout).not.include(CANARY);
  }).timeout(60_000);
});
