// How each operation becomes driver operations. Pure generators, replayed exactly as steps are.

import { factsOf, isFailedState } from "../steps/resource.ts";
import type { OperationData, Place, PostRequest, RemovalCondition } from "../steps/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import type { Got, Submitted } from "./activities.ts";
import { merge, satisfies, writable } from "./compare.ts";
import type { SignalAnswer } from "./driver.ts";
import { basisOf } from "./digest.ts";
import { guest } from "./expand-guest.ts";
import {
  absent,
  activity,
  activityOnce,
  type Expansion,
  finished,
  isFinal,
  type Observer,
  placeIn,
  polled,
  Request,
  type RunFacts,
  settled,
  stateOf,
  timer,
  VM_TYPE,
} from "./expansion.ts";
import { OperationError } from "./failure.ts";
import { retried } from "./retried.ts";
import { script } from "./expand-script.ts";

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
      const place = placeIn(what);
      // Waits for a write of somebody else to end, and lets a resume see whether the resource is still the same.
      const before = yield* settled(what);
      if (before.status === 404) throw new OperationError(absent(id));
      const input = { ...place, body: patch, basis: basisOf(before.body) };
      const first = yield* patiently("patch", input, {}, facts, observer);
      yield* finished(first);
      noteWrite(type, id, patch, facts);
      return (yield* settled(what, "after")).body;
    }
    case "remove":
      return yield* remove(what, facts, observer);
    case "script":
      return yield* script(what, facts, observer);
    case "call":
      return yield* call(what, facts, observer);
    case "guest":
      return yield* guest(what, facts, observer);
    case "arm-get":
      observer.changed("read");
      return yield* armGet(what, facts, observer);
    case "approve": {
      observer.asked(what.message);
      const answer = (yield new Request("approval", { kind: "signal", message: what.message })) as SignalAnswer;
      observer.answered(answer);
      const { approved, by, at, comment } = answer;
      if (approved) return { by, at, ...(comment !== undefined && { comment }) };
      const why = comment === undefined ? "" : `: ${comment}`;
      throw new OperationError({ origin: "step", code: "Rejected", message: `${by} rejected it${why}` });
    }
    case "wait":
      yield new Request("wait", {
        kind: "timer",
        isWait: true,
        ...("until" in what ? { until: what.until } : { ms: what.ms }),
      });
      return null;
    case "local-token":
      observer.changed("read");
      return yield* activity<Json>("token", "local-token", {
        ...(what.resource !== undefined && { resource: what.resource }),
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
  const knowledge = factsOf(type, what.apiVersion);
  const got = yield* settled(what);
  const present = got.status !== 404;
  // A resource whose last write failed is written again even when its properties read as wanted.
  if (present && !isFailedState(stateOf(got.body)) && satisfies(got.body, desired, knowledge)) {
    observer.changed("none");
    return got.body;
  }
  observer.changed(present ? "update" : "create");
  const body = (present ? merge(writable(got.body, knowledge), desired) : desired) as JsonObject;
  const principal = isJsonObject(desired["properties"]) ? desired["properties"]["principalId"] : undefined;
  const subject = typeof principal === "string" ? { principal } : {};
  const input = { ...placeIn(what), body, creates: !present, ...(present && { basis: basisOf(got.body) }) };
  const first = yield* patiently("put", input, subject, facts, observer);
  yield* finished(first);
  const end = first.poller === undefined && isFinal(first.body) ? first.body : (yield* settled(what, "after")).body;
  if (isFailedState(stateOf(end))) {
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
  const { ifStill } = what;
  const got = yield* settled(what);
  if (got.status === 404) return { removed: false };
  const kept = reasonToKeep(got.body, ifStill, what);
  if (kept !== undefined) return { removed: false, kept };
  observer.changed("remove");
  yield* finished(yield* patiently("delete", placeIn(what), {}, facts, observer));
  // The answer to a DELETE may come before the resource is gone; what it is inside of must not be removed until it is.
  yield* gone(what);
  return { removed: true };
}

function reasonToKeep(body: Json, { marks, body: written }: RemovalCondition, of: Place): string | undefined {
  const properties = isJsonObject(body) && isJsonObject(body["properties"]) ? body["properties"] : {};
  const other = Object.entries(marks).find(
    ([name, value]) => properties[name] !== undefined && properties[name] !== value,
  );
  if (other) return `it is not the one that this run made: its ${other[0]} is another`;
  const isKnown = Object.keys(marks).length > 0 || written === undefined;
  if (isKnown || satisfies(body, written, factsOf(of.type, of.apiVersion))) return undefined;
  return "the run did not record that it made it, and it is not as the run would have made it";
}

function* gone(of: Place): Expansion<void> {
  for (let n = 1; ; n++) {
    const got = yield* activity<Got>(`gone.${n}`, "get", placeIn(of));
    if (got.status === 404) return;
    if (n === GONE_LOOKS)
      throw new OperationError({ origin: "azure", message: `${of.id} was deleted and is still there` });
    yield* timer(`gone-wait.${n}`, 2_000);
  }
}

/** Twenty minutes of looks: longer than a group full of machines takes. */
const GONE_LOOKS = 600;

function* call(what: PostRequest, facts: RunFacts, observer: Observer): Expansion<Json> {
  observer.changed("run");
  const { path, apiVersion, body, repeatable, secretAnswer } = what;
  const input = { path, apiVersion, ...(body && { body }), ...(secretAnswer && { secretAnswer }) };
  const send = (attempt: number): Expansion<Submitted | { readonly assumed: true }> =>
    repeatable
      ? activity<Submitted>(`post.${attempt}`, "post", input)
      : activityOnce<Submitted>(`post.${attempt}`, "post", input);
  // What was refused was not done, so that it may be asked for again.
  const first = yield* retried(send, {}, facts, observer);
  if ("assumed" in first) return { status: 0, body: null, secrets: {}, requestId: "" };
  const answer = first.poller === undefined ? first.body : yield* polled(first, "");
  const { status, requestId = "" } = first;
  return secretAnswer === undefined
    ? { status, body: answer, secrets: {}, requestId }
    : { status, body: null, secrets: answer, requestId };
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

function patiently(
  label: "put" | "patch" | "delete",
  input: JsonObject,
  subject: { readonly principal?: string },
  facts: RunFacts,
  observer: Observer,
): Expansion<Submitted> {
  return retried((attempt) => activity<Submitted>(`${label}.${attempt}`, label, input), subject, facts, observer);
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
