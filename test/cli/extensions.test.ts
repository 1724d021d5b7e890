import { expect } from "chai";
import { join } from "node:path";
import { readProjectFile } from "../support/project.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const blocks = [...readProjectFile("docs/writing-a-step.md").matchAll(/```(\w+)\n(.*?)```/gs)];
const block = (language: string): string => blocks.find(([, name]) => name === language)![2]!;
const EXTENSION = block("js");
const RUNBOOK = block("yaml");

describe("extensions, in every command", function () {
  this.timeout(60_000);
  let rig: Rig;
  before(async () => {
    rig = await Rig.open({
      "infra/route-table.mjs": EXTENSION,
      "infra/routes.yaml": RUNBOOK,
      "infra/more/other.yaml": RUNBOOK.replace("./route", "../route").replace("trough", "through"),
      "infra/routes.test.yaml": `version: 1
runbook: ./routes.yaml
tests:
  - name: makes a route table
    expect:
      status: done
      steps: { table: create }
`,
    });
  });
  after(() => rig[Symbol.asyncDispose]());

  it("check: of every runbook of a folder", async () => {
    expectEnd(await rig.cli(["check", "infra"]), { stderr: "2 runbooks checked: no problems\n" });
    await rig.write("infra/more/wrong.yaml", RUNBOOK.replace("./route", "../rout").replace("through:", "trough:"));
    const { code, stdout } = await rig.cli(["check", "infra/**/*.yaml", "--format", "github"]);
    expect([code, stdout]).eql([
      65,
      "::error file=infra/more/wrong.yaml,line=3,endLine=3,col=14,endColumn=30,title=extension (runbook)::" +
        'extension "../rout-table.mjs" is a file that is not there%0Ahint: did you mean "../route-table.mjs"?\n',
    ]);
  });
  it("check: of each file the extensions that it names itself", async () => {
    await using other = await Rig.open({
      "route-table.mjs": EXTENSION,
      "called.yaml": RUNBOOK,
      "caller.yaml": RUNBOOK.replace(/^extensions:.*\n(?: +- .*\n)*/m, "").replace(
        /^steps:\n/m,
        "steps:\n  - id: inner\n    uses: runbook\n    with: { path: called.yaml }\n",
      ),
    });
    const told = (text: string): readonly string[] => text.split("\n").filter((line) => /\[|^hint/.test(line));
    const { code, stdout } = await other.cli(["check", "caller.yaml"]);
    expect([code, ...told(stdout)]).eql([
      65,
      'caller.yaml:11:11: error: "route-table" is no step type [unknown-step-type]',
      "hint: another file names the extension that it is of; name it under `extensions` here too",
    ]);
    const named = (await other.read("caller.yaml")).replace(/^steps:/m, "extensions: [./route-table.mjs]\nsteps:");
    await other.write("caller.yaml", named);
    expect(await other.cli(["check", "caller.yaml"])).include({ code: 0, stdout: "" });
  });
  it("steps: in the list, its page, its example", async () => {
    const { stdout } = await rig.cli(["steps", "--extension", "infra/route-table.mjs"]);
    expect(stdout).match(/^ {2}route-table +Create a route table/m);
    const absolute = await rig.cli(["steps", "--extension", join(rig.directory, "infra/route-table.mjs")]);
    expect(absolute).eql({ code: 0, stdout, stderr: "" });
    const page = await rig.cli(["steps", "route-table", "--runbook", "infra/routes.yaml"]);
    expect(page.stdout).match(/Rights that the examples use\n {2}Microsoft.Network\/routeTables {2}read, write\n/);
    const example = await rig.cli(["steps", "route-table", "--extension", "./infra/route-table.mjs", "--example"]);
    expect(example.stdout).match(/^extensions:\n {2}- \.\/infra\/route-table\.mjs$/m);
    await rig.write("example.yaml", example.stdout);
    expectEnd(await rig.cli(["check", "example.yaml"]), {
      stdout: "",
      stderr: "1 runbook checked: no problems\n",
    });
    expect((await rig.cli(["run", "example.yaml"])).code).equal(0);
  });
  it("steps: tells what is wrong with an extension or its example", async () => {
    expectEnd(await rig.cli(["steps", "--extension", "no-such-package"]), {
      code: 65,
      stderr:
        'error: extension "no-such-package" is no package that is installed here\n' +
        "hint: install it where the runbook is; a file is written ./<file>\n",
    });
    await rig.write("wrong.mjs", EXTENSION.replace("through-firewall", "not a name"));
    expectEnd(await rig.cli(["steps", "route-table", "--extension", "wrong.mjs"]), {
      code: 65,
      stderr:
        'error: extension "./wrong.mjs": example "Everything through a firewall" of route-table: "name" is "not a name", ' +
        "expected text that matches `^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$`\n",
    });
  });
  it("keeps what an extension prints out of the data", async () => {
    const noisy = "console.log('one'); console.info('two'); console.debug('three'); console.dir('four');\n";
    await using other = await Rig.open({ "route-table.mjs": noisy + EXTENSION, "routes.yaml": RUNBOOK });
    const { ended } = spawnCli(other.directory, ["check", "routes.yaml", "--format", "json"]);
    const { code, stdout, stderr } = await ended;
    expect([code, JSON.parse(stdout).diagnostics, stderr]).eql([0, [], "one\ntwo\nthree\nfour\n"]);
  });
  it("schema: with its inputs", async () => {
    const { stdout } = await rig.cli(["schema", "--runbook", "infra/routes.yaml"]);
    expect(stdout).include('"const": "route-table"');
    expect((await rig.cli(["schema"])).stdout).not.include("route-table");
  });
  it("test", async () => {
    const { code, stdout, stderr } = await rig.cli(["test", "infra/routes.test.yaml"]);
    expect([code, stdout, stderr]).eql([
      0,
      "infra/routes.test.yaml\n  ✓ makes a route table\n",
      "1 test in 1 file: 1 passed\n",
    ]);
  });
  it("drill", async () => {
    const { code, stdout, stderr } = await rig.cli([
      "drill",
      "infra/routes.yaml",
      "--threads",
      "1",
      "--only",
      "throttle",
    ]);
    expect([code, stdout, stderr.slice(-7)]).eql([
      0,
      `cells              converged   resumed    broken       all
throttle                   5         0         0         5
all                        5         0         0         5

5 cells: each ended as an undisturbed run does, at once or after a resume
`,
      "5 of 5\n",
    ]);
  });
  it("graph, diff and export", async () => {
    const graph = await rig.cli(["graph", "infra/routes.yaml"]);
    expect([graph.code, graph.stdout]).eql([0, "wave 1: group\nwave 2: table ← group\n"]);
    const exported = await rig.cli(["export", "infra/routes.yaml", "--to", "bicep"]);
    expect([exported.code, exported.stderr]).eql([0, ""]);
    expect(exported.stdout).include(
      "resource table 'Microsoft.Network/routeTables@2024-10-01' = {\n  name: 'through-firewall'",
    );
    expectEnd(await rig.cli(["diff", "infra/routes.yaml", "infra/more/other.yaml"]), {
      stdout: "no difference: both do the same\n",
    });
  });
});
