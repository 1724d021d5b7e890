// What a reader is shown of a plan or a run, before it is text, Markdown or HTML. Every rendering says the same.

import type { Mark, PlannedChange } from "../plan/model.ts";

export interface Page {
  readonly kind: "plan" | "run";
  readonly title: string;
  readonly description?: string;
  /** Where, who, what: the first thing that is read. */
  readonly facts: readonly Fact[];
  /** One sentence: nothing to do, what there is to do, or why it cannot be done. */
  readonly verdict: { readonly tone: Tone; readonly text: string };
  /** What takes away or gives access comes first. */
  readonly counts: readonly Count[];
  /** Why it cannot be applied. */
  readonly obstacles: readonly string[];
  readonly steps: readonly PageStep[];
  /** Sentences about roles. */
  readonly roles: readonly string[];
  readonly inputs: readonly Fact[];
  readonly outputs: string;
  readonly unknowns: readonly string[];
  /** Only of a run: what it did that the plan does not have. */
  readonly deviations: readonly string[];
  /** Only of a run: requests that were planned and not sent. */
  readonly unsent: readonly string[];
  /** Only of a run, in milliseconds. */
  readonly durationMs?: number;
}

export type Tone = "calm" | "busy" | "bad";

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Count {
  readonly text: string;
  /** Something goes, or somebody gets access. */
  readonly isMarked: boolean;
}

export interface PageStep {
  readonly id: string;
  readonly uses: string;
  readonly description?: string;
  /** `file:line`. */
  readonly place?: string;
  /** The same from the folder of the runbook that is run. */
  readonly shortPlace?: string;
  readonly change: PlannedChange;
  readonly marks: readonly Mark[];
  readonly reason?: string;
  readonly waitsFor: readonly string[];
  readonly resources: readonly PageResource[];
  readonly requests: readonly PageRequest[];
  readonly reads: readonly string[];
  readonly inVm: readonly string[];
  /** What is done besides only if the run goes otherwise than in the rehearsal. */
  readonly onlyIf: readonly PageCondition[];
  readonly rights: readonly PageRight[];
  readonly outputs?: string;
  /** Only of a run. */
  readonly run?: StepRun;
}

export interface PageCondition {
  /** A clause: `the run fails`. */
  readonly when: string;
  readonly marks: readonly Mark[];
  readonly resources: readonly PageResource[];
  readonly requests: readonly PageRequest[];
  readonly reads: readonly string[];
  readonly inVm: readonly string[];
}

export interface PageResource {
  readonly type: string;
  readonly name: string;
  readonly change: "create" | "update" | "remove" | "none";
  readonly marks: readonly Mark[];
  readonly lines: readonly DifferenceLine[];
}

export interface DifferenceLine {
  readonly kind: "add" | "change" | "remove";
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

export interface PageRequest {
  readonly method: string;
  readonly url: string;
  /** Indented JSON; empty when there is none. */
  readonly body: string;
}

export interface PageRight {
  readonly who: string;
  readonly action: string;
  readonly scope: string;
  readonly state: "held" | "granted" | "missing" | "denied" | "unknown";
  /** What gives it, or why nobody knows. */
  readonly because: string;
}

/** Whether whoever needs it does not have it. */
export const isLacking = (state: PageRight["state"]): boolean => state === "missing" || state === "denied";

export interface StepRun {
  readonly status: "waiting" | "running" | "done" | "failed" | "skipped";
  /** From the start of the run; absent when it never started. */
  readonly startMs?: number;
  readonly endMs?: number;
  readonly retries: readonly string[];
  readonly failure?: string;
}

/** How a kind of change is told: by a sign, a word and a kind of line, so that colour is never the only one. */
export interface Look {
  /** One character. */
  readonly sign: string;
  readonly word: string;
  /** Of a node's border: an SVG dash pattern, empty for a full line. */
  readonly dash: string;
}

export const LOOKS: Readonly<Record<PlannedChange, Look>> = {
  create: { sign: "+", word: "create", dash: "" },
  update: { sign: "~", word: "update", dash: "8 3" },
  remove: { sign: "-", word: "remove", dash: "2 2" },
  run: { sign: ">", word: "run in VM", dash: "10 3 2 3" },
  none: { sign: "=", word: "no change", dash: "" },
  read: { sign: "<", word: "read", dash: "" },
  skipped: { sign: "/", word: "skipped", dash: "1 4" },
  opaque: { sign: "?", word: "opaque", dash: "4 4" },
  failed: { sign: "x", word: "fails", dash: "2 2" },
};

export const MARK_TEXTS: Readonly<Record<Mark, string>> = {
  remove: "takes something away",
  "role-assignment": "grants a role",
  identity: "gives a VM an identity",
  exposure: "opens a port to the internet",
};

/** A step of which one line says all. */
export function isQuiet({ change, run, onlyIf }: PageStep): boolean {
  const isPlain = change === "none" || change === "read" || change === "skipped";
  return isPlain && run?.failure === undefined && onlyIf.length === 0;
}

/** Whether a reviewer looks at it first. */
export function isMarked({ marks, onlyIf }: PageStep): boolean {
  return marks.length > 0 || onlyIf.some((one) => one.marks.length > 0);
}
