/** Deny assignments: what nobody may whom they name, whatever role they hold. Azure makes them, for managed applications and stacks. */
import { lower, within } from "../resource-id.ts";
import type { Transaction } from "../store.ts";
import type { Body } from "../wire.ts";
import { matches } from "./match.ts";

const denyAssignments = "Microsoft.Authorization/denyAssignments";
/** Stands among the principals for everybody. */
const everybody = "00000000-0000-0000-0000-000000000000";

export interface DenyAssignment {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly properties: {
    readonly denyAssignmentName: string;
    readonly description: string;
    readonly isSystemProtected: boolean;
    readonly scope: string;
    readonly permissions: readonly { readonly actions: readonly string[]; readonly notActions: readonly string[] }[];
    readonly principals: readonly { readonly id: string; readonly type: string }[];
    readonly excludePrincipals: readonly { readonly id: string; readonly type: string }[];
    readonly doNotApplyToChildScopes: boolean;
  };
}

/** Everything that is not said denies nothing; its scope is the subscription. */
export function denyAssignment(
  subscription: string,
  name: string,
  properties: Partial<DenyAssignment["properties"]>,
): DenyAssignment {
  const { scope = subscription } = properties;
  const whole = { permissions: [], principals: [], excludePrincipals: [], doNotApplyToChildScopes: false };
  return {
    id: `${scope}/providers/${denyAssignments}/${name}`,
    name,
    type: denyAssignments,
    properties: { denyAssignmentName: name, description: "", isSystemProtected: true, ...whole, ...properties, scope },
  };
}

/** All of them; there are hardly ever any. */
export function denialsIn(tx: Transaction): readonly DenyAssignment[] {
  return [...tx.store.denials].flatMap((key) => {
    const body: Body | undefined = tx.store.entries.get(key)?.body;
    return body === undefined ? [] : [body as DenyAssignment];
  });
}

export function denying(tx: Transaction, objectId: string, action: string, scope: string): DenyAssignment | undefined {
  const names = (list: readonly { readonly id: string }[]): boolean =>
    list.some(({ id }) => id === everybody || lower(id) === lower(objectId));
  return denialsIn(tx).find(({ properties: p }) => {
    const reaches = p.doNotApplyToChildScopes ? lower(scope) === lower(p.scope) : within(scope, p.scope);
    if (!reaches || !names(p.principals) || names(p.excludePrincipals)) return false;
    return p.permissions.some(
      ({ actions, notActions }) =>
        actions.some((pattern) => matches(pattern, action)) && !notActions.some((pattern) => matches(pattern, action)),
    );
  });
}
