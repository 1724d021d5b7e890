import { expect } from "chai";
import { type HttpsDoor, openHttpsDoor } from "../../engine/emulator/doors/https.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { Rig } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { PASSWORD, SIX_STEPS } from "../support/planning.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const ENV = { RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD };
const sentIn = async (rig: Rig, file = ".runbook/emulator/requests.jsonl"): Promise<readonly string[]> =>
  (await rig.read(file))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly method: string; readonly path: string })
    .filter(({ path }) => !path.includes("/oauth2/"))
    .map(({ method, path }) => `${method} ${path}`);

describe("runbook plan, show, apply, verify, report", () => {
  it("go together: what was planned and shown is what is sent, once", async () => {
    await using rig = await Rig.open({ "a.yaml": SIX_STEPS });
    const planned = await rig.cli(
      ["plan", "a.yaml", "-o", "p.json", "--html", "p.html", "--md", "p.md", "--detailed-exitcode"],
      { env: ENV },
    );
    expect(planned.code).equal(2);
    expect(planned.stderr).equal("saved; `runbook apply p.json` runs it, and nothing else\n");
    expect(planned.stdout).match(/! 1 grants a role\n! 1 gives a VM an identity\n! 1 opens a port/);
    expect((await sentIn(rig)).filter((request) => !request.startsWith("GET "))).eql([]);

    const shown = await rig.cli(["show", "p.json"]);
    expect(shown).eql({ code: 0, stdout: planned.stdout, stderr: "" });

    const other = await rig.cli(["apply", "p.json", "-i", "location=westus"], { env: ENV });
    expect([other.code, other.stderr]).eql([
      1,
      "error: refused (inputs): other inputs than planned: location; make a new plan\n",
    ]);
    const applied = await rig.cli(["apply", "p.json"], { env: ENV });
    expect(applied.code, applied.stderr).equal(0);
    const again = await rig.cli(["apply", "p.json"], { env: ENV });
    expect(again.code).equal(1);
    expect(again.stderr).match(/^error: refused \(used\): the plan was applied at/);

    const verified = await rig.cli(["verify", "p.json"]);
    expect(verified.code).equal(0);
    expect(verified.stdout).match(/^\S+: 9 sent, 9 planned, the same\n$/);
    const report = await rig.cli(["report", "--html", "run.html"]);
    expect(report.stdout).match(/6 done\nThe run is done\./);
    expect(await rig.read("run.html")).include("Time line");

    for (const [path, text] of await rig.files()) {
      if (!path.endsWith("keys.json")) expect(text, path).not.include(PASSWORD);
    }
  }).timeout(120_000);

  it("say 0 and no changes after the run, and 2 when another client changed a tag", async () => {
    await using rig = await Rig.open({ "a.yaml": TAGGED });
    expect((await rig.cli(["run", "a.yaml"])).code).equal(0);
    const nothing = await rig.cli(["plan", "a.yaml", "--detailed-exitcode"]);
    expect(nothing.code).equal(0);
    expect(nothing.stdout).include("No changes");
    await rig.write("b.yaml", TAGGED.replace("alice", "bob"));
    const one = await rig.cli(["plan", "b.yaml", "--detailed-exitcode"]);
    expect(one.code).equal(2);
    expect(one.stdout).include('~ tags.owner: "alice" -> "bob"');
  }).timeout(120_000);

  it("go on under the plan when an interrupted run is resumed", async () => {
    await using rig = await Rig.open({ "a.yaml": SIX_STEPS });
    expect((await rig.cli(["plan", "a.yaml", "-o", "p.json"], { env: ENV })).code).equal(0);
    let interrupt = (): void => {};
    // The first wait is for something that was sent: the run is in its middle then.
    class InterruptingClock extends VirtualClock {
      override sleep(ms: number, signal?: AbortSignal): Promise<void> {
        interrupt();
        interrupt = () => {};
        return super.sleep(ms, signal);
      }
    }
    const onListening = (listener: () => void): void => {
      interrupt = listener;
    };
    const stopped = await rig.cli(["apply", "p.json"], { env: ENV, clock: new InterruptingClock(), onListening });
    expect(stopped.code, stopped.stderr).equal(130);
    const partly = await rig.cli(["verify", "p.json"]);
    expect(partly.stdout).match(/ [1-8] sent, 9 planned, not the same\n$/);
    const resumed = await rig.cli(["resume"], { env: ENV });
    expect(resumed.code, resumed.stderr).equal(0);
    const verified = await rig.cli(["verify", "p.json"]);
    expect(verified.stdout).match(/9 planned, the same\n$/);
  }).timeout(120_000);

  it("deny what is not wanted, with the reason", async () => {
    await using rig = await Rig.open({ "a.yaml": SIX_STEPS });
    const { code, stderr } = await rig.cli(
      ["plan", "a.yaml", "--deny", "remove,role-assignment", "--deny", "exposure"],
      { env: ENV },
    );
    expect(code).equal(1);
    expect(stderr).equal("denied: the plan holds role-assignment (grant); exposure (vm)\n");
    expect((await rig.cli(["plan", "a.yaml", "--deny", "remove"], { env: ENV })).code).equal(0);
    expect((await rig.cli(["plan", "a.yaml", "--deny", "everything"], { env: ENV })).code).equal(64);
  }).timeout(120_000);

  it("plan without the secret, and do not save what would fail", async () => {
    await using rig = await Rig.open({ "a.yaml": SIX_STEPS, "b.yaml": TAGGED.replace("eastus", "nowhere") });
    const { code, stdout } = await rig.cli(["plan", "a.yaml"]);
    expect(code).equal(0);
    expect(stdout).include('the secret input "adminPassword" was not given');
    const failing = await rig.cli(["plan", "b.yaml", "-o", "p.json"]);
    expect(failing.code).equal(1);
    expect(failing.stderr).match(/(?:^|\n)error: the plan is not saved: group would fail: .*nowhere/);
    expect([...(await rig.files()).keys()].filter((path) => path.endsWith("p.json"))).eql([]);
  }).timeout(120_000);

  it("show what differs between two runbooks, and nothing for a step with another name", async () => {
    await using rig = await Rig.open({
      "a.yaml": SIX_STEPS,
      "renamed.yaml": SIX_STEPS.replace("id: identity", "id: ident").replaceAll("steps.identity", "steps.ident"),
      "b.yaml": SIX_STEPS.replace("name: vm1", "name: vm1\n      size: Standard_B2s"),
    });
    expect(await rig.cli(["diff", "a.yaml", "renamed.yaml", "--detailed-exitcode"])).eql({
      code: 0,
      stdout: "no difference: both do the same\n",
      stderr: "",
    });
    const { code, stdout } = await rig.cli(["diff", "a.yaml", "b.yaml", "--detailed-exitcode"]);
    expect(code).equal(2);
    expect(stdout.split("\n")).length(3);
    expect(stdout, stdout).match(
      /^~ PUT \S+virtualMachines\/vm1\?\S+\n {4}~ properties.hardwareProfile.vmSize: "Standard_D2s_v\d" -> "Standard_B2s"\n$/,
    );
  }).timeout(120_000);

  it("draw the graph in every format", async () => {
    await using rig = await Rig.open({ "a.yaml": SIX_STEPS });
    const as = async (format: string): Promise<string> =>
      (await rig.cli(["graph", "a.yaml", "--format", format])).stdout;
    expect(await as("dot")).match(/^digraph "six-steps" \{\n[^]*"identity" -> "grant";[^]*\}\n$/);
    expect(await as("mermaid")).match(/^flowchart TD\n[^]*s2 --> s4/);
    expect(JSON.parse(await as("json"))).deep.include.all.keys("steps");
    expect(await as("svg")).match(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^]*<\/svg>\n$/);
  });
});

const TAGGED = `version: 1
name: tagged
steps:
  - id: group
    uses: create-rg
    with: { name: rg, location: eastus, tags: { owner: alice } }
`;

describe("runbook plan --target azure, over HTTPS", () => {
  let rig: Rig;
  let emulator: Emulator;
  let door: HttpsDoor;

  before(async () => {
    rig = await Rig.open({ "a.yaml": SIX_STEPS });
    emulator = Emulator.open({ directory: `${rig.directory}/server` });
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

  it("sends GETs and nothing else to a server that is not its own, and is then applied there", async () => {
    const env = {
      ...ENV,
      AZURE_TENANT_ID: emulator.tenantId,
      AZURE_CLIENT_ID: emulator.operator.clientId,
      AZURE_CLIENT_SECRET: emulator.operator.clientSecret,
      AZURE_SUBSCRIPTION_ID: emulator.subscriptionId,
    };
    const there = ["--target", "azure", "--cloud", "cloud.json"];
    const planned = await spawnCli(rig.directory, ["plan", "a.yaml", ...there, "-o", "p.json"], env).ended;
    expect(planned.code, planned.stderr).equal(0);
    const requests = await sentIn(rig, "server/requests.jsonl");
    expect(requests.filter((request) => !request.startsWith("GET "))).eql([]);
    expect(requests.length).above(2);
    const elsewhere = await rig.cli(["apply", "p.json", "--target", "emulator"], { env: ENV });
    expect(elsewhere.stderr).match(/^error: refused \(target\)/);
    const applied = await spawnCli(rig.directory, ["apply", "p.json", ...there], env).ended;
    expect(applied.code, applied.stderr).equal(0);
    const sent = (await sentIn(rig, "server/requests.jsonl")).filter((request) => !request.startsWith("GET "));
    expect(sent).length(9);
  }).timeout(120_000);
});
