/** The identities of a VM: PATCH adds to them, `null` takes one away, PUT replaces them. */
import { lower } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import { AzureError, type Body } from "../../wire.ts";
import { linked, type Context } from "../context.ts";

const kindsOf = (type: unknown): string[] =>
  String(type)
    .split(",")
    .map((t) => t.trim().toLowerCase());
const known = ["none", "systemassigned", "userassigned"];

export function mergeIdentity(
  c: Context,
  was: Body | undefined,
  given: Body | undefined,
  replace: boolean,
): Body | undefined {
  if (given === undefined) return replace ? undefined : was;
  const type = given["type"] ?? was?.["type"] ?? "None";
  const kinds = kindsOf(type);
  if (kinds.some((k) => !known.includes(k)))
    throw new AzureError(
      400,
      "InvalidParameter",
      `The value '${String(type)}' of parameter 'identity.type' is invalid.`,
      {
        target: "identity.type",
      },
    );
  if (kinds.includes("none")) return undefined;
  const users = kinds.includes("userassigned")
    ? usersOf(c, replace ? undefined : was, given)
    : new Map<string, [string, Body]>();
  const isSystem = kinds.includes("systemassigned");
  return {
    type: isSystem ? (users.size ? "SystemAssigned, UserAssigned" : "SystemAssigned") : "UserAssigned",
    ...(isSystem
      ? { principalId: was?.["principalId"] ?? c.tx.invent.guid("principalId", c.id.path), tenantId: c.tx.tenantId }
      : {}),
    ...(users.size ? { userAssignedIdentities: Object.fromEntries(users.values()) } : {}),
  };
}
function usersOf(c: Context, was: Body | undefined, given: Body): Map<string, [string, Body]> {
  const all = new Map<string, [string, Body]>();
  for (const [k, v] of Object.entries<Body>(
    (was?.["userAssignedIdentities"] as Record<string, Body> | undefined) ?? {},
  ))
    all.set(lower(k), [k, v]);
  for (const [k, v] of Object.entries<Body | null>(
    (given["userAssignedIdentities"] as Record<string, Body | null> | undefined) ?? {},
  )) {
    if (v === null) {
      all.delete(lower(k));
      continue;
    }
    const identity = c.tx.get(k);
    if (!identity)
      throw new AzureError(
        400,
        "FailedIdentityOperation",
        `Identity operation for resource '${c.id.path}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{"error":{"code":"BadRequest","message":"Resource '${k}' was not found."}}'.'`,
      );
    linked(c, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", k);
    const { principalId, clientId } = identity.body["properties"];
    all.set(lower(k), [
      all.get(lower(k))?.[0] ?? k,
      { principalId: principalId as unknown, clientId: clientId as unknown },
    ]);
  }
  if (all.size === 0)
    throw new AzureError(
      400,
      "MissingIdentityIds",
      "The identity ids must not be null or empty for 'UserAssigned' identity type.",
    );
  return all;
}
/** Writes the identity into the VM, and when its metadata service and the directory know of it. */
export function setIdentity(c: Context, e: Entry, identity: Body | undefined, readyAt: number): void {
  const seen: Record<string, number> = {};
  const before: Record<string, number> = e.hidden?.["identityVisibleAt"] ?? {};
  if (identity?.["principalId"]) {
    seen["system"] = before["system"] ?? readyAt;
    if (!c.tx.get(`/principals/${identity["principalId"]}`))
      c.tx.put({
        id: `/principals/${identity["principalId"]}`,
        body: {},
        createdAt: c.tx.now,
        visibleAt: c.tx.now + c.tx.latency.principalVisibleMs,
        hidden: { kind: "principal" },
      });
  }
  for (const k of Object.keys((identity?.["userAssignedIdentities"] as Body | undefined) ?? {}))
    seen[lower(k)] = before[lower(k)] ?? readyAt + c.tx.latency.identityOnVmVisibleMs;
  if (identity) e.body["identity"] = identity;
  else delete e.body["identity"];
  e.hidden = { ...e.hidden, identityVisibleAt: seen };
}
/** Right after a PATCH Azure shows a new identity without its ids. */
export function hideFreshIdentities(body: Body, before: Body | undefined): void {
  const had = Object.keys((before?.["userAssignedIdentities"] as Body | undefined) ?? {}).map(lower);
  const now: Body = (body["identity"]?.userAssignedIdentities as Body | undefined) ?? {};
  for (const k of Object.keys(now)) if (!had.includes(lower(k))) now[k] = {};
}
