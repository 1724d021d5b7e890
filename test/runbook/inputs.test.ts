import { expect } from "chai";
import { Type } from "../../engine/steps/type.ts";
import { checkWithInputs, loadRunbook } from "../../engine/runbook/load.ts";
import { type GivenInput, resolveInputs } from "../../engine/runbook/inputs.ts";
import type { Runbook } from "../../engine/runbook/model.ts";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { defineStep, SecretString } from "../../engine/steps/definition.ts";
import type { Json } from "../../engine/value/json.ts";
import { load } from "../support/check-runbook.ts";

const TEXT = `version: 1
name: example
inputs:
  location: { type: string, default: eastus }
  stage: { type: string, enum: [test, prod] }
  count: { type: integer, default: 3 }
  share: { type: number, default: 0.5 }
  wanted: { type: boolean, default: true }
  places: { type: array, default: [a] }
  labels: { type: object, default: {} }
  name: { type: string, default: myVM, minLength: 2, maxLength: 40, pattern: "^[a-zA-Z]" }
  password: { type: string, secret: true, minLength: 8 }
steps:
  - id: vm
    uses: create-vm
    if: \${{ inputs.wanted && inputs.count > 0 && inputs.share < 1 && length(inputs.places) > 0 }}
    with:
      resourceGroup: group-\${{ inputs.stage }}
      name: \${{ inputs.name }}
      location: \${{ inputs.location }}
      image: Win2022Datacenter
      adminUsername: azureuser
      adminPassword: \${{ inputs.password }}
      tags: \${{ inputs.labels }}
`;

function runbookOf(text: string): Runbook {
  const { runbook, diagnostics } = load(text);
  if (runbook === undefined) throw new Error(diagnostics.map(renderDiagnostic).join("\n"));
  return runbook;
}

const runbook = runbookOf(TEXT);
const fromFlags = (values: Readonly<Record<string, Json>>): ReadonlyMap<string, GivenInput> =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value, from: "--input", isText: true }]));
const fromFile = (values: Readonly<Record<string, Json>>): ReadonlyMap<string, GivenInput> =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value, from: "inputs.yaml", isText: false }]));

describe("the inputs of a run", () => {
  it("are the defaults where nothing is given", () => {
    const { values, missing, problems } = resolveInputs(runbook, fromFlags({ stage: "test", password: "Secret-1" }));
    expect(values).eql({
      location: "eastus",
      stage: "test",
      count: 3,
      share: 0.5,
      wanted: true,
      places: ["a"],
      labels: {},
      name: "myVM",
      password: "Secret-1",
    });
    expect([missing, problems]).eql([[], []]);
  });
  it("are missing where there is no default", () => {
    expect(resolveInputs(runbook, new Map()).missing.map(({ name }) => name)).eql(["stage", "password"]);
  });
  it("are read from text by the type that is described", () => {
    const given = { count: "4", share: "-1e-1", wanted: "false", places: '["x"]', labels: '{"a":"b"}' };
    expect(resolveInputs(runbook, fromFlags(given)).values).include({ count: 4, share: -0.1, wanted: false });
    expect(resolveInputs(runbook, fromFlags(given)).values).deep.include({ places: ["x"], labels: { a: "b" } });
    // A value of a file has its type, and text that looks like something else stays text.
    expect(resolveInputs(runbook, fromFile({ name: "true" })).values).include({ name: "true" });
  });
  for (const [what, given, problem] of [
    ["an unknown name", { locaton: "x" }, '"locaton" (--input) is no input of this runbook; did you mean "location"?'],
    ["text for an integer", { count: "four" }, 'input "count" (--input) is "four", expected an integer'],
    ["a fraction for an integer", { count: "1.5" }, 'input "count" (--input) is 1.5, expected an integer'],
    ["nothing for a number", { share: "" }, 'input "share" (--input) is "", expected a number'],
    ["no number at all", { share: "Infinity" }, 'input "share" (--input) is "Infinity", expected a number'],
    ["yes for a boolean", { wanted: "yes" }, 'input "wanted" (--input) is "yes", expected a boolean'],
    [
      "text for a list",
      { places: "a,b" },
      'input "places" (--input) is "a,b", expected a list, written as JSON: ["a", "b"]',
    ],
    [
      "no JSON for an object",
      { labels: "{a: b}" },
      'input "labels" (--input) is "{a: b}", expected an object, written as JSON: {"a": "b"}',
    ],
    ["a list for an object", { labels: "[1]" }, 'input "labels" (--input) is [1], expected an object'],
    ["another value", { stage: "tset" }, 'input "stage" (--input) is "tset", expected "test" or "prod"'],
    ["a text too short", { name: "x" }, 'input "name" (--input) has 1 character, expected 2 or more'],
    ["a text too long", { name: "x".repeat(41) }, 'input "name" (--input) has 41 characters, expected at most 40'],
    [
      "a text unlike its pattern",
      { name: "1x" },
      'input "name" (--input) is "1x", expected text that matches `^[a-zA-Z]`',
    ],
    ["a secret too short", { password: "hunter2" }, 'input "password" (--input) has 7 characters, expected 8 or more'],
  ] as const) {
    it(`are refused with a reason: ${what}`, () => {
      const { problems, values } = resolveInputs(runbook, fromFlags(given));
      expect(problems).eql([problem]);
      expect(values).not.have.property(Object.keys(given)[0]!);
    });
  }
  it("are told all problems at once, and a given one is not missing", () => {
    const { problems, missing } = resolveInputs(runbook, fromFlags({ count: "x", stage: "x", extra: "x" }));
    expect(problems).length(3);
    expect(missing.map(({ name }) => name)).eql(["password"]);
  });
  it("do not show a secret that is of the wrong type", () => {
    const { problems } = resolveInputs(runbook, fromFile({ password: 12345678 }));
    expect(problems).eql(['input "password" (inputs.yaml) is not as expected, expected text']);
  });
  it("may have any name", () => {
    const odd = runbookOf(
      "version: 1\nname: x\ninputs:\n  constructor: { type: string }\n  toString: { type: string, default: a }\nsteps:\n" +
        '  - id: a\n    uses: create-rg\n    with: { name: "${{ inputs.constructor }}", location: "${{ inputs.toString }}" }\n',
    );
    expect(resolveInputs(odd, new Map()).missing.map(({ name }) => name)).eql(["constructor"]);
    expect(Object.keys(resolveInputs(odd, fromFlags({ constructor: "b" })).values)).eql(["constructor", "toString"]);
  });
});

describe("the inputs of a run that have parts", () => {
  const shaped = runbookOf(`version: 1
name: shaped
inputs:
  ports: { type: list, items: { type: integer, minimum: 1, maximum: 65535 }, minItems: 1, maxItems: 3, default: [22] }
  labels: { type: map, values: { type: string, minLength: 2 }, default: {} }
  vms:
    type: list
    items:
      type: object
      properties:
        name: { type: string }
        size: { type: string, enum: [small, large], default: small }
        zone: { type: integer, optional: true }
    default: []
steps:
  - id: all
    uses: create-rg
    forEach: \${{ inputs.vms }}
    with: { name: "\${{ each.value.name }}-\${{ each.value.size }}", location: eastus, tags: "\${{ inputs.labels }}" }
outputs:
  ports: \${{ inputs.ports }}
`);
  it("have the defaults of the members that are left out", () => {
    const { values } = resolveInputs(shaped, fromFlags({ vms: '[{"name":"a"},{"size":"large","name":"b","zone":2}]' }));
    expect(values["vms"]).eql([
      { name: "a", size: "small" },
      { name: "b", size: "large", zone: 2 },
    ]);
  });
  for (const [what, given, ...expected] of [
    ["items", { ports: "[0, 80]" }, ", at `ports[0]`, is 0, expected 1 or more"],
    [
      "several",
      { ports: "[70000, 1.5]" },
      ", at `ports[0]`, is 70000, expected at most 65535",
      ", at `ports[1]`, is 1.5, expected an integer",
    ],
    ["how many items", { ports: "[]" }, " has 0 items, expected 1 or more"],
    ["too many items", { ports: "[1,2,3,4]" }, " has 4 items, expected at most 3"],
    ["values", { labels: '{"a b":"x"}' }, ", at `labels['a b']`, has 1 character, expected 2 or more"],
    [
      "members",
      { vms: '[{"size":"huge"}]' },
      ', at `vms[0].size`, is "huge", expected "small" or "large"',
      ', at `vms[0]`, has no "name"',
    ],
    [
      "unknown members",
      { vms: '[{"nmae":"a"}]' },
      ', at `vms[0]`, has "nmae", which is no member of it; did you mean "name"?',
    ],
    ["what an object is", { vms: "[1]" }, ", at `vms[0]`, is 1, expected an object"],
  ] as const) {
    it(`are refused with the place: ${what}`, () => {
      const [name] = Object.keys(given);
      expect(resolveInputs(shaped, fromFlags(given)).problems).have.members(
        expected.map((rest) => `input "${name!}" (--input)${rest}`),
      );
    });
  }
});

describe("a runbook with the values of a run", () => {
  const told = (given: Readonly<Record<string, Json>>): string => {
    const all = fromFlags({ stage: "test", password: "Correct-Horse-1", ...given });
    const { values, problems } = resolveInputs(runbook, all);
    expect(problems).eql([]);
    return checkWithInputs(runbook, builtinSteps, values).map(renderDiagnostic).join("\n");
  };
  it("is told nothing when they are right", () => expect(told({})).equal(""));
  it("is told what Azure would refuse, and which input it is", () => {
    expect(told({ name: "a-windows-name-too-long" })).equal(
      [
        'runbook.yaml:19:13: error: a Windows computer name has at most 15 characters, "a-windows-name-too-long" has 23 [step-input]',
        "   |",
        "19 |       name: ${{ inputs.name }}",
        "   |             ~~~~~~~~~~~~~~~~~~",
        'runbook.yaml:11:3: note: the value is "a-windows-name-too-long", that of input "name"',
        "   |",
        '11 |   name: { type: string, default: myVM, minLength: 2, maxLength: 40, pattern: "^[a-zA-Z]" }',
        "   |   ~~~~",
      ].join("\n"),
    );
  });
  it("is told what the schema of a step type says of them", () => {
    expect(told({ location: "east-us" })).include(
      'error: "location" is "east-us", expected the name of a region, such as eastus [step-input]',
    );
    expect(told({ labels: '{"cost": 4711}' })).include('error: "cost" is a number, expected text [step-input]');
    expect(told({ labels: '{"a?b": "x"}' })).include("a tag's name has none of < > % & \\ ? /");
  });
  it("is told once what was told already when it was loaded", () => {
    const doubtful =
      "version: 1\nname: x\ninputs:\n  role: { type: string, default: Reeder }\nsteps:\n  - id: a\n    uses: grant-role\n" +
      '    with: { principalId: 0d1b3ee2-6d2e-4bbb-a1a7-3c9e0b3b9a10, role: "${{ inputs.role }}", scope: /subscriptions/0d1b3ee2-6d2e-4bbb-a1a7-3c9e0b3b9a10 }\n';
    const loaded = loadRunbook(doubtful, { file: "x.yaml", registry: builtinSteps });
    const again = (role: string): readonly string[] =>
      checkWithInputs(loaded.runbook!, builtinSteps, { role }).map(({ message }) => message);
    expect(loaded.diagnostics.map(({ message }) => message)).eql(['"Reeder" is no role that this engine knows']);
    expect(again("Reeder")).eql([]);
    expect(again("Reader")).eql([]);
    expect(again("Contributer")).eql(['"Contributer" is no role that this engine knows']);
  });
  it("is told of a bad password without a character of it", () => {
    const text = told({ password: "correcthorse" });
    expect(text).include("three of lower case, upper case, digit and special character, this one 1 [step-input]");
    expect(text).include('note: the value is that of input "password"');
    expect(text).not.include("correcthorse");
  });
  it("keeps a secret out of messages even where a step type puts it in", () => {
    const leaky = defineStep({
      name: "leaky",
      summary: "Says what it should not.",
      inputs: Type.Object({ key: SecretString() }),
      outputs: Type.Object({}),
      examples: [],
      check: ({ key }) => (key === undefined ? [] : [{ at: "/key", message: `"${key}" is bad` }]),
      // oxlint-disable-next-line require-yield -- it asks for nothing
      *run() {
        return {};
      },
    });
    const registry = new Map([["leaky", leaky]]);
    const text =
      "version: 1\nname: x\ninputs:\n  key: { type: string, secret: true }\nsteps:\n" +
      '  - id: a\n    uses: leaky\n    with: { key: "a-${{ inputs.key }}" }\n';
    const { runbook: own } = loadRunbook(text, { file: "x.yaml", registry });
    const [told] = checkWithInputs(own!, registry, { key: "Correct-Horse-1" });
    expect(told!.message).equal('"a-********" is bad');
  });
});
