import { expect } from "chai";
import { madeBy } from "../../engine/run/destroy/created.ts";
import { removalSteps, stepsToDestroy } from "../../engine/run/destroy/removal-steps.ts";
import type { ScheduledStep } from "../../engine/run/scheduler.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { type Process, type World } from "../support/world.ts";
import { out, RESOURCE_STEPS, step } from "../support/tutorial-steps.ts";
import { worlds } from "../support/worlds.ts";

const GROUP = "myResourceGroupVM";
const group = (name: string): ScheduledStep => step("group", "create-rg", [], () => ({ name, location: "eastus" }));
const identity = (id: string, name: string, inGroup = GROUP): ScheduledStep =>
  step(id, "create-uami", ["group"], () => ({ resourceGroup: inGroup, name, location: "eastus" }));

const keptOf = (step: Json): Json | undefined => ((step as JsonObject)["outputs"] as JsonObject)["kept"];

describe("destroying a run", () => {
  const world = worlds();
  const destroy = (on: World, of: Process, more: Parameters<World["run"]>[0] = {}): Promise<Process> =>
    on.run({ steps: stepsToDestroy(madeBy(of.state)), registry: removalSteps, ...more });
  const done = (process: Process): Process => {
    expect([...process.result!.failures]).eql([]);
    return process;
  };
  const kept = (process: Process): Record<string, Json> =>
    Object.fromEntries(
      Object.entries(process.result!.outputs as JsonObject).flatMap(([id, step]) =>
        keptOf(step) === undefined ? [] : [[id, keptOf(step)!]],
      ),
    );

  it("leaves the emulator as it was, with a group and an identity that were there before", async () => {
    const on = await world();
    done(await on.run({ steps: [group("other"), identity("old", "old", "other")] }));
    const before = await on.state();
    const run = done(await on.run());
    expect(await on.state()).not.equal(before);
    const gone = done(await destroy(on, run));
    expect((await on.state()) === before).equal(true);
    expect(kept(gone)).eql({});
  });
  it("goes the other way round: what refers to something goes before it, the rest at once", async () => {
    const on = await world();
    const run = done(await on.run());
    const steps = new Map(
      stepsToDestroy(madeBy(run.state)).map(({ id, dependencies }) => [id, dependencies.toSorted()]),
    );
    expect(steps.get("virtualMachines.myVM")).eql([]);
    expect(steps.get("networkInterfaces.myVM")).eql(["virtualMachines.myVM"]);
    expect(steps.get("virtualNetworks.myVM")).eql(["networkInterfaces.myVM"]);
    expect(steps.get("networkSecurityGroups.myVM")).eql(["networkInterfaces.myVM", "virtualNetworks.myVM"]);
    const assignment = [...steps.keys()].find((id) => id.startsWith("roleAssignments."))!;
    expect(steps.get("userAssignedIdentities.ID1")).eql([assignment]);
    expect(steps.get(`resourceGroups.${GROUP}`)!.length).equal(7);
  });
  it("keeps what was there before the run, and what the run only changed", async () => {
    const on = await world();
    done(await on.run({ steps: [group(GROUP), identity("old", "ID1")] }));
    const before = await on.state();
    const run = done(await on.run());
    done(await destroy(on, run));
    expect((await on.state()) === before).equal(true);
  });
  it("takes an identity off a VM that was there, and leaves those that it had", async () => {
    const on = await world();
    const [, vm] = RESOURCE_STEPS;
    const assign = (id: string, of: string): ScheduledStep =>
      step(id, "assign-identity", ["vm", of], (scope) => ({
        vm: out(scope, "vm", "id"),
        identity: out(scope, of, "id"),
      }));
    done(await on.run({ steps: [group(GROUP), vm!, identity("old", "old"), assign("assign", "old")] }));
    const before = await on.state();
    const run = done(await on.run({ steps: [group(GROUP), vm!, identity("new", "new"), assign("assign", "new")] }));
    const gone = done(await destroy(on, run));
    expect((await on.state()) === before).equal(true);
    expect(gone.events.flatMap((event) => (event.type === "step-finished" ? [event.step] : []))).eql([
      "myVM.identities",
      "userAssignedIdentities.new",
    ]);
  });
  it("keeps a group that holds something foreign, and names it", async () => {
    const on = await world();
    const run = done(await on.run());
    done(await on.run({ steps: [group(GROUP), identity("mine", "foreign")] }));
    const gone = done(await destroy(on, run));
    expect(kept(gone)).eql({
      [`resourceGroups.${GROUP}`]:
        "it holds what this run did not make: Microsoft.ManagedIdentity/userAssignedIdentities/foreign",
    });
    const left = await on.state();
    expect(left).include("userAssignedIdentities/foreign").and.not.include("virtualMachines/myVM");
  });
  it("keeps what somebody made anew under the same name", async () => {
    const on = await world();
    const run = done(await on.run({ steps: [group(GROUP), identity("one", "ID1")] }));
    const marked = madeBy(run.state).resources.find(({ id }) => id.endsWith("/ID1"))!;
    const other = { ...marked, marks: { principalId: "another" } };
    const steps = stepsToDestroy({ resources: [other], identities: [] });
    const gone = done(await on.run({ steps, registry: removalSteps }));
    expect(kept(gone)).eql({
      "userAssignedIdentities.ID1": "it is not the one that this run made: its principalId is another",
    });
  });
  it("removes what a killed run made and did not record", async () => {
    const on = await world();
    const before = await on.state();
    const killed = await on.run({ killAt: (entry) => entry.kind === "completion" && entry.key === "identity/0:put.1" });
    expect(on.creates().some((path) => path.endsWith("/id1"))).equal(true);
    done(await destroy(on, killed));
    expect((await on.state()) === before).equal(true);
  });
  it("may be done twice, and killed anywhere and done again", async function () {
    this.timeout(60_000);
    const one = await world();
    const before = await one.state();
    const run = done(await one.run());
    const first = done(await destroy(one, run));
    const deletes = one.answered.filter(({ request }) => request.startsWith("DELETE ")).length;
    done(await destroy(one, run));
    expect(one.answered.filter(({ request }) => request.startsWith("DELETE ")).length).equal(deletes);
    for (let at = 3; at < first.entries.length - 1; at += 29) {
      const on = await world();
      const again = done(await on.run());
      await destroy(on, again, { killAt: at });
      done(await destroy(on, again));
      expect((await on.state()) === before, `killed at ${at}`).equal(true);
    }
  });
});
