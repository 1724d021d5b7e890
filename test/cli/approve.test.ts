import { hostname, userInfo } from "node:os";
import { expect } from "chai";
import type { JournalEntry } from "../../engine/run/journal.ts";
import { type Ended, expectEnd, Rig, timeless } from "../support/rig.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const ME = `${userInfo().username}@${hostname()}`;
const ASKS = `version: 1
name: asks
steps:
  - { id: group, uses: create-rg, with: { name: g, location: eastus } }
  - { id: ask, uses: approve, needs: [group], with: { message: Go on with g? } }
  - { id: next, uses: create-rg, needs: [ask], with: { name: next, location: eastus } }
outputs:
  by: \${{ steps.ask.outputs.by }}
  comment: \${{ steps.ask.outputs.comment }}
`;

/** Runs or resumes until so many things are asked, and presses Ctrl-C. */
async function untilAsked(rig: Rig, command: readonly string[], count = 1): Promise<Ended> {
  let asked = 0;
  let interrupt = (): void => {};
  const clock = new VirtualClock();
  const sleep = clock.sleep.bind(clock);
  // The first look for an answer is half a second; nothing else sleeps so long in these runs.
  clock.sleep = (ms, signal) => {
    if (ms === 500 && ++asked === count) interrupt();
    return sleep(ms, signal);
  };
  return rig.cli(command, { clock, onListening: (listener) => (interrupt = listener) });
}

describe("a step that waits for an approval", () => {
  it("is approved while nobody works on the run, which then goes on", async () => {
    await using rig = await Rig.open({ "a.yaml": ASKS });
    const asked = await untilAsked(rig, ["run", "a.yaml"]);
    expect(asked.code).equal(130);
    expect(asked.stderr).contain("ask: waits for approval, with `runbook approve`: Go on with g?\n");
    const approved = await rig.cli(["approve", "-m", "looks good"]);
    expectEnd(
      { ...approved, stderr: timeless(approved.stderr) },
      { stderr: `approved by ${ME}: Go on with g?\nnobody works on run <run> now; \`runbook resume <run>\` goes on\n` },
    );
    const twice = await rig.cli(["approve", "--reject"]);
    expect(twice.code).equal(1);
    expect(twice.stderr).match(new RegExp(`^error: this has been approved already, by ${ME} at 2026-\\S+Z\n$`));
    const resumed = await rig.cli(["resume"]);
    expect(resumed.code).equal(0);
    expect(JSON.parse(resumed.stdout)).eql({ by: ME, comment: "looks good" });
    const shown = await rig.cli(["runs", "show"]);
    expect(shown.stdout)
      .contain("  ask: waits for approval: Go on with g?\n")
      .contain(`  ask: approved by ${ME}: looks good\n`);
    const again = await rig.cli(["approve"]);
    expectEnd(
      { ...again, stderr: timeless(again.stderr) },
      { code: 1, stderr: "error: run <run> waits for no approval\n" },
    );
  });
  it("fails when it is rejected, and is asked again by a resume, to which that answer is none", async () => {
    await using rig = await Rig.open({ "a.yaml": ASKS });
    await untilAsked(rig, ["run", "a.yaml"]);
    expect((await rig.cli(["approve", "--reject", "-m", "not now"])).code).equal(0);
    const failed = await rig.cli(["resume"]);
    expect(failed.code).equal(1);
    expect(failed.stderr).contain(`error: step "ask" failed: ${ME} rejected it: not now [Rejected]\n`);
    expect((await untilAsked(rig, ["resume"])).code).equal(130);
    expect((await rig.cli(["approve"])).code).equal(0);
    expect((await rig.cli(["resume"])).code).equal(0);
  });
  it("is approved while the run waits", async () => {
    await using rig = await Rig.open({ "a.yaml": ASKS });
    const running = rig.cli(["run", "a.yaml"]);
    while ((await rig.cli(["approve"])).code !== 0);
    expect((await running).code).equal(0);
  });
  it("is named when several wait", async () => {
    const two = `version: 1
name: two
steps:
  - { id: one, uses: approve, with: { message: One? } }
  - { id: many, uses: approve, forEach: [a, b/c], with: { message: "\${{ each.key }}?" } }
`;
    await using rig = await Rig.open({ "a.yaml": two });
    await untilAsked(rig, ["run", "a.yaml"], 3);
    const which = await rig.cli(["approve"]);
    const names = "many[a], many[b%2Fc], one";
    expectEnd(
      { ...which, stderr: timeless(which.stderr) },
      { code: 64, stderr: `error: 3 steps of run <run> wait for an approval\nhint: name one: ${names}\n` },
    );
    const [run] = (await rig.cli(["runs"])).stdout.split(" ");
    const none = await rig.cli(["approve", run!, "two"]);
    expectEnd(
      { ...none, stderr: timeless(none.stderr) },
      { code: 1, stderr: `error: step "two" of run <run> waits for no approval\nhint: these do: ${names}\n` },
    );
    for (const step of ["one", "many[a]", "many[b%2Fc]"])
      expect(await rig.cli(["approve", run!, step])).property("code", 0);
    expect((await rig.cli(["resume"])).code).equal(0);
  });
  it("is taken for approved by a plan, which lists what comes after it", async () => {
    await using rig = await Rig.open({ "a.yaml": ASKS });
    const { code, stdout } = await rig.cli(["plan", "a.yaml"]);
    expect(code).equal(0);
    expect(stdout).contain("+ next  create-rg  create");
  });
});

describe("a step that waits", () => {
  it("has its end on the disk when it begins, by length and by point in time, and costs a plan no time", async () => {
    const text = `version: 1
name: waits
steps:
  - { id: some, uses: wait, with: { for: 1.5h } }
  - { id: long, uses: wait, with: { until: "2026-12-24T08:00:00+01:00" } }
`;
    await using rig = await Rig.open({ "a.yaml": text });
    const clock = new VirtualClock();
    const begun = clock.now();
    expect((await rig.cli(["plan", "a.yaml"], { clock })).code).equal(0);
    expect(clock.now()).equal(begun);
    expect((await rig.cli(["run", "a.yaml"], { clock })).code).equal(0);
    expect(clock.now()).equal(Date.parse("2026-12-24T07:00:00Z"));
    const files = [...(await rig.files())].find(([path]) => path.endsWith("journal.jsonl"))!;
    const entries = files[1]
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as JournalEntry);
    const timers = entries.flatMap((entry) => (entry.kind === "timer" ? [[entry.key, entry.dueAt - begun]] : []));
    expect(timers).eql([
      ["some/0:wait", 5_400_000],
      ["long/0:wait", Date.parse("2026-12-24T07:00:00Z") - begun],
    ]);
  });
});
