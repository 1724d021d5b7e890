import { expect } from "chai";
import { exampleRunbook } from "../../engine/runbook/example-runbook.ts";
import type { ScheduledStep } from "../../engine/run/scheduler.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { runbookOf } from "../support/planning.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { worlds } from "../support/worlds.ts";

interface Repeat {
  /** Requests that may change something and that the second time sends all the same, with what ids and names differ in left out. */
  readonly sends?: readonly string[];
  /** Steps of the case; absent: the type's first example with what it reads. The last one is the step it is about. */
  readonly steps?: readonly ScheduledStep[];
  /** The second time it runs by itself, since the steps before it would make anew what it takes away. */
  readonly isAlone?: true;
}

const group = step("group", "create-rg", [], () => ({ name: "lab", location: "eastus" }));
const vm = step("vm", "create-vm", ["group"], (scope) => ({
  resourceGroup: out(scope, "group", "name"),
  name: "vm",
  location: "eastus",
  image: "Ubuntu2204",
  adminUsername: "azureuser",
  adminPassword: scope.inputs["adminPassword"] ?? null,
}));

/** What "changes nothing the second time" means. A step type without a row fails below. */
const CASES: Readonly<Record<string, Repeat>> = {
  "create-rg": {},
  "create-vnet": {},
  "create-vm": {},
  "create-uami": {},
  "assign-identity": {},
  "grant-role": {},
  "arm-put": {},
  "arm-get": {},
  // What is gone is found to be gone.
  "arm-delete": { isAlone: true },
  "delete-rg": { isAlone: true },
  // A request inside a VM travels there by a command, which is a POST: all that it does there is a GET.
  "get-imds-token": { sends: ["POST vm/runCommand"] },
  // Actions and scripts of the author's are done each time; nothing that the engine made for them stays.
  "arm-post": { sends: ["POST vm/restart"] },
  "run-command": {
    // The emulator runs no script and says so with an exit code.
    steps: [
      group,
      vm,
      step("it", "run-command", ["vm"], (scope) => ({ vm: out(scope, "vm", "id"), script: "true", exitCodes: [1] })),
    ],
    sends: ["PUT vm/runCommands/(name)", "DELETE vm/runCommands/(name)"],
  },
  // Whoever runs it again is asked again.
  approve: {},
  assert: {},
  runbook: {},
  wait: {},
};

const brief = (request: string): string =>
  request
    .replace(/^(\w+) .*\/virtualMachines\/\w+\//i, "$1 vm/")
    .replace(/\/runCommands\/[\w-]+$/, "/runCommands/(name)");

describe("a step that is run twice", () => {
  const world = worlds();

  it("is here in every type", () => {
    expect(Object.keys(CASES).toSorted()).eql([...builtinSteps.keys()].toSorted());
  });
  for (const [name, { steps: own, sends = [], isAlone }] of Object.entries(CASES)) {
    it(`changes nothing the second time: ${name}`, async () => {
      const on = await world();
      const type = builtinSteps.get(name)!;
      const example = () => runbookOf(exampleRunbook(type, type.examples[0]!, builtinSteps).text).steps;
      const steps = own ?? example();
      const last = steps.at(-1)!;
      let given: ReturnType<ScheduledStep["inputs"]> = null;
      const watched = { ...last, inputs: (scope) => (given = last.inputs(scope)) } satisfies ScheduledStep;
      const signals = async () => ({ approved: true, by: "the test", at: 0 });
      const first = await on.run({ steps: [...steps.slice(0, -1), watched], signals });
      expect([...first.result!.failures]).eql([]);
      const before = await on.state();
      const sent = on.answered.length;
      const again = isAlone ? [step(last.id, name, [], () => given)] : steps;
      const second = await on.run({ steps: again, signals });
      expect([...second.result!.failures]).eql([]);
      expect((await on.state()) === before, "the state").equal(true);
      const writes = on.answered.slice(sent).filter(({ request }) => !request.startsWith("GET "));
      expect([...new Set(writes.map(({ request }) => brief(request)))]).eql(sends);
    }).timeout(60_000);
  }
});
