import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { Rig, timeless } from "../support/rig.ts";
import { hasPseudoTerminals, TerminalSession } from "../support/terminal-session.ts";

const RUNBOOK = `version: 1
name: walked
inputs:
  name: { type: string, default: lab }
  password: { type: string, secret: true }
steps:
  - { id: group, uses: create-rg, with: { name: "\${{ inputs.name }}", location: eastus } }
  - id: identity
    uses: create-uami
    description: Who reads.
    with: { resourceGroup: "\${{ steps.group.outputs.name }}", name: own, location: eastus }
  - id: grant
    uses: grant-role
    with:
      principalId: \${{ steps.identity.outputs.principalId }}
      role: Reader
      scope: \${{ steps.group.outputs.id }}
outputs: { id: "\${{ steps.group.outputs.id }}" }
`;
const CANARY = "Pl4nted-canary-password";
const BIN = fileURLToPath(new URL("../../bundle/cli/bin.js", import.meta.url));
const WALK = "walk [next, to, go, show, back, quit] ";

describe("runbook run --step", function () {
  this.timeout(60_000);
  const walked = async (rig: Rig, words: readonly string[]) => {
    const { code, stdout, stderr } = await rig.cli(["run", "walked.yaml", "--step"], {
      stdin: words.map((word) => `${word}\n`).join(""),
      env: { RUNBOOK_INPUT_PASSWORD: CANARY },
    });
    expect(stdout + stderr).not.include(CANARY);
    return { code, stdout, stderr: timeless(stderr), shown: timeless(stderr).split("\n") };
  };

  it("shows what comes, waits for a word, and looks back", async () => {
    await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
    const { code, stderr } = await walked(rig, [
      "show inputs",
      "show",
      "",
      "back",
      "back",
      "show group",
      "hm",
      "next",
      "next",
    ]);
    expect(code).equal(0);
    expect(stderr).include("next: group (create-rg)\n");
    expect(stderr).include(`${WALK}inputs: {\n  "name": "lab",\n  "password": "(secret)"\n}\n`);
    expect(stderr).include(`${WALK}group is given: {\n  "name": "lab",\n  "location": "eastus"\n}\n`);
    expect(stderr).include("next: identity (create-uami): Who reads.\n");
    expect(stderr).match(/group \(create\): \{\n {2}"id": "\/subscriptions\/[^"]+\/resourceGroups\/lab",\n/);
    expect(stderr).include(`${WALK}that was the first\n`);
    expect(stderr).include('"hm" is no word here\n  next       do this step (so does an empty line)\n');
    expect(stderr).include("done: 3 steps in 0.0 s: 3 created\n");
  });
  it("goes on until a step, and to the end", async () => {
    await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
    const { code, stderr } = await walked(rig, ["to grnt", "to grant", "go"]);
    expect(code).equal(0);
    expect(stderr).include('there is no step "grnt" ahead; did you mean "grant"?\n');
    expect([...stderr.matchAll(/^(?:walk .*\] )?next: (\w+)/gm)].map(([, step]) => step)).eql(["group", "grant"]);
  });
  for (const [what, words] of [
    ["a word", ["next", "quit"]],
    ["the end of the input", ["next"]],
  ] as const) {
    it(`stops at ${what}, and a resume goes on without doing anything twice`, async () => {
      await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
      const { code, stderr } = await walked(rig, words);
      expect(code, stderr).equal(130);
      expect(stderr).include("runbook resume <run>\n");
      const puts = async (): Promise<number> =>
        (await rig.read(".runbook/emulator/requests.jsonl")).split('"method":"PUT"').length - 1;
      expect(await puts()).equal(1);
      const resumed = await rig.cli(["resume", "--quiet"], { env: { RUNBOOK_INPUT_PASSWORD: CANARY } });
      expect(resumed.code, resumed.stderr).equal(0);
      expect(await puts()).equal(3);
    });
  }
  it("goes with neither --json nor a number of steps at once", async () => {
    await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
    for (const other of [["--json"], ["--concurrency", "2"]]) {
      const { code, stderr } = await rig.cli(["run", "walked.yaml", "--step", ...other]);
      expect([code, stderr.split("\n")[0]]).eql([
        64,
        `error: option '-s, --step' cannot be used with option '${other[0] === "--json" ? "--json" : "-c, --concurrency <n>"}'`,
      ]);
    }
  });
  it("is walked at a terminal", async function () {
    if (!hasPseudoTerminals()) return this.skip();
    await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
    const session = new TerminalSession([process.execPath, BIN, "run", "walked.yaml", "--step"], rig.directory);
    await session.until("next: group (create-rg)");
    await session.until(WALK);
    session.type("\r");
    await session.until("next: identity");
    await session.until(WALK);
    session.type("back\r");
    await session.until("group (create):");
    await session.until(WALK);
    session.type("go\r");
    await session.until("done: 3 steps");
    expect(await session.ended).equal(0);
  }).timeout(240_000);
});
