// Whether a planned step leaves the target other than it is.

import type { PlannedStep } from "./model.ts";

/** A request inside a VM reads only; any other action may do anything. */
export function isPending({ change, resources, inVm }: PlannedStep): boolean {
  if (change === "opaque" || resources.some((resource) => resource.change !== "none")) return true;
  return change === "run" && inVm.length === 0;
}
