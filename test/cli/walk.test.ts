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
    expect(stderr).include("\nnext: group  create-rg  (1 of 3)\n    + resourceGroups lab\n");
    expect(stderr).include(`${WALK}show inputs\ninputs: {\n  "name": "lab",\n  "password": "(secret)"\n}\n`);
    expect(stderr).include(`${WALK}show\ngroup is given: {\n  "name": "lab",\n  "location": "eastus"\n}\n`);
    expect(stderr).include("next: identity  create-uami  (2 of 3)\n    Who reads.\n    + userAssignedIdentities own\n");
    expect(stderr).match(/group \(create\): \{\n {2}"id": "\/subscriptions\/[^"]+\/resourceGroups\/lab",\n/);
    expect(stderr).include(`${WALK}back\nthat was the first\n`);
    expect(stderr).include('"hm" is no word here\n  next       do this step (so does an empty line)\n');
    expect(stderr).include("done: 3 steps in 0.0 s: 3 created\n");
  });
  it("goes on until a step, and to the end", async () => {
    await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
    const { code, stderr } = await walked(rig, ["to grnt", "to grant", "go"]);
    expect(code).equal(0);
    expect(stderr).include('there is no step "grnt" ahead; did you mean "grant"?\n');
    expect([...stderr.matchAll(/^next: (\w+)/gm)].map(([, step]) => step)).eql(["group", "grant"]);
  });
  for (const [what, words] of [
    ["a word", ["next", "quit"]],
    ["the end of the input", ["next"]],
  ] as const) {
    it(`stops at ${what}, and a resume goes on without doing anything twice`, async () => {
      await using rig = await Rig.open({ "walked.yaml": RUNBOOK });
      const { code, stderr } = await walked(rig, words);
      expect(code, stderr).equal(130);
      expect(stderr).include("runbook resume <run> --step\n");
      const puts = async (): Promise<number> =>
        (await rig.read(".runbook/emulator/requests.jsonl")).split('"method":"PUT"').length - 1;
      expect(await puts()).equal(1);
      const resumed = await rig.cli(["resume", "--quiet"], { env: { RUNBOOK_INPUT_PASSWORD: CANARY } });
      expect(resumed.code, resumed.stderr).equal(0);
      expect(await puts()).equal(3);
    });
  }
  const EVERY = `version: 1
name: every
inputs: { all: { type: boolean, default: false } }
locals: { place: eastus }
steps:
  - { id: small, uses: assert, with: { conditions: [{ that: true, message: never }] } }
  - { id: group, uses: create-rg, needs: [small], with: { name: lab, location: "\${{ locals.place }}" } }
  - { id: pause, uses: wait, needs: [group], with: { for: 1h } }
  - { id: sub, uses: runbook, needs: [pause], with: { path: ./sub.yaml, inputs: { group: lab } } }
  - { id: never, uses: create-uami, needs: [sub], if: "\${{ inputs.all }}", with: { resourceGroup: lab, name: never, location: eastus } }
  - { id: ask, uses: approve, needs: [sub], with: { message: "Go on?" } }
  - id: each
    uses: create-uami
    needs: [ask]
    forEach: [one, two]
    with: { resourceGroup: lab, name: "id-\${{ each.value }}", location: eastus }
  - { id: last, uses: assert, with: { conditions: [{ that: "\${{ length(steps.each.outputs) == 2 }}", message: no }] } }
`;
  const SUB = `version: 1
name: sub
inputs: { group: { type: string } }
steps:
  - { id: identity, uses: create-uami, with: { resourceGroup: "\${{ inputs.group }}", name: own, location: eastus } }
`;
  const everyWalk = async (rig: Rig, argv: readonly string[], words: readonly string[]) => {
    const { code, stderr } = await rig.cli([...argv, "--step"], { stdin: words.map((word) => `${word}\n`).join("") });
    return { code, stderr: timeless(stderr), stops: [...stderr.matchAll(/^next: (\S+)/gm)].map(([, step]) => step) };
  };
  const STOPS = ["small", "group", "pause", "sub.identity", "sub", "ask", "each[one]", "each[two]", "last"];

  it("stops at every step, whatever it does", async () => {
    await using rig = await Rig.open({ "every.yaml": EVERY, "sub.yaml": SUB });
    const words = ["", "", "", "", "", "", "approve", "", "", ""];
    const { code, stderr, stops } = await everyWalk(rig, ["run", "every.yaml"], words);
    expect([code, stops], stderr).eql([0, STOPS]);
    expect(stderr).include("\n– never                  skipped, its `if` is false\n");
    expect(stderr).match(
      /\nask waits for approval: Go on\?\n {4}here, or with `runbook approve` from another terminal\n/,
    );
    expect(stderr).match(/\n {4}approved by \S+\n✓ ask /);
  });
  it("takes no word for an answer but the answer, and a no", async () => {
    await using rig = await Rig.open({ "every.yaml": EVERY, "sub.yaml": SUB });
    const { code, stderr } = await everyWalk(rig, ["run", "every.yaml"], ["to ask", "", "", "next", "show", "reject"]);
    expect([code, stderr.match(/walk \[approve, reject, show, back, quit\] .*/g)]).eql([
      1,
      ["", "next", "show", "reject"].map((word) => `walk [approve, reject, show, back, quit] ${word}`),
    ]);
    expect(stderr).match(/\n✗ ask .* failed \(Rejected\)\n/);
  });
  it("quits and goes on later in steps, at a question too", async () => {
    await using rig = await Rig.open({ "every.yaml": EVERY, "sub.yaml": SUB });
    const parts = [
      await everyWalk(rig, ["run", "every.yaml"], ["", "to sub", "back", "quit"]),
      await everyWalk(rig, ["resume"], ["back", "", "", "", "quit"]),
      await everyWalk(rig, ["resume"], ["back", "approve", "", "q"]),
      await everyWalk(rig, ["resume"], ["show each[one]", "", ""]),
    ];
    expect(parts.map(({ code }) => code)).eql([130, 130, 130, 0]);
    expect(parts.map(({ stops }) => stops)).eql([
      ["small", "group", "sub.identity"],
      ["sub.identity", "sub", "ask"],
      ["each[one]", "each[two]"],
      ["each[two]", "last"],
    ]);
    expect(parts[1]!.stderr).match(
      /\n3 steps done before; `back` shows them\n\nnext: sub\.identity .*\n.*\nwalk .* back\npause \(none\): \{\}\n/,
    );
    expect(parts[2]!.stderr).match(
      /^every on .*\n6 steps done before; `back` shows them\n\nask waits for approval: Go on\?\n/,
    );
    expect(parts[3]!.stderr).include("show each[one]\neach[one] (create): {\n");
    const asked = (await rig.read(".runbook/emulator/requests.jsonl")).split('"method":"PUT"').length - 1;
    expect(asked).equal(4);
  });
  it("tells what will fail before it does", async () => {
    const failing = EVERY.replace("length(steps.each.outputs) == 2", "length(steps.each.outputs) == 3");
    await using rig = await Rig.open({ "every.yaml": failing, "sub.yaml": SUB });
    const { code, stderr } = await everyWalk(rig, ["run", "every.yaml"], ["to last", "approve", ""]);
    expect(code).equal(1);
    expect(stderr).match(
      /\nnext: last {2}assert {2}\(9 of 9\)\n {4}x fails: no\nwalk .*\n✗ last +0\.0 s {2}failed\n\n/,
    );
  });
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
    await session.until("next: group  create-rg");
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
