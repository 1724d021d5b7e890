// What a runbook does only when something fails: planned, let through by the guard, and optional when a run is verified.

import { expect } from "chai";
import type { Plan } from "../../engine/plan/model.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import { runPage } from "../../engine/report/run-page.ts";
import { markdownPage } from "../../engine/report/markdown-page.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { StepRegistry } from "../../engine/steps/definition.ts";
import { type Applied, applyOn, mutationsIn, openWorld, planOn, refusing, type World } from "../support/planning.ts";
import { readProjectFile } from "../support/project.ts";

const TEXT = readProjectFile("test/plans/finally.yaml");

/** Plans on a target that has no objection, and runs the plan on one that has. */
async function failing(
  world: World,
  pattern: RegExp,
  registry: StepRegistry = builtinSteps,
): Promise<{ readonly plan: Plan; readonly run: Applied; readonly sent: readonly string[] }> {
  const { plan } = await planOn(world, { text: TEXT, inputs: {} });
  expect(mutationsIn(world.requests)).eql([]);
  const target = refusing(world.target, pattern);
  const run = await applyOn({ ...world, target }, plan, { text: TEXT, inputs: {}, registry });
  const sent = mutationsIn(world.requests).map((request) => request.replace(/\/subscriptions\/[^/]+|\?.*$/g, ""));
  return { plan, run, sent };
}

describe("what is done only if the run goes otherwise", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  it("is sent when a step fails, and verifies", async () => {
    const { plan, run, sent } = await failing(world, /userAssignedIdentities\/worker/);
    expect([...run.failures].map(([step, { code }]) => [step, code])).eql([["identity", "Unlucky"]]);
    expect(run.refusals).eql([]);
    expect(sent).eql(["PUT /resourcegroups/lab", "PUT /resourcegroups/note-failed", "DELETE /resourcegroups/lab"]);
    const { sent: count, planned, conditional, extra, missing } = verifyRun(plan, run.journal.entries);
    expect({ count, planned, conditional, extra }).eql({ count: 4, planned: 5, conditional: 2, extra: [] });
    expect(missing.map(({ operation }) => operation)).eql(["grant/2", "keep/0", "note/0"]);
    const kept = await world.send("GET", "{sub}/resourceGroups/note-failed?api-version=2021-04-01");
    expect(kept.body["tags"]).eql({ error: "Unlucky" });
  });
  it("is sent when a step fails and the run goes on", async () => {
    const { plan, run, sent } = await failing(world, /roleAssignments/);
    expect(run.status, JSON.stringify([...run.failures])).equal("done");
    expect([...run.continued.keys()]).eql(["grant"]);
    expect(sent.filter((one) => one.endsWith("/other"))).length(1);
    expect(sent.filter((one) => one.startsWith("DELETE"))).eql([]);
    expect(verifyRun(plan, run.journal.entries)).deep.include({ conditional: 1, extra: [] });
  });
  it("is not sent when nothing fails, and verifies", async () => {
    const { plan, run, sent } = await failing(world, /nothing/);
    expect(run.status).equal("done");
    expect(sent).length(5);
    expect(verifyRun(plan, run.journal.entries)).deep.include({ conditional: 0, extra: [], missing: [] });
  });
  it("is refused when it is something else than planned", async () => {
    const honest = builtinSteps.get("delete-rg")!;
    const turned = { ...honest, start: () => honest.start({ name: "another" }) };
    await world.send("PUT", "{sub}/resourceGroups/another?api-version=2021-04-01", { location: "eastus" });
    world.requests.length = 0;
    const registry = new Map([...builtinSteps, ["delete-rg", turned]]);
    const { run, sent } = await failing(world, /userAssignedIdentities\/worker/, registry);
    expect(run.refusals.map(({ method, url, why }) => `${method} ${url.replace(/^.*\//, "")}: ${why}`)).eql([
      "DELETE another?api-version=2025-04-01: it differs from the plan at url: it is another value",
    ]);
    expect(sent.filter((one) => one.startsWith("DELETE"))).eql([]);
  });
  it("is marked and counted, in every rendering", async () => {
    const { plan } = await planOn(world, { text: TEXT, inputs: {} });
    const page = planPage(plan);
    expect(page.counts.filter(({ isMarked }) => isMarked).map(({ text }) => text)).eql([
      "1 grants a role",
      "2 take something away, only if the run does not go as rehearsed",
    ]);
    const { steps } = page;
    expect(steps.find(({ id }) => id === "cleanup")!.onlyIf[0]).deep.include({
      when: "the run fails",
      marks: ["remove"],
    });
    expect(markdownPage(page)).include("takes something away, only if the run fails |");
  });
  it("is told of a run as what happened, in place of what was planned otherwise", async () => {
    const { plan, run } = await failing(world, /userAssignedIdentities\/worker/);
    const verification = verifyRun(plan, run.journal.entries);
    const { steps, unsent, deviations } = runPage({ id: "r1", events: run.events, plan, verification });
    const told = steps.map(({ id, change, resources, marks, reason }) => [
      id,
      change,
      resources.map((one) => one.name).join(),
      marks.join(),
      reason,
    ]);
    expect(told).eql([
      ["group", "create", "lab", "", undefined],
      ["identity", "failed", "worker", "", undefined],
      ["grant", "skipped", "", "", "identity is not done"],
      ["fallback", "skipped", "", "", "its `if` is false"],
      ["keep", "skipped", "", "", "its `if` is false"],
      ["note", "create", "note-failed", "", undefined],
      ["cleanup", "remove", "lab,worker", "remove", undefined],
    ]);
    expect([unsent.length, deviations]).eql([3, []]);
  });
});
