import { expect } from "chai";
import { exampleRunbook } from "../../engine/runbook/example-runbook.ts";
import type { ScheduledStep } from "../../engine/run/scheduler.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { runbookOf } from "../support/planning.ts";
import { briefly, SECOND_RUNS } from "../support/second-runs.ts";
import { step } from "../support/tutorial-steps.ts";
import { WATCHED_STEPS } from "../support/watched-outputs.ts";
import { worlds } from "../support/worlds.ts";

describe("a step that is run twice", () => {
  const world = worlds();

  it("is here in every type", () => {
    expect(Object.keys(SECOND_RUNS).toSorted()).eql([...builtinSteps.keys()].toSorted());
  });
  for (const [name, { text: own, sends = [], isAlone }] of Object.entries(SECOND_RUNS)) {
    it(`changes nothing the second time, and gives what it describes: ${name}`, async () => {
      const on = await world();
      const type = builtinSteps.get(name)!;
      const { steps } = runbookOf(own ?? exampleRunbook(type, type.examples[0]!, builtinSteps).text);
      const last = steps.at(-1)!;
      let given: ReturnType<ScheduledStep["inputs"]> = null;
      const watched = { ...last, inputs: (scope) => (given = last.inputs(scope)) } satisfies ScheduledStep;
      const signals = async () => ({ approved: true, by: "the test", at: 0 });
      const first = await on.run({ steps: [...steps.slice(0, -1), watched], signals, registry: WATCHED_STEPS });
      expect([...first.result!.failures]).eql([]);
      const before = await on.state();
      const sent = on.answered.length;
      const again = isAlone ? [step(last.id, name, [], () => given)] : steps;
      const second = await on.run({ steps: again, signals });
      expect([...second.result!.failures]).eql([]);
      expect((await on.state()) === before, "the state").equal(true);
      const writes = on.answered.slice(sent).map(({ request }) => request.split(" ") as [string, string]);
      const changing = writes.filter(([method]) => method !== "GET").map(([method, path]) => briefly(method, path));
      expect([...new Set(changing)]).eql(sends);
    }).timeout(60_000);
  }
});
