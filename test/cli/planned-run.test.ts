import { expect } from "chai";
import { expectEnd, Rig, timeless } from "../support/rig.ts";

/** Its second step fails until it is told the right group. */
const BROKEN = `version: 1
name: broken
inputs:
  place: { type: string, default: nowhere }
steps:
  - id: group
    uses: create-rg
    with: { name: rg, location: eastus }
  - id: broken
    uses: create-uami
    needs: [group]
    with: { resourceGroup: "\${{ inputs.place }}", name: ID1, location: eastus }
`;
const ONE = `version: 1
name: one
steps:
  - { id: group, uses: create-rg, with: { name: rg, location: eastus } }
`;
const sentTo = async (rig: Rig): Promise<readonly string[]> =>
  (await rig.read(".runbook/emulator/requests.jsonl"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly method: string; readonly path: string })
    .filter(({ method, path }) => method !== "GET" && !path.includes("/oauth2/"))
    .map(({ method, path }) => `${method} ${path.slice(path.lastIndexOf("/") + 1)}`);
const runIn = async (rig: Rig): Promise<string> =>
  /runs\/([^/]+)\/journal/.exec(
    [...(await rig.files()).keys()].find((path) => path.endsWith("journal.jsonl")) ?? "",
  )![1]!;
/** Terminal sequences taken out. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const plain = (text: string): string => text.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, "");

describe("a run with its plan", () => {
  it("is shown and asked for at a terminal; nothing is sent when the answer is no", async () => {
    await using rig = await Rig.open({ "a.yaml": ONE });
    const { code, stdout, stderr } = await rig.cli(["run", "a.yaml"], { columns: 80, answer: "n" });
    expect(code).equal(0);
    expect(plain(stdout)).include("Run this plan?");
    const told = plain(stderr).split("\n");
    expect(told.map((line) => /^ {2}(\w+)/.exec(line)?.[1] ?? line)).eql([
      "target",
      "tenant",
      "subscription",
      "caller",
      "runbook",
      "plan",
      "1 to create",
      "1 request changes something; nothing else will be sent.",
      "nothing was sent",
      "",
    ]);
    expect(await sentTo(rig)).eql([]);
    expect([...(await rig.files()).keys()].filter((path) => path.includes("/runs/"))).eql([]);
  });

  it("begins when the answer is yes, and without a question with --yes", async () => {
    for (const [argv, answer] of [
      [["run", "a.yaml"], "y"],
      [["run", "a.yaml", "--yes"], undefined],
    ] as const) {
      await using rig = await Rig.open({ "a.yaml": ONE });
      const ended = await rig.cli(argv, { columns: 80, ...(answer && { answer }) });
      expect(ended.code, ended.stderr).equal(0);
      expect(plain(ended.stdout).includes("Run this plan?")).equal(answer !== undefined);
      expect(plain(ended.stderr)).include("1 to create\n").and.include("done: 1 step in");
      expect(await sentTo(rig)).eql(["PUT rg"]);
    }
  });

  it("keeps the plan beside its journal when nobody watches, so that it can be verified", async () => {
    await using rig = await Rig.open({ "a.yaml": ONE });
    expect((await rig.cli(["run", "a.yaml", "--quiet"])).code).equal(0);
    const run = await runIn(rig);
    expectEnd(await rig.cli(["verify", `.runbook/runs/${run}/plan.json`, run]), {
      stdout: `${run}: 1 sent, 1 planned, the same\n`,
    });
  });

  it("tells of a step that would fail before it fails, and goes on under a new plan when it is mended", async () => {
    await using rig = await Rig.open({ "a.yaml": BROKEN });
    const failed = await rig.cli(["run", "a.yaml"]);
    expect(failed.code).equal(1);
    expect(failed.stderr).match(
      /^! 1 step fails\n2 to create\nThis plan cannot be applied\.\n {2}broken would fail: .*\nit is run all the same: on the emulator a failure does no harm\n/,
    );
    expect(failed.stderr).include('a.yaml:9:9: error: step "broken" failed');
    const run = await runIn(rig);
    const resumed = await rig.cli(["resume", "--set", "place=rg"]);
    expect(resumed.code, resumed.stderr).equal(0);
    expect(resumed.stderr).match(
      /^1 to create, 1 unchanged\n1 request changes something; nothing else will be sent\.\n/,
    );
    expect(await sentTo(rig)).eql(["PUT rg", "PUT ID1", "PUT ID1"]);
    // What was sent under the first plan is no deviation from the second.
    expect((await rig.cli(["report"])).stdout).not.include("What differed from the plan");
    expectEnd(await rig.cli(["verify", `.runbook/runs/${run}/plan-1.json`]), {
      stdout: `${run}: 1 sent, 1 planned, the same\n`,
    });
  });

  it("sends nothing in a resume but what the new plan lists, and asks for it at a terminal", async () => {
    await using rig = await Rig.open({ "a.yaml": BROKEN });
    await rig.cli(["run", "a.yaml"]);
    const before = await sentTo(rig);
    const refused = await rig.cli(["resume", "--set", "place=rg"], { columns: 80, answer: "n" });
    expect(refused.code).equal(0);
    expect(plain(refused.stderr)).include("nothing was sent");
    expect(await sentTo(rig)).eql(before);
    // The run is as it was: its own input counts, and it fails as before.
    expect(timeless((await rig.cli(["resume"])).stderr)).include("failed: 2 steps in");
  });

  it("is found by the beginning of its id, and a damaged journal is not believed", async () => {
    await using rig = await Rig.open({ "a.yaml": ONE });
    await rig.cli(["run", "a.yaml"]);
    const run = await runIn(rig);
    expect((await rig.cli(["report", run.slice(0, 15)])).stdout).include("The run is done.");
    const journal = `.runbook/runs/${run}/journal.jsonl`;
    await rig.write(journal, (await rig.read(journal)).replace('"eastus"', '"westus"'));
    const { code, stderr } = await rig.cli(["report"]);
    expect(code).equal(1);
    expect(stderr).match(/^error: line \d+ of \S+journal\.jsonl is damaged: its checksum does not fit/);
    expect((await rig.cli(["report", "2031"])).code).equal(64);
  });
});
