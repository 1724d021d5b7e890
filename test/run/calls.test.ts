import { expect } from "chai";
import type { DriverOperation } from "../../engine/run/driver.ts";
import type { EventBody } from "../../engine/run/events.ts";
import { Scheduler } from "../../engine/run/scheduler.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import { runbook as call } from "../../engine/steps/builtin/runbook.ts";
import { defineStep, type StepRegistry } from "../../engine/steps/definition.ts";
import { find } from "../../engine/steps/operation.ts";
import { Type } from "../../engine/steps/type.ts";
import type { Json } from "../../engine/value/json.ts";

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
const registry: StepRegistry = new Map([look, call].map((type) => [type.name, type]));

const INNER = `version: 1
name: inner
inputs:
  at: { type: string }
  more: { type: list, items: { type: string }, default: [x, y] }
steps:
  - { id: first, uses: look, with: { at: "\${{ inputs.at }}" } }
  - { id: second, uses: look, with: { at: "second-\${{ steps.first.outputs.body }}" } }
  - { id: each, uses: look, forEach: "\${{ inputs.more }}", with: { at: "\${{ each.value }}" } }
  - { id: maybe, uses: look, if: "\${{ inputs.at == 'extra' }}", with: { at: maybe } }
finally:
  - { id: last, uses: look, with: { at: "\${{ run.outcome }}-\${{ steps.second.status }}" } }
outputs:
  found: \${{ steps.second.outputs.body }}
  bodies: \${{ steps.each.outputs[1].body }}
`;
const OUTER = `version: 1
name: outer
inputs:
  wanted: { type: boolean, default: true }
steps:
  - { id: before, uses: look, with: { at: before } }
  - id: inner
    uses: runbook
    if: \${{ inputs.wanted }}
    with: { path: inner.yaml, inputs: { at: "\${{ steps.before.outputs.body }}" } }
  - { id: after, uses: look, with: { at: "after-\${{ steps.inner.outputs.found }}" } }
finally:
  - id: told
    uses: look
    with: { at: "\${{ steps.inner.status }}: \${{ default(steps.inner.error.message, 'nothing') }}" }
outputs:
  found: \${{ steps.inner.outputs.found }}
`;

/** A run whose reads the test answers by hand, each with the text that it was asked for. */
class Scripted {
  readonly events: EventBody[] = [];
  readonly scheduler: Scheduler;
  readonly outputs: () => Json;
  readonly #open = new Map<string, DriverOperation>();

  constructor(outer: string, files: Readonly<Record<string, string>>, inputs: Readonly<Record<string, Json>> = {}) {
    const readFile = (path: string): string | undefined => files[path];
    const { runbook, diagnostics } = loadRunbook(outer, { file: "outer.yaml", registry, readFile });
    if (runbook === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    const emit = (event: EventBody): void => void this.events.push(event);
    const given = Object.fromEntries(runbook.inputs.map((one) => [one.name, inputs[one.name] ?? one.default!]));
    this.scheduler = new Scheduler(runbook.steps, registry, given, { concurrency: 16, emit });
    this.outputs = () => runbook.outputs(this.scheduler.scope);
    this.#take(this.scheduler.advance());
  }

  get open(): readonly string[] {
    return [...this.#open.keys()].map((key) => key.slice(0, key.indexOf("/")));
  }

  #take(started: readonly DriverOperation[]): void {
    for (const operation of started) this.#open.set(operation.key, operation);
  }

  /** Answers every read until the run is over; those of the steps that are named fail. */
  finish(...failing: readonly string[]): this {
    for (let [next] = this.#open; next !== undefined; [next] = this.#open) {
      const [key, operation] = next;
      this.#open.delete(key);
      const step = key.slice(0, key.indexOf("/"));
      const body = String((operation as { input?: { id?: string } }).input?.id ?? "").slice(1);
      const failure = { origin: "azure", message: `${step} is broken` } as const;
      this.#take(
        this.scheduler.done(
          failing.includes(step) ? { key, ok: false, failure } : { key, ok: true, value: { status: 200, body } },
        ),
      );
    }
    return this;
  }

  get ends(): readonly string[] {
    return this.events.flatMap((event) => {
      if (event.type !== "step-finished") return [];
      return [`${event.step} ${event.status}${event.reason === undefined ? "" : ` (${event.reason})`}`];
    });
  }
}

describe("a runbook that is called", () => {
  it("runs its steps behind what the call reads, and gives its outputs last", () => {
    const run = new Scripted(OUTER, { "inner.yaml": INNER });
    expect(run.open).eql(["before"]);
    run.finish();
    expect(run.ends).eql([
      "before done",
      "inner.maybe skipped (if)",
      "inner.first done",
      "inner.each[x] done",
      "inner.each[y] done",
      "inner.each done",
      "inner.second done",
      "inner.last done",
      "inner done",
      "after done",
      "told done",
    ]);
    expect(run.outputs()).eql({ found: "second-before" });
    const { steps } = run.scheduler.scope;
    expect(steps["inner"]!.outputs).eql({ found: "second-before", bodies: "y" });
    expect(steps["inner.last"]!.outputs).eql({ body: "done-done" });
    expect(steps["told"]!.outputs).eql({ body: "done: nothing" });
  });
  it("is skipped as a whole when the call's condition does not hold", () => {
    const run = new Scripted(OUTER, { "inner.yaml": INNER }, { wanted: false }).finish();
    const inner = run.ends.filter((end) => end.startsWith("inner"));
    expect(inner).have.members(
      ["inner.first", "inner.second", "inner.each", "inner.maybe", "inner.last", "inner"].map(
        (id) => `${id} skipped (${id === "inner.second" ? "inner.first" : "if"})`,
      ),
    );
    expect(run.scheduler.outcome).equal("done");
    expect(run.scheduler.scope.steps["told"]!.outputs).eql({ body: "skipped: nothing" });
  });
  it("has failed for its caller when one of its steps fails, and runs its own `finally`", () => {
    const run = new Scripted(OUTER, { "inner.yaml": INNER }).finish("inner.first");
    expect([...run.scheduler.failures.keys()]).eql(["inner.first"]);
    const { steps } = run.scheduler.scope;
    expect(steps["inner.last"]!.outputs).eql({ body: "failed-skipped" });
    expect(steps["inner"]!.status).equal("failed");
    expect(steps["after"]!.status).equal("skipped");
    expect(steps["told"]!.outputs).eql({ body: "failed: inner.first is broken" });
  });
  it("does not run at all when a step before it fails", () => {
    const run = new Scripted(OUTER, { "inner.yaml": INNER }).finish("before");
    expect(run.ends.filter((end) => end.startsWith("inner") && !end.includes("skipped"))).eql([]);
    expect(run.scheduler.scope.steps["told"]!.outputs).eql({ body: "skipped: nothing" });
  });
  it("may fail in a step that does not count", () => {
    const lenient = INNER.replace("id: each, uses: look", "id: each, uses: look, onError: continue");
    const run = new Scripted(OUTER, { "inner.yaml": lenient }).finish("inner.each[x]");
    expect(run.scheduler.outcome).equal("done");
    expect(run.scheduler.scope.steps["inner"]!.outputs).eql({ found: "second-before", bodies: null });
  });
  it("may call another one, and be called in `finally`", () => {
    const middle = `version: 1
name: middle
inputs: { at: { type: string } }
steps:
  - id: deep
    uses: runbook
    if: \${{ inputs.at != 'no' }}
    with: { path: ../inner.yaml, inputs: { at: "\${{ inputs.at }}", more: [z] } }
outputs: { found: "\${{ default(steps.deep.outputs.found, 'none') }}" }
`;
    const outer = `version: 1
name: outer
steps:
  - { id: before, uses: look, with: { at: before } }
finally:
  - { id: yes, uses: runbook, with: { path: sub/middle.yaml, inputs: { at: "\${{ run.outcome }}" } } }
  - { id: not, uses: runbook, with: { path: sub/middle.yaml, inputs: { at: "no" } } }
outputs: { yes: "\${{ steps.yes.outputs.found }}", not: "\${{ steps.not.outputs.found }}" }
`;
    const run = new Scripted(outer, { "sub/middle.yaml": middle, "inner.yaml": INNER });
    expect(run.open).eql(["before"]);
    run.finish();
    expect(run.outputs()).eql({ yes: "second-done", not: "none" });
    expect(run.scheduler.scope.steps["yes.deep.each"]!.outputs).eql([{ body: "z" }]);
    expect(run.ends).include("not.deep.each skipped (if)");
  });
  it("is told with its place when it is given what it does not take", () => {
    const outer = OUTER.replace(
      'at: "${{ steps.before.outputs.body }}"',
      'at: "a", more: "${{ steps.before.outputs.body }}"',
    );
    const run = new Scripted(outer, { "inner.yaml": INNER }).finish();
    expect(run.scheduler.failures.get("inner.first")?.message).equal(
      'outer.yaml:10:56: input "more" of inner.yaml is "before", expected a list',
    );
  });
});
