import { expect } from "chai";
import type { JournalEntry } from "../../engine/run/journal.ts";
import { ReplayMismatch } from "../../engine/run/replay.ts";
import { ResumeRefused, runbookRecord } from "../../engine/run/resume.ts";
import type { RunEvent } from "../../engine/run/events.ts";
import { PASSWORD, type Process, withoutTimes, type World } from "../support/world.ts";
import { out, RESOURCE_STEPS, step } from "../support/tutorial-steps.ts";
import { worlds } from "../support/worlds.ts";

/** Each entry with CRASH_EVERYWHERE set, else every seventh: the rest differs in nothing that is new. */
const STRIDE = process.env["CRASH_EVERYWHERE"] ? 1 : 7;

const changes = (events: readonly RunEvent[]): Record<string, string> =>
  Object.fromEntries(events.flatMap((event) => (event.type === "step-finished" ? [[event.step, event.change]] : [])));
/** What steps of this process did, without those that an earlier one did. */
const withoutReplayed = (events: readonly RunEvent[]): Record<string, string> =>
  changes(events.filter(({ replayed }) => replayed !== true));
const thrownBy = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
};

describe("a run of the tutorial's resources", () => {
  const world = worlds();
  let whole: Process;
  let wanted: string;

  before(async () => {
    const undisturbed = await world();
    whole = await undisturbed.run();
    wanted = await undisturbed.state();
    expect([...whole.result!.failures]).eql([]);
    expect(new Set(undisturbed.creates()).size).equal(undisturbed.creates().length);
  });

  const converges = async (on: World, left: readonly JournalEntry[], at: string): Promise<Process> => {
    const resumed = await on.run({ resume: left });
    expect([...resumed.result!.failures], at).eql([]);
    expect((await on.state()) === wanted, `the final state, ${at}`).equal(true);
    expect(on.creates().length, `creates, ${at}`).equal(new Set(on.creates()).size);
    expect(withoutTimes(resumed.result!.outputs), at).eql(withoutTimes(whole.result!.outputs));
    return resumed;
  };
  const killedAt = async (on: World, chosen: (entry: JournalEntry) => boolean): Promise<readonly JournalEntry[]> => {
    const killed = await on.run({ killAt: chosen });
    expect(killed.result).equal(undefined);
    return killed.entries;
  };
  const completes = (key: string) => (entry: JournalEntry) => entry.kind === "completion" && entry.key === key;

  it("ends alike after a kill before each entry, and makes nothing twice", async function () {
    this.timeout(120_000);
    for (let at = 1; at < whole.entries.length - 1; at += STRIDE) {
      const on = await world();
      const killed = await on.run({ killAt: at });
      // A run that asked once less how far something is has fewer entries.
      if (killed.result === undefined) await converges(on, killed.entries, `killed before entry ${at}`);
      else expect(at).greaterThan(whole.entries.length * 0.9);
    }
  });
  it("ends alike when it is killed a second time while it is being resumed", async function () {
    this.timeout(120_000);
    for (let at = 3; at < whole.entries.length - 1; at += 3 * STRIDE) {
      const on = await world();
      const first = await on.run({ killAt: at });
      if (first.result !== undefined) continue;
      const second = await on.run({ resume: first.entries, killAt: first.entries.length + 9 });
      if (second.result === undefined) await converges(on, second.entries, `killed at ${at} and again`);
    }
  });
  it("ends alike when the record is cut anywhere and the cloud has all of it already", async function () {
    this.timeout(120_000);
    for (let at = 1; at < whole.entries.length; at += STRIDE) {
      const on = await world();
      await on.run();
      await converges(on, whole.entries.slice(0, at), `cut before entry ${at}`);
    }
  });
  it("polls on what an earlier process submitted", async () => {
    const on = await world();
    const left = await killedAt(on, (entry) => entry.kind === "completion" && /^vm\/.*:poll\.1$/.test(entry.key));
    const before = on.answered.length;
    await converges(on, left, "polled on");
    const sent = on.answered.slice(before).map(({ request }) => request);
    expect(sent.some((request) => request.includes("/operations/"))).equal(true);
    expect(sent.filter((request) => request.startsWith("PUT ") && request.includes("securityGroups"))).eql([]);
  });
  it("finds what was sent and not recorded by looking", async () => {
    const on = await world();
    const left = await killedAt(on, completes("identity/0:put.1"));
    expect(left.some((entry) => entry.kind === "intent" && entry.key === "identity/0:put.1")).equal(true);
    expect(on.creates().some((path) => path.endsWith("/id1"))).equal(true);
    await converges(on, left, "sent, not recorded");
  });
  it("stops at a resource that somebody else made meanwhile in another way", async () => {
    const on = await world();
    const left = await killedAt(on, (entry) => entry.kind === "intent" && entry.key === "identity/0:put.1");
    const { result: others } = await on.run({
      steps: [
        RESOURCE_STEPS[0]!,
        step("other", "create-uami", ["group"], () => ({
          resourceGroup: "myResourceGroupVM",
          name: "ID1",
          location: "westeurope",
        })),
      ],
    });
    expect(others!.status).equal("done");
    const { result } = await on.run({ resume: left });
    expect(result!.failures.get("identity")).include({ code: "ChangedMeanwhile" });
    expect(result!.failures.get("identity")!.message).match(
      /^\/subscriptions\/.*\/ID1 was absent when this run looked; now it is there, and not as this run would make it$/,
    );
  });
  it("tells again what happened before, with its own time, and writes it once", async () => {
    const on = await world();
    const { entries } = await on.run({ killAt: 80 });
    const resumed = await converges(on, entries, "told again");
    const replayed = resumed.events.filter((event) => event.replayed);
    expect(replayed.length).equal(entries.filter((entry) => entry.kind === "event").length);
    expect(changes(resumed.events)).eql(changes(whole.events));
    const finished = resumed.entries.filter((entry) => entry.kind === "event" && entry.event.type === "step-finished");
    expect(finished.length).equal(RESOURCE_STEPS.length);
  });
  it("begins steps that failed anew, and only those", async () => {
    const on = await world();
    const bad = RESOURCE_STEPS.map((one) =>
      one.id === "grant"
        ? step("grant", "grant-role", one.dependencies, (scope) => ({
            principalId: out(scope, "identity", "principalId"),
            role: "Raeder",
            scope: out(scope, "group", "id"),
          }))
        : one,
    );
    const failed = await on.run({ steps: bad });
    expect([...failed.result!.failures.keys()]).eql(["grant"]);
    const before = on.answered.length;
    await converges(on, failed.entries, "after a failure");
    const sent = on.answered.slice(before).map(({ request }) => request);
    expect(sent.filter((request) => request.startsWith("PUT ")).length).equal(1);
    expect(sent.some((request) => request.includes("/virtualMachines/"))).equal(false);
  });

  describe("that has changed", () => {
    let on: World;
    let left: readonly JournalEntry[];
    beforeEach(async () => {
      on = await world();
      left = (await on.run({ killAt: 70 })).entries;
    });
    const renamed = RESOURCE_STEPS.map((one) =>
      one.id === "identity"
        ? step("identity", "create-uami", ["group"], (scope) => ({
            resourceGroup: out(scope, "group", "name"),
            name: "ID2",
            location: "eastus",
          }))
        : one,
    );

    it("in its text is refused with the difference, and nothing is sent", async () => {
      const before = on.answered.length;
      const how = { runbook: runbookRecord("test", "name: other\n", "test.yaml") };
      const refused = (await thrownBy(on.run({ resume: left, how }))) as ResumeRefused;
      expect(refused).instanceOf(ResumeRefused);
      expect(refused.message).equal(
        "the runbook test.yaml is not the one that run r1 was begun with; put the old text back, or go on with the new one with --accept-changes",
      );
      expect(refused.diff).eql(["- name: test", "+ name: other", "  "]);
      expect(on.answered.length).equal(before);
    });
    it("in a step's code is refused with both operations, and nothing is sent", async () => {
      const before = on.answered.length;
      const refused = (await thrownBy(on.run({ resume: left, steps: renamed }))) as ReplayMismatch;
      expect(refused).instanceOf(ReplayMismatch);
      expect(refused.message).equal("identity/0:read.1 is not the operation that the journal holds a result of");
      expect(refused.recorded).match(/input\.id: ".*\/ID1"/);
      expect(refused.asked).match(/input\.id: ".*\/ID2"/);
      expect(on.answered.length).equal(before);
    });
    it("goes on when that is accepted: what depends on the change is begun anew, the rest is not", async () => {
      const before = on.answered.length;
      const resumed = await on.run({ resume: left, steps: renamed, how: { accept: true } });
      expect([...resumed.result!.failures]).eql([]);
      const puts = on.answered.slice(before).filter(({ request }) => request.startsWith("PUT "));
      expect(puts.some(({ request }) => request.endsWith("/ID2"))).equal(true);
      expect(puts.some(({ request }) => request.toLowerCase().endsWith("/resourcegroups/myresourcegroupvm"))).equal(
        false,
      );
      const discarded = resumed.entries.flatMap((entry) => (entry.kind === "discarded" ? [entry.step] : []));
      expect(discarded).include("identity").and.not.include("group");
      // What was accepted once is the record from then on.
      await on.run({ resume: resumed.entries.slice(0, -6), steps: renamed });
    });
    it("in an input is refused unless it is set on purpose, and then re-runs what depends on it", async () => {
      const inputs = { identity: "ID3" };
      const refused = (await thrownBy(on.run({ resume: left, inputs }))) as Error;
      expect(refused.message).equal(
        "the inputs identity are not those that run r1 was begun with; change one on purpose with --set",
      );
      const done = await on.run({ resume: left });
      const before = on.answered.length;
      const again = await on.run({ resume: done.entries, inputs, how: { accept: true } });
      expect([...again.result!.failures]).eql([]);
      const puts = on.answered.slice(before).filter(({ request }) => request.startsWith("PUT "));
      expect(puts.map(({ request }) => request.split("/").at(-2))).eql(["userAssignedIdentities", "roleAssignments"]);
    });
    it("in an input of a step that is done makes that step and what follows it look again, and write the difference", async () => {
      const steps = [
        step("group", "create-rg", [], () => ({ name: "g", location: "eastus" })),
        step("one", "create-uami", ["group"], (scope) => ({
          resourceGroup: out(scope, "group", "name"),
          name: "one",
          location: "eastus",
          tags: { owner: scope.inputs["owner"] ?? "somebody" },
        })),
        step("two", "create-uami", ["group"], (scope) => ({
          resourceGroup: out(scope, "group", "name"),
          name: "two",
          location: "eastus",
        })),
        step("grant", "grant-role", ["one"], (scope) => ({
          principalId: out(scope, "one", "principalId"),
          role: "Reader",
          scope: out(scope, "group", "id"),
        })),
      ];
      // Tagged before the run as it will be wanted again later: what the run read first is then what is wanted.
      await on.run({ steps: steps.slice(0, 2), inputs: { owner: "before" } });
      let { entries } = await on.run({ steps, inputs: { owner: "first" } });
      for (const owner of ["second", "before"]) {
        const sent = on.answered.length;
        const resumed = await on.run({ resume: entries, steps, inputs: { owner }, how: { accept: true } });
        expect([...resumed.result!.failures], owner).eql([]);
        expect(withoutReplayed(resumed.events), owner).eql({ one: "update", grant: "read" });
        const writes = on.answered.slice(sent).filter(({ request }) => !request.startsWith("GET "));
        expect(writes.map(({ request }) => request.split("/").slice(-2).join("/"))).eql(["userAssignedIdentities/one"]);
        expect(await on.state()).include(`"tags":{"owner":"${owner}"}`);
        const discarded = resumed.entries
          .slice(entries.length)
          .flatMap((entry) => ("step" in entry ? [entry.step] : []));
        expect(discarded, owner).eql(["one", "grant"]);
        ({ entries } = resumed);
      }
    });
    it("to another subscription is refused", async () => {
      const target = { kind: "azure", description: "Azure", subscriptionId: "t" } as const;
      expect(((await thrownBy(on.run({ resume: left, how: { target } }))) as Error).message).match(
        /^the run was begun on emulator \(subscription [0-9a-f-]{36}\) and cannot go on on Azure \(subscription t\)$/,
      );
    });
  });

  it("is not resumed when it is done", async () => {
    const on = await world();
    const { entries } = await on.run();
    expect(((await thrownBy(on.run({ resume: entries }))) as Error).message).equal(
      "run r1 is done; there is nothing to resume",
    );
  });
  it("leaves no secret in any record", () => {
    expect(JSON.stringify(whole.entries)).not.include(PASSWORD);
    expect(JSON.stringify(whole.events)).not.include(PASSWORD);
  });
});
