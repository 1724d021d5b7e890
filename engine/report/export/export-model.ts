// What of a plan another tool can do as well: requests in the order in which they go out, and what is left out of them.

import { wavesOf } from "../../graph/graph.ts";
import type { Plan, PlannedRequest, PlannedStep } from "../../plan/model.ts";
import type { Hole } from "../../plan/template.ts";
import { isJsonObject, type Json } from "../../value/json.ts";
import { Secret } from "../../value/secret.ts";

export interface ExportedRequest {
  readonly step: PlannedStep;
  readonly operation: string;
  readonly method: "PUT" | "PATCH" | "POST" | "DELETE" | "GET";
  /** Path, a template. */
  readonly path: Json;
  readonly apiVersion: string;
  /** A template; null when there is none. */
  readonly body: Json;
  /** It is there to find out, and finds nothing in the plan. */
  readonly mayFindNothing: boolean;
}

export interface LeftOut {
  readonly step: string;
  /** A clause: `it asks inside a VM`. */
  readonly why: string;
}

export interface ExportModel {
  readonly plan: Plan;
  readonly requests: readonly ExportedRequest[];
  readonly leftOut: readonly LeftOut[];
  /** Names of the secret inputs that the requests hold, sorted. */
  readonly secrets: readonly string[];
}

/** `plan`: of an empty target, so that it holds everything that the runbook makes. */
export function exportModel(plan: Plan): ExportModel {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const order = wavesOf(
    new Map(plan.steps.map(({ id, dependencies }) => [id, dependencies.filter((one) => steps.has(one))])),
  ).flat();
  const requests: ExportedRequest[] = [];
  const leftOut: LeftOut[] = [];
  const written = new Map<string, Json>();
  for (const step of order.map((id) => steps.get(id)!)) {
    const why = reasonAgainst(step);
    if (why !== undefined) {
      leftOut.push({ step: step.id, why });
      continue;
    }
    const own = requestsOf(step);
    for (const request of own) {
      const exported = exportedRequest(step, request, absentIn(plan.observed, requests));
      const unknown = unknownIn(exported, written);
      if (unknown === undefined) {
        requests.push(exported);
        written.set(exported.operation, exported.path);
      } else
        leftOut.push({ step: step.id, why: `its ${request.method} holds what only the runbook can tell (${unknown})` });
    }
  }
  const secrets = new Set(requests.flatMap(({ body }) => secretsIn(body)).map((ref) => ref.replace(/^inputs\./, "")));
  return { plan, requests, leftOut, secrets: [...secrets].toSorted() };
}

/** What takes something away finds nothing to take from an empty target; when the script runs it may be there. */
const REMOVERS: ReadonlySet<string> = new Set(["delete-rg", "arm-delete"]);

function requestsOf(step: PlannedStep): readonly PlannedRequest[] {
  const { change, uses, reads, requests } = step;
  if (requests.length > 0) return requests;
  const [first] = reads.map(readOf);
  if (REMOVERS.has(uses) && first !== undefined) return [{ ...first, method: "DELETE" }];
  return change === "read" ? reads.map(readOf) : [];
}

function reasonAgainst(step: PlannedStep): string | undefined {
  const { change, reason, inVm, requests, onlyIf = [] } = step;
  if (change === "skipped") return `it is skipped${reason === undefined ? "" : ` (${reason})`}`;
  if (change === "failed" || change === "opaque")
    return `its plan is ${change}${reason === undefined ? "" : `: ${reason}`}`;
  if (inVm.length > 0) return "it asks inside a VM, with a script of the runbook's own whose answer is sealed";
  // What it does is nothing that is sent: it looks at values, or waits.
  const [condition] = onlyIf;
  if (requests.length === 0 && condition !== undefined) return `it is done only if ${condition.when}`;
  return requestsOf(step).length === 0 ? "it sends nothing" : undefined;
}

const readOf = ({ method, url }: PlannedStep["reads"][number], index: number): PlannedRequest => ({
  operation: `read ${index}`,
  method,
  url,
  body: null,
  repeatable: true,
});

function exportedRequest(
  step: PlannedStep,
  { operation, method, url, body }: PlannedRequest,
  isAbsent: (path: string) => boolean,
): ExportedRequest {
  const pieces = piecesOf(url);
  const last = pieces.at(-1);
  const [path = "", query = ""] = typeof last === "string" ? last.split("?") : [];
  const kept = path === "" ? pieces.slice(0, -1) : [...pieces.slice(0, -1), path];
  const literal = kept.every((piece) => typeof piece === "string");
  return {
    step,
    operation,
    method: method as ExportedRequest["method"],
    path: literal ? kept.join("") : { $text: kept as unknown as Json[] },
    mayFindNothing: method === "GET" && literal && isAbsent(kept.join("")),
    apiVersion: new URLSearchParams(query).get("api-version") ?? "",
    body,
  };
}

/** Whether nothing is at a path, neither before nor because of what is sent before. */
function absentIn(observed: Plan["observed"], before: readonly ExportedRequest[]): (path: string) => boolean {
  const idOf = (path: Json): string => (typeof path === "string" ? decodeURIComponent(path).toLowerCase() : "");
  return (path) => {
    const found = observed[idOf(path)];
    const isMade = before.some((one) => one.method === "PUT" && idOf(one.path) === idOf(path));
    return found !== undefined && Object.keys(found).length === 0 && !isMade;
  };
}

export function piecesOf(text: Json): readonly (string | Hole)[] {
  if (typeof text === "string") return [text];
  const pieces = isJsonObject(text) ? text["$text"] : undefined;
  return Array.isArray(pieces) ? (pieces as unknown as readonly (string | Hole)[]) : [];
}

export const ROLE_ASSIGNMENT = /^(.*)\/providers\/Microsoft\.Authorization\/roleAssignments\/$/i;

/** The scope of a role assignment whose name is derived from what it grants; absent for everything else. */
export function derivedAssignmentScope(path: Json): readonly (string | Hole)[] | undefined {
  const pieces = piecesOf(path);
  const [hole, ...more] = pieces.slice(-1);
  const before = pieces.at(-2);
  if (more.length > 0 || typeof hole !== "object" || hole.from !== undefined || typeof before !== "string")
    return undefined;
  const scope = ROLE_ASSIGNMENT.exec(before)?.[1];
  return scope === undefined ? undefined : [...pieces.slice(0, -2), ...(scope === "" ? [] : [scope])];
}

/** What a request holds that no earlier request answers; absent when there is nothing. */
function unknownIn({ path, body }: ExportedRequest, written: ReadonlyMap<string, Json>): string | undefined {
  const pathPieces = derivedAssignmentScope(path) ?? piecesOf(path);
  const holes = [...pathPieces.filter((piece) => typeof piece === "object"), ...holesIn(body)];
  const lost = holes.find(({ from }) => from === undefined || !written.has(from.operation));
  if (lost !== undefined)
    return lost.after.length === 0 ? "made anew each time" : `known after ${lost.after.join(", ")}`;
  if (hasUnknown(body)) return "of unknown shape";
  const token = secretsIn(body).find((ref) => !ref.startsWith("inputs."));
  return token === undefined ? undefined : "a secret that a step gets";
}

/** Every hole in a template, in the order written. */
export function holesIn(value: Json): readonly Hole[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(holesIn);
  if (!isJsonObject(value)) return [];
  if ("$text" in value) return piecesOf(value).filter((piece): piece is Hole => typeof piece === "object");
  return Object.values(value).flatMap(holesIn);
}

function hasUnknown(value: Json): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some(hasUnknown);
  return isJsonObject(value) && ("$unknown" in value || Object.values(value).some(hasUnknown));
}

function secretsIn(value: Json): readonly string[] {
  if (value instanceof Secret) return value.parts.flatMap((part) => (typeof part === "string" ? [] : [part.ref]));
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(secretsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(secretsIn) : [];
}
