// What each step of a rehearsal did, as the plan tells it.

import type { RunEvent } from "../run/events.ts";
import type { Failure } from "../run/failure.ts";
import { stepOf } from "../run/operation-key.ts";
import type { Runbook, RunbookStep } from "../runbook/model.ts";
import { factsFor } from "../steps/resource.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { differencesOf, escapePointer, valueAt } from "./differences.ts";
import type { Difference, Mark, PlannedChange, PlannedRequest, PlannedStep, ResourceChange } from "./model.ts";
import { KNOWN_LATER } from "./opaque.ts";
import type { Rehearsal, SentRequest } from "./rehearse.ts";
import { comparePaths, guestRunsOf, isMutation, isPoll, pathOfUrl, shownBefore, slotsOf } from "./slots.ts";
import { typeOfId } from "./snapshot.ts";
import { fillTemplate, piecesOf, type Template } from "./template.ts";

/** What is known of the requests and values of a rehearsal. */
export interface Known {
  url(slot: string): Template;
  body(slot: string): Template;
  guest(path: string): { readonly vm: Template; readonly request: Template };
  outputs(step: string): Template | undefined;
  given(instance: string): Template;
}

export function plannedSteps(runbook: Runbook, base: Rehearsal, known: Known): readonly PlannedStep[] {
  const slots = [...slotsOf(base.sent)];
  const guests = [...guestRunsOf(base)];
  return runbook.steps.map((step): PlannedStep => {
    const own = slots.filter(([, sent]) => sent.step === step.id);
    const changing = changingIn(own);
    const resources = [
      ...changing.flatMap(([slot, sent]) => resourceChanges(base, slot, sent, known)),
      ...unchanged(base, step.id, known, slots),
    ];
    const asked = base.approvals.get(step.id);
    const outcome = {
      ...(asked !== undefined && { reason: `waits until somebody approves: ${asked}` }),
      ...outcomeOf(step, base, resources, own.length === 0),
    };
    // What an opaque step gave in the rehearsal was made up.
    const outputs = outcome.change === "opaque" ? undefined : known.outputs(step.id);
    const given = givenTo(step.id, base, known);
    return {
      id: step.id,
      uses: step.uses,
      ...(step.description !== undefined && { description: step.description }),
      line: step.source.positionAt(step.span.start).line,
      ...(step.source !== runbook.source && { file: step.source.path }),
      dependencies: [...step.dependencies],
      ...outcome,
      marks: [...new Set(resources.flatMap(({ marks }) => marks))],
      resources,
      requests: changing.map(([slot, sent]) => plannedRequest(slot, sent, base, known)),
      reads: readsOf(own, known),
      inVm: guests.filter(([, run]) => run.step === step.id).map(([path]) => known.guest(path)),
      ...(given.length > 0 && { given }),
      ...(outputs !== undefined && { outputs }),
    };
  });
}

/** Inputs that only the run will know, item by item. */
function givenTo(step: string, base: Rehearsal, known: Known): NonNullable<PlannedStep["given"]> {
  return [...base.given.keys()]
    .filter((instance) => stepOf(instance) === step)
    .toSorted()
    .flatMap((instance) => textsIn(known.given(instance)).map(([at, text]) => ({ instance, at, text })));
}

/** Texts in which an expression of the runbook has its place, with where they stand. */
function textsIn(template: Template, at = ""): readonly (readonly [at: string, text: Template])[] {
  const pieces = piecesOf(template);
  if (pieces !== undefined) {
    return pieces.some((piece) => typeof piece === "object" && piece.expression !== undefined) ? [[at, template]] : [];
  }
  const members = Array.isArray(template)
    ? (template as readonly Json[]).map((item, index) => [String(index), item] as const)
    : isJsonObject(template)
      ? Object.entries(template)
      : [];
  return members.flatMap(([key, member]) => textsIn(member, `${at}/${escapePointer(key)}`));
}

type Slot = readonly [slot: string, sent: SentRequest];

/** Those that change something, in the order in which a plan lists them. */
export function changingIn(slots: readonly Slot[]): readonly Slot[] {
  return slots.filter(([, sent]) => isMutation(sent)).toSorted(([, a], [, b]) => comparePaths(a.path, b.path));
}

function plannedRequest(slot: string, sent: SentRequest, base: Rehearsal, known: Known): PlannedRequest {
  const activity = base.performed.find(({ operation }) => operation.key === sent.key)?.operation;
  return {
    operation: sent.path,
    method: sent.method,
    url: known.url(slot),
    body: known.body(slot),
    repeatable: activity?.once !== true,
  };
}

function readsOf(own: readonly Slot[], known: Known): PlannedStep["reads"] {
  const seen = new Set<string>();
  return own.flatMap(([slot, sent]) => {
    if (isMutation(sent) || isPoll(sent) || seen.has(sent.url)) return [];
    seen.add(sent.url);
    return [{ method: sent.method, url: known.url(slot) }];
  });
}

function resourceChanges(base: Rehearsal, slot: string, sent: SentRequest, known: Known): readonly ResourceChange[] {
  if (sent.method === "POST") return [];
  const type = typeOfId(pathOfUrl(sent.url));
  // Made for a run inside a VM, and gone after it.
  if (/\/virtualMachines\/runCommands$/i.test(type)) return [];
  const have = shownBefore(base, sent);
  const body = known.body(slot);
  const differences: Difference[] =
    sent.method === "DELETE"
      ? []
      : differencesOf(have, sent.body, factsFor(type)).map((one) => {
          const after = one.after === undefined ? undefined : (valueAt(body, one.path) ?? one.after);
          return { ...one, ...(after !== undefined && { after }) };
        });
  const change =
    sent.method === "DELETE" ? "remove" : have === undefined && sent.method === "PUT" ? "create" : "update";
  const id = idOf(known.url(slot));
  const marks = marksOf(type, change, sent, differences);
  const own: ResourceChange = { id, type, name: nameOf(id), operation: sent.path, change, marks, differences };
  return change === "remove" ? [own, ...goneWith(base, sent)] : [own];
}

/** What is in a group that is deleted, as far as the step has asked. */
function goneWith(base: Rehearsal, { path: operation, step, url }: SentRequest): readonly ResourceChange[] {
  const group = pathOfUrl(url).toLowerCase();
  const inside = base.performed.flatMap(({ operation: { name, input }, step: asking, outcome }) => {
    const isInside = name === "list" && asking === step && String(input["scope"]).toLowerCase() === group;
    return isInside && outcome.ok && Array.isArray(outcome.value) ? (outcome.value as readonly Json[]) : [];
  });
  return inside.flatMap((item) => {
    const id = isJsonObject(item) ? item["id"] : undefined;
    if (typeof id !== "string") return [];
    return [
      { id, type: typeOfId(id), name: nameOf(id), operation, change: "remove", marks: ["remove"], differences: [] },
    ];
  });
}

/** What `ensure` found as it is wanted. */
function unchanged(base: Rehearsal, step: string, known: Known, slots: readonly Slot[]): readonly ResourceChange[] {
  return base.events.flatMap((event) => {
    if (event.type !== "operation-finished" || stepOf(event.step) !== step || event.change !== "none") return [];
    const read = slots.find(([, sent]) => sent.path === event.path && sent.method === "GET");
    if (read === undefined) return [];
    const id = idOf(known.url(read[0]));
    const type = typeOfId(pathOfUrl(read[1].url));
    const { path: operation } = event;
    return [{ id, type, name: nameOf(id), operation, change: "none" as const, marks: [], differences: [] }];
  });
}

function marksOf(
  type: string,
  change: ResourceChange["change"],
  sent: SentRequest,
  differences: readonly Difference[],
): Mark[] {
  const marks: Mark[] = [];
  if (change === "remove" || differences.some(({ kind }) => kind === "remove")) marks.push("remove");
  if (/\/roleAssignments$/i.test(type) && change !== "remove") marks.push("role-assignment");
  if (differences.some(({ path }) => path.startsWith("/identity"))) marks.push("identity");
  const touches = (name: string): boolean => differences.some(({ path }) => path.includes(`/securityRules/${name}`));
  if (inboundRules(sent.body).some(touches)) marks.push("exposure");
  return marks;
}

/** Names of security rules that let anybody in. */
function inboundRules(body: Json): readonly string[] {
  const properties = isJsonObject(body) && isJsonObject(body["properties"]) ? body["properties"] : {};
  const rules = properties["securityRules"];
  return (Array.isArray(rules) ? (rules as readonly Json[]) : []).filter(isJsonObject).flatMap((rule) => {
    const how: JsonObject = isJsonObject(rule["properties"]) ? rule["properties"] : {};
    const isOpen =
      how["access"] === "Allow" &&
      how["direction"] === "Inbound" &&
      ["*", "Internet", "0.0.0.0/0"].includes(String(how["sourceAddressPrefix"]));
    return isOpen ? [String(rule["name"])] : [];
  });
}

/** The path of a URL's template. */
function idOf(url: Template): Template {
  if (typeof url === "string") return pathOfUrl(url);
  const pieces = (url as { readonly $text: readonly (string | object)[] }).$text;
  const end = pieces.findIndex((piece) => typeof piece === "string" && piece.includes("?"));
  if (end === -1) return url;
  const last = (pieces[end] as string).split("?", 1)[0] ?? "";
  return { $text: [...pieces.slice(0, end), ...(last === "" ? [] : [last])] as unknown as Json[] };
}

function nameOf(id: Template): string {
  const text = String(fillTemplate(id, ({ after }) => `(known after ${after.join(" and ")})`));
  return text.slice(text.lastIndexOf("/") + 1);
}

const STRONGEST = ["none", "update", "create", "remove"] as const;

function outcomeOf(
  step: RunbookStep,
  base: Rehearsal,
  resources: readonly ResourceChange[],
  asksNothing: boolean,
): { readonly change: PlannedChange; readonly reason?: string } {
  const ends = base.events.filter(
    (event): event is Extract<RunEvent, { type: "step-finished" }> =>
      event.type === "step-finished" && stepOf(event.step) === step.id,
  );
  const unknown = base.opaque.get(step.id);
  if (unknown !== undefined) return { change: "opaque", reason: unknown };
  const failed = ends.find(({ status }) => status === "failed");
  if (failed?.reason !== undefined) {
    return isLost(failed.reason, base)
      ? { change: "failed", reason: `${failed.reason}, a step of it, would fail` }
      : { change: "opaque", reason: `what it does is known only when ${failed.reason} is done` };
  }
  if (failed?.failure !== undefined && failed.continued !== true) {
    const message = hasStandIns(base, step.id) ? knownAfter(step.id, failed.failure, base) : clauseOf(failed.failure);
    return isOpaque(failed.failure, base, step.id)
      ? { change: "opaque", reason: message }
      : { change: "failed", reason: message };
  }
  if (failed?.failure !== undefined && ends.every(({ status }) => status !== "done"))
    return { change: "opaque", reason: `it would fail, and the run goes on: ${clauseOf(failed.failure)}` };
  const skipped = ends.find(({ step: name, status }) => status === "skipped" && name === step.id);
  if (skipped !== undefined || ends.length === 0) {
    const { reason } = skipped ?? {};
    if (reason === "if") return { change: "skipped", reason: "its `if` is false" };
    if (reason !== undefined && isLost(reason, base)) {
      return { change: "skipped", reason: `it depends on ${reason}, which would fail or not be reached` };
    }
    return { change: "opaque", reason: `what it does is known only when ${reason ?? "the run"} is done` };
  }
  const strongest = STRONGEST.findLast((change) => resources.some((one) => one.change === change));
  if (strongest !== undefined && strongest !== "none") return { change: strongest };
  if (ends.some((end) => end.change === "run")) return { change: "run" };
  return { change: strongest === "none" || asksNothing ? "none" : "read" };
}

/** What a failure says, to stand in a sentence of the plan: Azure ends its own with one period, and sometimes two. */
export const clauseOf = ({ message }: Failure): string => message.replace(/\.+$/, "");

/** Whether a step would fail, or depends on one that would. */
function isLost(step: string, base: Rehearsal): boolean {
  return base.events.some((event) => {
    if (event.type !== "step-finished" || stepOf(event.step) !== step) return false;
    if (event.failure !== undefined) return !isOpaque(event.failure, base, step);
    const { status, reason } = event;
    return status === "skipped" && reason !== undefined && reason !== "if" && isLost(reason, base);
  });
}

/** Whether it was given what only stands in for what it will be given. */
const hasStandIns = ({ given }: Rehearsal, step: string): boolean =>
  [...given.keys()].some((instance) => stepOf(instance) === step);

/** What stands in may not be why it fails: that it is not allowed, say, would be no better in the run. */
function knownAfter(step: string, failure: Failure, { given, standIns }: Rehearsal): string {
  const inputs = [...given].flatMap(([instance, value]) => (stepOf(instance) === step ? [JSON.stringify(value)] : []));
  const after = inputs.flatMap((text) => standIns.in(text)).flatMap((word) => standIns.known.get(word)!.after);
  const cause = standIns.spelledOut(clauseOf(failure));
  return `what it does is known only when ${[...new Set(after)].join(" and ")} is done; rehearsed, it fails: ${cause}`;
}

/** Whether it is the rehearsal that cannot tell, not the step that would fail. */
function isOpaque(failure: Failure, base: Rehearsal, step: string): boolean {
  if (hasStandIns(base, step)) return true;
  if (failure.code === "NotEmulated" || failure.code === KNOWN_LATER || failure.status === 501) return true;
  const last = base.performed.findLast((one) => one.step === step);
  return last?.operation.name === "local-token" && !last.outcome.ok;
}
