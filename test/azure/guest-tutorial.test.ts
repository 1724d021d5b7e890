import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { expect } from "chai";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { ScheduledStep } from "../../engine/run/scheduler.ts";
import type { JsonObject } from "../../engine/value/json.ts";
import { Secret } from "../../engine/value/secret.ts";
import { changes, runSteps, type Told } from "../support/run-steps.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const PASSWORD = "Pl4nted-canary-password";
const place = { location: "eastus" };
const VM = {
  resourceGroup: "myResourceGroupVM",
  name: "myVM",
  image: "Win2022Datacenter",
  adminUsername: "azureuser",
  ...place,
};

/** The tutorial's seven steps, in the order of its runbook. */
const TUTORIAL: readonly ScheduledStep[] = [
  step("group", "create-rg", [], () => ({ name: "myResourceGroupVM", ...place })),
  step("vm", "create-vm", ["group"], (scope) => ({ ...VM, adminPassword: scope.inputs["adminPassword"] ?? null })),
  step("identity", "create-uami", ["group"], () => ({ resourceGroup: "myResourceGroupVM", name: "ID1", ...place })),
  step("assign", "assign-identity", ["vm", "identity"], (scope) => ({
    vm: out(scope, "vm", "id"),
    identity: out(scope, "identity", "id"),
  })),
  step("grant", "grant-role", ["identity", "group"], (scope) => ({
    principalId: out(scope, "identity", "principalId"),
    role: "Reader",
    scope: out(scope, "group", "id"),
  })),
  step("token", "get-imds-token", ["assign"], (scope) => ({
    vm: out(scope, "vm", "id"),
    clientId: out(scope, "identity", "clientId"),
    resource: "https://management.azure.com/",
  })),
  step("read", "arm-get", ["grant", "token"], (scope) => ({
    vm: out(scope, "vm", "id"),
    token: out(scope, "token", "accessToken"),
    path: out(scope, "group", "id"),
    apiVersion: "2021-04-01",
  })),
];

const run = (target: Target, clock: VirtualClock, steps = TUTORIAL): Promise<Told> =>
  runSteps(target, clock, steps, {
    secrets: { adminPassword: PASSWORD },
    outputs: (scope) => ({
      read: out(scope, "read", "body"),
      requestId: out(scope, "read", "requestId"),
      token: out(scope, "token", "accessToken"),
      identity: out(scope, "identity", "id"),
      principal: out(scope, "identity", "principalId"),
    }),
  });

interface LogLine {
  readonly door: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly caller: string;
}

const retried = (told: Told): string[] =>
  told.events.flatMap((event) =>
    event.type === "attempt-failed" && event.propagation ? [`${event.step}: ${event.failure.code ?? ""}`] : [],
  );

describe("the tutorial's seven steps on the emulator", () => {
  let directory: string;
  let clock: VirtualClock;
  let target: Target;
  let first: Told;
  const log = (): LogLine[] =>
    readFileSync(join(directory, "requests.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as LogLine);

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "guest-tutorial-"));
    clock = new VirtualClock();
    target = await openEmulatorTarget({ directory, description: "emulator", now: () => clock.now() });
    first = await run(target, clock);
  });
  after(async () => {
    await target.close();
    rmSync(directory, { recursive: true });
  });

  it("end with the group, read inside the VM by the VM's own identity", () => {
    expect([...first.result.failures]).eql([]);
    const { read, principal, requestId } = first.result.outputs as JsonObject;
    expect(read).deep.include({ name: "myResourceGroupVM", location: "eastus" });
    expect(changes(first.events)).include({ token: "run", read: "run" });
    const inside = log().filter((line) => line.door === "guest");
    expect(inside.at(-1)).include({ method: "GET", status: 200, caller: principal });
    expect(requestId).match(/^[0-9a-f-]{36}$/);
  });
  it("get a token of the identity, signed by the emulator", async () => {
    const { token, principal, identity } = first.result.outputs as JsonObject;
    expect(token).instanceOf(Secret);
    const [head = "", claims = "", signature = ""] = first.vault.open(token as Secret).split(".");
    const read = (text: string): JsonObject => JSON.parse(Buffer.from(text, "base64url").toString()) as JsonObject;
    expect(read(claims)).include({ oid: principal, xms_mirid: identity, aud: "https://management.azure.com/" });
    const tenant = String(read(claims)["tid"]);
    const keys = await target.httpClient!.sendRequest(
      createPipelineRequest({ url: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys` }),
    );
    const jwks = JSON.parse(keys.bodyAsText ?? "") as { keys: (JsonWebKey & { kid: string })[] };
    const jwk = jwks.keys.find((one) => one.kid === read(head)["kid"]);
    const publicKey = createPublicKey({ key: jwk!, format: "jwk" });
    const signed = Buffer.from(`${head}.${claims}`);
    expect(verify("sha256", signed, publicKey, Buffer.from(signature, "base64url"))).equal(true);
  });
  it("wait for the identity to be seen in the VM, and for the role", () => {
    const waited = new Set(retried(first));
    expect([...waited]).include("token: invalid_request");
  });
  it("change nothing when they are run again, but for the requests inside the VM", async () => {
    const before = log().length;
    const second = await run(target, clock);
    expect([...second.result.failures]).eql([]);
    const intents = second.journal.entries.flatMap((entry) => (entry.kind === "intent" ? [entry.key] : []));
    expect(intents.toSorted()).eql(["read/0:run.1", "token/0:run.1"]);
    const writes = log()
      .slice(before)
      .filter((line) => line.method !== "GET" && !line.path.endsWith("/oauth2/v2.0/token"));
    expect(writes.map((line) => line.path.split("/").at(-1))).eql(["runCommand", "runCommand"]);
  });
  it("leave password and token out of everything that is written down", () => {
    const token = first.vault.open((first.result.outputs as JsonObject)["token"] as Secret);
    const written = [JSON.stringify(first.journal.entries), JSON.stringify(first.events), JSON.stringify(first.result)];
    for (const file of readdirSync(directory)) written.push(readFileSync(join(directory, file), "utf8"));
    for (const secret of [PASSWORD, token, token.split(".")[2]!]) {
      for (const text of written) expect(text.includes(secret)).equal(false);
    }
  });
});

describe("the tutorial under Azure's delays", () => {
  const open = async (
    clock: VirtualClock,
    late: { roleVisibleMs?: number; principalVisibleMs?: number; identityOnVmVisibleMs?: number },
  ): Promise<Target> => {
    const { fast } = await import("../../engine/emulator/latency.ts");
    return openEmulatorTarget({ description: "emulator", now: () => clock.now(), latency: { ...fast, ...late } });
  };

  it("waits for a role that is seen 30 s late", async () => {
    const clock = new VirtualClock();
    const target = await open(clock, { roleVisibleMs: 30_000 });
    const began = clock.now();
    const told = await run(target, clock);
    expect([...told.result.failures]).eql([]);
    expect(retried(told).filter((line) => line === "read: AuthorizationFailed").length).greaterThan(2);
    expect(clock.now() - began).greaterThan(30_000);
    await target.close();
  });
  it("waits for an identity that IMDS knows 20 s late", async () => {
    const clock = new VirtualClock();
    const target = await open(clock, { identityOnVmVisibleMs: 20_000 });
    const told = await run(target, clock);
    expect([...told.result.failures]).eql([]);
    expect(retried(told).filter((line) => line === "token: invalid_request").length).greaterThan(2);
    await target.close();
  });
});
