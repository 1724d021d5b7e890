// The least custom role with which a run passes, in the form that `az role definition create --role-definition` takes.

import type { Plan } from "./model.ts";

export interface CustomRole {
  readonly Name: string;
  readonly IsCustom: true;
  readonly Description: string;
  readonly Actions: readonly string[];
  readonly NotActions: readonly string[];
  readonly DataActions: readonly string[];
  readonly NotDataActions: readonly string[];
  readonly AssignableScopes: readonly string[];
}

/** Holds what the caller does itself; what identities inside VMs do is granted to them. */
export function leastRole({ runbook, target, rights }: Plan): CustomRole {
  const actions = new Map(
    rights.filter(({ who }) => who === "caller").map(({ action }) => [action.toLowerCase(), action]),
  );
  return {
    Name: `Runs ${runbook.name}`,
    IsCustom: true,
    Description: `What a run of ${runbook.path} (${runbook.digest.slice(0, 19)}) needs, and nothing else.`,
    Actions: [...actions.values()].toSorted((a, b) => (a < b ? -1 : 1)),
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: [`/subscriptions/${target.subscriptionId}`],
  };
}
