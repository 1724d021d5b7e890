// What depends on an answer that no rehearsal can tell: listed as what may be sent, bounded by the plan, and sent.

import { expect } from "chai";
import type { ScriptAnswer } from "../../engine/emulator/guest/scripted-guest.ts";
import { requireApplicable } from "../../engine/plan/apply.ts";
import { PlanGuard } from "../../engine/plan/guard.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { readPlan } from "../../engine/plan/plan-file.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import { planPage, textOf } from "../../engine/report/plan-page.ts";
import { textPage } from "../../engine/report/text-page.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { StepRegistry } from "../../engine/steps/definition.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { type Applied, applyOn, mutationsIn, openWorld, planOn, runbookOf, type World } from "../support/planning.ts";
import { vmRunbook } from "../support/vm-runbook.ts";

/** Made once: what is looked at is what comes after a script. */
const MACHINE = vmRunbook("machine", "key");
const BASE = `version: 1
name: after-a-script
steps:
  - id: s
    uses: run-command
    with: { vm: VM, script: printf ready, exitCodes: [0, 3] }
`;
const identity = (id: string, name: string, more = ""): string =>
  `  - { id: ${id}, uses: create-uami, ${more}with: { resourceGroup: lab, name: ${name}, location: eastus } }\n`;
const inputs = {};

interface Ran {
  readonly plan: Plan;
  readonly run: Applied;
  /** What was made or taken away after the script. */
  readonly sent: readonly string[];
}

/** Planned, saved, read again, found applicable, applied; `answer`: what the script says. */
async function goOn(on: World, written: string, registry: StepRegistry = builtinSteps): Promise<Ran> {
  const machine = `/subscriptions/${on.target.subscriptionId}/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/vm`;
  const text = written.replace("VM", machine).replace("GROUP", machine.replace(/\/providers.*/, ""));
  on.requests.length = 0;
  const saved = await planOn(on, { text, inputs });
  const plan = readPlan(saved.text);
  expect(mutationsIn(on.requests), "a plan sends reads only").eql([]);
  const { target, clock } = on;
  await requireApplicable({ plan, runbook: runbookOf(text), registry: builtinSteps, inputs, target, clock });
  const run = await applyOn(on, plan, { text, inputs, registry });
  const sent = mutationsIn(on.requests)
    .map((request) => request.replace(/^(\w+) .*\/([^/]+\/[^/?]+)\?.*$/, "$1 $2"))
    .filter((request) => !request.includes("runCommands/"));
  return { plan, run, sent };
}

function linesOf(plan: Plan, from: string): readonly string[] {
  const text = textPage(planPage(plan), { full: false, width: 0, paint: (_ink: unknown, line: string) => line });
  const lines = text.split("\n");
  return lines.slice(lines.findIndex((line) => line.includes(`${from}  `) && /^\S /.test(line) && !/wave/.test(line)));
}

const isDone = ({ plan, run }: Ran, missing: readonly string[] = []): void => {
  expect([run.status, [...run.failures], run.refusals]).eql(["done", [], []]);
  const verified = verifyRun(plan, run.journal.entries);
  expect(verified.extra).eql([]);
  expect(verified.missing.map(({ operation }) => operation)).eql(missing);
};

describe("a step after a script", () => {
  const answers: ScriptAnswer[] = [];
  let on: World;
  before(async () => {
    on = await openWorld("emulator", answers);
    const { plan } = await planOn(on, { text: MACHINE, inputs });
    await applyOn(on, plan, { text: MACHINE, inputs });
    await on.clock.sleep(10_000);
  });
  after(() => on.close());
  const go = (answer: Partial<ScriptAnswer>, text: string, registry?: StepRegistry): Promise<Ran> => {
    answers.splice(0, answers.length, { script: "", ...answer });
    return goOn(on, text, registry);
  };

  const EITHER = `${BASE}${identity("yes", "yes1", "if: \"${{ contains(steps.s.outputs.stdout, 'ready') }}\", ")}${identity("no", "id2", "if: \"${{ !contains(steps.s.outputs.stdout, 'ready') }}\", ")}`;
  it("is listed with its condition, and sent when that holds", async () => {
    const ran = await go({ stdout: "ready\n" }, EITHER);
    isDone(ran);
    expect(ran.sent).eql(["PUT userAssignedIdentities/yes1"]);
    expect(linesOf(ran.plan, "yes").slice(0, 7)).eql([
      "+ yes  create-uami  create  test.yaml:7",
      "    only if contains(steps.s.outputs.stdout, 'ready'):",
      "        + userAssignedIdentities yes1",
      "/ no  create-uami  skipped  test.yaml:8",
      "    whether its `if` is true only the run will know",
      "    only if not contains(steps.s.outputs.stdout, 'ready'):",
      "        + userAssignedIdentities id2",
    ]);
  });
  it("is sent in the other case, which is never taken to come together with the one", async () => {
    const ran = await go({ stdout: "not yet" }, EITHER);
    isDone(ran);
    expect(ran.sent).eql(["PUT userAssignedIdentities/id2"]);
  });

  it("may be named under its condition after what the script said", async () => {
    const name = '"idn-${{ trim(steps.s.outputs.stdout) }}"';
    const unready = "if: \"${{ !contains(steps.s.outputs.stdout, 'ready') }}\", ";
    const ran = await go({ stdout: "later\n" }, `${BASE}${identity("named", name, unready)}`);
    isDone(ran);
    expect(ran.sent).eql(["PUT userAssignedIdentities/idn-later"]);
    const { given, onlyIf = [] } = ran.plan.steps.at(-1)!;
    expect([given, onlyIf.map((one) => one.given?.map(({ at }) => at))]).eql([undefined, [["/name"]]]);
  });
  it("is rehearsed once for each set of answers, in whichever order they are asked for", async () => {
    const asked = ["a", "b", "c", "d"].map((word) =>
      identity(word, `${word}23`, `if: "\${{ contains(steps.s.outputs.stdout, '${word}') }}", `),
    );
    const ran = await go({ stdout: "a, c" }, `${BASE}${asked.join("")}`);
    isDone(ran);
    expect(ran.sent).have.members(["PUT userAssignedIdentities/a23", "PUT userAssignedIdentities/c23"]);
    expect(ran.plan.unknowns.filter((one) => one.startsWith("everything"))).eql([]);
    expect(ran.plan.steps.slice(-4).map(({ onlyIf = [] }) => onlyIf.map(({ when }) => when))).eql(
      ["a", "b", "c", "d"].map((word) => [`contains(steps.s.outputs.stdout, '${word}')`]),
    );
  });

  const ASSERTED = `${BASE}  - id: fine
    uses: assert
    with: { conditions: [{ that: "\${{ steps.s.outputs.exitCode == 0 }}", message: it is not fine }] }
${identity("then", "id1", "needs: [fine], ")}finally:
  - { id: away, uses: delete-rg, if: "\${{ run.outcome == 'failed' }}", with: { name: spare } }
`;
  it("goes on after an assertion that holds", async () => {
    const ran = await go({}, ASSERTED);
    isDone(ran);
    expect(ran.sent).eql(["PUT userAssignedIdentities/id1"]);
    expect(linesOf(ran.plan, "then").slice(0, 3)).eql([
      "+ then  create-uami  create  test.yaml:10",
      "    only if steps.s.outputs.exitCode == 0:",
      "        + userAssignedIdentities id1",
    ]);
  });
  it("is not sent after one that does not, and what a failure sends is", async () => {
    await on.send("PUT", "{sub}/resourceGroups/spare?api-version=2021-04-01", { location: "eastus" });
    const { run, sent } = await go({ exitCode: 3 }, ASSERTED);
    expect([...run.failures].map(([id, { message }]) => [id, message])).eql([["fine", "it is not fine"]]);
    expect(run.refusals).eql([]);
    expect(sent).eql(["DELETE resourcegroups/spare"]);
  });
  it("takes an exit code for one number at a time", async () => {
    const text = `${BASE}${identity("zero", "id0", 'if: "${{ steps.s.outputs.exitCode == 0 }}", ')}${identity("three", "id3", 'if: "${{ steps.s.outputs.exitCode == 3 }}", ')}${identity("other", "id9", 'if: "${{ steps.s.outputs.exitCode != 0 && steps.s.outputs.exitCode != 3 }}", ')}`;
    const { plan, run, sent } = await go({ exitCode: 3 }, text);
    isDone({ plan, run, sent });
    expect(sent).eql(["PUT userAssignedIdentities/id3"]);
    expect(plan.steps.slice(-3).map(({ onlyIf = [] }) => onlyIf.map(({ when }) => when))).eql([
      ["steps.s.outputs.exitCode == 0"],
      ["steps.s.outputs.exitCode == 3"],
      ["steps.s.outputs.exitCode != 0 and steps.s.outputs.exitCode != 3"],
    ]);
  });

  const TOLD = `${BASE}  - id: tagged
    uses: create-uami
    with: { resourceGroup: lab, name: told, location: eastus, tags: { said: "it said \${{ steps.s.outputs.stdout }}!", fixed: yes-sir } }
`;
  it("may hold what the script said, and nothing else in its place", async () => {
    const ran = await go({ stdout: "ready / and more\n" }, TOLD);
    isDone(ran);
    const id = "{sub}/resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/told";
    const { body } = await on.send("GET", `${id}?api-version=2024-11-30`);
    expect(body["tags"]).eql({ said: "it said ready / and more\n!", fixed: "yes-sir" });
    expect(
      planPage(ran.plan)
        .steps.at(-1)!
        .resources[0]!.lines.map(({ path, after: value }) => [path, value]),
    ).eql([
      ["tags.said", '"it said (known after s)!"'],
      ["tags.fixed", '"yes-sir"'],
      ["location", '"eastus"'],
    ]);
    const template = ran.plan.steps.at(-1)!.requests[0]!.body as JsonObject;
    expect((template["tags"] as JsonObject)["said"]).eql({
      $text: [
        "it said ",
        { expression: "steps.s.outputs.stdout", after: ["s"], like: "text", example: "zm7t6sn9" },
        "!",
      ],
    });
  });

  /** `create-uami` that does something else with what it was given. */
  const turned = (turn: (given: Record<string, Json>) => Record<string, Json>): StepRegistry => {
    const honest = builtinSteps.get("create-uami")!;
    const start = (given: Json) => honest.start(turn(given as Record<string, Json>));
    return new Map([...builtinSteps, ["create-uami", { ...honest, start }]]);
  };
  const TWO = TOLD.replace(
    /said: "[^"]*"/,
    'said: "${{ steps.s.outputs.stdout }}${{ steps.s.outputs.stderr }}"',
  ).replace("yes-sir", '"${{ steps.s.outputs.stdout }}"');
  const NAMED = `${BASE}${identity("named", '"id-${{ steps.s.outputs.stdout }}"')}`;
  for (const [what, text, turn, why] of [
    [
      "what the script did not say",
      TOLD,
      (given: Record<string, Json>) => ({ ...given, tags: { said: "it said something else!", fixed: "yes-sir" } }),
      "PUT told2: it differs from the plan at body/tags/said: it is not what steps.s.outputs.stdout gave",
    ],
    [
      "another fixed part",
      TOLD,
      (given: Record<string, Json>) => ({ ...given, tags: { said: "it says ready!", fixed: "yes-sir" } }),
      "PUT told2: it differs from the plan at body/tags/said: it is another text",
    ],
    [
      "another tag",
      TOLD,
      (given: Record<string, Json>) => ({ ...given, tags: { said: "it said ready!", fixed: "no" } }),
      "PUT told2: it differs from the plan at body/tags/fixed: it is another value",
    ],
    [
      "a fixed part in other letters",
      TOLD,
      (given: Record<string, Json>) => ({ ...given, tags: { said: "It Said ready!", fixed: "yes-sir" } }),
      "PUT told2: it differs from the plan at body/tags/said: it is another text",
    ],
    [
      "all of what the script said where one part belongs",
      TWO,
      (given: Record<string, Json>) => ({ ...given, tags: { said: "readyEVIL", fixed: "readyEVIL" } }),
      "PUT told2: it differs from the plan at body/tags/fixed: it is not what steps.s.outputs.stdout gave",
    ],
    [
      "something else where two things stand that the script said",
      TWO,
      (given: Record<string, Json>) => ({ ...given, tags: { said: "readyevil", fixed: "ready" } }),
      "PUT told2: it differs from the plan at body/tags/said: it is not what ${{ steps.s.outputs.stdout }}${{ steps.s.outputs.stderr }} gave",
    ],
    [
      "another address",
      TOLD,
      (given: Record<string, Json>) => ({ ...given, name: "id2" }),
      "PUT id2: it differs from the plan at url: it is another value",
    ],
    [
      "a name that the script did not say",
      NAMED,
      (given: Record<string, Json>) => ({ ...given, name: "id-other" }),
      "PUT id-other: it differs from the plan at url: it is not what steps.s.outputs.stdout gave",
    ],
    [
      "a name with another fixed part",
      NAMED,
      (given: Record<string, Json>) => ({ ...given, name: "xd-ready" }),
      "PUT xd-ready: it differs from the plan at url: it is another text",
    ],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const { run, sent } = await go(
        { stdout: "ready", stderr: "EVIL" },
        text.replace("name: told", "name: told2"),
        turned(turn),
      );
      expect(run.refusals.map(({ method, url, why: told }) => `${method} ${/[^/]+(?=\?)/.exec(url)![0]}: ${told}`)).eql(
        [why],
      );
      expect(sent).eql([]);
    });
  }

  it("may hold two things in one text that the script said", async () => {
    const text = `${TWO.replace("name: told", "name: told3")}${identity("both", '"id-${{ steps.s.outputs.stdout }}_${{ steps.s.outputs.stderr }}"')}`;
    const ran = await go({ stdout: "ready", stderr: "EVIL" }, text);
    isDone(ran);
    expect(ran.sent).have.members(["PUT userAssignedIdentities/told3", "PUT userAssignedIdentities/id-ready_EVIL"]);
  });
  it("is at no address that leads elsewhere", async () => {
    const { plan } = await go({ stdout: "ready" }, NAMED.replace('"id-${{', '"${{'));
    const { url, ...entry } = plan.steps.at(-1)!.requests[0]!;
    const addressed = (template: Json, name: string): string | undefined => {
      const steps = plan.steps.map((step) =>
        step.id === "named" ? { ...step, requests: [{ ...entry, url: template }] } : step,
      );
      const guard = new PlanGuard({ ...plan, steps });
      guard.watch();
      guard.evaluated("named", { name });
      const sent = textOf(url).replace("(known after s)", name);
      return guard.check({ key: `${entry.operation}:put`, method: "PUT", url: sent, body: entry.body })?.why;
    };
    const elsewhere = "it differs from the plan at url: its address is known only later";
    expect(addressed(url, "there")).equal(undefined);
    for (const name of [".", "..", "..."]) expect(addressed(url, name), name).equal(elsewhere);
    expect(addressed(url, "a/b")).equal("it differs from the plan at url: it is another text");
    const anywhere = { $text: [{ after: ["s"], like: "text", example: "/subscriptions/x" }] };
    expect(addressed(anywhere, "there")).equal(elsewhere);
  });
  it("may be named after what the script said, which is one name and no path", async () => {
    const ran = await go(
      { stdout: "ready" },
      `${NAMED}  - id: grant
    uses: grant-role
    with: { principalId: "\${{ steps.named.outputs.principalId }}", role: Reader, scope: GROUP }
`,
    );
    isDone(ran);
    expect(ran.sent.map((one) => one.replace(/[0-9a-f-]{36}/, "…"))).eql([
      "PUT userAssignedIdentities/id-ready",
      "PUT roleAssignments/…",
    ]);
    expect(linesOf(ran.plan, "named")[1]).equal("    + userAssignedIdentities id-(known after s)");
  });
  it("is refused where the whole address is known only later", async () => {
    const text = `${BASE}  - { id: away, uses: arm-delete, with: { id: "\${{ steps.s.outputs.stdout }}", apiVersion: "2024-11-30" } }\n`;
    const stdout = "/subscriptions/x/resourceGroups/lab/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a";
    const { plan, run, sent } = await go({ stdout }, text);
    expect(plan.steps.at(-1)).deep.include({
      change: "opaque",
      reason:
        'what it does is known only when s is done; rehearsed, it fails: "${{ steps.s.outputs.stdout }}" is not the ARM id of a resource',
      requests: [],
    });
    expect(run.status).equal("failed");
    expect(sent).eql([]);
  });
});
