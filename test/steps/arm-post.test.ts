import { expect } from "chai";
import { UnknownOutcome } from "../../engine/run/local-driver.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import { driveStep } from "../support/drive-step.ts";
import { changesIn, requestsIn, stepRuns } from "../support/step-runs.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { worlds } from "../support/worlds.ts";
import { vmRunbook } from "../support/vm-runbook.ts";

const armPost = builtinSteps.get("arm-post")!;
const path = "/subscriptions/{subscriptionId}/resourceGroups/lab/providers/Microsoft.Storage/storageAccounts/a";
const apiVersion = "2024-01-01";

const VM = vmRunbook("post");
const RESTART = `${VM}
  - id: restart
    uses: arm-post
    with: { path: "\${{ steps.vm.outputs.id }}/restart", apiVersion: "2025-04-01" }
outputs:
  status: \${{ steps.restart.outputs.status }}
`;
/** An action that the emulator does not know: whoever reads its answer cannot be rehearsed, whoever only waits for it can. */
const ASSESS = `${VM}
  - id: assess
    uses: arm-post
    with: { path: "\${{ steps.vm.outputs.id }}/assessPatches", apiVersion: "2025-04-01" }
  - { id: behind, uses: create-uami, needs: [assess], with: { resourceGroup: lab, name: ID1, location: eastus } }
  - id: reader
    uses: create-uami
    with: { resourceGroup: lab, name: "\${{ steps.assess.outputs.body.name }}", location: eastus }
`;
const inputs = { password: "Pl4nted-canary-password" };

describe("arm-post", () => {
  it("is repeatable when it lists, or when it is said to be", () => {
    const asked = (given: object) =>
      driveStep(armPost, { apiVersion, ...given } as never, () => ({
        status: 200,
        body: {},
        secrets: {},
        requestId: "",
      })).asked;
    expect(asked({ path: `${path}/listKeys`, secretAnswer: { key: "/keys/0/value" } })).eql([
      {
        kind: "call",
        path: `${path}/listKeys`,
        apiVersion,
        repeatable: true,
        secretAnswer: { key: "/keys/0/value" },
      },
    ]);
    expect(asked({ path: `${path}/failover`, body: { a: 1 } })).eql([
      { kind: "call", path: `${path}/failover`, apiVersion, body: { a: 1 }, repeatable: false },
    ]);
    expect(asked({ path: `${path}/failover`, repeatable: true })[0]).include({ repeatable: true });
    expect(() => asked({ path: `${path}/../b/failover` })).throw("which leads elsewhere");
  });
  it("asks for names of what is secret in an answer that gives keys", () => {
    const told = (given: string, written: readonly string[] = []): string[] =>
      armPost.check({ path: given }, new Set(["path", ...written])).map(({ message }) => message);
    expect(told(`${path}/listKeys`)).eql(["what listKeys answers is secret, and would be recorded"]);
    expect(told(`${path}/listKeys`, ["secretAnswer"])).eql([]);
    expect(told(`${path}/list?api-version=1`)).eql(["a query begins at `?api-version=1`, expected a path alone"]);
    expect(told(`${path}/<name>`)).eql(["the path still holds the placeholder <name>"]);
  });
  it("performs an action that the plan lists, and counts as something to do", async () => {
    const { world, go } = await stepRuns();
    const { plan, run } = await go(RESTART, inputs);
    expect(plan.obstacles).eql([]);
    expect(changesIn(plan)).eql(["create", "create", "run"]);
    expect(requestsIn(plan).at(-1)).match(/^POST .*\/virtualMachines\/vm\/restart\?api-version=2025-04-01$/);
    expect(plan.steps.at(-1)!.requests[0]!.repeatable).equal(false);
    expect(plan.rights.some(({ action }) => action === "Microsoft.Compute/virtualMachines/restart/action")).equal(true);
    expect(run.status).equal("done");
    const again = await go(RESTART, inputs);
    expect(changesIn(again.plan)).eql(["none", "none", "run"]);
    expect(planPage(again.plan).verdict.text).equal("1 request changes something; nothing else will be sent.");
    await world.close();
  });
  it("is opaque in a plan when only Azure knows the answer, which whoever reads it has yet to know", async () => {
    const { world, go } = await stepRuns();
    const { plan, run } = await go(ASSESS, inputs);
    expect(plan.obstacles).eql([]);
    expect(changesIn(plan)).eql(["create", "create", "opaque", "create", "create"]);
    expect(plan.steps[2]).deep.include({ reason: "what assessPatches answers is known only to Azure" });
    expect(plan.steps[4]!.requests.map(({ method, operation }) => `${method} ${operation}`)).eql(["PUT reader/0"]);
    expect(JSON.stringify(plan.steps[4]!.requests)).include('"expression":"steps.assess.outputs.');
    expect(plan.unknowns.filter((text) => text.startsWith("what "))).eql([
      "what assess does: what assessPatches answers is known only to Azure. Nothing is sent but what is listed",
    ]);
    // The emulator does not know the action, which is no failure of the plan.
    expect([...run.failures.keys()]).eql(["assess"]);
    await world.close();
  });
});

describe("a run with arm-post that is killed", () => {
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
    step("restart", "arm-post", ["vm"], (scope) => ({
      path: `${String(out(scope, "vm", "id"))}/restart`,
      apiVersion: "2025-04-01",
    })),
  ];
  const posts = (answered: readonly { readonly request: string }[]): number =>
    answered.filter(({ request }) => request.startsWith("POST ") && request.endsWith("/restart")).length;

  it("does not send again what may have been done, unless it is told to", async () => {
    const on = await world();
    const { entries } = await on.run({
      steps: STEPS,
      killAt: (entry) => entry.kind === "completion" && entry.key === "restart/0:post.1",
    });
    expect(posts(on.answered)).equal(1);
    const thrown = await on.run({ steps: STEPS, resume: entries }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).instanceOf(UnknownOutcome);
    expect((thrown as UnknownOutcome).keys).eql(["restart/0:post.1"]);
    const done = await on.run({ steps: STEPS, resume: entries, how: { assume: "done" } });
    expect([...done.result!.failures]).eql([]);
    expect(posts(on.answered)).equal(1);
    const repeated = await on.run({ steps: STEPS, resume: entries, how: { assume: "repeat" } });
    expect([...repeated.result!.failures]).eql([]);
    expect(posts(on.answered)).equal(2);
  }).timeout(20_000);
  it("goes on polling what was answered, without another request", async () => {
    const on = await world();
    const { entries } = await on.run({
      steps: STEPS,
      killAt: (entry) => entry.kind === "completion" && entry.key.startsWith("restart/0:wait."),
    });
    const done = await on.run({ steps: STEPS, resume: entries });
    expect([...done.result!.failures]).eql([]);
    expect(posts(on.answered)).equal(1);
  }).timeout(20_000);
});
