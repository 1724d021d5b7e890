// A plan as a page.

import type { Mark, OnlyIf, Plan, PlannedChange, PlannedStep, Right } from "../plan/model.ts";
import { isPending } from "../plan/pending.ts";
import { fillTemplate, type Hole } from "../plan/template.ts";
import { covers, stepOf } from "../run/operation-key.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { type Count, isLacking, type Page, type PageRight, type PageStep, type Tone } from "./page.ts";

/** What a piece of text that is known only later is written as. */
function holeText({ after }: Hole): string {
  if (after.length === 0) return "(new for each attempt)";
  if (after.includes("(time)")) return "(known when it is sent)";
  return `(known after ${after.join(" or ")})`;
}

export const shown = (template: Json): Json => fillTemplate(template, holeText);

export function planPage(plan: Plan): Page {
  const { runbook, target, caller, steps } = plan;
  return {
    kind: "plan",
    title: runbook.name,
    ...(runbook.description !== undefined && { description: runbook.description }),
    facts: [
      { name: "target", value: target.description },
      { name: "tenant", value: target.tenantId },
      { name: "subscription", value: target.subscriptionId },
      { name: "caller", value: caller.name === undefined ? caller.objectId : `${caller.name} (${caller.objectId})` },
      { name: "runbook", value: `${runbook.path} ${shortDigest(runbook.digest)}` },
      { name: "plan", value: `${shortDigest(plan.digest)} of ${plan.createdAt}` },
    ],
    verdict: verdictOf(plan),
    counts: countsOf(steps),
    obstacles: plan.obstacles,
    steps: steps.map((step) => stepPage(step, plan)),
    roles: rolesOf(plan),
    inputs: Object.entries(isJsonObject(plan.inputs) ? plan.inputs : {}).map(([name, value]) => ({
      name,
      value: valueText(shown(value)),
    })),
    outputs: plan.outputs === null ? "" : jsonText(shown(plan.outputs)),
    unknowns: plan.unknowns,
    deviations: [],
    unsent: [],
  };
}

/** Of one step, or of one item of a step with `forEach` as far as it is known whose part is whose. */
export function planPageOf(plan: Plan, name: string): PageStep | undefined {
  const step = plan.steps.find(({ id }) => id === stepOf(name));
  if (step === undefined) return undefined;
  const isOf = ({ operation }: { readonly operation: string }): boolean => covers(name, operation);
  return stepPage({ ...step, resources: step.resources.filter(isOf), requests: step.requests.filter(isOf) }, plan);
}

/** A path as it is seen from the folder of the runbook; both are written from the same folder. */
function nearPath(path: string, runbook: string): string {
  const parts = path.split(/[/\\]/);
  const folder = runbook.split(/[/\\]/).slice(0, -1);
  const shared = folder.findIndex((part, index) => part !== parts[index]);
  const common = shared === -1 ? folder.length : shared;
  return [...folder.slice(common).map(() => ".."), ...parts.slice(common)].join("/");
}

function stepPage(step: PlannedStep, plan: Plan): PageStep {
  const path = step.file ?? plan.runbook.path;
  return {
    id: step.id,
    uses: step.uses,
    ...(step.description !== undefined && { description: step.description }),
    place: `${path}:${step.line}`,
    shortPlace: `${nearPath(path, plan.runbook.path)}:${step.line}`,
    change: step.change,
    marks: step.marks,
    ...(step.reason !== undefined && { reason: step.reason }),
    waitsFor: step.dependencies,
    ...doneBy(step),
    onlyIf: (step.onlyIf ?? []).map((one) => ({ when: one.when, marks: one.marks, ...doneBy(one) })),
    rights: plan.rights.filter((right) => right.step === step.id).map(rightOf),
    ...(step.outputs !== undefined && step.outputs !== null && { outputs: jsonText(shown(step.outputs)) }),
  };
}

function doneBy({
  resources,
  requests,
  reads,
  inVm,
}: Pick<PlannedStep, "resources" | "requests" | "reads" | "inVm">): Pick<
  PageStep,
  "resources" | "requests" | "reads" | "inVm"
> {
  return {
    resources: resources.map(({ type, name, change, marks, differences }) => ({
      type,
      name,
      change,
      marks,
      lines: differences.map(({ kind, path, before, after }) => ({
        kind,
        path: pathText(path),
        ...(before !== undefined && { before: valueText(shown(before)) }),
        ...(after !== undefined && { after: valueText(shown(after)) }),
      })),
    })),
    requests: requests.map(({ method, url, body }) => ({
      method,
      url: textOf(url),
      body: body === null ? "" : jsonText(shown(body)),
    })),
    reads: reads.map(({ method, url }) => `${method} ${textOf(url)}`),
    inVm: inVm.map(({ vm, request }) => inVmText(textOf(vm), shown(request))),
  };
}

function inVmText(vm: string, request: Json): string {
  const name = vm.slice(vm.lastIndexOf("/") + 1);
  const of = isJsonObject(request) ? request : {};
  if (of["kind"] === "token") {
    const { resource = "Azure Resource Manager" } = of;
    return `in ${name}: a token for ${String(resource)} from its metadata service`;
  }
  if (of["kind"] === "script") {
    const lines = String(of["script"]).trimEnd().split("\n").length;
    const names = [of["parameters"], of["secretParameters"]].flatMap((one) =>
      Object.keys(isJsonObject(one ?? null) ? (one as object) : {}),
    );
    const given = names.length === 0 ? "" : `, with ${names.join(", ")}`;
    return `in ${name}: a script of ${lines === 1 ? "one line" : `${lines} lines`}${given}`;
  }
  return `in ${name}: GET ${String(of["path"])}?api-version=${String(of["apiVersion"])}`;
}

function rightOf({ who, action, scope, state, role, grantedBy, assignment, principal, onlyIf }: Right): PageRight {
  const reason = {
    held: `by ${role ?? "a role"}${assignment === undefined ? "" : `, assignment ${assignment.slice(assignment.lastIndexOf("/") + 1)}`}`,
    granted: `by ${role ?? "a role"}, which ${grantedBy ?? "a step"} grants`,
    missing: "no role assignment gives it",
    denied: `the deny assignment ${role ?? ""} takes it away from whoever holds it`,
    unknown: "the caller may not read role assignments",
  }[state];
  const because = onlyIf === undefined ? reason : `${reason}; needed only if ${onlyIf}`;
  const whoText = who === "caller" ? "caller" : `${who} ${textOf(principal)}`;
  return { who: whoText, action, scope: textOf(scope), state, because };
}

function verdictOf(plan: Plan): { readonly tone: Tone; readonly text: string } {
  if (plan.obstacles.length > 0) return { tone: "bad", text: "This plan cannot be applied." };
  const lacking = plan.rights.filter(({ state }) => isLacking(state));
  if (lacking.length > 0) {
    const isNeeded = lacking.some(({ onlyIf }) => onlyIf === undefined);
    const what = lacking.length === 1 ? "A right is" : `${lacking.length} rights are`;
    const how = lacking.some(({ state }) => state === "denied") ? "missing or denied" : "missing";
    const then = isNeeded ? ": the run would be refused." : ` for what is sent only if ${lacking[0]!.onlyIf}.`;
    return { tone: "bad", text: `${what} ${how}${then}` };
  }
  const conditional = conditionsIn(plan.steps).reduce((sum, { requests }) => sum + requests.length, 0);
  const more = `${conditional} more only if ${clauseOf(plan.steps)}`;
  if (!plan.steps.some(isPending)) {
    const rest =
      conditional === 0
        ? "."
        : `; ${more.replace(" more", conditional === 1 ? " request is sent" : " requests are sent")}.`;
    return { tone: "calm", text: `No changes: everything is as the runbook describes it${rest}` };
  }
  const requests = plan.steps.reduce((sum, step) => sum + step.requests.length, 0);
  const what = requests === 1 ? "1 request changes something" : `${requests} requests change something`;
  return { tone: "busy", text: `${what}${conditional === 0 ? "" : `, ${more}`}; nothing else will be sent.` };
}

const conditionsIn = (steps: readonly PlannedStep[]): readonly OnlyIf[] => steps.flatMap(({ onlyIf = [] }) => onlyIf);

/** Under what conditions something is sent; only that there are some when there are several. */
function clauseOf(steps: readonly PlannedStep[]): string {
  const [when, ...others] = new Set(conditionsIn(steps).map((one) => one.when));
  return when === undefined || others.length > 0 ? "the run does not go as rehearsed" : when;
}

const countOf = (steps: readonly PlannedStep[], change: string): number =>
  steps.reduce((sum, step) => sum + step.resources.filter((one) => one.change === change).length, 0);

/** For one and for many; what takes away or gives access comes first. */
const MARKED: readonly (readonly [Mark, string, string])[] = [
  ["remove", "takes something away", "take something away"],
  ["role-assignment", "grants a role", "grant a role"],
  ["identity", "gives a VM an identity", "give a VM an identity"],
  ["exposure", "opens a port to the internet", "open ports to the internet"],
];

function countsOf(steps: readonly PlannedStep[]): readonly Count[] {
  const resources = steps.flatMap((step) => step.resources);
  const marked = (mark: Mark): number => resources.filter(({ marks }) => marks.includes(mark)).length;
  const otherwise = (mark: Mark): number =>
    conditionsIn(steps)
      .flatMap((one) => one.resources)
      .filter(({ marks }) => marks.includes(mark)).length;
  const only = `only if ${clauseOf(steps)}`;
  const ofStep = (change: PlannedChange): number => steps.filter((step) => step.change === change).length;
  const counts: readonly (readonly [number, string, string, boolean])[] = [
    ...MARKED.map(([mark, one, many]) => [marked(mark), one, many, true] as const),
    ...MARKED.map(([mark, one, many]) => [otherwise(mark), `${one}, ${only}`, `${many}, ${only}`, true] as const),
    [ofStep("failed"), "step fails", "steps fail", true],
    [ofStep("opaque"), "step is opaque", "steps are opaque", true],
    [countOf(steps, "create"), "to create", "to create", false],
    [countOf(steps, "update"), "to update", "to update", false],
    [steps.reduce((sum, { inVm }) => sum + inVm.length, 0), "request inside a VM", "requests inside a VM", false],
    [countOf(steps, "none"), "unchanged", "unchanged", false],
    [ofStep("skipped"), "step skipped", "steps skipped", false],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, one, many, isMarked]) => ({ text: `${count} ${count === 1 ? one : many}`, isMarked }));
}

/** `isGranted`: of a run, which steps did what was planned. */
export function rolesOf(
  { counterfactuals }: Plan,
  isGranted: (step: string) => boolean = () => true,
): readonly string[] {
  return counterfactuals
    .filter(({ step }) => isGranted(step))
    .map(({ step, role, scope, refused }) => {
      const at = `${step} grants ${role} at ${textOf(scope)}`;
      if (refused.length === 0) return `${at}; nothing in this run needs it`;
      const what = refused.map((one) => `${one.step} (${one.action})`).join(", ");
      return `${at}; without it, ${what} would be refused`;
    });
}

/** A JSON pointer as people write it; of an id as a key only its end. */
export function pathText(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((raw, index) => {
      const key = raw.replaceAll("~1", "/").replaceAll("~0", "~");
      if (key.startsWith("/")) return `["…${key.slice(key.lastIndexOf("/"))}"]`;
      return /^\d+$/.test(key) ? `[${key}]` : `${index === 0 ? "" : "."}${key}`;
    })
    .join("");
}

function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:.{12}).*$/, "$1");
}

export const textOf = (template: Json): string => String(shown(template));

/** A value on one line; what stands in for a secret is no text of the runbook's. */
export function valueText(value: Json): string {
  return value === "(secret)" ? value : JSON.stringify(value);
}

export function jsonText(value: Json): string {
  return JSON.stringify(value, undefined, 2);
}
