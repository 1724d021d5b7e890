// The parts of an ARM id. Ids compare without case; parts keep the case they were written in.

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
    throw new Error(`"${id}" is not the id of something in a resource group (/subscriptions/…/resourceGroups/…)`);
  }
  return { resourceGroup: match[1], name };
}

/** The scope that a role assignment or role definition belongs to, without a slash in front, as the SDK wants it. */
export function scopeOf(id: string): string {
  const at = id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/");
  return id.slice(1, at === -1 ? undefined : at);
}
