// A plan as the text of a file. The digest covers every byte, so that a plan is either the one that was written or none.

import { createHash } from "node:crypto";
import { isJsonObject, parseJson } from "../value/json.ts";
import { isPlan } from "./generated/plan-validator.js";
import { type Plan, PLAN_VERSION } from "./model.ts";

/** A plan that cannot be used; the message is for the user. */
export class PlanFault extends Error {
  override readonly name = "PlanFault";
  /** The part that is not as it must be. */
  readonly part: PlanPart;
  constructor(part: PlanPart, message: string) {
    super(message);
    this.part = part;
  }
}

export type PlanPart =
  | "file"
  | "version"
  | "digest"
  | "used"
  | "runbook"
  | "inputs"
  | "target"
  | "subscription"
  | "tenant"
  | "caller"
  | "state"
  | "steps"
  | "requests"
  | "rights"
  | "obstacles";

/** The plan with its digest, as text. */
export function writePlan(plan: Omit<Plan, "digest">): { readonly plan: Plan; readonly text: string } {
  const { format, version, createdAt, ...rest } = plan;
  const blank = textOf({ format, version, createdAt, digest: "", ...rest });
  const digest = digestOf(blank);
  const text = blank.replace(EMPTY, `"digest": "${digest}"`);
  return { plan: parseJson(text) as unknown as Plan, text };
}

const EMPTY = '"digest": ""';
const textOf = (plan: Plan): string => `${JSON.stringify(plan, undefined, 2)}\n`;
const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Throws a `PlanFault` for a text that is no plan, is of another version, or is not as it was written. */
export function readPlan(text: string): Plan {
  const value = jsonOf(text);
  if (!isJsonObject(value) || value["format"] !== "azure-runbook-plan") {
    throw new PlanFault("file", "this is no saved plan; make one with `runbook plan -o plan.json`");
  }
  if (value["version"] !== PLAN_VERSION) {
    const found = JSON.stringify(value["version"]);
    throw new PlanFault("version", `the plan has version ${found}, this engine reads ${PLAN_VERSION}; make it anew`);
  }
  const { digest } = value;
  const blank = typeof digest === "string" ? text.replace(`"digest": "${digest}"`, EMPTY) : "";
  if (digest !== digestOf(blank)) {
    throw new PlanFault("digest", "the plan was edited: its digest is not that of its text; make it anew");
  }
  if (!isPlan(JSON.parse(text))) {
    throw new PlanFault("file", "the plan does not have the form of its version; make it anew");
  }
  return value as unknown as Plan;
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
