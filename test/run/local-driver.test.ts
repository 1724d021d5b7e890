import { expect } from "chai";
import type { Clock } from "../../engine/run/clock.ts";
import type { DriverOperation } from "../../engine/run/driver.ts";
import { OperationError } from "../../engine/run/failure.ts";
import { JournalFailure } from "../../engine/run/journal.ts";
import { LocalDriver, type LocalDriverOptions, type Performer, UnknownOutcome } from "../../engine/run/local-driver.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const script: DriverOperation = { key: "a/0:script", kind: "activity", name: "put", input: {}, once: true };
const timer: DriverOperation = { key: "a/0:wait", kind: "timer", ms: 60_000 };
const signal: DriverOperation = { key: "a/0:approval", kind: "signal", message: "go on?" };

/** A journal of a process that began `script` and died before it was answered. */
async function interrupted(operation: DriverOperation): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", reject)),
  };
  const driver = new LocalDriver(journal, () => new Promise(() => {}), clock);
  driver.start(operation);
  await new Promise((resolve) => setImmediate(resolve));
  driver.end();
  return new MemoryJournal([...journal.entries, { kind: "resumed", at: 0, engine: "0" }]);
}
function resumed(journal: MemoryJournal, perform: Performer, how: LocalDriverOptions = {}, clock = new VirtualClock()) {
  return new LocalDriver(journal, perform, clock, { recorded: journal.state, ...how });
}

describe("the local driver", () => {
  it("breaks off what is given up, a request, a timer and a question alike, and completes it as failed", async () => {
    const never: Performer = (_operation, { givenUp }) =>
      new Promise((_resolve, reject) => givenUp.addEventListener("abort", () => reject(new Error("broken off"))));
    const stuck: Clock = {
      now: () => 0,
      sleep: (_, given) => new Promise((_resolve, reject) => given?.addEventListener("abort", reject)),
    };
    const signals: LocalDriverOptions["signals"] = (_operation, how) =>
      new Promise((_resolve, reject) => how.signal.addEventListener("abort", reject));
    const journal = new MemoryJournal();
    const driver = new LocalDriver(journal, never, stuck, { signals });
    const failure = { origin: "interrupted", message: "given up, because its step has run out of time" };
    for (const operation of [script, timer, signal]) {
      driver.start(operation);
      await new Promise((resolve) => setImmediate(resolve));
      driver.giveUp(operation.key);
      // What must not happen twice may have happened: a resume asks.
      const doubt = operation === script ? { inDoubt: true } : {};
      expect(await driver.next()).eql({ key: operation.key, ok: false, failure: { ...failure, ...doubt } });
    }
    expect([...journal.state.inDoubt.keys()]).eql([script.key]);
    expect(driver.isIdle).equal(true);
  });
  it("lets a request that is under way be answered when the run is interrupted", async () => {
    let answer = (_value: string): void => {};
    const journal = new MemoryJournal();
    const slow: Performer = () => new Promise((resolve) => (answer = resolve));
    const driver = new LocalDriver(journal, slow, new VirtualClock());
    driver.start({ key: "b/0:get", kind: "activity", name: "get", input: {} });
    await new Promise((resolve) => setImmediate(resolve));
    driver.end();
    answer("there");
    expect(await driver.next()).eql({ key: "b/0:get", ok: true, value: "there" });
  });
  it("does not begin what was given up before a resume", async () => {
    let sent = 0;
    const driver = resumed(await interrupted(timer), async () => sent++);
    driver.start({ key: "b/0:get", kind: "activity", name: "get", input: {} });
    driver.giveUp("b/0:get");
    driver.start(timer);
    expect(await driver.next()).deep.include({ key: "b/0:get", ok: false });
    expect(sent).equal(0);
  });
  it("asks what became of an operation that must not happen twice, and sends nothing meanwhile", async () => {
    let sent = 0;
    const driver = resumed(await interrupted(script), async () => sent++);
    driver.start(script);
    driver.start({ key: "b/0:get", kind: "activity", name: "get", input: {} });
    let thrown: unknown;
    await driver.next().catch((error: unknown) => (thrown = error));
    expect(thrown).instanceOf(UnknownOutcome);
    expect((thrown as Error).message).match(/^it is not known whether a\/0:script happened/);
    expect(sent).equal(0);
  });
  it("takes it for done, or repeats it, when it is told to", async () => {
    for (const [assume, times, value] of [
      ["done", 0, { assumed: true }],
      ["repeat", 1, "again"],
    ] as const) {
      let sent = 0;
      const driver = resumed(
        await interrupted(script),
        async () => {
          sent++;
          return "again";
        },
        { assume },
      );
      driver.start(script);
      expect(await driver.next()).eql({ key: script.key, ok: true, value });
      expect(sent).equal(times);
    }
  });
  it("tells a performer whether an earlier process began the operation", async () => {
    const told: boolean[] = [];
    const put = { ...script, once: undefined } as unknown as DriverOperation;
    const driver = resumed(await interrupted(put), async (_, { continues }) => told.push(continues));
    driver.start(put);
    driver.start({ key: "b/0:put", kind: "activity", name: "put", input: {} });
    await driver.next();
    await driver.next();
    expect(told).eql([true, false]);
  });
  it("ends a timer at the time that was recorded, not later", async () => {
    const journal = await interrupted(timer);
    const later = new VirtualClock(45_000);
    const driver = resumed(journal, async () => null, {}, later);
    driver.start(timer);
    await driver.next();
    expect(later.now()).equal(60_000);
    const muchLater = new VirtualClock(1e9);
    const late = resumed(await interrupted(timer), async () => null, {}, muchLater);
    late.start(timer);
    await late.next();
    expect(muchLater.now()).equal(1e9);
  });
  it("records nothing of an attempt that gives up because the run is interrupted", async () => {
    const journal = new MemoryJournal();
    const driver = new LocalDriver(
      journal,
      (_, how) =>
        new Promise((_resolve, reject) => how.signal.addEventListener("abort", () => reject(new Error("gave up")))),
      new VirtualClock(),
    );
    driver.start(script);
    await new Promise((resolve) => setImmediate(resolve));
    const over = driver.next(() => driver.isIdle);
    driver.end();
    expect(await over).equal(undefined);
    expect(journal.entries.map(({ kind }) => kind)).eql(["header", "intent"]);
  });
  it("records what is in flight and fails when the run is interrupted", async () => {
    const journal = new MemoryJournal();
    const failure = { origin: "azure", message: "no" } as const;
    let answer: () => void = () => {};
    const driver = new LocalDriver(
      journal,
      () => new Promise((_resolve, reject) => (answer = () => reject(new OperationError(failure)))),
      new VirtualClock(),
    );
    driver.start(script);
    await new Promise((resolve) => setImmediate(resolve));
    driver.end();
    answer();
    expect(await driver.next(() => driver.isIdle)).eql({ key: script.key, ok: false, failure });
  });
  it("sends nothing that could not be recorded", async () => {
    let sent = 0;
    const journal = new MemoryJournal();
    journal.durable = async () => {
      throw new JournalFailure("the disk is full");
    };
    const driver = new LocalDriver(journal, async () => sent++, new VirtualClock());
    driver.start(script);
    let thrown: unknown;
    await driver.next().catch((error: unknown) => (thrown = error));
    expect(thrown).instanceOf(JournalFailure);
    expect(sent).equal(0);
  });
  it("waits for an approval, and holds what was answered", async () => {
    const journal = new MemoryJournal();
    const answer = { approved: true, by: "ada", at: 5 };
    const driver = new LocalDriver(journal, async () => null, new VirtualClock(), { signals: async () => answer });
    driver.start(signal);
    expect(await driver.next()).eql({ key: signal.key, ok: true, value: answer });
    expect(journal.state.completions.get(signal.key)).deep.include({ value: answer });
  });
});
