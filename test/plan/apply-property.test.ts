import { expect } from "chai";
import * as fc from "fast-check";
import { requireApplicable } from "../../engine/plan/apply.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { JsonObject } from "../../engine/value/json.ts";
import { applyOn, mutationsIn, openWorld, planOn, runbookOf, type World } from "../support/planning.ts";

interface Thing {
  readonly kind: "identity" | "network" | "grant" | "vm";
  readonly tag: "a" | "b" | undefined;
  /** What is there before: nothing, the same, or the same with another tag. */
  readonly prior: "absent" | "same" | "other";
}

const things = fc.array(
  fc.record({
    kind: fc.constantFrom<Thing["kind"]>("identity", "identity", "grant", "grant", "vm"),
    tag: fc.constantFrom<Thing["tag"]>("a", "b", undefined),
    prior: fc.constantFrom<Thing["prior"]>("absent", "same", "other"),
  }),
  { minLength: 1, maxLength: 5 },
);

function runbookFor(list: readonly Thing[]): string {
  const lines = list.flatMap(({ kind, tag }, index) => {
    const tags = tag === undefined ? "" : `, tags: { t: ${tag} }`;
    const place = `resourceGroup: "\${{ steps.group.outputs.name }}", location: eastus${tags}`;
    const identity = [`  - id: i${index}`, "    uses: create-uami", `    with: { ${place}, name: id${index} }`];
    if (kind === "vm") {
      const image = 'image: Ubuntu2204, adminUsername: someone, adminPassword: "${{ inputs.password }}"';
      return [
        `  - id: v${index}`,
        "    uses: create-vm",
        `    with: { ${place}, name: vm${index}, ${image}, systemAssignedIdentity: ${tag === "a"} }`,
      ];
    }
    if (kind === "identity") return identity;
    return [
      ...identity,
      `  - id: g${index}`,
      "    uses: grant-role",
      `    with: { principalId: "\${{ steps.i${index}.outputs.principalId }}", role: Reader, scope: "\${{ steps.group.outputs.id }}" }`,
    ];
  });
  return [
    "version: 1",
    "name: random",
    "inputs:",
    "  password: { type: string, secret: true }",
    "steps:",
    "  - id: group",
    "    uses: create-rg",
    "    with: { name: rg, location: eastus }",
    ...lines,
    "",
  ].join("\n");
}

async function prepare(world: World, list: readonly Thing[]): Promise<void> {
  if (list.every(({ prior }) => prior === "absent")) return;
  const put = (path: string, body: JsonObject): Promise<unknown> =>
    world.send("PUT", `{sub}/resourceGroups/rg${path}`, body);
  await put("?api-version=2021-04-01", { location: "eastus" });
  for (const [index, { kind, tag, prior }] of list.entries()) {
    if (prior === "absent" || kind === "vm") continue;
    const tags = prior === "other" ? { t: "z" } : tag === undefined ? {} : { t: tag };
    await put(`/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id${index}?api-version=2024-11-30`, {
      location: "eastus",
      tags,
    });
  }
  await world.clock.sleep(5_000);
}

describe("any runbook on any prior state", () => {
  it("sends exactly what its plan lists, and nothing the second time", async function () {
    this.timeout(60_000);
    const inputs = { password: "Correct-Horse-9" };
    await fc.assert(
      fc.asyncProperty(things, async (list) => {
        const world = await openWorld();
        try {
          await prepare(world, list);
          const text = runbookFor(list);
          const { plan } = await planOn(world, { text, inputs });
          expect(plan.obstacles).eql([]);
          world.requests.length = 0;
          const run = await applyOn(world, plan, { text, inputs });
          expect(run.status, JSON.stringify([...run.failures])).eql("done");
          const planned = plan.steps.flatMap(({ requests }) => requests);
          expect(verifyRun(plan, run.journal.entries)).deep.include({ sent: planned.length, extra: [], missing: [] });
          const methods = (list_: readonly string[]): readonly string[] =>
            list_.map((one) => one.split(" ")[0]!).toSorted();
          expect(methods(mutationsIn(world.requests))).eql(planned.map(({ method }) => method).toSorted());
          await world.clock.sleep(5_000);
          const { plan: after } = await planOn(world, { text, inputs });
          expect(after.steps.flatMap(({ requests }) => requests)).eql([]);
          const { target, clock } = world;
          await requireApplicable({
            plan: after,
            runbook: runbookOf(text),
            registry: builtinSteps,
            inputs,
            target,
            clock,
          });
        } finally {
          await world.close();
        }
      }),
      { numRuns: 12, seed: 20261125 },
    );
  });
});
