import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { takeLock } from "../../engine/run/journal/lock.ts";
import { expectEnd, Rig, timeless } from "../support/rig.ts";
import { vmRunbook } from "../support/vm-runbook.ts";

const RESTARTS = `${vmRunbook("restarts", "key")}  - id: restart
    uses: arm-post
    with: { path: "\${{ steps.vm.outputs.id }}/restart", apiVersion: "2025-04-01" }
`;
const GROUP = `version: 1
name: one-group
inputs:
  owner: { type: string, default: ada }
steps:
  - { id: group, uses: create-rg, with: { name: g, location: eastus, tags: { owner: "\${{ inputs.owner }}" } } }
  - { id: other, uses: create-rg, with: { name: other, location: eastus } }
`;
const requests = async (rig: Rig, what: RegExp): Promise<number> =>
  (await rig.read(".runbook/emulator/requests.jsonl"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly method: string; readonly path: string })
    .filter(({ method, path }) => what.test(`${method} ${path}`)).length;

describe("runbook resume", function () {
  this.timeout(60_000);

  for (const [assume, posts] of [
    ["done", 1],
    ["repeat", 2],
  ] as const) {
    it(`asks about what may have happened and must not happen twice, and takes --assume ${assume} for an answer`, async () => {
      await using rig = await Rig.open({ "a.yaml": RESTARTS });
      // The connection breaks when the VM is being restarted already.
      const first = await rig.cli(["run", "a.yaml", "--yes", "--fault", "reset POST */restart when=after"]);
      expect(first.code).equal(1);
      expect(first.stderr).include(
        "hint: it is not known whether Azure did it; look, then resume the run with --assume done or --assume repeat\n",
      );
      // As often as it is asked.
      for (let time = 0; time < 2; time++) {
        const asked = await rig.cli(["resume"]);
        expect([asked.code, asked.stdout, ...asked.stderr.split("\n").slice(-3)]).eql([
          1,
          "",
          "error: it is not known whether restart/0:post.1 happened: it was sent or about to be, no answer is recorded, and to do it twice may not be the same as once",
          "hint: find out, then resume with --assume done or --assume repeat; nothing was sent",
          "",
        ]);
      }
      expect(await requests(rig, /^POST .*\/restart$/)).equal(1);
      const answered = await rig.cli(["resume", "--assume", assume, "--quiet"]);
      expectEnd(answered, {});
      expect(await requests(rig, /^POST .*\/restart$/)).equal(posts);
      expect((await rig.cli(["runs"])).stdout).include("  done ");
    });
  }

  it("sends again what was refused, since it was not done, also at once when Azure was busy", async () => {
    await using rig = await Rig.open({ "a.yaml": RESTARTS });
    const refused = await rig.cli(["run", "a.yaml", "--yes", "--fault", "fail POST */restart status=409"]);
    expect(refused.code).equal(1);
    const resumed = await rig.cli(["resume", "--quiet", "--fault", "throttle POST */restart"]);
    expectEnd(resumed, {});
    expect(await requests(rig, /^POST .*\/restart$/)).equal(3);
  });

  it("with --set begins the steps anew that depend on the input, and no other", async () => {
    await using rig = await Rig.open({ "a.yaml": GROUP });
    expect((await rig.cli(["run", "a.yaml", "--yes", "--quiet"])).code).equal(0);
    const before = await requests(rig, /^PUT /);
    const resumed = await rig.cli(["resume", "--set", "owner=grace", "--yes"]);
    expect(resumed.code, resumed.stderr).equal(0);
    expect(timeless(resumed.stderr)).include("✓ group    0.0 s  updated\n");
    expect((await requests(rig, /^PUT /)) - before).equal(1);
    expect(await rig.read(".runbook/emulator/state.json")).include('"grace"');
    const [run] = await readdir(join(rig.directory, ".runbook/runs"));
    const journal = await rig.read(`.runbook/runs/${run}/journal.jsonl`);
    expect(journal.match(/"kind":"discarded","step":"\w+"/g)).eql(['"kind":"discarded","step":"group"']);
  });

  it("is refused while another process works on the run, and so is everything else that changes it", async () => {
    await using rig = await Rig.open({ "a.yaml": GROUP });
    await rig.cli(["run", "a.yaml", "--yes", "--quiet"]);
    const runs = join(rig.directory, ".runbook/runs");
    const [run = ""] = await readdir(runs);
    const now = Date.UTC(2026, 0, 2, 3, 4, 5);
    const lock = await takeLock(join(runs, run), { what: run, doing: "runbook run", now });
    const before = await requests(rig, /./);
    for (const argv of [
      ["resume", "--set", "owner=x", "--yes"],
      ["destroy", "--yes"],
    ]) {
      expectEnd(await rig.cli(argv), {
        code: 1,
        stderr: `error: run ${run} is in use by process ${process.pid} (runbook run), since 2026-01-02T03:04:05.000Z; wait for it to end, or stop it\n`,
      });
    }
    expect((await rig.cli(["runs"])).stdout).match(new RegExp(`^${run}  running ${process.pid} `));
    expect(await requests(rig, /./)).equal(before);
    await lock.release();
  });

  it("refuses a runbook that has changed, with the difference, and goes on when that is accepted", async () => {
    await using rig = await Rig.open({ "a.yaml": GROUP });
    const first = await rig.cli(["run", "a.yaml", "--yes", "--fault", "fail PUT */resourcegroups/other status=400"]);
    expect(first.code).equal(1);
    await rig.write("a.yaml", GROUP.replace("name: other, location: eastus", "name: other, location: westus"));
    const refused = await rig.cli(["resume"]);
    expect(refused.code).equal(1);
    expect(refused.stderr)
      .match(
        /^error: the runbook a\.yaml is not the one that run \S+ was begun with; put the old text back, or go on with the new one with --accept-changes\n/,
      )
      .include("\n-   - { id: other, uses: create-rg, with: { name: other, location: eastus } }\n")
      .include("\n+   - { id: other, uses: create-rg, with: { name: other, location: westus } }\n");
    const accepted = await rig.cli(["resume", "--accept-changes", "--yes", "--quiet"]);
    expectEnd(accepted, {});
    expect(await rig.read(".runbook/emulator/state.json")).include('"westus"');
  });
});
