import { expect } from "chai";
import { faultOfSpec, loadFaultPlan } from "../../engine/cli/faults/fault-plan.ts";
import { FAULT_KINDS, faultText } from "../../engine/emulator/faults/kinds.ts";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { expectGolden } from "../support/golden.ts";
import { readProjectFile } from "../support/project.ts";
import { expectEnd, Rig, timeless } from "../support/rig.ts";

const complete = readProjectFile("test/faults/complete.yaml");
const RESET = "reset PUT */resourceGroups/* when=after";

describe("a fault plan", () => {
  it("is read, with every kind and every setting", () => {
    const { plan, diagnostics } = loadFaultPlan(complete, "complete.yaml");
    expect(diagnostics).eql([]);
    expect(plan?.seed).equal("7");
    expect(plan?.faults.map(({ kind }) => kind)).eql(Object.keys(FAULT_KINDS));
    const set = new Set(plan?.faults.flatMap((fault) => Object.keys(fault)));
    const all = Object.values(FAULT_KINDS).flatMap(({ settings }) => Object.keys(settings));
    expect([...all, "on", "nth", "times", "chance"].filter((name) => !set.has(name))).eql([]);
    expectGolden("test/faults/complete.out", `${plan?.faults.map(faultText).join("\n")}\n`);
  });
  it("is told its mistakes as a runbook is", () => {
    const { plan, diagnostics } = loadFaultPlan(readProjectFile("test/faults/mistakes.yaml"), "mistakes.yaml");
    expect(plan).equal(undefined);
    expectGolden("test/faults/mistakes.out", `${diagnostics.map(renderDiagnostic).join("\n\n")}\n`);
  });
  it("is told that it is empty", () => {
    const [told] = loadFaultPlan("# nothing\n", "empty.yaml").diagnostics;
    expect(told?.message).equal("the file holds no fault plan");
  });
  it("says the same in one line", () => {
    for (const fault of loadFaultPlan(complete, "complete.yaml").plan!.faults) {
      expect(faultOfSpec(faultText(fault))).eql(fault);
    }
  });
});

describe("--fault", () => {
  it("injects into a run, and says when it did not", async () => {
    await using rig = await Rig.open({ "group.yaml": GROUP, "plan.yaml": PLAN });
    const ended = await rig.cli(["run", "group.yaml", "--fault", RESET, "--fault-plan", "plan.yaml", "--quiet"]);
    expectEnd(
      { ...ended, stderr: timeless(ended.stderr) },
      {
        stdout: '{\n  "id": "lab"\n}\n',
        stderr:
          'warning: the fault "imds" struck nothing: no request matched it\n' +
          'warning: the fault "fail PUT * nth=9" struck nothing: of 1 that matched it none was its turn\n',
      },
    );
    expect(await rig.read(".runbook/emulator/requests.jsonl")).match(
      /"method":"PUT".*"status":0.*"faults":\["reset"\]/,
    );
  });
  it("is not named in what to type next", async () => {
    await using rig = await Rig.open({ "group.yaml": GROUP, "plan.yaml": PLAN });
    const faults = ["--fault", RESET, "--fault-plan=plan.yaml", "--fault=imds"];
    const { stderr } = await rig.cli(["run", "group.yaml", ...faults, "--yes"]);
    expect(timeless(stderr)).match(/\nnext:\n {2}runbook run group\.yaml --yes\n {4}finds everything as it should be/);
  });
  it("of a missing right is followed by how to go on once it is granted", async () => {
    await using rig = await Rig.open({ "group.yaml": GROUP });
    const fault = "fail PUT */resourceGroups/* status=403 code=AuthorizationFailed";
    const { stderr } = await rig.cli(["run", "group.yaml", "--fault", fault]);
    expect(timeless(stderr)).match(
      /\nnext:\n {2}runbook resume <run>\n {4}goes on where it stopped, once the right is granted\n$/,
    );
  });
  const refused: readonly (readonly [argv: readonly string[], code: number, stderr: string])[] = [
    [
      ["--fault", "resett PUT */x"],
      64,
      'error: --fault "resett PUT */x": "kind" is "resett", expected PLACEHOLDER\nhint: did you mean "reset"?\n',
    ],
    [["--fault", "reset"], 64, 'error: --fault "reset": "on" is missing from a fault "reset"\n'],
    [
      ["--fault", "reset PUTT */x"],
      64,
      'error: --fault "reset PUTT */x": "on" is no pattern: "PUTT" is no method of HTTP\nhint: write PUT */virtualMachines/*, /subscriptions/*, or Microsoft.Compute/virtualMachines/write\n',
    ],
    [["--fault", ""], 64, 'error: --fault "": it is empty\n'],
    [["--fault-plan", "none.yaml"], 64, "error: --fault-plan none.yaml: there is no such file\n"],
    [["--fault", "imds", "--target", "azure", "--yes"], 64, "error: --fault means something only on the emulator\n"],
  ];
  for (const [argv, code, stderr] of refused) {
    it(`refuses ${argv.join(" ")}`, async () => {
      await using rig = await Rig.open({ "group.yaml": GROUP });
      const kinds = Object.keys(FAULT_KINDS)
        .map((kind) => `"${kind}"`)
        .join(" or ");
      expectEnd(await rig.cli(["run", "group.yaml", ...argv]), { code, stderr: stderr.replace("PLACEHOLDER", kinds) });
    });
  }
});

const GROUP = `version: 1
name: group
steps:
  - id: lab
    uses: create-rg
    with: { name: lab, location: eastus }
outputs:
  id: \${{ steps.lab.outputs.name }}
`;
const PLAN = `version: 1
faults:
  - kind: imds
  - { kind: fail, on: PUT *, nth: 9 }
`;
