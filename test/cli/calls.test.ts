// A runbook that calls others, through every command: what a person does with it in a folder of files.

import { expect } from "chai";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { EditedRunbook } from "../../engine/runbook/editing/edited-runbook.ts";
import { completionAt } from "../../engine/runbook/editing/completion.ts";
import { hoverAt } from "../../engine/runbook/editing/hover.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import { definition } from "../../engine/cli/lsp/answers.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { readProjectFile } from "../support/project.ts";
import { Rig } from "../support/rig.ts";

const APP = `version: 1
name: app
inputs:
  location: { type: string, default: eastus }
steps:
  - id: group
    uses: create-rg
    with: { name: appGroup, location: "\${{ inputs.location }}" }
  - id: network
    uses: runbook
    with:
      path: shared/network.yaml
      inputs:
        group: \${{ steps.group.outputs.name }}
        location: \${{ inputs.location }}
  - id: tagged
    uses: create-rg
    with: { name: other, location: eastus, tags: { network: "\${{ steps.network.outputs.id }}" } }
outputs:
  id: \${{ steps.network.outputs.id }}
`;
const NETWORK = readProjectFile("test/runbooks/called/network.yaml");
const FILES = { "app.yaml": APP, "shared/network.yaml": NETWORK };
const lines = (text: string): readonly string[] => text.split("\n").map((line) => line.replace(/ +[\d.]+ s\b/, ""));

describe("a runbook that calls another", function () {
  this.timeout(60_000);

  it("is checked with it, and told of its mistakes once, in its own file", async () => {
    await using rig = await Rig.open({ ...FILES, "second.yaml": APP });
    expect(await rig.cli(["check", "app.yaml"])).include({ code: 0, stdout: "" });
    await rig.write("shared/network.yaml", NETWORK.replace("name: vnet", "naem: vnet"));
    const { code, stdout } = await rig.cli(["check", "."]);
    expect(code).equal(65);
    expect(stdout.split("\n").filter((line) => line.includes(": error: "))).eql([
      "app.yaml:12:13: error: shared/network.yaml has a mistake in line 15 [called-runbook]",
      'shared/network.yaml:15:7: error: create-vnet has no input "naem" [unknown-key]',
      "second.yaml:12:13: error: shared/network.yaml has a mistake in line 15 [called-runbook]",
    ]);
  });

  it("is planned, applied, run again without a change, shown and exported with its steps", async () => {
    await using rig = await Rig.open(FILES);
    const plan = await rig.cli(["plan", "app.yaml", "-o", "plan.json"]);
    expect(plan.stdout.split("\n").filter((line) => /^[+=] /.test(line))).eql([
      "+ group  create-rg  create  app.yaml:6",
      "+ network.vnet  create-vnet  create  shared/network.yaml:11",
      "= network  runbook  no change  app.yaml:9",
      "+ tagged  create-rg  create  app.yaml:16",
    ]);
    await rig.write("shared/network.yaml", `${NETWORK}# changed\n`);
    const changed = await rig.cli(["apply", "plan.json"]);
    expect([changed.code, changed.stderr.includes("runbook")]).eql([1, true]);
    await rig.write("shared/network.yaml", NETWORK);
    expect((await rig.cli(["apply", "plan.json"])).code).equal(0);
    expect((await rig.cli(["plan", "app.yaml"])).stdout).include("No changes");
    expect((await rig.cli(["graph", "app.yaml", "--format", "mermaid"])).stdout).include("network.vnet");
    const script = await rig.cli(["export", "app.yaml", "--to", "az"]);
    expect([script.code, script.stdout.includes("/virtualNetworks/vnet")]).eql([0, true]);
  });

  it("goes on where it failed, unless a runbook that it calls has changed, and takes all away", async () => {
    await using rig = await Rig.open(FILES);
    const fault = ["--fault", "fail PUT */virtualNetworks/* status=403 code=Forbidden times=always"];
    const failed = await rig.cli(["run", "app.yaml", "--yes", ...fault]);
    expect(failed.code).equal(1);
    expect(lines(failed.stdout + failed.stderr)).include.members([
      "✗ network.vnet  failed (Forbidden)",
      'shared/network.yaml:11:9: error: step "network.vnet" failed: The emulator was told to answer this request with 403. [Forbidden]',
    ]);
    await rig.write("shared/network.yaml", NETWORK.replace("name: vnet", "name: vnet2"));
    const refused = await rig.cli(["resume"]);
    expect(refused.stderr).include("is not the one that run").and.include("+       name: vnet2");
    await rig.write("shared/network.yaml", NETWORK);
    const resumed = await rig.cli(["resume"]);
    expect([resumed.code, /virtualNetworks\/vnet"/.test(resumed.stdout)]).eql([0, true]);
    const destroyed = await rig.cli(["destroy", "--yes"]);
    expect(lines(destroyed.stderr + destroyed.stdout)).include.members(["done: 3 steps in: 3 removed"]);
  });

  it("is tested with the steps of both", async () => {
    const tests = `version: 1
tests:
  - name: makes the network first
    expect:
      plan: { group: create, network.vnet: create, network: none, tagged: create }
      steps: { network.vnet: create }
      again: no changes
`;
    await using rig = await Rig.open({ ...FILES, "app.test.yaml": tests });
    const { code, stdout, stderr } = await rig.cli(["test"]);
    expect(code, stdout + stderr).equal(0);
  });

  it("goes on after a death in the middle of the runbook that is called", async () => {
    await using rig = await Rig.open(FILES);
    const { code, stdout } = await rig.cli(["drill", "app.yaml", "--only", "change 2 was", "--threads", "1"]);
    expect(code, stdout).equal(0);
  });
});

describe("an editor of a runbook that calls another", () => {
  const folder = pathToFileURL(`${tmpdir()}/runbooks/`).href;
  const texts: Readonly<Record<string, string>> = { [`${folder}shared/network.yaml`]: NETWORK };
  const open = (text: string): EditedRunbook =>
    new EditedRunbook(`${folder}app.yaml`, text, { registry: builtinSteps, readFile: (path) => texts[path] });
  const schema = runbookSchema(builtinSteps);
  const app = open(APP);
  const at = (part: string): { line: number; character: number } => {
    const [before] = APP.split(part.replace("|", ""));
    const lead = `${before!}${part.slice(0, part.indexOf("|"))}`.split("\n");
    return { line: lead.length - 1, character: lead.at(-1)!.length };
  };
  const offsetAt = (part: string): number => APP.indexOf(part.replace("|", "")) + part.indexOf("|");

  it("goes to the file, and to the input that is given", () => {
    expect(definition(app, at("shared/net|work.yaml"), app.source.path)).eql({
      uri: `${folder}shared/network.yaml`,
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    });
    expect(definition(app, at("        gro|up: ${{"), app.source.path)).deep.include({
      range: { start: { line: 3, character: 2 }, end: { line: 3, character: 7 } },
    });
  });
  it("is offered its inputs and outputs, and told of them", () => {
    const labels = (text: string, offset: number): readonly string[] =>
      completionAt(text, offset, builtinSteps, schema, app.called).candidates.map(({ label }) => label);
    expect(labels(APP, offsetAt("steps.network.outputs.|id }}\n"))).eql(["id", "subnets"]);
    const typed = APP.replace("        location: ${{ inputs.location }}\n", "        \n");
    const offset = typed.indexOf("\n        \n") + 9;
    expect(labels(typed, offset)).eql(["group", "location", "subnets"]);
    expect(hoverAt(app, offsetAt("        gro|up: ${{"), schema)?.markdown).equal(
      "**group** (string)\n\nName of its group.",
    );
    expect(hoverAt(app, offsetAt("outputs.i|d }}\n"), schema)?.markdown).equal("**steps.network.outputs.id** (string)");
  });
  it("is told of what is wrong in the file that it has open, and of nothing in others", () => {
    const wrong = open(APP.replace("shared/network", "shared/netwrok").replace("name: other", "naem: other"));
    expect(wrong.diagnostics.map(({ code, message }) => `${code}: ${message}`)).eql(
      [
        "called-runbook: shared/netwrok.yaml cannot be read",
        'missing-key: "name" is missing from create-rg',
        'unknown-key: create-rg has no input "naem"',
      ].filter((line) => !line.startsWith("missing")),
    );
  });
});
