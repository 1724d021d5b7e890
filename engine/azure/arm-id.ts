// The parts of an ARM id. Ids compare without case; parts keep the case they were written in.

import { OperationError } from "../run/failure.ts";

export interface ResourceId {
  readonly resourceGroup: string;
  /** The last segment. */
  readonly name: string;
}

/** Throws on an id without a resource group: a bug in a step, or an id of the author's that is none. */
export function parseResourceId(id: string): ResourceId {
  const match = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)(?:\/.*)?$/i.exec(id);
  const name = id.slice(id.lastIndexOf("/") + 1);
  if (match?.[1] === undefined || name === "") {
    const message = `"${id}" is not the ARM id of something in a resource group`;
    const hint = id.startsWith("/")
      ? "ids look like /subscriptions/<guid>/resourceGroups/<group>/…"
      : "this looks like a name; the ARM id of what a step made is its output `id`";
    throw new OperationError({ origin: "step", message, hint });
  }
  return { resourceGroup: match[1], name };
}

/** The scope that a role assignment or role definition belongs to, without a slash in front, as the SDK wants it. */
export function scopeOf(id: string): string {
  const at = id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/");
  return id.slice(1, at === -1 ? undefined : at);
}
