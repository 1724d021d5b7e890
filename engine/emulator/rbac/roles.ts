/** Which roles there are: the built-in ones and those that somebody wrote. */
import { lower, nameOf } from "../resource-id.ts";
import type { Transaction } from "../store.ts";
import { builtInRoles, type RoleDefinition } from "./builtin-roles.ts";

export const roleDefinitions = "Microsoft.Authorization/roleDefinitions";
const builtIn = new Map(builtInRoles.map((r) => [r.name, r]));

/** A custom role belongs to the subscription, under whichever scope its path names it. */
export const customRoleId = (tx: Transaction, name: string): string =>
  `/subscriptions/${tx.subscriptionId}/providers/${roleDefinitions}/${name}`;
/** By its GUID, or an id that ends in it. */
export function roleOf(tx: Transaction, id: string): RoleDefinition | undefined {
  const name = lower(nameOf(id));
  return builtIn.get(name) ?? (tx.get(customRoleId(tx, name))?.body as RoleDefinition | undefined);
}
export function customRoles(tx: Transaction): RoleDefinition[] {
  return tx.list(`/subscriptions/${tx.subscriptionId}`, roleDefinitions).map((e) => e.body as RoleDefinition);
}
export { builtInRoles } from "./builtin-roles.ts";
export type { RoleDefinition } from "./builtin-roles.ts";
