// Performs activities on a target, through the SDKs.

import pRetry from "p-retry";
import type {
  Got,
  GuestRunInput,
  ListInput,
  ManagedRun,
  Polled,
  PostInput,
  ResourceInput,
  ScriptInput,
  Submitted,
  WriteInput,
} from "../run/activities.ts";
import type { Clock } from "../run/clock.ts";
import { type Failure, failureOf, OperationError } from "../run/failure.ts";
import type { ActivityOperation, Performer } from "../run/local-driver.ts";
import { secretsOwner } from "../run/operation-key.ts";
import { transientDelayMs } from "../run/retry.ts";
import type { Vault } from "../run/vault.ts";
import { factsOf } from "../steps/resource.ts";
import type { IdentitySelector } from "../steps/operation.ts";
import { type Json, type JsonObject, parseJson } from "../value/json.ts";
import { valueAtPointer } from "../value/pointer.ts";
import type { Secret } from "../value/secret.ts";
import { type Clients, clientsFor } from "./clients.ts";
import { arrived } from "./continued-write.ts";
import { GUEST_RUN, type GuestPollInput, pollGuestRun, removeGuestRun, submitGuestRun } from "./guest/run-in-vm.ts";
import { isScriptRun, pollScript, submitScript } from "./guest/script-run.ts";
import { SealingKeys } from "./guest/sealing-key.ts";
import { localToken } from "./local-imds.ts";
import { rawPost, restoreRawPoller } from "./raw-calls.ts";
import { callsFor, type SdkPoller } from "./resource-calls.ts";
import { call, type CallContext } from "./sdk-call.ts";
import { inSubscription, type Target } from "./target.ts";
import type { WireResponse, WireTap } from "./wire.ts";

export interface PerformerOptions {
  readonly target: Target;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Told of each attempt that failed and will be repeated. */
  readonly onRetry: (key: string, attempt: number, failure: Failure, delayMs: number) => void;
  /** Sees every request before it is sent, and may refuse it. */
  readonly tap?: WireTap;
  /** What answers from inside VMs are sealed for; absent: keys of this performer's own. */
  readonly sealingKeys?: SealingKeys;
}

export function performerFor(options: PerformerOptions): Performer {
  const { target, vault, clock, tap } = options;
  const clients = clientsFor(target);
  const sealingKeys = options.sealingKeys ?? new SealingKeys();
  return (operation, { continues, signal, givenUp }) => {
    // A run in a VM may be, though it is a POST: all that it does there is a GET.
    const repeatable = operation.once !== true;
    const { key } = operation;
    const context: CallContext = { clients, vault, target, sealingKeys, key, givenUp, ...(tap && { tap }) };
    let next: number | undefined;
    let mayHaveArrived = continues;
    return pRetry(() => perform(operation, context, mayHaveArrived), {
      retries: 20,
      minTimeout: 0, // the delay is ours, on the engine's clock
      // Here and not in onFailedAttempt, which also runs after the last attempt.
      shouldRetry: async ({ error, attemptNumber }) => {
        if (givenUp.aborted) return false;
        const failure = failureOf(error, "internal");
        next = transientDelayMs(failure, attemptNumber, repeatable);
        if (next === undefined) return false;
        // No answer, or one of a server in trouble: the effect may be there all the same.
        mayHaveArrived ||= failure.status === undefined || failure.status >= 500;
        options.onRetry(operation.key, attemptNumber, failure, next);
        await clock.sleep(next, signal);
        return true;
      },
    });
  };
}

async function perform(operation: ActivityOperation, context: CallContext, mayHaveArrived: boolean): Promise<unknown> {
  const { target } = context;
  // Steps write ids before the subscription is known.
  const input: unknown = parseJson(inSubscription(JSON.stringify(operation.input), target.subscriptionId));
  switch (operation.name) {
    case "get":
      return get(input as ResourceInput, context);
    case "list":
      return list(input as ListInput, context);
    case "put":
    case "patch":
      return (
        (mayHaveArrived ? await arrived(input as WriteInput, (of) => get(of, context)) : undefined) ??
        (await write(operation.name, input as WriteInput, context))
      );
    case "delete":
      return write("delete", { ...(input as ResourceInput), body: {} }, context);
    case "script-name":
      return { name: `runbook-${context.sealingKeys.requestId(operation.key)}` };
    case "script-run":
      return submitScript(input as ScriptInput, context, mayHaveArrived);
    case "post":
      return post(input as PostInput, context, operation);
    case "poll":
      if (isScriptRun(input)) return pollScript(input, context);
      return isGuestRun(input)
        ? pollGuestRun(input, context, secretsOwner(operation.key))
        : poll(input as PollInput, context, operation.key);
    case "guest-run":
      return submitGuestRun(input as GuestRunInput, context, operation.key);
    case "guest-remove":
      return removeGuestRun(input as ManagedRun, context);
    case "arm-get":
      return armGet(input as { path: string; apiVersion: string; token?: Secret }, context);
    case "local-token":
      return localToken(
        input as { resource?: string; identity?: IdentitySelector },
        context,
        secretsOwner(operation.key),
      );
  }
}

async function get(input: ResourceInput, context: CallContext): Promise<Got> {
  const { apiVersion } = factsOf(input.type, input.apiVersion);
  try {
    const wire = await call(context, { apiVersion }, () =>
      callsFor(input.type, input.apiVersion).get(context.clients, input.id, apiVersion),
    );
    return { status: 200, body: wire.body };
  } catch (thrown) {
    if (thrown instanceof OperationError && thrown.failure.status === 404) return { status: 404, body: null };
    throw thrown;
  }
}

async function list(input: ListInput, context: CallContext): Promise<readonly unknown[]> {
  const calls = callsFor(input.type);
  if (calls.list === undefined) throw new Error(`${input.type} cannot be listed`);
  const { apiVersion } = factsOf(input.type);
  let items: readonly unknown[] = [];
  await call(context, { apiVersion }, async () => {
    items = (await calls.list?.(context.clients, input.scope, input.filter)) ?? [];
  });
  // The SDK follows the pages and so is the one to ask; its flattened items go back to the shape of the wire.
  return items.map((item) => context.vault.redactJson(nested(item as JsonObject)));
}

function nested(item: JsonObject): JsonObject {
  const { id = null, name = null, type = null, ...properties } = item;
  return { id, name, type, properties };
}

function isGuestRun(input: unknown): input is GuestPollInput {
  return (input as { readonly type?: unknown }).type === GUEST_RUN;
}

type WriteMethod = "put" | "patch" | "delete";

interface PollInput {
  readonly type: string;
  readonly method: WriteMethod;
  readonly id: string;
  readonly state: string;
  /** It was sent without the SDKs' models. */
  readonly isRaw?: true;
  /** Of a POST. */
  readonly secretAnswer?: PostInput["secretAnswer"];
}

async function write(method: WriteMethod, input: WriteInput, context: CallContext): Promise<Submitted> {
  const calls = callsFor(input.type, input.apiVersion);
  const isRaw = input.apiVersion !== undefined;
  const { apiVersion } = factsOf(input.type, input.apiVersion);
  if (calls[method] === undefined) throw new Error(`${input.type} takes no ${method.toUpperCase()}`);
  let state = "";
  const wire = await call(context, { apiVersion, ...(method !== "delete" && { body: input.body }) }, async () => {
    const { poller } = (await calls[method]?.(context.clients, input.id, apiVersion, input.body)) ?? {};
    await poller?.submitted();
    if (poller && !poller.isDone) state = await poller.serialize();
  });
  return {
    status: wire.status,
    body: wire.body,
    ...(state !== "" && { poller: { type: input.type, method, id: input.id, state, ...(isRaw && { isRaw }) } }),
    ...(wire.retryAfterMs !== undefined && { retryAfterMs: wire.retryAfterMs }),
  };
}

const GROUP_TYPE = "Microsoft.Resources/resourceGroups";

/** Asks once. The poller is made anew from what was recorded at the submit: one failed poll would spoil a kept one. */
async function poll(input: PollInput, context: CallContext, key: string): Promise<Polled> {
  const { clients } = context;
  let done = false;
  const wire = await call(context, {}, async () => {
    const { poller } = await restore(input, clients);
    await poller.poll();
    done = poller.isDone;
  });
  const { secretAnswer } = input;
  const body =
    secretAnswer === undefined ? wire.body : done ? sealedAnswer(wire.body, secretAnswer, context, key) : null;
  return { done, body, ...(wire.retryAfterMs !== undefined && { retryAfterMs: wire.retryAfterMs }) };
}

async function restore(input: PollInput, clients: Clients): Promise<{ readonly poller: SdkPoller }> {
  if (input.isRaw) return restoreRawPoller(clients, input.state);
  if (input.type === "Microsoft.Compute/virtualMachines") {
    const sdk = await import("@azure/arm-compute");
    const compute = await clients.compute();
    const { createOrUpdate, update, delete: remove } = compute.virtualMachines;
    const made: Record<WriteMethod, () => SdkPoller> = {
      put: () => sdk.restorePoller(compute, input.state, createOrUpdate),
      patch: () => sdk.restorePoller(compute, input.state, update),
      delete: () => sdk.restorePoller(compute, input.state, remove),
    };
    return { poller: made[input.method]() };
  }
  const sdk = await import("@azure/arm-resources");
  const resources = await clients.resources();
  const { createOrUpdateById, updateById, deleteById } = resources.resources;
  const removeGroup = resources.resourceGroups.delete;
  const made: Record<WriteMethod, () => SdkPoller> = {
    put: () => sdk.restorePoller(resources, input.state, createOrUpdateById),
    patch: () => sdk.restorePoller(resources, input.state, updateById),
    delete: () =>
      input.type === GROUP_TYPE
        ? sdk.restorePoller(resources, input.state, removeGroup)
        : sdk.restorePoller(resources, input.state, deleteById),
  };
  return { poller: made[input.method]() };
}

async function post(input: PostInput, context: CallContext, { key, once }: ActivityOperation): Promise<Submitted> {
  const { path, apiVersion, body, secretAnswer } = input;
  let state = "";
  let wire: WireResponse;
  try {
    wire = await call(context, { apiVersion, ...(body && { body }) }, async () => {
      const { poller } = await rawPost(context.clients, path, apiVersion, body);
      await poller?.submitted();
      if (poller && !poller.isDone) state = await poller.serialize();
    });
  } catch (thrown) {
    throw once === true ? inDoubt(thrown) : thrown;
  }
  const { status, requestId, retryAfterMs } = wire;
  const answer =
    secretAnswer === undefined ? wire.body : state === "" ? sealedAnswer(wire.body, secretAnswer, context, key) : null;
  const poller = { type: "", method: "post", id: path, state, isRaw: true, ...(secretAnswer && { secretAnswer }) };
  return {
    status,
    body: answer,
    requestId,
    ...(state !== "" && { poller }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** A request that must not be sent twice may have been done although no answer, or a broken one, came. */
function inDoubt(thrown: unknown): unknown {
  const failure = failureOf(thrown, "internal");
  const { origin, code = "", status } = failure;
  if (origin === "internal" && (code === "" || NEVER_SENT.has(code))) return thrown;
  if (code === "NotEmulated" || (status !== undefined && status < 500)) return thrown;
  const hint = "it is not known whether Azure did it; look, then resume the run with --assume done or --assume repeat";
  return new OperationError({ ...failure, origin: "azure", hint, inDoubt: true });
}

/** Stopped on this side, or no connection was made. */
const NEVER_SENT: ReadonlySet<string> = new Set(["NotPlanned", "ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN"]);

/** Keeps texts of an answer as secrets, and nothing else of it. */
function sealedAnswer(
  body: Json,
  wanted: NonNullable<PostInput["secretAnswer"]>,
  { vault }: CallContext,
  key: string,
): Json {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, pointer]) => {
      const value = valueAtPointer(body, pointer);
      if (typeof value === "string" && value !== "") return [name, vault.put(`${secretsOwner(key)}#/${name}`, value)];
      throw new OperationError({ origin: "step", message: `the answer has no text at ${pointer}, for "${name}"` });
    }),
  );
}

async function armGet(
  input: { path: string; apiVersion: string; token?: Secret },
  context: CallContext,
): Promise<unknown> {
  const { apiVersion, token } = input;
  const exchange = { apiVersion, ...(token && { token }) };
  const wire = await call(context, exchange, () => callsFor("").get(context.clients, input.path, apiVersion));
  return { status: wire.status, body: wire.body, requestId: wire.requestId };
}
