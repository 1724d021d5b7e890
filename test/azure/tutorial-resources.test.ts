import { expect } from "chai";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import { performerFor } from "../../engine/azure/performer.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { RunEvent } from "../../engine/run/events.ts";
import { executeRun, type RunResult } from "../../engine/run/execute.ts";
import type { Journal, JournalEntry } from "../../engine/run/journal.ts";
import type { ScheduledStep, Scope } from "../../engine/run/scheduler.ts";
import { Vault } from "../../engine/run/vault.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const PASSWORD = "Pl4nted-canary-password";

class MemoryJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  append(entry: JournalEntry): void {
    this.entries.push(JSON.parse(JSON.stringify(entry)) as JournalEntry);
  }
  async durable(): Promise<void> {}
}

const out = (scope: Scope, step: string, name: string): Json =>
  (scope.steps[step]!.outputs as JsonObject)[name] ?? null;
const step = (id: string, uses: string, dependencies: string[], inputs: (scope: Scope) => Json): ScheduledStep => ({
  id,
  uses,
  dependencies,
  inputs,
});

const place = { location: "East US" };
const STEPS: readonly ScheduledStep[] = [
  step("group", "create-rg", [], () => ({ name: "myResourceGroupVM", ...place })),
  step("vm", "create-vm", ["group"], (scope) => ({
    resourceGroup: out(scope, "group", "name"),
    name: "myVM",
    image: "Win2022Datacenter",
    adminUsername: "azureuser",
    adminPassword: scope.inputs["adminPassword"] ?? null,
    ...place,
  })),
  step("identity", "create-uami", ["group"], (scope) => ({
    resourceGroup: out(scope, "group", "name"),
    name: "ID1",
    ...place,
  })),
  step("assign", "assign-identity", ["vm", "identity"], (scope) => ({
    vm: out(scope, "vm", "id"),
    identity: out(scope, "identity", "id"),
  })),
  step("grant", "grant-role", ["identity", "group"], (scope) => ({
    principalId: out(scope, "identity", "principalId"),
    role: "Reader",
    scope: out(scope, "group", "id"),
  })),
  step("read", "arm-get", ["grant"], (scope) => ({ path: out(scope, "group", "id"), apiVersion: "2021-04-01" })),
];

interface Told {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly journal: MemoryJournal;
}

async function run(target: Target, clock: VirtualClock): Promise<Told> {
  const vault = new Vault();
  const events: RunEvent[] = [];
  const journal = new MemoryJournal();
  const result = await executeRun({
    runbook: "tutorial",
    target: target.description,
    steps: STEPS,
    registry: builtinSteps,
    inputs: { adminPassword: vault.put("inputs.adminPassword", PASSWORD) },
    outputs: (scope) => out(scope, "read", "body"),
    performer: (onRetry) => performerFor({ target, vault, clock, onRetry }),
    journal,
    clock,
    concurrency: 16,
    onEvent: (event) => events.push(event),
  });
  return { result, events, journal };
}

const changes = (events: readonly RunEvent[]): Record<string, string> =>
  Object.fromEntries(events.flatMap((event) => (event.type === "step-finished" ? [[event.step, event.change]] : [])));

describe("the tutorial's resources on the emulator, through the Azure SDKs", () => {
  let target: Target;
  let clock: VirtualClock;
  let first: Told;

  before(async () => {
    clock = new VirtualClock();
    target = await openEmulatorTarget({ description: "emulator", now: () => clock.now() });
    first = await run(target, clock);
  });
  after(() => target.close());

  it("are made, and the group is read at the end", () => {
    expect([...first.result.failures]).eql([]);
    expect(first.result.outputs).deep.include({ name: "myResourceGroupVM", location: "eastus" });
    expect(changes(first.events)).eql({
      group: "create",
      vm: "create",
      identity: "create",
      assign: "update",
      grant: "create",
      read: "read",
    });
  });
  it("are left alone by a second run", async () => {
    const second = await run(target, clock);
    expect([...second.result.failures]).eql([]);
    expect(changes(second.events)).eql({
      group: "none",
      vm: "none",
      identity: "none",
      assign: "read",
      grant: "read",
      read: "read",
    });
    expect(second.journal.entries.filter((entry) => entry.kind === "intent")).eql([]);
  });
  it("leave the password out of the journal and the events", () => {
    expect(JSON.stringify(first.journal.entries)).not.include(PASSWORD);
    expect(JSON.stringify(first.events)).not.include(PASSWORD);
  });
});
