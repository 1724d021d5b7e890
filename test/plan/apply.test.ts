import { expect } from "chai";
import { type ApplyOptions, requireApplicable } from "../../engine/plan/apply.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { PlanFault, readPlan } from "../../engine/plan/plan-file.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { defineStep, type StepDefinition, type StepRegistry } from "../../engine/steps/definition.ts";
import { ensure } from "../../engine/steps/operation.ts";
import { ROLE_ASSIGNMENTS, userAssignedIdentity } from "../../engine/steps/resources.ts";
import {
  applyOn,
  INPUTS,
  mutationsIn,
  openWorld,
  PASSWORD,
  planOn,
  runbookOf,
  SIX_STEPS,
  type World,
} from "../support/planning.ts";
import { Type } from "../../engine/steps/type.ts";

interface Saved {
  readonly world: World;
  readonly plan: Plan;
  readonly text: string;
}

async function saved(description?: string): Promise<Saved> {
  const world = await openWorld(description);
  return { world, ...(await planOn(world)) };
}

function options({ world, plan }: Saved, changed: Partial<ApplyOptions> = {}): ApplyOptions {
  const { target, clock } = world;
  return { plan, runbook: runbookOf(SIX_STEPS), registry: builtinSteps, inputs: INPUTS, target, clock, ...changed };
}

async function faultOf(attempt: () => unknown): Promise<PlanFault | undefined> {
  try {
    await attempt();
  } catch (thrown) {
    if (thrown instanceof PlanFault) return thrown;
    throw thrown;
  }
  return undefined;
}

const editedBy =
  (change: (text: string) => string) =>
  (one: Saved): unknown =>
    readPlan(change(one.text));
const withTarget =
  (changed: Partial<ApplyOptions["target"]>) =>
  (one: Saved): unknown =>
    requireApplicable(options(one, { target: { ...one.world.target, ...changed } }));
const GROUP = "{sub}/resourceGroups/rg?api-version=2021-04-01";

const TAMPERING: readonly (readonly [string, string, RegExp, (saved: Saved) => unknown])[] = [
  [
    "a request is edited",
    "digest",
    /edited/,
    editedBy((text) => text.replace('"location": "eastus"', '"location": "westus"')),
  ],
  ["a blank is added", "digest", /edited/, editedBy((text) => text.replace('"steps": [', '"steps":  ['))],
  ["one byte at its end is lost", "digest", /edited/, editedBy((text) => text.slice(0, -1))],
  ["a right is taken out of it", "digest", /edited/, editedBy((text) => text.replace('"role-assignment"', '"remove"'))],
  [
    "it is of another version",
    "version",
    /version 2/,
    editedBy((text) => text.replace('"version": 1', '"version": 2')),
  ],
  ["it is cut", "file", /no saved plan/, editedBy((text) => text.slice(0, 500))],
  ["it is no plan", "file", /no saved plan/, editedBy(() => "{}")],
  [
    "the runbook is edited",
    "runbook",
    /test\.yaml/,
    (one) => requireApplicable(options(one, { runbook: runbookOf(`${SIX_STEPS}# a remark\n`) })),
  ],
  [
    "an input is another one",
    "inputs",
    /location/,
    (one) => requireApplicable(options(one, { inputs: { ...INPUTS, location: "westus" } })),
  ],
  [
    "an input is left out",
    "inputs",
    /location/,
    (one) => requireApplicable(options(one, { inputs: { adminPassword: PASSWORD } })),
  ],
  ["the target is another emulator", "target", /another place/, withTarget({ description: "another place" })],
  ["the target is another cloud", "target", /./, withTarget({ kind: "azure" })],
  ["the subscription is another one", "subscription", /0000/, withTarget({ subscriptionId: "0000" })],
  [
    "the caller is another one",
    "caller",
    /stranger/,
    withTarget({ credential: { getToken: async (scopes) => tokenOf("stranger", scopes) } }),
  ],
  [
    "the tenant is another one",
    "tenant",
    /elsewhere/,
    withTarget({ credential: { getToken: async (scopes) => tokenOf("x", scopes, "elsewhere") } }),
  ],
  [
    "it has an obstacle",
    "obstacles",
    /would fail/,
    (one) => requireApplicable(options({ ...one, plan: { ...one.plan, obstacles: ["x would fail"] } })),
  ],
];

function tokenOf(oid: string, _scopes: unknown, tid?: string): { token: string; expiresOnTimestamp: number } {
  const tenant = tid ?? tenantId;
  const claims = Buffer.from(JSON.stringify({ oid, tid: tenant })).toString("base64url");
  return { token: `e30.${claims}.x`, expiresOnTimestamp: Date.now() + 3_600_000 };
}
let tenantId = "";

describe("applying a plan", () => {
  let shared: Saved;
  before(async () => {
    shared = await saved();
  });
  after(() => shared.world.close());
  for (const [name, part, message, attempt] of TAMPERING) {
    it(`is refused when ${name}`, async () => {
      tenantId = shared.plan.target.tenantId;
      const fault = await faultOf(() => attempt(shared));
      expect(fault?.part, fault?.message).eql(part);
      expect(fault?.message).match(message);
      expect(mutationsIn(shared.world.requests)).eql([]);
    });
  }
  it("is refused when what it would make is there now", async () => {
    const one = await saved();
    expect((await one.world.send("PUT", GROUP, { location: "eastus" })).status).eql(201);
    const fault = await faultOf(() => requireApplicable(options(one)));
    expect(fault?.part).eql("state");
    expect(fault?.message).match(/resourcegroups\/rg exists now/);
    await one.world.close();
  });
  it("is refused when a resource was changed behind its back, even where that makes no difference", async () => {
    const one = await saved();
    expect((await applyOn(one.world, one.plan)).status).eql("done");
    await one.world.clock.sleep(5_000);
    const again = { ...one, ...(await planOn(one.world)) };
    await requireApplicable(options(again));
    await one.world.send("PATCH", GROUP, { tags: { by: "somebody" } });
    const fault = await faultOf(() => requireApplicable(options(again)));
    expect(fault?.part).eql("state");
    expect(fault?.message).match(/resourcegroups\/rg changed: tags/);
    await one.world.close();
  });
  it("is refused a second time, because the target is no longer as it was", async () => {
    const one = await saved();
    await requireApplicable(options(one));
    expect((await applyOn(one.world, one.plan)).status).eql("done");
    await one.world.clock.sleep(5_000);
    const before = mutationsIn(one.world.requests).length;
    expect((await faultOf(() => requireApplicable(options(one))))?.part).eql("state");
    expect(mutationsIn(one.world.requests)).length(before);
    await one.world.close();
  });
  it("sends what the plan lists, and verifies", async () => {
    const one = await saved();
    const plan = readPlan(one.text);
    const run = await applyOn(one.world, plan);
    expect(run.status, JSON.stringify([...run.failures])).eql("done");
    expect(run.refusals).eql([]);
    const verified = verifyRun(plan, run.journal.entries);
    expect(verified).eql({
      sent: verified.planned,
      planned: plan.steps.flatMap(({ requests }) => requests).length,
      conditional: 0,
      extra: [],
      missing: [],
    });
    expect(mutationsIn(one.world.requests)).length(verified.planned);
    await one.world.close();
  });
  it("shows a planted call when it is verified", async () => {
    const one = await saved();
    const run = await applyOn(one.world, one.plan);
    const sent = run.journal.entries.find(
      ({ kind, ...entry }) => kind === "event" && "event" in entry && entry.event.type === "request-sent",
    )!;
    const planted = JSON.parse(
      JSON.stringify(sent).replaceAll("resourcegroups/rg", "resourcegroups/other"),
    ) as typeof sent;
    const { extra, missing } = verifyRun(one.plan, [...run.journal.entries, planted]);
    expect(extra.map(({ url }) => url)).eql([
      `/subscriptions/${one.world.target.subscriptionId}/resourcegroups/other?api-version=2025-04-01`,
    ]);
    expect(missing).eql([]);
    await one.world.close();
  });
  it("has no secret in plan, journal or events", async () => {
    const one = await saved();
    const run = await applyOn(one.world, one.plan);
    const kept = one.text + JSON.stringify(run.journal.entries) + JSON.stringify(run.events);
    expect(await one.world.token()).match(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/);
    expect(kept)
      .not.include(PASSWORD)
      .and.not.match(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/);
    await one.world.close();
  });
});

/** A registry in which a step type does something else once the plan is made. */
function turning(name: string, other: (honest: StepRegistry) => StepDefinition): StepRegistry {
  return new Map([...builtinSteps, [name, other(builtinSteps)]]);
}

describe("the guard of a plan", () => {
  const cases: readonly (readonly [string, StepRegistry, RegExp])[] = [
    [
      "a step that makes one thing more",
      turning("grant-role", (honest) => ({
        ...honest.get("grant-role")!,
        *start(inputs) {
          const outputs = yield* honest.get("grant-role")!.start(inputs);
          yield* ensure(userAssignedIdentity("rg", "backdoor"), { location: "eastus" });
          return outputs;
        },
      })),
      /the plan does not list it/,
    ],
    [
      "a grant to somebody else",
      turning("grant-role", (honest) => ({
        ...honest.get("grant-role")!,
        *start(inputs) {
          return yield* honest
            .get("grant-role")!
            .start({ ...(inputs as object), principalId: "11111111-1111-4111-8111-111111111111" });
        },
      })),
      /not what identity\/0 was answered at \/properties\/principalId/,
    ],
    [
      "a wider role",
      turning("grant-role", (honest) => ({
        ...honest.get("grant-role")!,
        *start(inputs) {
          return yield* honest.get("grant-role")!.start({ ...(inputs as object), role: "Owner" });
        },
      })),
      /body\/properties\/roleDefinitionId/,
    ],
    [
      "a role at a wider scope",
      turning("grant-role", (honest) => ({
        ...honest.get("grant-role")!,
        *start(inputs) {
          const { scope } = inputs as { scope: string };
          return yield* honest
            .get("grant-role")!
            .start({ ...(inputs as object), scope: scope.split("/").slice(0, 3).join("/") });
        },
      })),
      /differs from the plan at url/,
    ],
  ];
  for (const [name, registry, why] of cases) {
    it(`stops ${name} before it is sent`, async () => {
      const one = await saved();
      const run = await applyOn(one.world, one.plan, { registry });
      expect(run.status).eql("failed");
      expect(run.refusals).length(1);
      expect(run.refusals[0]!.why).match(why);
      expect([...run.failures.values()].map(({ code }) => code)).eql(["NotPlanned"]);
      const { url } = run.refusals[0]!;
      expect(mutationsIn(one.world.requests).filter((request) => request.endsWith(url))).eql([]);
      // The journal has the refusal as the outcome of its activity.
      expect(JSON.stringify(run.journal.entries)).include("NotPlanned");
      expect(JSON.stringify(run.journal.entries.at(-1))).include('"run-finished"');
      await one.world.close();
    });
  }
  it("lets the same request be sent again after a failure that passes", async () => {
    const one = await saved();
    let failures = 0;
    const { httpClient } = one.world.target;
    const target = {
      ...one.world.target,
      httpClient: {
        async sendRequest(request: Parameters<NonNullable<typeof httpClient>["sendRequest"]>[0]) {
          const response = await httpClient!.sendRequest(request);
          if (request.method !== "PUT" || !request.url.includes(ROLE_ASSIGNMENTS) || failures > 0) return response;
          failures++;
          await one.world.send("DELETE", new URL(request.url).pathname + new URL(request.url).search);
          return { ...response, status: 500, bodyAsText: '{"error":{"code":"InternalServerError","message":"x"}}' };
        },
      },
    };
    const run = await applyOn({ ...one.world, target }, one.plan);
    expect([run.status, failures], JSON.stringify([...run.failures])).eql(["done", 1]);
    const { sent, planned, extra } = verifyRun(one.plan, run.journal.entries);
    expect([sent - planned, extra]).eql([1, []]);
    await one.world.close();
  });
  it("makes a plan unfit to apply when whether a request is sent depends on what is not known", async () => {
    const fickle = defineStep({
      name: "fickle",
      summary: "x",
      inputs: Type.Object({ principal: Type.String() }),
      outputs: Type.Object({}),
      examples: [],
      *run({ principal }) {
        if (Number.parseInt(principal[0]!, 16) % 2 === 0)
          yield* ensure(userAssignedIdentity("rg", "even"), { location: "eastus" });
        return {};
      },
    });
    const registry = new Map([...builtinSteps, ["fickle", fickle]]);
    const text = `${SIX_STEPS.slice(0, SIX_STEPS.indexOf("  - id: read"))}  - id: fickle
    uses: fickle
    with: { principal: "\${{ steps.identity.outputs.principalId }}" }
`;
    const world = await openWorld();
    const { plan } = await planOn(world, { text, registry });
    expect(plan.obstacles.join("\n")).match(/fickle/);
    await world.close();
  });
});
