// Sends the constant script into a VM, asks how far it is, and cleans up. Two ways in: the action (`POST …/runCommand`),
// and, for a request that brings a token of its own, a managed run command with the token as a protected parameter.

import type { GuestRunInput, ManagedRun, Polled, Submitted } from "../../run/activities.ts";
import { failureOf, OperationError } from "../../run/failure.ts";
import { factsOf } from "../../steps/resource.ts";
import type { Json, JsonObject } from "../../value/json.ts";
import type { Secret } from "../../value/secret.ts";
import { parseResourceId } from "../arm-id.ts";
import { guestScripts } from "../generated/guest-scripts.js";
import type { SdkPoller } from "../resource-calls.ts";
import { type CallContext, unredactedCall } from "../sdk-call.ts";
import { tokenResource } from "../target.ts";
import { sentinelOf, type WireResponse } from "../wire.ts";
import { guestAnswer } from "./guest-answer.ts";
import { withRunCommandHint } from "./guest-failure.ts";
import { guestParameters, type Parameter } from "./parameters.ts";
import { actionOutput, managedOutput, type ScriptOutput } from "./run-command-output.ts";

/** What is recorded of a run in a VM, for whoever polls it. */
export interface GuestPollInput {
  readonly type: typeof GUEST_RUN;
  readonly vm: string;
  readonly requestId: string;
  /** The key that the answer is sealed for; another process does not have it. */
  readonly keyId: string;
  /** Of the SDK's poller; absent when the operation ended with its first answer. */
  readonly state?: string;
  /** Name of the managed run command; absent: the action. */
  readonly name?: string;
  /** The first answer of an action that ended with it. */
  readonly output?: Json;
}

/** Stands where other polls have a resource type. */
export const GUEST_RUN = "runbook/guestRun";

const API_VERSION = factsOf("Microsoft.Compute/virtualMachines").apiVersion;
/** Longer than the script can take with all its tries at two addresses. */
const MANAGED_TIMEOUT_S = 900;

export async function submitGuestRun(input: GuestRunInput, context: CallContext, key: string): Promise<Submitted> {
  const { vm, osType } = input;
  const { rbKey, keyId } = await context.sealingKeys.current();
  const requestId = context.sealingKeys.requestId(key);
  const { plain, token } = guestParameters(input.request, {
    id: requestId,
    rbKey,
    resourceManager: context.target.resourceManager,
    tokenResource: tokenResource(context.target),
  });
  const script = osType === "Windows" ? guestScripts["guest.ps1"] : guestScripts["guest.sh"];
  const sent = { type: GUEST_RUN, vm, requestId, keyId } as const;
  if (token !== undefined) {
    const name = `runbook-${requestId}`;
    const submitted = await putManaged(input, { name, script, plain, token }, context);
    return { ...submitted, poller: { ...sent, ...submitted.poller, name }, cleanUp: { vm, name } };
  }
  const submitted = await postAction(input, { script, plain }, context);
  return { ...submitted, poller: { ...sent, ...submitted.poller } };
}

async function postAction(
  input: GuestRunInput,
  how: { readonly script: string; readonly plain: readonly Parameter[] },
  context: CallContext,
): Promise<Submitted> {
  const { resourceGroup, name } = parseResourceId(input.vm);
  const body = {
    commandId: input.osType === "Windows" ? "RunPowerShellScript" : "RunShellScript",
    script: how.script.trimEnd().split("\n"),
    parameters: how.plain.map(({ name, value }) => ({ name, value })),
  };
  let state: string | undefined;
  const wire = await hinted(() =>
    unredactedCall(context, { apiVersion: API_VERSION, body }, async () => {
      const compute = await context.clients.compute();
      state = await submit(compute.virtualMachines.runCommand(resourceGroup, name, body));
    }),
  );
  return submittedOf(wire, state === undefined ? { output: wire.body } : { state });
}

async function putManaged(
  input: GuestRunInput,
  how: { readonly name: string; readonly script: string; readonly plain: readonly Parameter[]; readonly token: Secret },
  context: CallContext,
): Promise<Submitted> {
  const { resourceGroup, name: vm } = parseResourceId(input.vm);
  const properties = {
    source: { script: how.script },
    parameters: how.plain.map(({ name, value }) => ({ name, value })),
    asyncExecution: false,
    timeoutInSeconds: MANAGED_TIMEOUT_S,
    treatFailureAsDeploymentFailure: false,
  };
  const { location } = input;
  const body = {
    location,
    properties: { ...properties, protectedParameters: [{ name: "rbToken", value: how.token }] },
  };
  const protectedParameters = [{ name: "rbToken", value: sentinelOf(how.token) }];
  let state: string | undefined;
  const wire = await hinted(() =>
    unredactedCall(context, { apiVersion: API_VERSION, body }, async () => {
      const compute = await context.clients.compute();
      const model = { location, ...properties, protectedParameters };
      state = await submit(compute.virtualMachineRunCommands.createOrUpdate(resourceGroup, vm, how.name, model));
    }),
  );
  return submittedOf(wire, state === undefined ? {} : { state });
}

async function submit(poller: SdkPoller): Promise<string | undefined> {
  await poller.submitted();
  return poller.isDone ? undefined : await poller.serialize();
}

function submittedOf(wire: WireResponse, poller: JsonObject): Submitted {
  const { status, retryAfterMs } = wire;
  return { status, body: null, poller, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Asks once. Its result, when done, is a `GuestAnswer`, or `{ lost: … }`: the request must be made again. */
export async function pollGuestRun(input: GuestPollInput, context: CallContext, ref: string): Promise<Polled> {
  const { vm, requestId } = input;
  const polled = input.name === undefined ? await pollAction(input, context) : await pollManaged(input, context);
  if (!("output" in polled)) return polled;
  const { output } = polled;
  const key = await context.sealingKeys.current();
  if (output === undefined) return { done: true, body: { lost: "the run command is gone" } };
  // Another process made the request and took the key with it. The request only reads, and is made again.
  if (key.keyId !== input.keyId) return { done: true, body: { lost: "the key is gone" } };
  const arm = new URL(context.target.resourceManager).host;
  const answer = guestAnswer(output, { vm, requestId, key, ref, arm }, context.vault);
  return { done: true, body: { ...answer } };
}

type Progress = (Polled & { readonly done: false }) | { readonly output: ScriptOutput | undefined };

async function pollAction(input: GuestPollInput, context: CallContext): Promise<Progress> {
  const { state } = input;
  if (state === undefined) return { output: actionOutput(input.output ?? null) };
  let done = false;
  const wire = await hinted(() =>
    unredactedCall(context, {}, async () => {
      const sdk = await import("@azure/arm-compute");
      const compute = await context.clients.compute();
      const poller: SdkPoller = sdk.restorePoller(compute, state, compute.virtualMachines.runCommand);
      await poller.poll();
      done = poller.isDone;
    }),
  );
  return done ? { output: actionOutput(wire.body) } : notDone(wire);
}

async function pollManaged(input: GuestPollInput, context: CallContext): Promise<Progress> {
  const { state, name = "" } = input;
  const { resourceGroup, name: vm } = parseResourceId(input.vm);
  try {
    if (state !== undefined) {
      let done = false;
      const wire = await hinted(() =>
        unredactedCall(context, {}, async () => {
          const sdk = await import("@azure/arm-compute");
          const compute = await context.clients.compute();
          const { createOrUpdate } = compute.virtualMachineRunCommands;
          const poller: SdkPoller = sdk.restorePoller(compute, state, createOrUpdate);
          await poller.poll();
          done = poller.isDone;
        }),
      );
      if (!done) return notDone(wire);
    }
    const wire = await unredactedCall(context, { apiVersion: API_VERSION }, async () => {
      const compute = await context.clients.compute();
      await compute.virtualMachineRunCommands.getByVirtualMachine(resourceGroup, vm, name, { expand: "instanceView" });
    });
    const output = managedOutput(wire.body);
    return output === undefined ? notDone(wire) : { output };
  } catch (thrown) {
    if (failureOf(thrown, "internal").status === 404) return { output: undefined };
    throw thrown;
  }
}

function notDone(wire: WireResponse): Progress {
  const { retryAfterMs } = wire;
  return { done: false, body: null, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Deletes a managed run command and what Azure keeps of it; one that is gone already is as good. */
export async function removeGuestRun(input: ManagedRun, context: CallContext): Promise<null> {
  const { resourceGroup, name: vm } = parseResourceId(input.vm);
  try {
    await unredactedCall(context, { apiVersion: API_VERSION }, async () => {
      const compute = await context.clients.compute();
      // Accepted is enough: nothing that follows depends on its end.
      await submit(compute.virtualMachineRunCommands.delete(resourceGroup, vm, input.name));
    });
  } catch (thrown) {
    if (failureOf(thrown, "internal").status !== 404) throw thrown;
  }
  return null;
}

async function hinted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof OperationError)) throw thrown;
    throw new OperationError(withRunCommandHint(thrown.failure));
  }
}
