// An emulator as a target whose requests are seen, and runbooks to plan on it.

import type { HttpClient } from "@azure/core-rest-pipeline";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { Plan } from "../../engine/plan/model.ts";
import { type AppliedRun, runPlan } from "../../engine/plan/apply.ts";
import { planText } from "../../engine/plan/plan-run.ts";
import type { RunEvent } from "../../engine/run/events.ts";
import type { Journal, JournalEntry } from "../../engine/run/journal.ts";
import { type ScriptAnswer, ScriptedGuest } from "../../engine/emulator/guest/scripted-guest.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import type { Runbook } from "../../engine/runbook/model.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import type { StepRegistry } from "../../engine/steps/definition.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { readCalled } from "./check-runbook.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const PASSWORD = "Pl4nted-canary-password";

export class MemoryJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  append(entry: JournalEntry): void {
    this.entries.push(JSON.parse(JSON.stringify(entry)) as JournalEntry);
  }
  async durable(): Promise<void> {}
}

export interface World {
  readonly clock: VirtualClock;
  readonly target: Target;
  /** Every request that reached the target, as `GET /subscriptions/…`; those for tokens go another way. */
  readonly requests: string[];
  /** The caller's own. */
  token(): Promise<string>;
  /** Sends a request as another client of the same operator would. */
  send(
    method: string,
    path: string,
    body?: JsonObject,
  ): Promise<{ readonly status: number; readonly body: JsonObject }>;
  close(): Promise<void>;
}

/** `answers`: what scripts say in its VMs; without, no script is run. */
export async function openWorld(description = "emulator", answers?: readonly ScriptAnswer[]): Promise<World> {
  const clock = new VirtualClock();
  const guest = answers && { guest: new ScriptedGuest(answers) };
  const inner = await openEmulatorTarget({ description, now: () => clock.now(), ...guest });
  const requests: string[] = [];
  const httpClient: HttpClient = {
    async sendRequest(request) {
      requests.push(`${request.method} ${request.url.slice(inner.resourceManager.length)}`);
      return inner.httpClient!.sendRequest(request);
    },
  };
  const target: Target = { ...inner, httpClient };
  const credentialed = async (): Promise<string> =>
    (await inner.credential.getToken(`${inner.resourceManager}/.default`))!.token;
  return {
    clock,
    target,
    requests,
    token: credentialed,
    async send(method, path, body) {
      const { createPipelineRequest } = await import("@azure/core-rest-pipeline");
      const request = createPipelineRequest({
        url: `${inner.resourceManager}${path.replace("{sub}", `/subscriptions/${inner.subscriptionId}`)}`,
        method: method as "PUT",
        ...(body && { body: JSON.stringify(body) }),
      });
      request.headers.set("authorization", `Bearer ${await credentialed()}`);
      const response = await inner.httpClient!.sendRequest(request);
      return { status: response.status, body: JSON.parse(response.bodyAsText || "{}") as JsonObject };
    },
    close: () => inner.close(),
  };
}

/** The tutorial but for its two steps inside the VM. */
export const SIX_STEPS = `version: 1
name: six-steps
inputs:
  location: { type: string, default: eastus }
  adminPassword: { type: string, secret: true }
steps:
  - id: group
    uses: create-rg
    with: { name: rg, location: "\${{ inputs.location }}" }
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: vm1
      location: \${{ inputs.location }}
      image: Win2022Datacenter
      allow: [rdp]
      adminUsername: azureuser
      adminPassword: \${{ inputs.adminPassword }}
  - id: identity
    uses: create-uami
    with: { resourceGroup: "\${{ steps.group.outputs.name }}", name: ID1, location: "\${{ inputs.location }}" }
  - id: assign
    uses: assign-identity
    with: { vm: "\${{ steps.vm.outputs.id }}", identity: "\${{ steps.identity.outputs.id }}" }
  - id: grant
    uses: grant-role
    with:
      principalId: \${{ steps.identity.outputs.principalId }}
      role: Reader
      scope: \${{ steps.group.outputs.id }}
  - id: read
    uses: arm-get
    needs: [grant]
    with: { path: "\${{ steps.group.outputs.id }}", apiVersion: "2021-04-01" }
outputs:
  group: \${{ steps.read.outputs.body }}
  principal: \${{ steps.identity.outputs.principalId }}
`;

/** Kept, because schemas are compiled for each registry. */
const lenient = new WeakMap<StepRegistry, StepRegistry>();

/** What a step type says of inputs that are not known yet is not what is looked at here. */
function lenientOf(registry: StepRegistry): StepRegistry {
  const made =
    lenient.get(registry) ?? new Map([...registry].map(([name, step]) => [name, { ...step, check: () => [] }]));
  lenient.set(registry, made);
  return made;
}

/** What the examples of step types call. */
const exampleFiles: ReadonlyMap<string, string> = new Map(
  [...builtinSteps.values()].flatMap(({ examples }) => examples.flatMap(({ files = {} }) => Object.entries(files))),
);

export function runbookOf(text: string, registry: StepRegistry = builtinSteps): Runbook {
  const { runbook, diagnostics } = loadRunbook(text, {
    file: "test.yaml",
    registry: lenientOf(registry),
    readFile: (path) => exampleFiles.get(path) ?? readCalled(path),
  });
  if (runbook === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return runbook;
}

export interface Case {
  readonly text?: string;
  readonly registry?: StepRegistry;
  readonly inputs?: Readonly<Record<string, Json>>;
}

export const INPUTS = { location: "eastus", adminPassword: PASSWORD };

export async function planOn(
  world: World,
  { text = SIX_STEPS, registry = builtinSteps, inputs = INPUTS }: Case = {},
): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { target, clock } = world;
  return planText({ runbook: runbookOf(text, registry), registry, inputs, target, clock });
}

export interface Applied extends AppliedRun {
  readonly journal: MemoryJournal;
  readonly events: readonly RunEvent[];
}

export async function applyOn(
  world: World,
  plan: Plan,
  { text = SIX_STEPS, registry = builtinSteps, inputs = INPUTS }: Case = {},
): Promise<Applied> {
  const { target, clock } = world;
  const journal = new MemoryJournal();
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => void events.push(event);
  const runbook = runbookOf(text, registry);
  const signals = async () => ({ approved: true, by: "the test", at: clock.now() });
  const run = await runPlan({ plan, runbook, registry, inputs, target, clock, journal, onEvent, signals });
  return { ...run, journal, events };
}

export const mutationsIn = (requests: readonly string[]): readonly string[] =>
  requests.filter((request) => !request.startsWith("GET "));

/** A target that refuses to make what a pattern names. */
export function refusing(target: Target, pattern: RegExp): Target {
  const { httpClient } = target;
  return {
    ...target,
    httpClient: {
      async sendRequest(request) {
        if (request.method !== "PUT" || !pattern.test(request.url)) return httpClient!.sendRequest(request);
        const { headers } = await httpClient!.sendRequest({ ...request, method: "GET" });
        return { request, headers, status: 400, bodyAsText: '{"error":{"code":"Unlucky","message":"no"}}' };
      },
    },
  };
}
