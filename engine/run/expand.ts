// How each operation becomes driver operations. Pure generators, replayed exactly as steps are.

import { factsOf } from "../steps/resource.ts";
import type { OperationData, RemovalCondition } from "../steps/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type {
  Got,
  GuestAnswer,
  GuestAnswerLost,
  GuestRunInput,
  GuestToken,
  ManagedRun,
  Polled,
  Submitted,
} from "./activities.ts";
import { merge, satisfies, writable } from "./compare.ts";
import { basisOf } from "./digest.ts";
import type { ActivityName, Unkeyed } from "./driver.ts";
import type { Change } from "./events.ts";
import { type Failure, OperationError } from "./failure.ts";
import { guestFailure } from "./guest-failure.ts";
import { busyDelayMs, propagationDelayMs, type RecentWrites } from "./retry.ts";

/** One driver operation; its key is the path of the operation it belongs to, a colon, and this label. */
export class Request {
  readonly label: string;
  readonly operation: Unkeyed;
  constructor(label: string, operation: Unkeyed) {
    this.label = label;
    this.operation = operation;
  }
}

/** What the operations of a run share. It changes only by completions, so a replay rebuilds it. */
export interface RunFacts {
  readonly recent: RecentWrites;
  /** By reference of the secret: from which VM's IMDS it came, so that it need not travel there again. */
  readonly tokenOrigins: Map<string, { readonly vm: string; readonly token: Extract<GuestToken, { from: "imds" }> }>;
}

/** What an expansion tells of its progress. */
export interface Observer {
  changed(change: Change): void;
  /** `propagation`: what is waited for is something that this run wrote. */
  retrying(attempt: number, failure: Failure, delayMs: number, propagation: boolean): void;
  warned(message: string): void;
}

type Expansion<T> = Generator<Request, T, unknown>;

export function* expand(what: OperationData, facts: RunFacts, observer: Observer): Expansion<Json> {
  switch (what.kind) {
    case "ensure":
      return yield* ensure(what, facts, observer);
    case "read": {
      const got = yield* settled(what);
      observer.changed("read");
      if (got.status === 404) throw new OperationError(absent(what.id));
      return got.body;
    }
    case "find": {
      const got = yield* settled(what);
      observer.changed("read");
      return got.status === 404 ? null : got.body;
    }
    case "list":
      observer.changed("read");
      return yield* activity<Json>("list", "list", { type: what.type, scope: what.scope, filter: what.filter });
    case "update": {
      observer.changed("update");
      const { type, id, patch } = what;
      // Waits for a write of somebody else to end, and lets a resume see whether the resource is still the same.
      const before = yield* settled(what);
      if (before.status === 404) throw new OperationError(absent(id));
      const input = { type, id, body: patch, basis: basisOf(before.body) };
      const first = yield* patiently("patch", input, {}, facts, observer);
      yield* finished(first);
      noteWrite(type, id, patch, facts);
      return (yield* settled(what, "after")).body;
    }
    case "remove":
      return yield* remove(what, facts, observer);
    case "guest":
      return yield* guest(what, facts, observer);
    case "arm-get":
      observer.changed("read");
      return yield* armGet(what, facts, observer);
    case "local-token":
      observer.changed("read");
      return yield* activity<Json>("token", "local-token", {
        resource: what.resource,
        ...(what.identity && { identity: what.identity }),
      });
  }
}

function* ensure(
  what: Extract<OperationData, { kind: "ensure" }>,
  facts: RunFacts,
  observer: Observer,
): Expansion<Json> {
  const { type, id, desired } = what;
  const got = yield* settled(what);
  const present = got.status !== 404;
  // A resource whose last write failed is written again even when its properties read as wanted.
  if (present && stateOf(got.body) !== "Failed" && satisfies(got.body, desired, factsOf(type))) {
    observer.changed("none");
    return got.body;
  }
  observer.changed(present ? "update" : "create");
  const body = (present ? merge(writable(got.body, factsOf(type)), desired) : desired) as JsonObject;
  const principal = isJsonObject(desired["properties"]) ? desired["properties"]["principalId"] : undefined;
  const subject = typeof principal === "string" ? { principal } : {};
  const input = { type, id, body, creates: !present, ...(present && { basis: basisOf(got.body) }) };
  const first = yield* patiently("put", input, subject, facts, observer);
  yield* finished(first);
  const end = first.poller === undefined && isFinal(first.body) ? first.body : (yield* settled(what, "after")).body;
  if (stateOf(end) === "Failed" || stateOf(end) === "Canceled") {
    throw new OperationError({ origin: "azure", message: `${id} ended in state ${stateOf(end)}` });
  }
  noteWrite(type, id, end, facts);
  return end;
}

function* remove(
  what: Extract<OperationData, { kind: "remove" }>,
  facts: RunFacts,
  observer: Observer,
): Expansion<Json> {
  const { type, id, ifStill } = what;
  const got = yield* settled(what);
  if (got.status === 404) return { removed: false };
  const kept = reasonToKeep(got.body, ifStill, type);
  if (kept !== undefined) return { removed: false, kept };
  observer.changed("remove");
  yield* finished(yield* patiently("delete", { type, id }, {}, facts, observer));
  // The answer to a DELETE may come before the resource is gone; what it is inside of must not be removed until it is.
  yield* gone(what);
  return { removed: true };
}

function reasonToKeep(body: Json, { marks, body: written }: RemovalCondition, type: string): string | undefined {
  const properties = isJsonObject(body) && isJsonObject(body["properties"]) ? body["properties"] : {};
  const other = Object.entries(marks).find(
    ([name, value]) => properties[name] !== undefined && properties[name] !== value,
  );
  if (other) return `it is not the one that this run made: its ${other[0]} is another`;
  const isKnown = Object.keys(marks).length > 0 || written === undefined;
  if (isKnown || satisfies(body, written, factsOf(type))) return undefined;
  return "the run did not record that it made it, and it is not as the run would have made it";
}

function* gone(of: { readonly type: string; readonly id: string }): Expansion<void> {
  for (let n = 1; ; n++) {
    const got = yield* activity<Got>(`gone.${n}`, "get", { type: of.type, id: of.id });
    if (got.status === 404) return;
    if (n === GONE_LOOKS)
      throw new OperationError({ origin: "azure", message: `${of.id} was deleted and is still there` });
    yield* timer(`gone-wait.${n}`, 2_000);
  }
}

/** Twenty minutes of looks: longer than a group full of machines takes. */
const GONE_LOOKS = 600;

function* guest(what: Extract<OperationData, { kind: "guest" }>, facts: RunFacts, observer: Observer): Expansion<Json> {
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

function* guestRemove(attempt: number, made: ManagedRun, observer: Observer): Expansion<void> {
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
  "a token that did not come from this VM is sent into it: Windows puts it on a command line, where whoever may see the VM's processes or its process-creation log can read it";

/** The token's own VM fetches it again from its IMDS; a token from elsewhere is sent. */
function guestTokenFor(vm: string, token: Secret, facts: RunFacts): GuestToken {
  const origin = token.ref === undefined ? undefined : facts.tokenOrigins.get(token.ref);
  return origin?.vm.toLowerCase() === vm.toLowerCase() ? origin.token : { from: "secret", token };
}

function noteToken(
  vm: string,
  request: { readonly resource: string; readonly identity?: Extract<GuestToken, { from: "imds" }>["identity"] },
  answer: GuestAnswer,
  facts: RunFacts,
): void {
  const token = isJsonObject(answer.body) ? answer.body["access_token"] : undefined;
  if (!(token instanceof Secret) || token.ref === undefined) return;
  const { resource, identity } = request;
  facts.tokenOrigins.set(token.ref, { vm, token: { from: "imds", resource, ...(identity && { identity }) } });
}

function* armGet(
  what: Extract<OperationData, { kind: "arm-get" }>,
  facts: RunFacts,
  observer: Observer,
): Expansion<Json> {
  const { path, apiVersion, token } = what;
  const input = { path, apiVersion, ...(token && { token }) };
  return yield* retried((attempt) => activity<Json>(`get.${attempt}`, "arm-get", input), {}, facts, observer);
}

/** Repeats while a failure says that what this run wrote is not visible yet. */
function* retried<T>(
  attemptOnce: (attempt: number) => Expansion<T>,
  subject: { readonly principal?: string },
  facts: RunFacts,
  observer: Observer,
): Expansion<T> {
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return yield* attemptOnce(attempt);
    } catch (thrown) {
      if (!(thrown instanceof OperationError)) throw thrown;
      const delayMs = propagationDelayMs(thrown.failure, attempt, waitedMs, subject, facts.recent);
      if (delayMs === undefined) throw thrown;
      observer.retrying(attempt, thrown.failure, delayMs, true);
      waitedMs += delayMs;
      yield* timer(`pause.${attempt}`, delayMs);
    }
  }
}

function patiently(
  label: "put" | "patch" | "delete",
  input: JsonObject,
  subject: { readonly principal?: string },
  facts: RunFacts,
  observer: Observer,
): Expansion<Submitted> {
  return retried((attempt) => activity<Submitted>(`${label}.${attempt}`, label, input), subject, facts, observer);
}

/** A read that waits until the resource is in a final state: somebody else, or an earlier process, may be writing it. */
function* settled(of: { readonly type: string; readonly id: string }, label = "read"): Expansion<Got> {
  for (let n = 1; ; n++) {
    const got = yield* activity<Got>(`${label}.${n}`, "get", { type: of.type, id: of.id });
    if (got.status === 404 || isFinal(got.body)) return got;
    yield* timer(`${label}-wait.${n}`, 2_000);
  }
}

function* finished(first: Submitted): Expansion<void> {
  if (first.poller !== undefined) yield* polled(first, "");
}

function* polled(first: Submitted, prefix: string): Expansion<Json> {
  if (first.poller === undefined) return first.body;
  let delayMs = first.retryAfterMs ?? DEFAULT_POLL_MS;
  for (let n = 1; ; n++) {
    yield* timer(`wait.${prefix}${n}`, delayMs);
    const answer = yield* activity<Polled>(`poll.${prefix}${n}`, "poll", first.poller);
    if (answer.done) return answer.body;
    delayMs = answer.retryAfterMs ?? DEFAULT_POLL_MS;
  }
}

/** The SDKs' own default; Azure's `Retry-After` goes before it. */
const DEFAULT_POLL_MS = 2_000;
const VM_TYPE = "Microsoft.Compute/virtualMachines";

function* activity<T>(label: string, name: ActivityName, input: JsonObject): Expansion<T> {
  return (yield new Request(label, { kind: "activity", name, input })) as T;
}

function* timer(label: string, ms: number): Expansion<void> {
  yield new Request(label, { kind: "timer", ms });
}

function stateOf(body: Json): string | undefined {
  const properties = isJsonObject(body) ? body["properties"] : undefined;
  const state = isJsonObject(properties) ? properties["provisioningState"] : undefined;
  return typeof state === "string" ? state : undefined;
}

function isFinal(body: Json): boolean {
  const state = stateOf(body);
  return state === undefined || state === "Succeeded" || state === "Failed" || state === "Canceled";
}

function osTypeOf(machine: Json): "Windows" | "Linux" {
  const at = (value: Json | undefined, key: string): Json | undefined => (isJsonObject(value) ? value[key] : undefined);
  const osType = at(at(at(at(machine, "properties"), "storageProfile"), "osDisk"), "osType");
  return osType === "Windows" ? "Windows" : "Linux";
}

function locationOf(machine: Json): string {
  const location = isJsonObject(machine) ? machine["location"] : undefined;
  return typeof location === "string" ? location : "";
}

function noteWrite(type: string, id: string, body: Json, facts: RunFacts): void {
  const properties = isJsonObject(body) && isJsonObject(body["properties"]) ? body["properties"] : {};
  const principal = properties["principalId"];
  if (type.endsWith("/userAssignedIdentities") && typeof principal === "string") {
    facts.recent.principals.add(principal.toLowerCase());
  }
  if (type.endsWith("/roleAssignments") && typeof principal === "string") {
    facts.recent.grants.add(principal.toLowerCase());
  }
  if (type === VM_TYPE && isJsonObject(body) && body["identity"] !== undefined) {
    facts.recent.identities.add(id.toLowerCase());
    const system = isJsonObject(body["identity"]) ? body["identity"]["principalId"] : undefined;
    if (typeof system === "string") facts.recent.principals.add(system.toLowerCase());
  }
}

function absent(id: string): Failure {
  return { origin: "azure", code: "ResourceNotFound", status: 404, message: `the resource ${id} does not exist` };
}
