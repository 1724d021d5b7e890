// A `needs` that says nothing new: the step reads that step anyhow, or waits for one that comes after it.

import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { readsOf } from "./dependencies.ts";
import { Order } from "./order.ts";

/** To be asked only of a runbook without errors. */
export function impliedNeeds(outline: Outline): readonly Diagnostic[] {
  const order = new Order(outline);
  return outline.steps.flatMap((step) => impliedIn(step, outline, order));
}

function impliedIn(step: StepOutline, { source }: Outline, order: Order): readonly Diagnostic[] {
  // A step whose end alone is read, or that has something in its place, need not be done; one that is needed must.
  const reads = readsOf(step).filter((one) => one.reads === "outputs");
  return step.needs.flatMap(({ value, span }) => {
    if (typeof value !== "string") return [];
    const hint = `remove "${value}" from \`needs\``;
    // Who reads only how it ended runs in any case; `needs` is what asks that it went well.
    const read = reads.find((one) => one.id === value && one.reads === "outputs");
    if (read !== undefined) {
      const notes = [{ span: read.span, message: "it is read here" }];
      const message = `"needs" names "${value}", which this step reads and so waits for anyhow`;
      return [diagnosticAt(source, span, "implied-needs", message, { hint, notes })];
    }
    const others = [...reads, ...step.needs.map((one) => ({ id: String(one.value), span: one.span }))];
    const through = others.find(({ id }) => id !== value && order.isBefore(value, id) === true);
    if (through === undefined) return [];
    const message = `"needs" names "${value}", which "${through.id}" waits for already`;
    const notes = [{ span: through.span, message: `this step waits for "${through.id}"` }];
    return [diagnosticAt(source, span, "implied-needs", message, { hint, notes })];
  });
}
