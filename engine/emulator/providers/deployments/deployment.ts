/** A deployment as it is kept, how far it has come, and what it made. */
import { nameOf } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import { gatewayError, type Body } from "../../wire.ts";
import { requireGroup, type Context } from "../context.ts";

export const deploymentType = "Microsoft.Resources/deployments";
export interface Made {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly status: number;
  readonly error?: Body;
}

export const isRunning = (e: Entry, now: number): boolean => (e.readyAt ?? 0) > now;
export function stateOf(e: Entry, now: number): string {
  if (isRunning(e, now)) return now > e.createdAt ? "Running" : "Accepted";
  return (e.hidden?.["outcome"] as string | undefined) ?? e.ended ?? "Succeeded";
}
export function requireDeployment(c: Context, path = c.id.path): Entry {
  requireGroup(c);
  const e = c.tx.get(path);
  if (!e) throw gatewayError(404, "DeploymentNotFound", `Deployment '${nameOf(path)}' could not be found.`);
  return e;
}
