import { expect } from "chai";
import fc from "fast-check";
import { parseDocument, type Scalar, stringify } from "yaml";
import { AuthoredError, type Runbook, type RunbookScope } from "../../engine/runbook/model.ts";
import { valuePlaces } from "../../engine/runbook/value-places.ts";
import { Secret } from "../../engine/value/secret.ts";
import { load } from "../support/check-runbook.ts";

const TEXT = `version: 1
name: example
description: An example.
inputs:
  flag: { type: boolean }
  other: { type: array, default: [] }
  password: { type: string, secret: true }
steps:
  - id: group
    uses: create-rg
    description: The group.
    timeout: 1.5m
    with: { name: myGroup, location: eastus, tags: { flag: "it is \${{ inputs.flag }}" } }
  - id: vm
    uses: create-vm
    needs: [group]
    if: \${{ inputs.flag }}
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: myVM
      location: \${{ steps.group.outputs.location }}
      image: Win2022Datacenter
      adminUsername: azureuser
      adminPassword: \${{ inputs.password }}
  - id: grant
    uses: grant-role
    with:
      principalId: \${{ steps.vm.outputs.principalId }}
      role: Reader
      scope: \${{ steps.group.outputs.id }}
  - id: read
    uses: arm-get
    if: \${{ inputs.other[0] }}
    with: { path: "\${{ steps.group.outputs.id }}", apiVersion: "2021-04-01", token: }
outputs:
  group: \${{ steps.group.outputs }}
  name: the VM is \${{ default(steps.vm.outputs.name, 'not there') }}
`;

function runbookOf(text: string): Runbook {
  const { runbook, diagnostics } = load(text);
  if (runbook === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return runbook;
}

const runbook = runbookOf(TEXT.replace(", token: }", " }"));
const step = (id: string) => runbook.steps.find((one) => one.id === id)!;
const scope: RunbookScope = {
  inputs: { flag: true, other: [true], password: Secret.of("inputs.password") },
  steps: { group: { outputs: { id: "/g", name: "g", location: "eastus" } } },
};

describe("a checked runbook", () => {
  it("has what was written", () => {
    expect(runbook).include({ name: "example", description: "An example." });
    expect(runbook.inputs.map(({ name, type, secret }) => [name, type, secret])).eql([
      ["flag", "boolean", false],
      ["other", "list", false],
      ["password", "string", true],
    ]);
    expect(step("group")).include({ uses: "create-rg", description: "The group.", timeoutMs: 90_000 });
    expect(step("vm")).not.have.property("timeoutMs");
    expect(runbook.steps.map(({ dependencies }) => dependencies)).eql([[], ["group"], ["vm", "group"], ["group"]]);
  });
  it("gives the inputs of a step, with secrets as handles", () => {
    expect(step("group").inputs(scope)).eql({ name: "myGroup", location: "eastus", tags: { flag: "it is true" } });
    expect(step("vm").inputs(scope)).deep.include({ resourceGroup: "g", adminPassword: Secret.of("inputs.password") });
  });
  it("gives conditions and outputs", () => {
    expect(step("vm").condition!(scope)).equal(true);
    expect(step("vm").condition!({ ...scope, inputs: { flag: false } })).equal(false);
    expect(step("group")).not.have.property("condition");
    expect(runbook.outputs(scope)).eql({
      group: { id: "/g", name: "g", location: "eastus" },
      name: "the VM is not there",
    });
  });
  it("says where a value did not come out as the step needs it", () => {
    expect(() => step("grant").inputs({ ...scope, steps: { ...scope.steps, vm: { outputs: {} } } }))
      .throw(AuthoredError)
      .with.property("message", 'runbook.yaml:28:20: "principalId" came out as null, expected a value');
    const outputs = { principalId: "not-a-guid" };
    expect(() => step("grant").inputs({ ...scope, steps: { ...scope.steps, vm: { outputs } } }))
      .throw(AuthoredError)
      .with.property("message")
      .match(/^runbook\.yaml:28:20: "principalId" is "not-a-guid", expected a GUID/);
    expect(() => step("read").condition!({ ...scope, inputs: { other: ["x"] } }))
      .throw(AuthoredError)
      .with.property("message", 'runbook.yaml:33:9: "if" came out as something else than true or false');
  });
  it("leaves out an optional input whose value is null", () => {
    const text = TEXT.replace("token: }", 'token: "${{ inputs.password }}" }');
    const read = runbookOf(text).steps.find(({ id }) => id === "read")!;
    expect(read.inputs({ ...scope, inputs: { password: null } })).eql({ path: "/g", apiVersion: "2021-04-01" });
  });
});

describe("the place of a character of a YAML text", () => {
  const styles = ["PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const;
  it("is where it was written, in every style of text", () => {
    const words = fc.array(
      fc.constantFrom("a", "b'c", 'd"e', "\\f", "é", "😀", "#g", "h:", "i\tj", " ", "\n", "\n\n"),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...styles), fc.integer({ min: 20, max: 60 }), (some, style, lineWidth) => {
        const value = some.join(" ");
        const file = `key:\n  ${stringify({ deep: value }, { defaultStringType: style, lineWidth }).replaceAll("\n", "\n  ")}`;
        const node = parseDocument(file, { uniqueKeys: false }).getIn(["key", "deep"], true) as Scalar.Parsed;
        if (node.value !== value) return;
        const places = valuePlaces(value, file, { start: node.range[0], end: node.range[1] }, node.type);
        for (const match of value.matchAll(/[a-zé]/gu)) {
          const { start } = places({ start: match.index, end: match.index + 1 });
          expect(file[start]).equal(match[0]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
