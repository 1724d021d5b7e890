import { expect } from "chai";
import { baselineOf, cellText, tryCell } from "../../engine/cli/drill/drill-cells.ts";
import { prepareDrill } from "../../engine/cli/drill/drill-world.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const GROUP = `version: 1
name: one-group
steps:
  - { id: group, uses: create-rg, with: { name: g, location: eastus } }
outputs:
  id: \${{ steps.group.outputs.id }}
`;

describe("runbook drill", () => {
  it("tries every fault and a crash at every line, and the same seed gives the same bytes", async () => {
    await using rig = await Rig.open({ "a.yaml": GROUP });
    const first = await rig.cli(["drill", "a.yaml", "--seed", "7", "--threads", "2", "--json"]);
    const again = await rig.cli(["drill", "a.yaml", "--seed", "7", "--threads", "1", "--json"]);
    expect(first.code, first.stderr).equal(0);
    expect(again.stdout).equal(first.stdout);
    const cells = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { text: string; outcome: string });
    expect(cells.length).greaterThan(25);
    const wanted = [
      "throttle PUT */resourcegroups/g",
      "killed before line 2 of the journal",
      "killed when change 1 was answered",
    ];
    expect(wanted.filter((text) => !cells.some((cell) => cell.text === text))).eql([]);
  }).timeout(60_000);
  it("tells in a table what became of the cells that it was asked for", async () => {
    await using rig = await Rig.open({ "a.yaml": GROUP });
    const asked = await rig.cli(["drill", "a.yaml", "--only", "answered", "--threads", "1"]);
    const count = Number(/^all +\d+ +\d+ +\d+ +(\d+)$/m.exec(asked.stdout)?.[1]);
    expect(asked.code).equal(0);
    expect(asked.stdout).equal(
      [
        "cells              converged   resumed    broken       all",
        `crash, answer              0${String(count).padStart(10)}         0${String(count).padStart(10)}`,
        `all                        0${String(count).padStart(10)}         0${String(count).padStart(10)}`,
        "",
        `${count} cell${count === 1 ? "" : "s"}: each ended as an undisturbed run does, at once or after a resume`,
        "",
      ].join("\n"),
    );
    const none = await rig.cli(["drill", "a.yaml", "--only", "meteor"]);
    expectEnd(
      { ...none, stderr: none.stderr.replace(/\d+ cells/, "<n> cells") },
      {
        code: 64,
        stderr: 'error: none of <n> cells has "meteor" in it\n',
      },
    );
  }).timeout(60_000);
  it("of a VM that could not be made leaves the same as a run in which it could", async () => {
    await using rig = await Rig.open();
    const asked = await rig.cli(["drill", "--only", "operation-fails PUT", "--threads", "1", "--json"]);
    const cells = asked.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { text: string; outcome: string; errors: readonly string[] });
    expect(cells.map(({ text }) => text.split("/").at(-1)))
      .include("myVM")
      .and.include("myVnet");
    expect(cells.filter(({ outcome }) => outcome !== "resumed")).eql([]);
    expect([...new Set(cells.flatMap(({ errors }) => errors))]).eql(["InternalExecutionError"]);
  }).timeout(60_000);
  it("says what is broken", async () => {
    await prepareDrill();
    const { runbook } = loadRunbook(GROUP, { file: "a.yaml", registry: builtinSteps });
    const subject = { runbook: runbook!, registry: builtinSteps, inputs: {}, seed: "7" };
    const baseline = await baselineOf(subject);
    if ("status" in baseline) throw new Error("the undisturbed run failed");
    const cell = baseline.cells.find((one) => cellText(one).startsWith("killed before line 4"))!;
    expect((await tryCell(subject, cell, baseline)).outcome).equal("resumed");
    const problem = async (other: Partial<typeof baseline>): Promise<string | undefined> =>
      (await tryCell(subject, cell, { ...baseline, ...other })).problem;
    expect(await problem({ state: "" })).equal("after a resume, something else is there than after an undisturbed run");
    expect(await problem({ outputs: "" })).equal("after a resume, the outputs are not those of an undisturbed run");
    expect(await problem({ created: new Map() })).match(/^after a resume, it was created twice: \/subscriptions\//);
  }).timeout(60_000);
});
