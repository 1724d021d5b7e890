import { expect } from "chai";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import type { JsonObject } from "../../engine/value/json.ts";
import { Secret } from "../../engine/value/secret.ts";
import { driveStep } from "../support/drive-step.ts";
import { changesIn, requestsIn, stepRuns } from "../support/step-runs.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { PASSWORD } from "../support/world.ts";
import { worlds } from "../support/worlds.ts";
import { vmRunbook } from "../support/vm-runbook.ts";

const runCommand = builtinSteps.get("run-command")!;
const vm = "/subscriptions/s/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/vm";

const TEXT = `${vmRunbook("script")}  - id: greet
    uses: run-command
    with:
      vm: \${{ steps.vm.outputs.id }}
      script: |
        echo "$greeting"
        test -n "$password"
      parameters: { greeting: hello }
      secretParameters: { password: "\${{ inputs.password }}" }
  - id: told
    uses: assert
    with:
      conditions:
        - that: \${{ steps.greet.outputs.exitCode == 0 }}
          message: it failed
`;

describe("run-command", () => {
  const drive = (answer: object, more: JsonObject = {}) =>
    driveStep(runCommand, { vm, script: "true", ...more }, () => ({ exitCode: 0, stdout: "", stderr: "", ...answer }));
  it("asks for the script with its parameters, and gives what it said", () => {
    const { asked, outputs } = drive({ stdout: "hello\n" }, { parameters: { a: "b" }, timeoutSeconds: 60 });
    expect(asked).eql([
      { kind: "script", vm, script: "true", parameters: { a: "b" }, secretParameters: {}, timeoutSeconds: 60 },
    ]);
    expect(outputs).eql({ exitCode: 0, stdout: "hello\n", stderr: "" });
  });
  it("fails with what the script said last, unless its exit code is one that is expected", () => {
    expect(() => drive({ exitCode: 3, stderr: "no such file\n" })).throw(
      "the script ended with exit code 3: no such file",
    );
    expect(() => drive({ exitCode: 3, stdout: "first\nlast" })).throw("the script ended with exit code 3: first\nlast");
    expect(() => drive({ exitCode: 3 })).throw("the script ended with exit code 3; it said nothing");
    expect(drive({ exitCode: 3 }, { exitCodes: [0, 3] }).outputs).eql({ exitCode: 3, stdout: "", stderr: "" });
  });
  it("takes a parameter once", () => {
    const known = { parameters: { a: "b" }, secretParameters: { A: Secret.of("x") } } as unknown as JsonObject;
    expect(runCommand.check(known)).eql([
      { at: "/secretParameters/A", message: '"A" is a parameter as well', isAboutKey: true },
    ]);
  });
  it("is opaque in a plan, which lists all that is sent and shows the script", async () => {
    const { world, go } = await stepRuns();
    const { plan, run } = await go(TEXT, { password: PASSWORD });
    expect(plan.obstacles).eql([]);
    expect(changesIn(plan)).eql(["create", "create", "opaque", "none"]);
    const greet = plan.steps[2]!;
    expect(greet).deep.include({ reason: "what its script does in vm nobody can tell", resources: [] });
    expect(
      requestsIn(plan)
        .slice(-2)
        .map((request) => request.slice(0, request.indexOf(" "))),
    ).eql(["PUT", "DELETE"]);
    expect(JSON.parse(JSON.stringify(greet.requests[0]!.body)).properties).eql({
      source: { script: 'echo "$greeting"\ntest -n "$password"\n' },
      parameters: [{ name: "greeting", value: "hello" }],
      protectedParameters: [{ name: "password", value: { $secret: [{ ref: "inputs.password" }] } }],
      asyncExecution: false,
      timeoutInSeconds: 3600,
      treatFailureAsDeploymentFailure: false,
    });
    expect(planPage(plan).steps[2]!.inVm).eql(["in vm: a script of 2 lines, with greeting, password"]);
    expect(plan.rights.filter(({ step: id }) => id === "greet").map(({ action }) => action)).eql([
      "Microsoft.Compute/virtualMachines/runCommands/delete",
      "Microsoft.Compute/virtualMachines/runCommands/read",
      "Microsoft.Compute/virtualMachines/runCommands/write",
    ]);
    // The emulator runs no script of anybody's, and says so; the guard let everything through that was sent.
    expect(
      [...run.failures].map(([id, { message }]) => [
        id,
        message.replace(/\. Others run.*/, ".").replace(/[0-9a-f]{64}/, "<hash>"),
      ]),
    ).eql([
      [
        "greet",
        "the script ended with exit code 1: The emulated guest runs only the engine's own request script for Linux; it does not know the script with SHA-256 <hash>.",
      ],
    ]);
    expect(run.events.filter(({ type }) => type === "request-sent").length).greaterThan(3);
    expect(JSON.stringify(run.journal.entries)).not.include(PASSWORD);
    await world.close();
  });
});

describe("a run with run-command that is killed", () => {
  const world = worlds();
  const STEPS = [
    step("group", "create-rg", [], () => ({ name: "lab", location: "eastus" })),
    step("vm", "create-vm", ["group"], (scope) => ({
      resourceGroup: "lab",
      name: "vm",
      location: "eastus",
      image: "Ubuntu2204",
      adminUsername: "azureuser",
      adminPassword: scope.inputs["adminPassword"] ?? null,
    })),
    step("greet", "run-command", ["vm"], (scope) => ({
      vm: out(scope, "vm", "id"),
      script: "echo hello",
      exitCodes: [1],
    })),
  ];
  for (const [when, key] of [
    ["before the script is on record as begun", "greet/0:run.1"],
    ["while it runs", "greet/0:wait.1"],
  ] as const) {
    it(`begins the script once: killed ${when}`, async () => {
      const on = await world();
      const { entries } = await on.run({
        steps: STEPS,
        killAt: (entry) => entry.kind === "completion" && entry.key === key,
      });
      const { result } = await on.run({ steps: STEPS, resume: entries });
      expect([...result!.failures]).eql([]);
      const sent = (method: string): number =>
        on.answered.filter(({ request }) => request.startsWith(method) && request.includes("/runCommands/")).length;
      expect(sent("PUT ")).equal(1);
      expect(sent("DELETE ")).equal(1);
    }).timeout(20_000);
  }
  it("begins it when the process died before it could be sent", async () => {
    const on = await world();
    const { entries } = await on.run({
      steps: STEPS,
      killAt: (entry) => entry.kind === "intent" && entry.key === "greet/0:run.1",
    });
    const { result } = await on.run({ steps: STEPS, resume: entries });
    expect([...result!.failures]).eql([]);
  }).timeout(20_000);
});
