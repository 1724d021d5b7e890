// The published schema under the YAML language server that editors run: completion, hover and validation for every step
// type.

import { expect } from "chai";
import { stringify } from "yaml";
import { builtinSteps } from "../../dist/engine/steps/builtin/index.js";
import { exampleRunbook } from "../../dist/engine/runbook/example-runbook.js";
import { YamlClient } from "./yaml-client.mjs";

const HEAD = "version: 1\nname: example\nsteps:\n";

describe("the published schema, under yaml-language-server", () => {
  let client;
  before(async () => {
    client = await YamlClient.open();
  });
  after(() => client.close());

  it("offers every step type at `uses`", async () => {
    const { completion } = await client.read(`${HEAD}  - id: a\n    uses: |\n`);
    const labels = (await completion()).map(({ label }) => label);
    expect(labels).include.members([...builtinSteps.keys()]);
  });
  it("offers a skeleton for every step type at a new item", async () => {
    const { completion } = await client.read(`${HEAD}  - |\n`);
    const items = await completion();
    for (const name of builtinSteps.keys()) {
      expect(
        items.some(({ insertText = "" }) => insertText.includes(`uses: ${name}`)),
        name,
      ).equal(true);
    }
  });
  it("tells of a step type that there is not, once and with those that there are", async () => {
    const { diagnostics } = await client.read(`${HEAD}  - id: a\n    uses: create-nothing\n    with: {}\n`);
    expect(diagnostics).length(1);
    for (const name of builtinSteps.keys()) expect(diagnostics[0]).include(name);
  });
  it("tells of a misspelt key of a step and of the runbook", async () => {
    const step = "  - id: a\n    uses: create-rg\n    wiht: {}\n    with: { name: a, location: eastus }\n";
    expect((await client.read(HEAD + step)).diagnostics).eql(["Property wiht is not allowed."]);
    expect(
      (await client.read(`${HEAD.replace("steps", "stesp: []\nsteps")}${step.replace("    wiht: {}\n", "")}`))
        .diagnostics,
    ).eql(["Property stesp is not allowed."]);
  });

  for (const type of builtinSteps.values()) {
    const properties = Object.entries(type.inputs.properties);
    const required = type.inputs.required ?? [];
    const step = (given) =>
      `${HEAD}  - id: a\n    uses: ${type.name}\n${Object.keys(given).length > 0 ? `    with:\n${stringify(given).replaceAll(/^(?=.)/gm, "      ")}` : ""}`;

    describe(type.name, () => {
      it("is told nothing where it is right", async () => {
        for (const example of type.examples) {
          const { diagnostics } = await client.read(exampleRunbook(type, example, builtinSteps).text);
          expect(diagnostics, example.title).eql([]);
        }
      });
      it("offers its inputs, and tells what each is", async () => {
        const { completion } = await client.read(`${HEAD}  - id: a\n    uses: ${type.name}\n    with:\n      |\n`);
        const labels = (await completion()).map(({ label }) => label);
        expect(labels).include.members(properties.map(([name]) => name));
        for (const [name, { description }] of properties) {
          const at = `${HEAD}  - id: a\n    uses: ${type.name}\n    with:\n      ${name.slice(0, 1)}|${name.slice(1)}: x\n`;
          const { hover } = await client.read(at);
          const plain = (text) => text.replaceAll(/[\\`*_&;]|\s|lt|gt|nbsp/g, "");
          if (description !== undefined) expect(plain(await hover()), name).include(plain(description));
        }
      });
      it("tells of an input that it does not have", async () => {
        const [example] = type.examples;
        const { diagnostics } = await client.read(step({ ...example.with, notAnInput: 1 }));
        expect(diagnostics).include("Property notAnInput is not allowed.");
      });
      it("tells of each required input that is missing", async () => {
        const [example] = type.examples;
        for (const name of required) {
          const { [name]: _left, ...rest } = example.with;
          const given = Object.keys(rest).length > 0 ? rest : { notAnInput: 1 };
          const { diagnostics } = await client.read(step(given));
          expect(diagnostics, name).include(`Missing property "${name}".`);
        }
      });
    });
  }
});
