// Runs an author's script in a VM as a managed run command: its output and exit code can be read, secrets are protected
// parameters, and its name tells whoever resumes whether it was begun.

import type { Got, Polled, ScriptInput, ScriptResult, Submitted } from "../../run/activities.ts";
import { failureOf } from "../../run/failure.ts";
import { factsOf } from "../../steps/resource.ts";
import { isJsonObject, type Json, type JsonObject } from "../../value/json.ts";
import type { Clients } from "../clients.ts";
import { rawCalls, restoreRawPoller } from "../raw-calls.ts";
import { call, type CallContext } from "../sdk-call.ts";

/** Stands where other polls have a resource type. */
export const SCRIPT_RUN = "runbook/scriptRun";

const { apiVersion } = factsOf("Microsoft.Compute/virtualMachines");

interface ScriptPollInput {
  readonly type: typeof SCRIPT_RUN;
  readonly vm: string;
  readonly name: string;
  /** Of the poller; absent when the run was found, not begun. */
  readonly state?: string;
}

export function isScriptRun(input: unknown): input is ScriptPollInput {
  return (input as { readonly type?: unknown }).type === SCRIPT_RUN;
}

const idOf = ({ vm, name }: { readonly vm: string; readonly name: string }): string => `${vm}/runCommands/${name}`;

export async function submitScript(
  input: ScriptInput,
  context: CallContext,
  mayHaveArrived: boolean,
): Promise<Submitted> {
  const { vm, name, location, script, parameters, secretParameters, timeoutSeconds } = input;
  const poller = { type: SCRIPT_RUN, vm, name };
  // Nobody else has the name: if it is there, the script was begun.
  if (mayHaveArrived && (await shown(input, context)).status === 200) return { status: 200, body: null, poller };
  const listed = (values: Readonly<Record<string, Json>>): Json[] =>
    Object.entries(values).map(([key, value]) => ({ name: key, value }));
  const body: JsonObject = {
    location,
    properties: {
      source: { script },
      ...(Object.keys(parameters).length > 0 && { parameters: listed(parameters) }),
      ...(Object.keys(secretParameters).length > 0 && { protectedParameters: listed(secretParameters) }),
      asyncExecution: false,
      timeoutInSeconds: timeoutSeconds,
      treatFailureAsDeploymentFailure: false,
    },
  };
  let state = "";
  const wire = await call(context, { apiVersion, body }, async () => {
    const sent = await rawCalls.put(context.clients, idOf(input), apiVersion, body);
    await sent.poller?.submitted();
    if (sent.poller && !sent.poller.isDone) state = await sent.poller.serialize();
  });
  const { status, retryAfterMs } = wire;
  return {
    status,
    body: null,
    poller: { ...poller, ...(state !== "" && { state }) },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Asks once. Its result, when done, is a `ScriptResult`, or `{ gone: true }`. */
export async function pollScript(input: ScriptPollInput, context: CallContext): Promise<Polled> {
  const { state } = input;
  if (state !== undefined) {
    const waiting = await isStillRunning(state, context.clients, context);
    if (waiting !== undefined) return waiting;
  }
  const { status, body } = await shown(input, context);
  if (status === 404) return { done: true, body: { gone: true } };
  const result = resultIn(body);
  return result === undefined ? { done: false, body: null } : { done: true, body: { ...result } };
}

async function isStillRunning(state: string, clients: Clients, context: CallContext): Promise<Polled | undefined> {
  let done = false;
  try {
    const wire = await call(context, {}, async () => {
      const { poller } = await restoreRawPoller(clients, state);
      await poller.poll();
      done = poller.isDone;
    });
    const { retryAfterMs } = wire;
    return done ? undefined : { done, body: null, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  } catch (thrown) {
    if (failureOf(thrown, "internal").status === 404) return undefined;
    throw thrown;
  }
}

async function shown(of: { readonly vm: string; readonly name: string }, context: CallContext): Promise<Got> {
  try {
    const wire = await call(context, { apiVersion }, () =>
      rawCalls.get(context.clients, idOf(of), apiVersion, { $expand: "instanceView" }),
    );
    return { status: 200, body: wire.body };
  } catch (thrown) {
    if (failureOf(thrown, "internal").status === 404) return { status: 404, body: null };
    throw thrown;
  }
}

/** States of `instanceView.executionState` that no other follows. */
const ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed", "TimedOut", "Canceled"]);

function resultIn(resource: Json): ScriptResult | undefined {
  const properties = isJsonObject(resource) ? resource["properties"] : undefined;
  const view = isJsonObject(properties) ? properties["instanceView"] : undefined;
  if (!isJsonObject(view)) return undefined;
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  const state = text(view["executionState"]);
  if (!ENDED.has(state)) return undefined;
  const { exitCode } = view;
  // One that could not be begun has none.
  const code = typeof exitCode === "number" ? exitCode : state === "Succeeded" ? 0 : 1;
  return { state, exitCode: code, stdout: text(view["output"]), stderr: text(view["error"]) };
}
