import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { expect } from "chai";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Target } from "../../engine/azure/target.ts";
import { possibleFaults } from "../../engine/emulator/faults/enumerate.ts";
import { type AnsweredRequest, FaultInjector } from "../../engine/emulator/faults/injector.ts";
import { FAULT_KINDS, type Fault, faultText } from "../../engine/emulator/faults/kinds.ts";
import { operationName } from "../../engine/emulator/faults/operation-name.ts";
import { patternOf } from "../../engine/emulator/faults/pattern.ts";
import { runSteps, type Told } from "../support/run-steps.ts";
import { TUTORIAL_STEPS } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const API = "api-version=2021-04-01";

/** An emulator with faults, and a client of its operator. */
class Struck {
  readonly clock = new VirtualClock();
  readonly requests: AnsweredRequest[] = [];
  readonly injector: FaultInjector;
  target!: Target;
  constructor(...faults: readonly Fault[]) {
    this.injector = new FaultInjector({ faults, onAnswered: (request) => this.requests.push(request) });
  }
  async open(): Promise<this> {
    const { clock, injector: faults } = this;
    this.target = await openEmulatorTarget({
      description: "emulator",
      faults,
      now: () => clock.now(),
      sleep: (ms) => clock.sleep(ms),
    });
    return this;
  }
  async send(method: "GET" | "PUT" | "DELETE", path: string, body?: unknown) {
    const { token } = (await this.target.credential.getToken("https://management.azure.com/.default"))!;
    const request = createPipelineRequest({ method, url: `https://management.azure.com${path}?${API}` });
    request.headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) request.body = JSON.stringify(body);
    const { status, headers, bodyAsText } = await this.target.httpClient!.sendRequest(request);
    const json = (bodyAsText ? JSON.parse(bodyAsText) : undefined) as
      { readonly error?: { readonly code: string; readonly message: string }; readonly name?: string } | undefined;
    return { status, headers: headers.toJSON() as Readonly<Record<string, string>>, body: json };
  }
  get group(): string {
    return `/subscriptions/${this.target.subscriptionId}/resourceGroups/lab`;
  }
  putGroup() {
    return this.send("PUT", this.group, { location: "eastus" });
  }
  tutorial(): Promise<Told> {
    return runSteps(this.target, this.clock, TUTORIAL_STEPS, { secrets: { adminPassword: "Pl4nted-canary-password" } });
  }
}
const struck = (...faults: readonly Fault[]): Promise<Struck> => new Struck(...faults).open();

describe("a fault of the emulator", () => {
  it("fails the n-th call that matches, with a status and a code", async () => {
    const on = "PUT */resourceGroups/*";
    const world = await struck({ kind: "fail", on, nth: 2, times: 2, status: 503, code: "Busy", message: "Not now." });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await world.putGroup()).status);
    expect(statuses).eql([201, 503, 503, 200]);
    expect(world.injector.tally.map(({ matched, struck }) => [matched, struck])).eql([[4, 2]]);
  });
  it("answers in Azure's shape", async () => {
    const world = await struck({ kind: "fail", on: "Microsoft.Resources/*/write", status: 503 });
    const { body } = await world.putGroup();
    const message = "The emulator was told to answer this request with 503.";
    expect(body).eql({ error: { code: "ServiceUnavailable", message } });
  });
  it("throttles, and says for how long", async () => {
    const world = await struck({ kind: "throttle", on: "PUT */resourceGroups/*", retryAfterMs: 1500 });
    const { status, headers, body } = await world.putGroup();
    expect([status, headers["retry-after"], headers["x-ms-retry-after-ms"]]).eql([429, "2", "1500"]);
    expect(body?.error?.code).equal("SubscriptionRequestsThrottled");
  });
  for (const [when, after] of [
    ["before", 404],
    ["after", 200],
  ] as const) {
    it(`resets the connection ${when} the effect, as a network error`, async () => {
      const world = await struck({ kind: "reset", on: "PUT */resourceGroups/*", when });
      const thrown = await world.putGroup().catch((error: unknown) => error);
      expect(thrown).include({ name: "RestError", code: "ECONNRESET", message: "read ECONNRESET" });
      expect((await world.send("GET", world.group)).status).equal(after);
    });
    it(`fails ${when} the effect`, async () => {
      const world = await struck({ kind: "fail", on: "PUT */resourceGroups/*", when });
      expect((await world.putGroup()).status).equal(500);
      expect((await world.send("GET", world.group)).status).equal(after);
    });
  }
  it("answers late, by the emulator's clock", async () => {
    const world = await struck({ kind: "slow", on: "PUT */resourceGroups/*", delayMs: 90_000 });
    const from = world.clock.now();
    expect((await world.putGroup()).status).equal(201);
    expect(world.clock.now() - from).equal(90_000);
  });
  it("strikes by chance as the seed says, whatever else is asked", async () => {
    const strikesOf = (seed: string): string => {
      const injector = new FaultInjector({ seed, faults: [{ kind: "fail", on: "GET /a", chance: 0.5 }] });
      const seen = { method: "GET", path: "/a", operation: "a/read" };
      return Array.from({ length: 24 }, () => injector.strike(seen, ["any"]).length).join("");
    };
    expect(strikesOf("one")).equal(strikesOf("one")).not.equal(strikesOf("two"));
    expect(strikesOf("one")).match(/^(?=.*0)(?=.*1)/);
  });
  it("takes a token's life, or says that it is over", async () => {
    const world = await struck({ kind: "token-expires", on: "Microsoft.Resources/subscriptions/resourceGroups/read" });
    await world.putGroup();
    const { status, body, headers } = await world.send("GET", world.group);
    expect([status, body?.error?.code]).eql([401, "ExpiredAuthenticationToken"]);
    expect(headers["www-authenticate"]).match(/^Bearer error="invalid_token"/);
    const short = await struck({ kind: "token-expires", lifetimeMs: 2000 });
    const token = await short.target.credential.getToken("https://management.azure.com/.default");
    expect(token!.expiresOnTimestamp - short.clock.now()).equal(1000);
  });
});

describe("a run of the tutorial", () => {
  const survives: readonly (readonly [what: string, fault: Fault])[] = [
    ["a connection that breaks before a VM is made", { kind: "reset", on: "PUT */virtualMachines/*" }],
    ["one that breaks after it", { kind: "reset", on: "PUT */virtualMachines/*", when: "after" }],
    ["throttling of whatever it writes", { kind: "throttle", on: "*/write", times: 3 }],
    ["500s of whatever it reads", { kind: "fail", on: "*/read", times: 3 }],
    ["a metadata service that is not ready", { kind: "imds", times: 2 }],
    ["a metadata service that is throttled", { kind: "imds", status: 429 }],
    ["a role that spreads late", { kind: "propagation", on: "*/roleAssignments/write", delayMs: 90_000 }],
    ["an identity that the VM sees late", { kind: "propagation", on: "*/virtualMachines/write", delayMs: 90_000 }],
    ["an operation that takes five seconds more", { kind: "operation-hangs", on: "*", delayMs: 5000 }],
    ["an answer that comes late", { kind: "slow", on: "*/virtualMachines/write" }],
  ];
  for (const [what, fault] of survives) {
    it(`survives ${what}`, async () => {
      const world = await struck(fault);
      const { result } = await world.tutorial();
      expect([...result.failures]).eql([]);
      expect(world.injector.tally[0]?.struck).above(0);
    });
  }
  const fails: readonly (readonly [what: string, fault: Fault, step: string, code: string])[] = [
    [
      "an operation that fails",
      { kind: "operation-fails", on: "*/virtualMachines/write", code: "AllocationFailed" },
      "vm",
      "AllocationFailed",
    ],
    [
      "an operation that is canceled",
      { kind: "operation-canceled", on: "*/virtualMachines/write" },
      "vm",
      "OperationPreempted",
    ],
    ["a guest agent that is not ready", { kind: "agent-not-ready" }, "token", "VMAgentStatusCommunicationError"],
  ];
  for (const [what, fault, step, code] of fails) {
    it(`ends with Azure's code at ${what}`, async () => {
      const { result } = await (await struck(fault)).tutorial();
      expect(result.failures.get(step)?.code).equal(code);
    });
  }
  it("asks for what can be struck, and each of it can be", async () => {
    const calm = await struck();
    expect([...(await calm.tutorial()).result.failures]).eql([]);
    const possible = possibleFaults(calm.requests);
    expect(new Set(possible.map(({ fault }) => fault.kind))).eql(new Set(Object.keys(FAULT_KINDS)));
    // A fault strikes the request that it was made for, when the same requests come again.
    for (const { fault, request } of possible) {
      const injector = new FaultInjector({ faults: [fault] });
      const hits = calm.requests.flatMap((one, at) => (injector.strike(one, one.strikes).length > 0 ? [at] : []));
      expect(hits, faultText(fault)).eql([request]);
    }
  });
});

describe("a pattern of a fault", () => {
  const cases: readonly (readonly [on: string, method: string, path: string, matches: boolean])[] = [
    ["PUT */virtualMachines/*", "PUT", "/subscriptions/s/resourcegroups/g/providers/P/VIRTUALMACHINES/v", true],
    ["PUT */virtualMachines/*", "GET", "/subscriptions/s/resourcegroups/g/providers/P/virtualMachines/v", false],
    ["/subscriptions/s", "GET", "/subscriptions/s/x", false],
    ["* /subscriptions/*", "PATCH", "/subscriptions/s/x", true],
    ["*/oauth2/token", "POST", "/11111111-2222-4333-8444-555555555555/oauth2/token", true],
    ["*/oauth2/token", "GET", "/metadata/identity/oauth2/token/other", false],
    [
      "*/virtualMachines/write",
      "PUT",
      "/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/v",
      true,
    ],
    ["Microsoft.Resources/*/read", "HEAD", "/subscriptions/s/resourceGroups/g", true],
    ["*a*b*c*", "GET", `/${"ab".repeat(40_000)}`, false],
  ];
  for (const [on, method, path, matches] of cases) {
    it(`${on} ${matches ? "is about" : "is not about"} ${method} ${path.slice(0, 40)}`, () => {
      expect(patternOf(on)({ method, path, operation: operationName(method, path) })).equal(matches);
    });
  }
  const names: readonly (readonly [method: string, path: string, name: string])[] = [
    ["GET", "/subscriptions", "Microsoft.Resources/subscriptions/read"],
    ["GET", "/tenants", "Microsoft.Resources/tenants/read"],
    ["HEAD", "/subscriptions/s/resourcegroups/g", "Microsoft.Resources/subscriptions/resourceGroups/read"],
    ["GET", "/subscriptions/s/resourceGroups/g/resources", "Microsoft.Resources/subscriptions/resources/read"],
    ["GET", "/subscriptions/s/providers/Microsoft.Network", "Microsoft.Resources/subscriptions/providers/read"],
    [
      "POST",
      "/subscriptions/s/resourceGroups/g/providers/microsoft.compute/virtualmachines/v/runCommand",
      "Microsoft.Compute/virtualMachines/runCommand/action",
    ],
    [
      "PUT",
      "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r",
      "Microsoft.Authorization/roleAssignments/write",
    ],
    [
      "GET",
      "/subscriptions/s/providers/Microsoft.Compute/locations/eastus/operations/o",
      "Microsoft.Compute/locations/operations/read",
    ],
    ["POST", "/t/oauth2/v2.0/token", "Entra/token"],
    ["GET", "/metadata/identity/oauth2/token", "Imds/token"],
    ["GET", "/metadata/instance/compute", "Imds/instance"],
  ];
  for (const [method, path, name] of names) {
    it(`knows ${method} ${path} as ${name}`, () => expect(operationName(method, path)).equal(name));
  }
});
