import { expect } from "chai";
import type { DriverOperation } from "../../engine/run/driver.ts";
import type { EventBody } from "../../engine/run/events.ts";
import type { Failure } from "../../engine/run/failure.ts";
import type { ScheduledStep } from "../../engine/run/scheduled-step.ts";
import { Scheduler } from "../../engine/run/scheduler.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import { defineStep, type StepRegistry } from "../../engine/steps/definition.ts";
import { find } from "../../engine/steps/operation.ts";
import { Type } from "../../engine/steps/type.ts";
import type { Json } from "../../engine/value/json.ts";

/** Reads one thing, and gives what was read. */
const look = defineStep({
  name: "look",
  summary: "",
  inputs: Type.Object({ at: Type.String() }),
  outputs: Type.Object({ body: Type.Unknown() }),
  examples: [],
  *run({ at }) {
    return { body: yield* find<Json>({ type: "Microsoft.Resources/resourceGroups", id: `/${at}` }) };
  },
});
const registry: StepRegistry = new Map([["look", look]]);

/** A run of a runbook whose reads the test answers by hand. */
class Scripted {
  readonly events: EventBody[] = [];
  readonly open = new Map<string, DriverOperation>();
  readonly scheduler: Scheduler;
  readonly outputs: () => Json;
  constructor(lines: string, inputs: Readonly<Record<string, Json>> = {}, concurrency = 16) {
    const text = `version: 1\nname: x\n${lines}`;
    const { runbook, diagnostics } = loadRunbook(text, { file: "x.yaml", registry });
    if (runbook === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    const emit = (event: EventBody): void => void this.events.push(event);
    const steps: readonly ScheduledStep[] = runbook.steps;
    this.scheduler = new Scheduler(steps, registry, inputs, { concurrency, emit });
    this.outputs = () => runbook.outputs(this.scheduler.scope);
    this.#take(this.scheduler.advance());
  }

  #take(started: readonly DriverOperation[]): void {
    for (const operation of started) this.open.set(operation.key, operation);
  }

  /** Answers the read of a step, an item or an attempt, or ends one of its timers. */
  answer(of: string, body: Json = "here"): this {
    const key = of.includes(":") ? of : `${of}/0:read.1`;
    if (!this.open.delete(key)) throw new Error(`${key} is not in flight: ${[...this.open.keys()].join()}`);
    this.#take(this.scheduler.done({ key, ok: true, value: { status: 200, body } }));
    return this;
  }

  fail(of: string, failure: Partial<Failure> = {}): this {
    const key = `${of}/0:read.1`;
    if (!this.open.delete(key)) throw new Error(`${key} is not in flight: ${[...this.open.keys()].join()}`);
    const whole: Failure = { origin: "azure", message: "no", ...failure };
    this.#take(this.scheduler.done({ key, ok: false, failure: whole }));
    return this;
  }

  /** What is in flight, without timeouts. */
  get inFlight(): readonly string[] {
    return [...this.open.keys()].filter((key) => !key.endsWith(":timeout")).map((key) => key.replace("/0:read.1", ""));
  }

  /** How each step and item ended. */
  get ends(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.events.flatMap((event) =>
        event.type === "step-finished"
          ? [[event.step, [event.status, event.reason, event.continued && "continued"].filter(Boolean).join(" ")]]
          : [],
      ),
    );
  }
}

describe("a step with `retry`", () => {
  const text = `steps:
  - { id: one, uses: look, with: { at: a }, retry: { attempts: 4, delay: 10s, maxDelay: 15s, on: [Conflict, 5xx] } }`;
  it("is tried again after waits that grow, and is done when it works", () => {
    const run = new Scripted(text);
    run.fail("one", { code: "Conflict" });
    expect(run.open.get("one~2:delay")).include({ kind: "timer", ms: 10_000 });
    expect(run.scheduler.finished).equal(false);
    run.answer("one~2:delay").fail("one~2", { status: 503 });
    expect(run.open.get("one~3:delay")).include({ kind: "timer", ms: 15_000 });
    run.answer("one~3:delay").answer("one~3", "at last");
    expect(run.scheduler.outcome).equal("done");
    expect(run.scheduler.scope.steps["one"]?.outputs).eql({ body: "at last" });
    const told = run.events.filter(({ type }) => type === "attempt-failed");
    expect(told.map((event) => "retryInMs" in event && [event.attempt, event.retryInMs])).eql([
      [1, 10_000],
      [2, 15_000],
    ]);
  });
  it("fails at once with what is not named, and after its attempts", () => {
    const other = new Scripted(text).fail("one", { code: "SkuNotAvailable", status: 409 });
    expect(other.ends).eql({ one: "failed" });
    const run = new Scripted(text);
    for (const turn of ["one", "one~2", "one~3"]) {
      run.fail(turn, { code: "conflict" });
      run.answer(`one~${Number(turn.split("~")[1] ?? 1) + 1}:delay`);
    }
    run.fail("one~4", { code: "conflict" });
    expect(run.ends).eql({ one: "failed" });
  });
  it("has its timeout for each attempt, and passes over what an earlier one is answered late", () => {
    const run = new Scripted(`steps:
  - { id: one, uses: look, with: { at: a }, timeout: 5s, retry: { attempts: 2, delay: 1s, on: [Timeout] } }`);
    run.answer("one:timeout").answer("one~2:delay").answer("one", "late");
    expect(run.inFlight).eql(["one~2"]);
    expect(run.open.has("one~2:timeout")).equal(true);
    run.answer("one~2", "in time");
    expect(run.scheduler.scope.steps["one"]?.outputs).eql({ body: "in time" });
  });
  it("is not tried again for a mistake in the runbook", () => {
    const run = new Scripted(`inputs: { list: { type: array } }
steps:
  - { id: one, uses: look, with: { at: "\${{ join(inputs.list) }}" }, retry: { attempts: 3 } }`);
    expect(run.ends).eql({ one: "failed" });
  });
});

describe("a step with `onError: continue`", () => {
  const text = `steps:
  - { id: one, uses: look, with: { at: a }, onError: continue }
  - { id: needs, uses: look, with: { at: b }, needs: [one] }
  - { id: reads, uses: look, with: { at: "\${{ steps.one.outputs.body }}" } }
  - { id: instead, uses: look, with: { at: "\${{ default(steps.one.outputs.body, 'other') }}" } }
  - { id: mends, uses: look, with: { at: "\${{ steps.one.error.message }}" }, if: "\${{ steps.one.status == 'failed' }}" }
outputs:
  one: "\${{ steps.one.outputs }}"
  status: "\${{ steps.one.status }}"`;
  it("leaves the run well when it fails, and stops only what reads its outputs", () => {
    const run = new Scripted(text).fail("one", { message: "no such luck" });
    expect(run.inFlight).eql(["needs", "instead", "mends"]);
    expect(
      [run.open.get("instead/0:read.1"), run.open.get("mends/0:read.1")].map(
        (one) => one && "input" in one && one.input["id"],
      ),
    ).eql(["/other", "/no such luck"]);
    for (const id of ["needs", "instead", "mends"]) run.answer(id);
    expect(run.ends).eql({
      one: "failed continued",
      reads: "skipped one",
      needs: "done",
      instead: "done",
      mends: "done",
    });
    expect(run.scheduler.outcome).equal("done");
    expect([...run.scheduler.continued.keys()]).eql(["one"]);
    expect(run.outputs()).eql({ one: null, status: "failed" });
  });
  it("is like any other when it is done", () => {
    const run = new Scripted(text).answer("one", "x");
    expect(run.inFlight).eql(["needs", "reads", "instead"]);
    expect(run.ends).eql({ one: "done", mends: "skipped if" });
  });
});

describe("`finally`", () => {
  const text = `steps:
  - { id: one, uses: look, with: { at: a } }
  - { id: two, uses: look, with: { at: "\${{ steps.one.outputs.body }}" } }
finally:
  - { id: last, uses: look, needs: [always], with: { at: c } }
  - { id: always, uses: look, with: { at: "\${{ run.outcome }}" } }
  - { id: mends, uses: look, with: { at: d }, if: "\${{ steps.two.status == 'skipped' && run.outcome == 'failed' }}" }
  - { id: uses-two, uses: look, with: { at: "\${{ steps.two.outputs.body }}" } }`;
  it("runs when everything is done", () => {
    const run = new Scripted(text);
    expect(run.inFlight).eql(["one"]);
    run.answer("one");
    expect(run.inFlight).eql(["two"]);
    run.answer("two");
    expect(run.inFlight).eql(["always", "uses-two"]);
    expect(run.open.get("always/0:read.1")).deep.include({
      input: { type: "Microsoft.Resources/resourceGroups", id: "/done" },
    });
    run.answer("uses-two").answer("always");
    expect(run.inFlight).eql(["last"]);
    expect(run.scheduler.finished).equal(false);
    expect(run.answer("last").scheduler.outcome).equal("done");
  });
  it("runs after a failure, and skips there what reads a step that is not done", () => {
    const run = new Scripted(text).fail("one");
    expect(run.inFlight).eql(["always", "mends"]);
    run.answer("always").answer("mends").answer("last");
    expect(run.ends).eql({
      one: "failed",
      two: "skipped one",
      "uses-two": "skipped two",
      always: "done",
      mends: "done",
      last: "done",
    });
    expect(run.scheduler.outcome).equal("failed");
  });
  it("makes the run fail when one of its own steps does", () => {
    const run = new Scripted(text).answer("one").answer("two").fail("always").answer("uses-two");
    expect(run.ends["last"]).equal("skipped always");
    expect(run.scheduler.outcome).equal("failed");
  });
  it("does not run when the run is interrupted, since that has not ended", () => {
    const run = new Scripted(text);
    run.scheduler.interrupt();
    run.answer("one");
    expect(run.inFlight).eql([]);
    expect([run.scheduler.finished, run.scheduler.outcome]).eql([true, "interrupted"]);
  });
});

describe("a step with `forEach`", () => {
  const text = (how: string): string => `inputs: { over: { type: array } }
steps:
  - { id: many, uses: look, forEach: ${how}, with: { at: "\${{ each.key }}-\${{ each.value.size }}" } }
  - { id: after, uses: look, with: { at: "\${{ steps.many.outputs[1].body }}" } }`;
  const over = [
    { name: "a b", size: 1 },
    { name: "b/c", size: 2 },
    { name: "c", size: 3 },
  ];
  const names = ["many[a%20b]", "many[b%2Fc]", "many[c]"];
  it("runs once for each item, as many at once as it says, and gives a list in their order", () => {
    const run = new Scripted(text('{ in: "${{ inputs.over }}", concurrency: 2 }'), { over });
    expect(run.inFlight).eql(names.slice(0, 2));
    run.answer(names[1]!, "second");
    expect(run.inFlight).eql([names[0], names[2]]);
    run.answer(names[2]!, "third").answer(names[0]!, "first");
    expect(run.scheduler.scope.steps["many"]?.outputs).eql([{ body: "first" }, { body: "second" }, { body: "third" }]);
    expect(run.open.get("after/0:read.1")).deep.include({
      input: { type: "Microsoft.Resources/resourceGroups", id: "/second" },
    });
    expect(run.events.find(({ type }) => type === "step-expanded")).eql({
      type: "step-expanded",
      step: "many",
      items: names,
    });
  });
  it("starts no more when more failed than may, waits for what runs, and has failed", () => {
    const run = new Scripted(text('{ in: "${{ inputs.over }}", concurrency: 2 }'), { over });
    run.fail(names[0]!, { code: "Conflict" });
    expect(run.inFlight).eql([names[1]]);
    expect(run.scheduler.statusOf("many")).equal("running");
    run.answer(names[1]!);
    expect(run.ends).eql({
      [names[0]!]: "failed",
      [names[1]!]: "done",
      [names[2]!]: "skipped maxErrors",
      many: "failed",
      after: "skipped many",
    });
    expect([...run.scheduler.failures]).eql([[names[0], { origin: "azure", code: "Conflict", message: "no" }]]);
    const end = run.events.find((event) => event.type === "step-finished" && event.step === "many");
    expect(end && "failure" in end && end.failure).eql({
      origin: "step",
      code: "ItemsFailed",
      message: "1 of 3 items failed: many[a%20b]",
    });
  });
  it("is done with null in place of those that may fail", () => {
    const run = new Scripted(text('{ in: "${{ inputs.over }}", maxErrors: 1 }'), { over });
    run.fail(names[0]!).answer(names[2]!, "c").answer(names[1]!, "b");
    expect(run.ends).include({ [names[0]!]: "failed continued", many: "done" });
    expect(run.scheduler.scope.steps["many"]?.outputs).eql([null, { body: "b" }, { body: "c" }]);
    expect([run.scheduler.failures.size, [...run.scheduler.continued.keys()]]).eql([0, [names[0]]]);
  });
  it("takes items out of the queue of a run that allows few at once", () => {
    const run = new Scripted(text('"${{ inputs.over }}"'), { over }, 1);
    expect(run.inFlight).eql([names[0]]);
    run.fail(names[0]!);
    expect(run.ends).include({ [names[1]!]: "skipped maxErrors", [names[2]!]: "skipped maxErrors", many: "failed" });
    expect(run.scheduler.finished).equal(true);
  });
  it("goes over maps, asks its condition for each item, and gives a map", () => {
    const run = new Scripted(
      `inputs: { over: { type: object } }
steps:
  - { id: many, uses: look, forEach: "\${{ inputs.over }}", if: "\${{ each.value > 1 }}", with: { at: "\${{ each.key }}" } }`,
      { over: { one: 1, two: 2 } },
    );
    expect(run.inFlight).eql(["many[two]"]);
    run.answer("many[two]", "2");
    expect(run.scheduler.scope.steps["many"]?.outputs).eql({ one: null, two: { body: "2" } });
    expect(run.ends).eql({ "many[one]": "skipped if", "many[two]": "done", many: "done" });
  });
  it("is done at once when there is nothing to go over, and fails for what is no list", () => {
    expect(new Scripted(text('"${{ inputs.over }}"'), { over: [] }).ends["many"]).equal("done");
    const wrong = new Scripted(text('"${{ inputs.over }}"'), { over: null });
    expect([...wrong.scheduler.failures.values()].map(({ message }) => message)).eql([
      'x.yaml:5:38: "forEach" came out as something else than a list or a map',
    ]);
  });
  it("tells items apart by their places where nothing else does", () => {
    const twins = [
      { name: "a", size: 1 },
      { name: "a", size: 2 },
    ];
    expect(new Scripted(text('"${{ inputs.over }}"'), { over: twins }).inFlight).eql(["many[0]", "many[1]"]);
  });
});
