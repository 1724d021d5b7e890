import { expect } from "chai";
import { GuestSandbox } from "../../engine/emulator/sandbox/guest-sandbox.ts";
import { NoSandbox } from "../../engine/emulator/sandbox/programs.ts";
import { besideText } from "../../engine/report/step-pages.ts";
import { exampleRunbook } from "../../engine/runbook/example-runbook.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { defineStep, type StepDefinition } from "../../engine/steps/definition.ts";
import { Type } from "../../engine/steps/type.ts";
import type { JsonObject } from "../../engine/value/json.ts";
import { expectEnd, Rig } from "../support/rig.ts";

const WIDE = `create-uami
Create a user assigned managed identity, or confirm that it is as described.

Inputs
  resourceGroup  string, required. Name of the resource group (1 to 90 letters,
                 digits, \`-\`, \`_\`, \`(\`, \`)\` and \`.\`, with no dot at the end).
  name           string, required. Name of the identity (3 to 128 letters,
                 digits, \`-\` and \`_\`, with a letter or digit first).
  location       string, required. Azure region, for example eastus.
  tags           map of strings. Tags; other tags of the resource stay.

Outputs
  id           string. ARM id of the identity.
  name         string
  principalId  string. Object id in Entra: who is granted a role.
  clientId     string. Application id: who asks for a token.
  tenantId     string

Rights that the examples use
  Microsoft.ManagedIdentity/userAssignedIdentities  read, write

Example: An identity
  version: 1
  name: example-of-create-uami
  steps:
    - id: group
      uses: create-rg
      with:
        name: exampleGroup
        location: eastus
    - id: identity
      uses: create-uami
      with:
        resourceGroup: \${{ steps.group.outputs.name }}
        name: myIdentity
        location: eastus
`;

const NARROW = `create-rg
Create a resource group, or confirm
that it is as described.

Inputs
  name      string, required. Name of
            the resource group (1 to 90
            letters, digits, \`-\`, \`_\`,
            \`(\`, \`)\` and \`.\`, with no
            dot at the end).
  location  string, required. Azure
            region, for example eastus.
  tags      map of strings. Tags; other
            tags of the resource stay.

Outputs
  id        string. ARM id of the
            group.
  name      string
  location  string. Region as Azure
            writes it, for example
            eastus.

Rights that the examples use
  resource group
    Microsoft.Resources/subscriptions/resourceGroups/read,
    Microsoft.Resources/subscriptions/resourceGroups/write

Example: A group with a tag
  version: 1
  name: example-of-create-rg
  steps:
    - id: group
      uses: create-rg
      with:
        name: myGroup
        location: eastus
        tags:
          owner: me
`;

describe("runbook steps", function () {
  this.timeout(60_000);
  let rig: Rig;
  before(async () => {
    rig = await Rig.open();
  });
  after(() => rig[Symbol.asyncDispose]());

  it("lists every step type with its summary", async () => {
    const { code, stdout, stderr } = await rig.cli(["steps"], { columns: 80, env: { NO_COLOR: "1" } });
    expect([code, stderr]).eql([0, ""]);
    const names = [...stdout.matchAll(/^ {2}([\w-]+) /gm)].map(([, name]) => name);
    expect(names).eql([...builtinSteps.keys()].toSorted());
    for (const line of stdout.split("\n")) expect(line.length, line).below(80);
    const listed = JSON.parse((await rig.cli(["steps", "--json"])).stdout) as readonly { readonly name: string }[];
    expect(listed.map(({ name }) => name)).eql(names);
  });
  it("tells all about one, at 80 columns and without a terminal", async () => {
    expectEnd(await rig.cli(["steps", "create-uami"], { columns: 80, env: { NO_COLOR: "1" } }), { stdout: WIDE });
    expectEnd(await rig.cli(["steps", "create-uami"]), { stdout: WIDE });
  });
  it("tells all about one at 40 columns", async () => {
    expectEnd(await rig.cli(["steps", "create-rg"], { columns: 40, env: { NO_COLOR: "1" } }), { stdout: NARROW });
  });
  it("tells a program the schemas, and the rights apart from their holder", async () => {
    const { stdout } = await rig.cli(["steps", "arm-get", "--json"]);
    const told = JSON.parse(stdout) as JsonObject;
    const type = builtinSteps.get("arm-get")!;
    expect(told).deep.include({ name: "arm-get", summary: type.summary });
    expect(told["inputs"]).eql(JSON.parse(JSON.stringify(type.inputs)));
    expect(told["outputs"]).eql(JSON.parse(JSON.stringify(type.outputs)));
    expect(told["rights"]).deep.include({
      who: "identity in a VM",
      on: "resource group",
      actions: ["Microsoft.Resources/subscriptions/resourceGroups/read"],
    });
  });
  it("refuses a name that there is not", async () => {
    expectEnd(await rig.cli(["steps", "create-vn"]), {
      code: 64,
      stderr: 'error: there is no step type "create-vn"\nhint: did you mean "create-vm"?\n',
    });
    expectEnd(await rig.cli(["steps", "--example"]), {
      code: 64,
      stderr: "error: --example needs the name of a step type\n",
    });
  });
});

/** Where there is one. */
function sandbox(): readonly string[] {
  try {
    new GuestSandbox().close();
    return ["--guest", "sandbox"];
  } catch (thrown) {
    if (thrown instanceof NoSandbox) return [];
    throw thrown;
  }
}

describe("the examples of step types", () => {
  for (const type of builtinSteps.values()) {
    it(`${type.name}: has one`, () => expect(type.examples.length).above(0));
    for (const [index, example] of type.examples.entries()) {
      it(`${type.name}: "${example.title}" is checked without a word and runs`, async () => {
        const { text } = exampleRunbook(type, example, builtinSteps);
        const { files = {} } = example;
        const readFile = (path: string): string | undefined => files[path];
        const { diagnostics } = loadRunbook(text, { file: "example.yaml", registry: builtinSteps, readFile });
        // What a step is for stands in none of its own examples.
        expect(diagnostics.filter(({ code }) => code !== "unused-step")).eql([]);
        await using rig = await Rig.open({ "example.yaml": text, ...files });
        // No VM of the emulator runs a script of somebody's, unless it is asked to.
        const guest = type.name === "run-command" ? sandbox() : [];
        const running = rig.cli(["run", "example.yaml", ...guest]);
        while (type.name === "approve" && (await rig.cli(["approve"])).code !== 0);
        const { code, stderr } = await running;
        if (type.name === "run-command" && guest.length === 0)
          expect(stderr).include("The emulated guest runs only the engine's own");
        else expect(code, stderr).equal(0);
        if (index > 0) return;
        expectEnd(await rig.cli(["steps", type.name, "--example"]), { stdout: text + besideText(files) });
      }).timeout(60_000);
    }
  }

  const typeWith = (example: JsonObject): StepDefinition =>
    defineStep({
      name: "reads",
      summary: "",
      inputs: Type.Object({ value: Type.String() }),
      outputs: Type.Object({}),
      examples: [{ title: "One", with: example }],
      // oxlint-disable-next-line require-yield -- it is never run
      *run() {
        return {};
      },
    });
  const refused = (example: JsonObject): string => {
    const type = typeWith(example);
    try {
      return exampleRunbook(type, type.examples[0]!, builtinSteps).text;
    } catch (thrown) {
      return (thrown as Error).message;
    }
  };
  it("may read the steps that all examples have, and no others", () => {
    expect(refused({ value: "${{ steps.grup.outputs.id }}" })).equal(
      'the example "One" of reads reads step "grup", which no example has',
    );
  });
  it("may read secrets, and no other inputs", () => {
    expect(refused({ value: "${{ inputs.size }}" })).equal(
      'the example "One" of reads reads input "size", which is no secret',
    );
  });
});
