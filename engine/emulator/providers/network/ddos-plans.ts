/** DDoS protection plans are kept as sent, but for this: one that a network uses cannot be deleted. */
import { lower } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import type { Context } from "../context.ts";
import { bad, networks, refersTo } from "./network-resource.ts";
import type { Body } from "../../wire.ts";

export function requireUnusedPlan(c: Context, e: Entry): void {
  if (lower(c.id.type) !== "microsoft.network/ddosprotectionplans") return;
  const users = c.tx
    .list(`/subscriptions/${c.id.subscription}`, networks)
    .filter((n) => refersTo(n.body["properties"]?.ddosProtectionPlan as Body | undefined, e.id))
    .map((n) => n.id);
  if (users.length > 0)
    throw bad(
      "InUseDdosProtectionPlanCannotBeDeleted",
      `DDoS Protection Plan ${e.id} cannot be deleted because it is in use with virtual networks ${users.join(", ")}.`,
    );
}
