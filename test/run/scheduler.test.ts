import { expect } from "chai";
import { Type } from "../../engine/steps/type.ts";
import type { Completion, DriverOperation } from "../../engine/run/driver.ts";
import type { EventBody } from "../../engine/run/events.ts";
import { type ScheduledStep, Scheduler } from "../../engine/run/scheduler.ts";
import { defineStep, type StepDefinition } from "../../engine/steps/definition.ts";
import { all, ensure, find } from "../../engine/steps/operation.ts";
import { parseJson, roundTrip, type Json } from "../../engine/value/json.ts";
import { Secret, secretText } from "../../engine/value/secret.ts";

const TYPE = "Microsoft.Resources/resourceGroups";
const at = (id: string): { type: string; id: string } => ({ type: TYPE, id });
const common = { summary: "", inputs: Type.Object({}), outputs: Type.Object({}), examples: [] };
const finder = defineStep({
  ...common,
  name: "finder",
  *run() {
    const [a, b] = yield* all([find<Json>(at("/a")), find<Json>(at("/b"))]);
    return { a, b };
  },
});
const step = (
  id: string,
  uses: string,
  dependencies: string[] = [],
  more: Partial<ScheduledStep> = {},
): ScheduledStep => ({
  id,
  uses,
  dependencies,
  inputs: () => ({}),
  ...more,
});

/** A scheduler whose operations the test completes by hand. */
function scripted(steps: ScheduledStep[], definitions: StepDefinition[], concurrency = 16) {
  const events: EventBody[] = [];
  const registry = new Map(definitions.map((definition) => [definition.name, definition]));
  const scheduler = new Scheduler(steps, registry, {}, { concurrency, emit: (event) => events.push(event) });
  const open = new Map<string, DriverOperation>();
  const take = (started: readonly DriverOperation[]): void =>
    started.forEach((operation) => open.set(operation.key, operation));
  take(scheduler.advance());
  const complete = (key: string, value: unknown): void => {
    if (!open.delete(key)) throw new Error(`${key} is not in flight: ${[...open.keys()].join()}`);
    take(scheduler.done({ key, ok: true, value: roundTrip(value) } satisfies Completion));
  };
  const fail = (key: string, message: string): void => {
    open.delete(key);
    take(scheduler.done({ key, ok: false, failure: { origin: "azure", message } }));
  };
  return { scheduler, events, open, complete, fail };
}
const got = (body: Json): Json => ({ status: 200, body });

describe("the scheduler", () => {
  it("starts what is ready, performs the branches of all at once, and passes outputs on", () => {
    const { scheduler, open, complete } = scripted([step("one", "finder"), step("two", "finder", ["one"])], [finder]);
    expect([...open.keys()]).eql(["one/0.0/0:read.1", "one/0.1/0:read.1"]);
    complete("one/0.1/0:read.1", got({ n: 2 }));
    complete("one/0.0/0:read.1", got({ n: 1 }));
    expect(scheduler.scope.steps["one"]).eql({
      outputs: { a: { n: 1 }, b: { n: 2 } },
      status: "done",
      error: null,
    });
    expect([...open.keys()]).eql(["two/0.0/0:read.1", "two/0.1/0:read.1"]);
  });
  it("runs no more steps at once than it may", () => {
    const { open } = scripted([step("one", "finder"), step("two", "finder")], [finder], 1);
    expect([...open.keys()].every((key) => key.startsWith("one/"))).equal(true);
  });
  it("waits for every branch, reports the first failure as written, and skips what depends on it", () => {
    const { scheduler, events, complete, fail } = scripted(
      [step("one", "finder"), step("two", "finder", ["one"])],
      [finder],
    );
    fail("one/0.1/0:read.1", "second");
    expect(scheduler.statusOf("one")).equal("running");
    fail("one/0.0/0:read.1", "first");
    expect(scheduler.failures.get("one")?.message).equal("first");
    expect(scheduler.finished).equal(true);
    expect(scheduler.outcome).equal("failed");
    const skipped = events.find((event) => event.type === "step-finished" && event.step === "two");
    expect(skipped).include({ status: "skipped", reason: "one" });
    expect(() => complete("one/0.0/0:read.1", null)).throw("not in flight");
  });
  it("skips a step whose condition is false", () => {
    const { scheduler } = scripted([step("one", "finder", [], { condition: () => false })], [finder]);
    expect(scheduler.statusOf("one")).equal("skipped");
    expect(scheduler.outcome).equal("done");
  });
  it("fails a step that does not end within its timeout and discards its late answers", () => {
    const { scheduler, complete } = scripted([step("one", "finder", [], { timeoutMs: 5000 })], [finder]);
    complete("one:timeout", null);
    expect(scheduler.takeGivenUp()).eql(["one/0.0/0:read.1", "one/0.1/0:read.1"]);
    expect(scheduler.takeGivenUp()).eql([]);
    expect(scheduler.failures.get("one")).include({
      code: "Timeout",
      message: "the step did not end within its timeout of 5 s",
    });
    expect(scheduler.finished).equal(false);
    complete("one/0.0/0:read.1", got(null));
    complete("one/0.1/0:read.1", got(null));
    expect(scheduler.finished).equal(true);
  });
  it("starts nothing more once it is interrupted", () => {
    const { scheduler, open, complete } = scripted([step("one", "finder"), step("two", "finder", ["one"])], [finder]);
    scheduler.interrupt();
    complete("one/0.0/0:read.1", got(null));
    complete("one/0.1/0:read.1", got(null));
    expect([...open.keys()]).eql([]);
    expect(scheduler.finished).equal(true);
    expect(scheduler.outcome).equal("interrupted");
  });
  it("writes what is missing, polls with timers, and reads the end", () => {
    const maker = defineStep({
      ...common,
      name: "maker",
      *run() {
        return { made: yield* ensure<{ location: string }, Json>(at("/g"), { location: "eastus" }) };
      },
    });
    const { scheduler, open, complete, events } = scripted([step("one", "maker")], [maker]);
    complete("one/0:read.1", { status: 404, body: null });
    expect(open.get("one/0:put.1")).deep.include({
      input: { type: TYPE, id: "/g", body: { location: "eastus" }, creates: true },
    });
    complete("one/0:put.1", { status: 201, body: {}, poller: { state: "s" }, retryAfterMs: 50 });
    expect(open.get("one/0:wait.1")).include({ kind: "timer", ms: 50 });
    complete("one/0:wait.1", null);
    complete("one/0:poll.1", { done: true, body: null });
    complete("one/0:after.1", got({ location: "eastus" }));
    expect(scheduler.scope.steps["one"]?.outputs).eql({ made: { location: "eastus" } });
    expect(events.at(-1)).include({ type: "step-finished", change: "create" });
  });
  it("writes nothing when what is wanted is there", () => {
    const maker = defineStep({
      ...common,
      name: "maker",
      *run() {
        return { made: yield* ensure<{ location: string }, Json>(at("/g"), { location: "East US" }) };
      },
    });
    const { open, complete, events } = scripted([step("one", "maker")], [maker]);
    complete("one/0:read.1", got({ location: "eastus" }));
    expect(open.size).equal(0);
    expect(events.at(-1)).include({ type: "step-finished", status: "done", change: "none" });
  });
  for (const [what, run] of Object.entries({
    "the time": () => Date.now(),
    chance: () => Math.random(),
    fetch: () => fetch("http://127.0.0.1:9"),
  })) {
    it(`refuses ${what} to a step`, () => {
      const cheat = defineStep({
        ...common,
        name: "cheat",
        // eslint-disable-next-line require-yield
        *run() {
          run();
          return {};
        },
      });
      const { scheduler } = scripted([step("one", "cheat")], [cheat]);
      expect(scheduler.failures.get("one")?.message).match(/^a step may not use /);
    });
  }
  it("finds a step that asks for different things when it is run twice", () => {
    let calls = 0;
    const fickle = defineStep({
      ...common,
      name: "fickle",
      *run() {
        yield* find<Json>(at(`/${calls++}`));
        return {};
      },
    });
    const { scheduler } = scripted([step("one", "fickle")], [fickle]);
    expect(scheduler.failures.get("one")?.message).match(/^one is not deterministic/);
  });
  it("finds an operation that was made and never performed", () => {
    const careless = defineStep({
      ...common,
      name: "careless",
      // eslint-disable-next-line require-yield
      *run() {
        find<Json>(at("/a"));
        return {};
      },
    });
    const { scheduler } = scripted([step("one", "careless")], [careless]);
    expect(scheduler.failures.get("one")?.message).equal(
      "careless made an operation and never performed it (write yield*)",
    );
  });
});

describe("secret handles", () => {
  it("have no text, and survive a trip through JSON", () => {
    const secret = secretText`Bearer ${Secret.of("token")}`;
    expect(() => `${secret as unknown as string}`).throw("a secret cannot become text");
    const back = parseJson(JSON.stringify({ secret })) as { secret: Secret };
    expect(back.secret).instanceOf(Secret);
    expect(back.secret.parts).eql(["Bearer ", { ref: "token" }]);
  });
});
