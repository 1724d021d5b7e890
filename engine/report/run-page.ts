// A run as a page: what its plan said, if there is one, and what happened.

import { formatDuration } from "./duration.ts";
import type { Plan } from "../plan/model.ts";
import type { Verification } from "../plan/verify.ts";
import type { RunEvent } from "../run/events.ts";
import type { Failure } from "../run/failure.ts";
import { stepOf } from "../run/operation-key.ts";
import type { Count, Page, PageStep, StepRun } from "./page.ts";
import { jsonText, planPage, rolesOf, shown, textOf } from "./plan-page.ts";

export interface RunRecord {
  readonly id: string;
  readonly events: readonly RunEvent[];
  readonly plan?: Plan;
  readonly verification?: Verification;
}

type Of<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

export function runPage({ id, events, plan, verification }: RunRecord): Page {
  const started = events.find((event): event is Of<"run-started"> => event.type === "run-started");
  const finished = events.findLast((event): event is Of<"run-finished"> => event.type === "run-finished");
  const startAt = events[0]?.at ?? 0;
  const endAt = events.at(-1)?.at ?? startAt;
  const base = plan === undefined ? undefined : planPage(plan);
  const known = new Map(base?.steps.map((step) => [step.id, step]));
  const steps = (started?.steps ?? [])
    .map(({ id: step, uses, dependencies }): PageStep => {
      const own = events.filter((event) => "step" in event && stepOf(event.step) === step);
      const planned = known.get(step);
      const requests = sentIn(own);
      return {
        id: step,
        uses,
        marks: [],
        resources: [],
        reads: [],
        inVm: [],
        rights: [],
        ...saidOf(planned),
        ...(planned && changedIn(planned, requests)),
        onlyIf: [],
        waitsFor: dependencies,
        requests,
        ...happened(own, startAt),
      };
    })
    .map(withoutWhatDidNotHappen);
  const status = finished?.status ?? "interrupted";
  const facts = [
    { name: "run", value: id },
    { name: "started", value: new Date(startAt).toISOString() },
    { name: "took", value: formatDuration(endAt - startAt) },
    ...(base?.facts ?? [{ name: "target", value: started?.target ?? "" }]),
  ];
  return {
    kind: "run",
    title: started?.runbook ?? id,
    ...(base?.description !== undefined && { description: base.description }),
    facts,
    verdict: {
      tone: status === "done" ? "calm" : "bad",
      text: { done: "The run is done.", failed: "The run failed.", interrupted: "The run did not come to its end." }[
        status
      ],
    },
    counts: countsOf(steps),
    obstacles: [],
    steps,
    roles:
      plan === undefined ? [] : rolesOf(plan, (step) => steps.find(({ id }) => id === step)?.run?.status === "done"),
    inputs: base?.inputs ?? [],
    outputs: finished === undefined || finished.outputs === null ? "" : jsonText(shown(finished.outputs)),
    unknowns: [],
    deviations: (verification?.extra ?? []).map(
      ({ method, url, why }) => `sent and not planned: ${method} ${url} (${why})`,
    ),
    unsent: (verification?.missing ?? []).map(({ method, url }) => `${method} ${textOf(url)}`),
    durationMs: endAt - startAt,
  };
}

/** What the plan foretold of its end is told by what happened. */
function saidOf(planned: PageStep | undefined): Partial<PageStep> {
  if (planned === undefined) return {};
  const { outputs: _outputs, reason: _reason, ...said } = planned;
  return said;
}

/** Of a step that did not run, what was planned did not happen. */
function withoutWhatDidNotHappen(step: PageStep): PageStep {
  const { status } = step.run!;
  const isNothing = status === "skipped" || status === "waiting";
  return isNothing ? { ...step, marks: [], resources: [], reads: [], inVm: [], rights: [] } : step;
}

/** What was planned for sure, and what was planned for the case that came about, which may take its place. */
function changedIn(planned: PageStep, sent: PageStep["requests"]): Pick<PageStep, "resources" | "marks" | "inVm"> {
  const isSent = ({ requests }: Pick<PageStep, "requests">): boolean =>
    requests.some(({ method, url }) => sent.some((one) => one.method === method && one.url === url));
  const cases = planned.onlyIf.filter(isSent);
  const done = cases.length === 0 || isSent(planned) ? [planned, ...cases] : cases;
  return {
    resources: done.flatMap((one) => one.resources),
    marks: [...new Set(done.flatMap((one) => one.marks))],
    inVm: done.flatMap((one) => one.inVm),
  };
}

function sentIn(own: readonly RunEvent[]): PageStep["requests"] {
  return own.flatMap((event) =>
    event.type === "request-sent"
      ? [{ method: event.method, url: event.url, body: event.body === null ? "" : jsonText(shown(event.body)) }]
      : [],
  );
}

function happened(
  own: readonly RunEvent[],
  startAt: number,
): Pick<PageStep, "change"> & Partial<Pick<PageStep, "outputs" | "reason">> & { readonly run: StepRun } {
  const start = own.find((event) => event.type === "step-started");
  // The end of the whole step, not of one item.
  const end = own.findLast(
    (event): event is Of<"step-finished"> => event.type === "step-finished" && event.step === stepOf(event.step),
  );
  const retries = own.filter((event): event is Of<"attempt-failed"> => event.type === "attempt-failed");
  const status = end?.status ?? (start === undefined ? "waiting" : "running");
  const change =
    status === "failed"
      ? "failed"
      : status === "skipped" || status === "waiting"
        ? "skipped"
        : (end?.change ?? "opaque");
  const outputs = end?.outputs;
  return {
    change,
    ...(outputs !== undefined && outputs !== null && { outputs: jsonText(shown(outputs)) }),
    ...(end?.reason !== undefined && {
      reason: end.reason === "if" ? "its `if` is false" : `${end.reason} is not done`,
    }),
    run: {
      status,
      ...(start && { startMs: start.at - startAt }),
      ...(start && end && { endMs: end.at - startAt }),
      retries: retries.map(({ attempt, failure, retryInMs, at }) => {
        const after = formatDuration(at - startAt);
        return `attempt ${attempt} failed after ${after}: ${failureText(failure)}; again in ${formatDuration(retryInMs)}`;
      }),
      ...(end?.failure && {
        failure: end.reason === undefined ? failureText(end.failure) : `failed, since ${end.reason} did`,
      }),
    },
  };
}

function failureText({ code, message, requestId, hint }: Failure): string {
  const named = code === undefined ? message : `${code}: ${message}`;
  const request = requestId === undefined ? "" : ` (request ${requestId})`;
  return `${named}${request}${hint === undefined ? "" : `; ${hint}`}`;
}

function countsOf(steps: readonly PageStep[]): readonly Count[] {
  const statuses = ["failed", "done", "skipped", "running", "waiting"] as const;
  const counts = statuses.map((status) => ({
    status,
    count: steps.filter(({ run }) => run?.status === status).length,
  }));
  const retries = steps.reduce((sum, { run }) => sum + (run?.retries.length ?? 0), 0);
  return [
    ...counts
      .filter(({ count }) => count > 0)
      .map(({ status, count }) => ({
        text: `${count} ${status}`,
        isMarked: status === "failed",
      })),
    ...(retries > 0 ? [{ text: retries === 1 ? "1 retry" : `${retries} retries`, isMarked: false }] : []),
  ];
}
