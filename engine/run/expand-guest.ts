// A request inside a VM: sent through Run Command, polled, made again while that helps, cleaned up after.

import type { OperationData } from "../steps/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { GuestAnswer, GuestAnswerLost, GuestRunInput, GuestToken, ManagedRun, Submitted } from "./activities.ts";
import {
  absent,
  activity,
  type Expansion,
  type Observer,
  polled,
  type RunFacts,
  settled,
  timer,
  VM_TYPE,
} from "./expansion.ts";
import { type Failure, OperationError } from "./failure.ts";
import { guestFailure } from "./guest-failure.ts";
import { busyDelayMs, propagationDelayMs } from "./retry.ts";

export function* guest(
  what: Extract<OperationData, { kind: "guest" }>,
  facts: RunFacts,
  observer: Observer,
): Expansion<Json> {
  observer.changed("run");
  const { vm, request } = what;
  const machine = yield* settled({ type: VM_TYPE, id: vm });
  if (machine.status === 404) throw new OperationError(absent(vm));
  const osType = osTypeOf(machine.body);
  const sent: GuestRunInput["request"] =
    request.kind === "token" ? request : { ...request, token: guestTokenFor(vm, request.token, facts) };
  if (osType === "Windows" && sent.kind === "arm-get" && sent.token.from === "secret") {
    observer.warned(TOKEN_ON_COMMAND_LINE);
  }
  const input = { vm, osType, location: locationOf(machine.body), request: sent } as unknown as JsonObject;
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    const outcome = yield* guestRun(attempt, input, observer);
    // Made again at once: it only reads, and what it was answered was for a key that an earlier process had.
    if ("lost" in outcome) continue;
    if ("status" in outcome && outcome.status < 300) {
      if (request.kind === "token") noteToken(vm, request, outcome, facts);
      return request.kind === "token" ? outcome.body : ({ ...outcome } as unknown as Json);
    }
    const failure = "status" in outcome ? guestFailure(outcome) : outcome.refused;
    const propagationMs = propagationDelayMs(failure, attempt, waitedMs, { vm }, facts.recent);
    const delayMs = propagationMs ?? ("refused" in outcome ? busyDelayMs(failure, attempt, waitedMs) : undefined);
    if (delayMs === undefined) throw new OperationError(failure);
    observer.retrying(attempt, failure, delayMs, propagationMs !== undefined);
    waitedMs += delayMs;
    yield* timer(`pause.${attempt}`, delayMs);
  }
}

/** Submits and polls to the end. What was made for the run is removed, whatever became of it. */
function* guestRun(
  attempt: number,
  input: JsonObject,
  observer: Observer,
): Expansion<GuestAnswer | GuestAnswerLost | { readonly refused: Failure }> {
  let submitted: Submitted;
  try {
    submitted = yield* activity<Submitted>(`run.${attempt}`, "guest-run", input);
  } catch (thrown) {
    if (thrown instanceof OperationError) return { refused: thrown.failure };
    throw thrown;
  }
  try {
    return (yield* polled(submitted, `${attempt}.`)) as unknown as GuestAnswer | GuestAnswerLost;
  } finally {
    if (submitted.cleanUp !== undefined) yield* guestRemove(attempt, submitted.cleanUp, observer);
  }
}

export function* guestRemove(attempt: number, made: ManagedRun, observer: Observer): Expansion<void> {
  try {
    yield* activity(`remove.${attempt}`, "guest-remove", made);
  } catch (thrown) {
    if (!(thrown instanceof OperationError)) throw thrown;
    // The answer is there, and counts; what stays behind is encrypted.
    const { message } = thrown.failure;
    observer.warned(`the run command ${made.name} could not be deleted from ${made.vm}; delete it: ${message}`);
  }
}

/** See docs/security.md. */
const TOKEN_ON_COMMAND_LINE =
  "the token is sent into a Windows VM, where it stands on a command line while the request is made (docs/security.md)";

/** The token's own VM fetches it again from its IMDS; a token from elsewhere is sent. */
function guestTokenFor(vm: string, token: Secret, facts: RunFacts): GuestToken {
  const origin = token.ref === undefined ? undefined : facts.tokenOrigins.get(token.ref);
  return origin?.vm.toLowerCase() === vm.toLowerCase() ? origin.token : { from: "secret", token };
}

function noteToken(
  vm: string,
  request: { readonly resource?: string; readonly identity?: Extract<GuestToken, { from: "imds" }>["identity"] },
  answer: GuestAnswer,
  facts: RunFacts,
): void {
  const token = isJsonObject(answer.body) ? answer.body["access_token"] : undefined;
  if (!(token instanceof Secret) || token.ref === undefined) return;
  const { resource, identity } = request;
  facts.tokenOrigins.set(token.ref, {
    vm,
    token: { from: "imds", ...(resource !== undefined && { resource }), ...(identity && { identity }) },
  });
}

export function osTypeOf(machine: Json): "Windows" | "Linux" {
  const at = (value: Json | undefined, key: string): Json | undefined => (isJsonObject(value) ? value[key] : undefined);
  const osType = at(at(at(at(machine, "properties"), "storageProfile"), "osDisk"), "osType");
  return osType === "Windows" ? "Windows" : "Linux";
}

export function locationOf(machine: Json): string {
  const location = isJsonObject(machine) ? machine["location"] : undefined;
  return typeof location === "string" ? location : "";
}
