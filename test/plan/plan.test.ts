import { expect } from "chai";
import { requireSamePlan } from "../../engine/plan/compare-plans.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { fillTemplate } from "../../engine/plan/template.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { Json } from "../../engine/value/json.ts";
import { applyOn, mutationsIn, openWorld, PASSWORD, planOn, runbookOf, type World } from "../support/planning.ts";

const shown = (value: unknown): Json => fillTemplate(value as Json, ({ after }) => `(after ${after.join()})`);
const changesOf = (plan: Plan): Record<string, string> =>
  Object.fromEntries(plan.steps.map(({ id, change }) => [id, change]));

describe("a plan on a fresh target", () => {
  let world: World;
  let plan: Plan;
  let text: string;

  before(async () => {
    world = await openWorld();
    ({ plan, text } = await planOn(world));
  });
  after(() => world.close());

  it("sends reads and nothing else", () => {
    expect(world.requests).not.eql([]);
    expect(mutationsIn(world.requests)).eql([]);
  });
  it("asks for nothing below a group that is not there", () => {
    const sub = `/subscriptions/${world.target.subscriptionId}`;
    expect(world.requests.filter((request) => /resourceGroups\/rg\//i.test(request))).eql([]);
    expect(world.requests.filter((request) => request.startsWith(`GET ${sub}/resourceGroups/rg?`))).length(1);
  });
  it("tells what each step does", () => {
    expect(changesOf(plan)).eql({
      group: "create",
      vm: "create",
      identity: "create",
      assign: "update",
      grant: "create",
      read: "read",
    });
    expect(plan.steps.map(({ marks }) => marks)).eql([[], ["exposure"], [], ["identity"], ["role-assignment"], []]);
    expect(plan.obstacles).eql([]);
  });
  it("has the values of the final answer, and says which are known later", () => {
    expect(shown(plan.outputs)).deep.include({ principal: "(after identity)" });
    expect((shown(plan.outputs) as { group: object }).group).deep.include({ name: "rg", location: "eastus" });
  });
  it("knows the assignment's GUID after the identity, and binds the principal to the answer that has it", () => {
    const [request] = plan.steps[4]!.requests;
    expect(String(shown(request!.url))).match(/roleAssignments\/\(after identity\)\?api-version=2022-04-01$/);
    expect(JSON.stringify(request!.body)).include('"from":{"operation":"identity/0","at":"/properties/principalId"}');
    expect(JSON.stringify(request!.url)).not.include('"from"');
  });
  it("shows a secret as a reference", () => {
    expect(text).not.include(PASSWORD);
    expect(JSON.stringify(plan.steps[1]!.requests)).include(
      '"adminPassword":{"$secret":[{"ref":"inputs.adminPassword"}]}',
    );
  });
  it("takes a handful of rehearsals: three for two inventing steps and the time", () => {
    expect(plan.rehearsals).equal(1 + 3);
  });
  it("is the same when it is made again", async () => {
    const { plan: again } = await planOn(world);
    expect(() => requireSamePlan(plan, again)).not.throw();
    expect(again.rights).eql(plan.rights);
  });
});

describe("a plan after its run", () => {
  let world: World;

  before(async () => {
    world = await openWorld();
    const { plan } = await planOn(world);
    const run = await applyOn(world, plan);
    expect(run.status, JSON.stringify([...run.failures])).eql("done");
    await world.clock.sleep(5_000);
  });
  after(() => world.close());

  it("changes nothing", async () => {
    const { plan } = await planOn(world);
    expect(plan.steps.flatMap(({ requests }) => requests)).eql([]);
    expect(changesOf(plan)).eql({
      group: "none",
      vm: "none",
      identity: "none",
      assign: "read",
      grant: "read",
      read: "read",
    });
  });
  it("shows exactly what another client changed", async () => {
    const tagged = SIX_WITH_TAG;
    const first = await planOn(world, { text: tagged });
    const run = await applyOn(world, first.plan, { text: tagged });
    expect(run.status, JSON.stringify([...run.failures])).eql("done");
    await world.send("PATCH", "{sub}/resourceGroups/rg?api-version=2021-04-01", {
      tags: { owner: "mallory", more: "x" },
    });
    const { plan } = await planOn(world, { text: tagged });
    const changed = plan.steps.flatMap(({ resources }) => resources).filter(({ change }) => change !== "none");
    expect(changed.map(({ name, change, differences }) => ({ name, change, differences }))).eql([
      {
        name: "rg",
        change: "update",
        differences: [{ kind: "change", path: "/tags/owner", before: "mallory", after: "alice" }],
      },
    ]);
  });
});

const SIX_WITH_TAG = `version: 1
name: tagged
steps:
  - id: group
    uses: create-rg
    with: { name: rg, location: East US, tags: { owner: alice } }
`;

describe("a plan of what cannot be rehearsed", () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it("shows a step as opaque, and those that depend on it too", async () => {
    const text = `version: 1
name: opaque
steps:
  - id: token
    uses: get-imds-token
    with: { resource: "https://management.azure.com/" }
  - id: read
    uses: arm-get
    with: { path: /subscriptions, apiVersion: "2022-12-01", token: "\${{ steps.token.outputs.accessToken }}" }
`;
    const { plan } = await planOn(world, { text, inputs: {} });
    expect(changesOf(plan)).eql({ token: "opaque", read: "opaque" });
    expect(plan.unknowns.filter((one) => one.startsWith("what token does"))).length(1);
  });
  it("names a step that would fail, and cannot be applied", async () => {
    const text = SIX_WITH_TAG.replace("East US", "nowhere");
    const { plan } = await planOn(world, { text, inputs: {} });
    expect(changesOf(plan)).eql({ group: "failed" });
    expect(plan.obstacles.join()).match(/^group would fail: .*nowhere/);
  });
  it("needs a runbook that is right", () => {
    expect(() => runbookOf("version: 1\nname: x\nsteps: []\nfoo: 1\n", builtinSteps)).throw();
  });
});
