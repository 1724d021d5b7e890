import { createHash } from "node:crypto";
import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from "@azure/core-rest-pipeline";
import { ComputeManagementClient } from "@azure/arm-compute";
import { expect } from "chai";
import { openEmulatorTarget } from "../../../engine/azure/emulator-target.ts";
import { performerFor } from "../../../engine/azure/performer.ts";
import type { Target } from "../../../engine/azure/target.ts";
import type { GuestRunInput, Polled, Submitted } from "../../../engine/run/activities.ts";
import type { RunEvent } from "../../../engine/run/events.ts";
import type { Failure } from "../../../engine/run/failure.ts";
import type { ActivityOperation } from "../../../engine/run/local-driver.ts";
import type { ScheduledStep, Scope } from "../../../engine/run/scheduler.ts";
import { Vault } from "../../../engine/run/vault.ts";
import type { Json, JsonObject } from "../../../engine/value/json.ts";
import { runSteps, type Told } from "../../support/run-steps.ts";
import { out, step } from "../../support/tutorial-steps.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/lab";
const vmOf = (name: string): string => `${GROUP}/providers/Microsoft.Compute/virtualMachines/${name}`;
const place = { resourceGroup: "lab", location: "eastus" };
const admin = { adminUsername: "azureuser", adminPassword: null as Json };

const vm = (name: string, image: string, more: JsonObject = {}): ScheduledStep =>
  step(name, "create-vm", ["group"], (scope) => ({
    ...place,
    name,
    image,
    ...admin,
    adminPassword: scope.inputs["password"] ?? null,
    ...more,
  }));
const identity = (name: string): ScheduledStep => step(name, "create-uami", ["group"], () => ({ ...place, name }));
const assign = (id: string, machine: string, name: string, after: string[] = []): ScheduledStep =>
  step(id, "assign-identity", [machine, name, ...after], (scope) => ({
    vm: out(scope, machine, "id"),
    identity: out(scope, name, "id"),
  }));
const group = step("group", "create-rg", [], () => ({ name: "lab", location: "eastus" }));
const token = (id: string, machine: string, after: string[], more: (scope: Scope) => JsonObject = () => ({})) =>
  step(id, "get-imds-token", [machine, ...after], (scope) => ({ vm: out(scope, machine, "id"), ...more(scope) }));
const read = (id: string, machine: string, of: string, after: string[] = [], path?: string): ScheduledStep =>
  step(id, "arm-get", [machine, of, ...after], (scope) => ({
    vm: out(scope, machine, "id"),
    token: out(scope, of, "accessToken"),
    path: path ?? out(scope, "group", "id"),
    apiVersion: "2021-04-01",
  }));
const grant = (of: string, role = "Reader"): ScheduledStep =>
  step("grant", "grant-role", ["group", of], (scope) => ({
    principalId: out(scope, of, "principalId"),
    role,
    scope: out(scope, "group", "id"),
  }));

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A target whose requests the test sees, and may answer itself. */
class Watched {
  readonly clock = new VirtualClock();
  readonly sent: Sent[] = [];
  answer: (sent: Sent) => { readonly status: number; readonly body: unknown } | undefined = () => undefined;
  target!: Target;
  async open(): Promise<this> {
    const inner = await openEmulatorTarget({ description: "emulator", now: () => this.clock.now() });
    const sendRequest = async (request: PipelineRequest): Promise<PipelineResponse> => {
      const sent = {
        method: request.method,
        path: new URL(request.url).pathname,
        body: typeof request.body === "string" ? request.body : "",
      };
      this.sent.push(sent);
      const given = this.answer(sent);
      if (given === undefined) return inner.httpClient!.sendRequest(request);
      const headers = createHttpHeaders({ "content-type": "application/json" });
      return { request, headers, status: given.status, bodyAsText: JSON.stringify(given.body) };
    };
    this.target = { ...inner, httpClient: { sendRequest } };
    return this;
  }
  run(steps: readonly ScheduledStep[], outputs?: (scope: Scope) => Json): Promise<Told> {
    return runSteps(this.target, this.clock, steps, {
      secrets: { password: "Pl4nted-canary-password" },
      ...(outputs && { outputs }),
    });
  }
  compute(): ComputeManagementClient {
    const { credential, subscriptionId, httpClient } = this.target;
    const scopes = ["https://management.azure.com/.default"];
    return new ComputeManagementClient(credential, subscriptionId, {
      httpClient: httpClient!,
      credentials: { scopes },
    });
  }
  count(method: string, path: RegExp): number {
    return this.sent.filter((one) => one.method === method && path.test(one.path)).length;
  }
}

const failureIn = (told: Told, id: string): Failure => {
  const failure = told.result.failures.get(id);
  if (failure === undefined) throw new Error(`${id} did not fail`);
  return failure;
};
const warnings = (told: Told): string[] =>
  told.events.flatMap((event: RunEvent) => (event.type === "warning" ? [event.message] : []));
const retries = (told: Told, id: string): Extract<RunEvent, { type: "attempt-failed" }>[] =>
  told.events.flatMap((event) => (event.type === "attempt-failed" && event.step === id ? [event] : []));

describe("requests inside a VM", () => {
  let azure: Watched;
  beforeEach(async () => {
    azure = await new Watched().open();
  });
  afterEach(() => azure.target.close());

  const linux = [group, vm("lin", "Ubuntu2204", { systemAssignedIdentity: true })];

  it("are refused in Azure's words when the identity has no role", async () => {
    const steps = [group, vm("win", "Win2022Datacenter"), identity("ID1"), assign("assign", "win", "ID1")];
    const told = await azure.run([...steps, token("token", "win", ["assign"]), read("read", "win", "token")]);
    const failure = failureIn(told, "read");
    const { subscriptionId } = azure.target;
    const principal = out({ inputs: {}, steps: stepsOf(told) }, "ID1", "principalId") as string;
    expect(failure).include({ origin: "azure", code: "AuthorizationFailed", status: 403 });
    expect(failure.message).include(`with object id '${principal}' does not have authorization to perform action`);
    expect(failure.message).include("'Microsoft.Resources/subscriptions/resourceGroups/read'");
    expect(failure.message).include(`over scope '/subscriptions/${subscriptionId}/resourceGroups/lab'`);
    expect(failure.hint).include("grant-role");
    expect(failure.requestId).match(/^[0-9a-f-]{36}$/);
    expect(retries(told, "read")).eql([]);
  });

  it("keep both identities of a VM that has two, and need a choice between them", async () => {
    const steps = [
      group,
      vm("win", "Win2022Datacenter"),
      identity("first"),
      identity("second"),
      assign("one", "win", "first"),
      assign("two", "win", "second", ["one"]),
    ];
    const told = await azure.run(
      [
        ...steps,
        token("chosen", "win", ["two"], (scope) => ({ objectId: out(scope, "first", "principalId") })),
        token("byId", "win", ["chosen"], (scope) => ({ resourceId: out(scope, "second", "id") })),
      ],
      (scope) => out(scope, "two", "identities"),
    );
    expect([...told.result.failures]).eql([]);
    expect((told.result.outputs as string[]).map((id) => id.split("/").at(-1)).toSorted()).eql(["first", "second"]);
    const again = await azure.run([...steps, token("none", "win", ["two"])]);
    const failure = failureIn(again, "none");
    expect(failure).include({ origin: "guest", code: "invalid_request", status: 400 });
    expect(failure.message).match(/^Multiple user assigned identities exist/);
    expect(failure.hint).include("choose one with `clientId`");
  });

  it("say that a VM has no identity, and wait for none that nobody assigned", async () => {
    const told = await azure.run([group, vm("lin", "Ubuntu2204"), token("token", "lin", [])]);
    const failure = failureIn(told, "token");
    expect(failure).include({ code: "invalid_request", message: "Identity not found" });
    expect(failure.hint).include("assign-identity");
    expect(retries(told, "token")).eql([]);
  });

  it("get the token inside the VM that it came from, so that it never travels", async () => {
    const told = await azure.run([
      ...linux,
      grant("lin"),
      token("token", "lin", []),
      read("read", "lin", "token", ["grant"]),
    ]);
    expect([...told.result.failures]).eql([]);
    expect(azure.count("POST", /\/runCommand$/)).greaterThan(1);
    expect(azure.count("PUT", /\/runCommands\//)).equal(0);
  });

  for (const [image, expected] of [
    ["Ubuntu2204", 0],
    ["Win2022Datacenter", 1],
  ] as const) {
    it(`send a token from elsewhere as a protected parameter into ${image}, and leave nothing there`, async () => {
      const told = await azure.run(
        [...linux, grant("lin"), token("token", "lin", ["grant"]), vm("other", image), read("read", "other", "token")],
        (scope) => ({ read: out(scope, "read", "body"), token: out(scope, "token", "accessToken") }),
      );
      expect([...told.result.failures]).eql([]);
      const value = told.vault.open((told.result.outputs as JsonObject)["token"] as never);
      const put = azure.sent.filter(({ method, path }) => method === "PUT" && path.includes("/runCommands/"));
      // More than one while the role was not seen yet, each removed after its answer.
      expect(put.length).greaterThan(0);
      const { properties } = JSON.parse(put[0]!.body) as { properties: JsonObject };
      expect(JSON.stringify(properties["protectedParameters"])).include(value);
      expect(JSON.stringify(properties["parameters"])).not.include(value);
      expect(properties["source"]).have.property("script");
      expect(azure.count("DELETE", /\/runCommands\/runbook-r[0-9a-f]{31}$/)).equal(put.length);
      await azure.clock.sleep(1000);
      const left = [];
      for await (const one of azure.compute().virtualMachineRunCommands.listByVirtualMachine("lab", "other"))
        left.push(one);
      expect(left).eql([]);
      expect(
        warnings(told).filter((text) => /sent into a Windows VM, where it stands on a command line/.test(text)).length,
      ).equal(expected);
      for (const text of [JSON.stringify(told.journal.entries), JSON.stringify(told.events)]) {
        expect(text.includes(value)).equal(false);
      }
    });
  }

  it("warn when what was made for them cannot be deleted, and keep their answer", async () => {
    azure.answer = ({ method, path }) =>
      method === "DELETE" && path.includes("/runCommands/")
        ? { status: 403, body: { error: { code: "AuthorizationFailed", message: "no" } } }
        : undefined;
    const told = await azure.run([
      ...linux,
      grant("lin"),
      token("token", "lin", ["grant"]),
      vm("other", "Ubuntu2204"),
      read("read", "other", "token"),
    ]);
    expect([...told.result.failures]).eql([]);
    expect(warnings(told)[0]).match(
      /^the run command runbook-r\w+ could not be deleted from .*virtualMachines\/other; delete it: no$/,
    );
  });

  it("take turns in one VM, which runs one at a time", async () => {
    const told = await azure.run([...linux, token("a", "lin", []), token("b", "lin", []), token("c", "lin", [])]);
    expect([...told.result.failures]).eql([]);
    const busy = ["a", "b", "c"]
      .flatMap((id) => retries(told, id))
      .filter(({ failure }) => failure.code === "Conflict");
    expect(busy.length).greaterThan(1);
    expect(busy[0]).include({ propagation: false });
    expect(busy[0]?.failure.message).match(/^Run command extension execution is in progress/);
  });

  it("say which answer is too large, and what to do then", async () => {
    const noise = (n: number): string => createHash("sha512").update(String(n)).digest("hex").repeat(2);
    const tags = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`tag${n}`, noise(n)]));
    const told = await azure.run([
      step("group", "create-rg", [], () => ({ name: "lab", location: "eastus", tags })),
      ...linux.slice(1),
      grant("lin"),
      token("token", "lin", []),
      read("read", "lin", "token", ["grant"]),
    ]);
    expect(failureIn(told, "read")).include({ origin: "guest", code: "GuestAnswerTooLarge" });
    expect(failureIn(told, "read").hint).include("leave out `vm`");
  });

  it("say that the VM is off, in Azure's words", async () => {
    await azure.run(linux);
    await azure.compute().virtualMachines.powerOff("lab", "lin", { updateIntervalInMs: 1 }).submitted();
    azure.clock.sleep(60_000).catch(() => {});
    const told = await azure.run([...linux, token("token", "lin", [])]);
    expect(failureIn(told, "token")).include({
      origin: "azure",
      code: "OperationNotAllowed",
      status: 409,
      message: "The operation requires the VM to be running (or set to run).",
    });
    expect(failureIn(told, "token").hint).include("az vm start");
  });

  it("wait for a principal that Azure does not know yet, and tell of it", async () => {
    let left = 3;
    azure.answer = ({ method, path }) =>
      method === "PUT" && path.includes("/roleAssignments/") && left-- > 0
        ? {
            status: 400,
            body: { error: { code: "PrincipalNotFound", message: "Principal x does not exist in the directory." } },
          }
        : undefined;
    const steps = [
      group,
      vm("win", "Win2022Datacenter"),
      identity("ID1"),
      assign("assign", "win", "ID1"),
      grant("ID1"),
    ];
    const told = await azure.run([
      ...steps,
      token("token", "win", ["assign"]),
      read("read", "win", "token", ["grant"]),
    ]);
    expect([...told.result.failures]).eql([]);
    expect(retries(told, "grant").map(({ failure }) => failure.code)).eql(Array(3).fill("PrincipalNotFound"));
  });

  it("are not repeated for ever when Azure fails, and keep Azure's code", async () => {
    azure.answer = ({ path }) =>
      path.endsWith("/runCommand")
        ? { status: 503, body: { error: { code: "ServiceUnavailable", message: "try later" } } }
        : undefined;
    const told = await azure.run([...linux, token("token", "lin", [])]);
    expect(failureIn(told, "token")).include({ code: "ServiceUnavailable", status: 503, message: "try later" });
    expect(azure.count("POST", /\/runCommand$/)).equal(6);
  });
});

describe("a request inside a VM whose process died", () => {
  const input = (request: GuestRunInput["request"]): JsonObject =>
    ({ vm: vmOf("lin"), osType: "Linux", location: "eastus", request }) as unknown as JsonObject;
  const activity = (name: "guest-run" | "poll", key: string, given: JsonObject): ActivityOperation => ({
    kind: "activity",
    name,
    key,
    input: given,
  });

  it("is waited for and made again, because its key is gone", async () => {
    const azure = await new Watched().open();
    const { target, clock } = azure;
    await azure.run([group, vm("lin", "Ubuntu2204", { systemAssignedIdentity: true })]);
    const process = (): ((operation: ActivityOperation) => Promise<unknown>) => {
      const perform = performerFor({ target, vault: new Vault(), clock, onRetry: () => {} });
      return (operation) =>
        perform(operation, {
          continues: false,
          givenUp: new AbortController().signal,
          signal: new AbortController().signal,
        });
    };
    const request = { kind: "token", resource: "https://management.azure.com/" } as const;
    const first = process();
    const submitted = (await first(activity("guest-run", "token/0:run.1", input(request)))) as Submitted;
    const recorded = JSON.parse(JSON.stringify(submitted.poller)) as JsonObject;
    await clock.sleep(60_000);
    const polled = (await process()(activity("poll", "token/0:poll.1.1", recorded))) as Polled;
    expect(polled).deep.include({ done: true, body: { lost: "the key is gone" } });
    const mine = (await first(activity("poll", "token/0:poll.1.1", recorded))) as Polled;
    expect(mine.body).include({ stage: "imds", status: 200 });
    await target.close();
  });
});

/** Outputs of the steps that ended, from the events. */
function stepsOf(told: Told): Scope["steps"] {
  return Object.fromEntries(
    told.events.flatMap((event) =>
      event.type === "step-finished" && event.outputs !== undefined
        ? [[event.step, { outputs: event.outputs, status: event.status, error: null }]]
        : [],
    ),
  );
}
