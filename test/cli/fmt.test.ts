import { expectEnd, Rig } from "../support/rig.ts";
import { expect } from "chai";

const BEFORE =
  "version: 1\nname: a\nsteps:\n- id: group # the one\n  uses: create-rg\n  with: {name: a,location: eastus}\n";
const AFTER =
  "version: 1\nname: a\nsteps:\n  - id: group # the one\n    uses: create-rg\n    with: { name: a, location: eastus }\n";

describe("runbook fmt", () => {
  it("writes what is laid out otherwise, and names it", async () => {
    await using rig = await Rig.open({ "a.yaml": BEFORE, "b.yaml": AFTER, "other.yaml": "a:   1\n" });
    expectEnd(await rig.cli(["fmt"]), { stdout: "a.yaml\n" });
    expect([await rig.read("a.yaml"), await rig.read("b.yaml"), await rig.read("other.yaml")]).eql([
      AFTER,
      AFTER,
      "a:   1\n",
    ]);
    expectEnd(await rig.cli(["fmt", "a.yaml"]), {});
  });
  it("only tells with --check", async () => {
    await using rig = await Rig.open({ "a.yaml": BEFORE, "b.yaml": AFTER });
    expectEnd(await rig.cli(["fmt", "--check", "."]), {
      code: 1,
      stdout: "a.yaml\n",
      stderr: "1 runbook of 2 not laid out by `runbook fmt`\n",
    });
    expect(await rig.read("a.yaml")).equal(BEFORE);
    expectEnd(await rig.cli(["fmt", "--check", "b.yaml"]), {});
  });
  it("goes from standard input to standard output", async () => {
    await using rig = await Rig.open();
    expectEnd(await rig.cli(["fmt", "-"], { stdin: BEFORE }), { stdout: AFTER });
    expectEnd(await rig.cli(["fmt", "-", "--check"], { stdin: AFTER }), {});
  });
  it("says when it leaves a file as it is", async () => {
    const anchored = BEFORE.replace("name: a\n", "name: &n a\n");
    await using rig = await Rig.open({ "a.yaml": anchored });
    const stderr = "a.yaml is left as it is: it could not be laid out without changing what it says\n";
    expectEnd(await rig.cli(["fmt", "a.yaml"]), { stderr });
    expect(await rig.read("a.yaml")).equal(anchored);
  });
  it("leaves what is no YAML, and says why", async () => {
    await using rig = await Rig.open({ "a.yaml": BEFORE, "bad.yaml": "steps: [\n" });
    const { code, stdout, stderr } = await rig.cli(["fmt", "bad.yaml", "a.yaml"]);
    expect([code, stdout]).eql([65, "a.yaml\n"]);
    expect(stderr).match(/^bad\.yaml:1:8: error: `\[` is not closed \[yaml-syntax\]\n/);
    expect(await rig.read("bad.yaml")).equal("steps: [\n");
  });
});
