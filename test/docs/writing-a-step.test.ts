import { expect } from "chai";
import { Type } from "../../engine/steps/type.ts";
import { readProjectFile } from "../support/project.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const blocks = [...readProjectFile("docs/writing-a-step.md").matchAll(/```(\w+)\n(.*?)```/gs)];
const block = (language: string): string => blocks.find(([, name]) => name === language)![2]!;
const EXTENSION = block("js");
const RUNBOOK = block("yaml");

describe("docs/writing-a-step.md", () => {
  it("shows a step type of less than fifty lines, which does all that it says", async () => {
    expect(EXTENSION.trimEnd().split("\n").length).lessThan(50);
    await using rig = await Rig.open({ "route-table.mjs": EXTENSION, "routes.yaml": RUNBOOK });
    expectEnd(await rig.cli(["check", "routes.yaml"]), { stderr: "1 runbook checked: no problems\n" });
    const plan = await rig.cli(["plan", "routes.yaml", "--json"]);
    const { steps, rights, obstacles } = JSON.parse(plan.stdout) as {
      steps: { change: string; requests: { method: string; body: unknown }[] }[];
      rights: { action: string; step: string }[];
      obstacles: string[];
    };
    expect(obstacles).eql([]);
    expect(steps.map(({ change }) => change)).eql(["create", "create"]);
    expect(steps[1]!.requests[0]).deep.include({
      method: "PUT",
      body: {
        location: "eastus",
        properties: {
          disableBgpRoutePropagation: true,
          routes: [
            {
              name: "all",
              properties: {
                addressPrefix: "0.0.0.0/0",
                nextHopType: "VirtualAppliance",
                nextHopIpAddress: "10.0.0.4",
              },
            },
          ],
        },
      },
    });
    expect(rights.filter(({ step }) => step === "table").map(({ action }) => action)).eql([
      "Microsoft.Network/routeTables/read",
      "Microsoft.Network/routeTables/write",
    ]);
    const first = await rig.cli(["run", "routes.yaml"]);
    expect(first.code, first.stderr).equal(0);
    expect(first.stderr).include("done: 2 steps").and.include("2 created");
    const run = /journal: \.runbook\/runs\/([^/]+)\//.exec(first.stderr)![1]!;
    const again = await rig.cli(["run", "routes.yaml"]);
    expect(again.stderr).include("2 unchanged");
    const gone = await rig.cli(["destroy", run, "--yes"]);
    expect(gone.code, gone.stderr).equal(0);
    expect(await rig.read(".runbook/emulator/state.json")).not.match(/"id":"[^"]*routeTables[^"]*"(?!.*goneAt)/);
  }).timeout(40_000);

  it("lists all that makes a schema", () => {
    const text = readProjectFile("docs/writing-a-step.md");
    expect(Object.keys(Type).filter((name) => !text.includes(`| \`Type.${name}(`))).eql([]);
  });

  const told = async (extension: string, runbook = RUNBOOK): Promise<string> => {
    await using rig = await Rig.open({ "route-table.mjs": extension, "routes.yaml": runbook });
    const { code, stdout, stderr } = await rig.cli(["check", "routes.yaml"]);
    expect(code).equal(65);
    return (stdout + stderr).replaceAll(rig.directory, "<folder>");
  };
  it("is right that mistakes in the use of a step type are found", async () => {
    expect(await told(EXTENSION, RUNBOOK.replace("through: 10.0.0.4", "trough: 10.0.0.4"))).include(
      'routes.yaml:14:7: error: route-table has no input "trough" [unknown-key]',
    );
    expect(await told(EXTENSION, RUNBOOK.replace("10.0.0.4", "0.0.0.0"))).include(
      "routes.yaml:14:16: error: no machine has the address 0.0.0.0 [step-input]",
    );
    expect(await told(EXTENSION, RUNBOOK.replace("outputs.id }}\n", "outputs.ib }}\n"))).include("[unknown-output]");
  }).timeout(40_000);
  it("is right that a broken extension is told of with its name and place", async () => {
    const start = 'routes.yaml:3:14: error: extension "./route-table.mjs"';
    const end = "\n1 runbook checked: 1 error\n";
    const place = "  |\n3 | extensions: [./route-table.mjs]\n  |              ~~~~~~~~~~~~~~~~~\n";
    expect(await told("export const nothing = 1;")).equal(
      `${start} exports no step type [extension]\n${place}hint: export what \`defineStep(…)\` gives\n${end}`,
    );
    expect(await told("export const a = missing();")).equal(
      `${start} cannot be loaded: missing is not defined (route-table.mjs:1:18) [extension]\n${place}${end}`,
    );
    expect(await told(EXTENSION.replace('"route-table"', '"create-rg"'))).equal(
      `${start} defines "create-rg", which comes with the engine already [extension]\n${place}${end}`,
    );
    expect(await told(EXTENSION.replace('"route-table"', '"Route Table"'))).equal(
      `${start} names a step type "Route Table" [extension]\n${place}hint: names are small letters and digits, with \`-\` between\n${end}`,
    );
    expect(await told(EXTENSION.replace('pattern: "^[A-Z', 'pattern: "^(([A-Z'))).include(
      `${start} has a schema in \`inputs\` of "route-table" that cannot be read:`,
    );
    expect(await told(EXTENSION, RUNBOOK.replace("./route-table.mjs", "./other.mjs"))).include(
      'extension "./other.mjs" is a file that is not there [extension]',
    );
    expect(await told(EXTENSION, RUNBOOK.replace("./route-table.mjs", "no-such-package"))).equal(
      'routes.yaml:3:14: error: extension "no-such-package" is no package that is installed here [extension]\n' +
        "  |\n3 | extensions: [no-such-package]\n  |              ~~~~~~~~~~~~~~~\n" +
        `hint: install it where the runbook is; a file is written ./<file>\n${end}`,
    );
  }).timeout(40_000);
  it("is right that a slip of a step names its place", async () => {
    const slip = EXTENSION.replace("const next =", "undefined.x;\n    const next =");
    await using rig = await Rig.open({ "route-table.mjs": slip, "routes.yaml": RUNBOOK });
    const { stderr } = await rig.cli(["run", "routes.yaml"]);
    expect(stderr).match(
      /Cannot read properties of undefined \(reading 'x'\) \(route-table, route-table\.mjs:\d+:\d+\)/,
    );
  }).timeout(40_000);
});
