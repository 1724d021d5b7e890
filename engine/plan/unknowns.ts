// What no rehearsal can know; part of every plan, so that nobody takes it for more than it is.

import { factsFor } from "../steps/resource.ts";
import type { Plan, PlannedStep } from "./model.ts";

export function unknownsOf(
  target: Plan["target"],
  steps: readonly PlannedStep[],
  notes: ReadonlySet<string>,
  placeholders: readonly string[],
): string[] {
  const changes = steps.some(({ requests }) => requests.length > 0);
  const types = new Set(steps.flatMap(({ resources }) => resources.map(({ type }) => type.toLowerCase())));
  const unknownTypes = [
    ...new Set(
      steps.flatMap(({ resources }) =>
        resources.filter(({ change }) => change === "create" || change === "update").map(({ type }) => type),
      ),
    ),
  ].filter((type) => factsFor(type) === undefined);
  const azure = target.kind === "azure" && changes;
  return [
    ...notes,
    ...placeholders.map((name) => `the secret input "${name}" was not given: the rehearsal used a placeholder`),
    ...steps
      .filter(({ change }) => change === "opaque")
      .map(
        ({ id, reason, requests }) =>
          `what ${id} does: ${reason ?? "it cannot be rehearsed"}. ${requests.length > 0 ? "Nothing is sent but what is listed" : "Anything it would write is refused"}`,
      ),
    ...unknownTypes.map(
      (type) => `whether Azure takes what is written as ${type}: the rehearsal keeps it as it is sent`,
    ),
    ...(changes ? ["whether somebody changes the target between this plan and its run: apply looks again"] : []),
    ...(azure
      ? [
          "quota and capacity: whether the region has room for what is to be made",
          "Azure Policy and locks: they may refuse or alter a request",
        ]
      : []),
    ...(azure && types.has("microsoft.compute/virtualmachines")
      ? ["whether the image and the size are offered there"]
      : []),
    ...(azure && types.has("microsoft.authorization/roleassignments")
      ? ["how long a new identity and a new role take to be seen everywhere: usually minutes; the run waits"]
      : []),
    ...(steps.some(({ inVm }) => inVm.length > 0) ? ["whether the VM's agent answers, and how long it takes"] : []),
  ];
}
