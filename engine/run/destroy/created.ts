// What a run made, as its journal tells: the resources that it was about to create, and the identities that it put on VMs
// which were there before. Intents count, not completions: a run that was killed made what it did not record.

import { isJsonObject, type Json, type JsonObject } from "../../value/json.ts";
import type { Submitted } from "../activities.ts";
import type { JournalState } from "../journal/state.ts";
import { pathOf } from "../operation-key.ts";

export interface CreatedResource {
  readonly type: string;
  readonly id: string;
  /** That it was written with; absent: the version that the engine knows the type by. */
  readonly apiVersion?: string;
  /**
   * What Azure gave this one and would not give another of the same name, by name; empty when no answer is recorded.
   */
  readonly marks: Readonly<Record<string, string>>;
  /** As it was written; secrets as handles. */
  readonly body: JsonObject;
  /** Ids of what Azure made along with it. */
  readonly alongside: readonly string[];
  /** Ids of created resources that must be gone before it: they are inside it, or refer to it. */
  readonly after: readonly string[];
}

export interface AssignedIdentity {
  readonly vm: string;
  /** ARM ids of user assigned identities. */
  readonly identities: readonly string[];
  readonly systemAssigned: boolean;
}

export interface Made {
  /** In the order in which they were created. */
  readonly resources: readonly CreatedResource[];
  readonly identities: readonly AssignedIdentity[];
}

const VM_TYPE = "Microsoft.Compute/virtualMachines";

export function madeBy(state: JournalState): Made {
  const text = JSON.stringify([...state.intents]);
  // Steps write ids before the subscription is known.
  const subscription = state.header?.target.subscriptionId ?? "";
  const intents = JSON.parse(text.replaceAll("{subscriptionId}", subscription)) as [
    string,
    { readonly operation: { readonly name?: string; readonly input?: JsonObject } },
  ][];
  const found = new Map<string, Omit<CreatedResource, "after">>();
  const identities: AssignedIdentity[] = [];
  for (const [key, { operation }] of intents) {
    const { name, input } = operation;
    if (input === undefined || wasRefused(state, key)) continue;
    const { type, id, apiVersion, body, creates } = input as unknown as {
      type: string;
      id: string;
      apiVersion?: string;
      body: JsonObject;
      creates?: true;
    };
    if (name === "put" && creates) {
      const answer = answerOf(state, key);
      const marks = { ...found.get(id.toLowerCase())?.marks, ...marksOf(answer) };
      const alongside = type === VM_TYPE ? disksOf(answer) : [];
      found.set(id.toLowerCase(), {
        type,
        id,
        ...(apiVersion !== undefined && { apiVersion }),
        body,
        marks,
        alongside,
      });
    } else if (name === "patch" && type === VM_TYPE) identities.push(assignedBy(id, body, before(state, key)));
  }
  const resources = withOrder([...found.values()]);
  // A VM that goes takes its identities' assignments with it.
  const kept = identities.filter(({ vm }) => !found.has(vm.toLowerCase()));
  return { resources, identities: kept.filter((one) => one.identities.length > 0 || one.systemAssigned) };
}

/** Azure said no: nothing was made. Anything else that failed may have been. */
function wasRefused(state: JournalState, key: string): boolean {
  const completion = state.completions.get(key);
  if (completion === undefined || completion.ok) return false;
  const { status } = completion.failure;
  return status !== undefined && status >= 400 && status < 500;
}

/** The resource as it was read last in its operation, or as the write was answered. */
function answerOf(state: JournalState, key: string): Json {
  const path = pathOf(key);
  let last = (state.results.get(key) as unknown as Submitted | undefined)?.body ?? null;
  for (let n = 1; ; n++) {
    const read = state.completions.get(`${path}:after.${n}`);
    if (read === undefined) return last;
    if (read.ok && isJsonObject(read.value)) last = read.value["body"] ?? last;
  }
}

function before(state: JournalState, key: string): Json {
  const read = state.completions.get(`${pathOf(key)}:read.1`);
  return read?.ok && isJsonObject(read.value) ? (read.value["body"] ?? null) : null;
}

const MARKS = ["vmId", "principalId", "resourceGuid", "createdOn"];

function marksOf(answer: Json): Readonly<Record<string, string>> {
  const properties = isJsonObject(answer) && isJsonObject(answer["properties"]) ? answer["properties"] : {};
  return Object.fromEntries(
    MARKS.flatMap((name) => {
      const value = properties[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

/** The OS disk that a VM was given is a resource of its own, and outlives the VM. */
function disksOf(vm: Json): readonly string[] {
  const ids: string[] = [];
  walk(vm, (value, key) => {
    if (key === "id" && /\/providers\/Microsoft\.Compute\/disks\//i.test(value)) ids.push(value);
  });
  return ids;
}

function assignedBy(vm: string, patch: JsonObject, vmBefore: Json): AssignedIdentity {
  const wanted = identityOf(patch);
  const had = identityOf(vmBefore);
  const hadIds = new Set(Object.keys(had.users).map((id) => id.toLowerCase()));
  return {
    vm,
    identities: Object.keys(wanted.users).filter((id) => !hadIds.has(id.toLowerCase())),
    systemAssigned: wanted.type.includes("SystemAssigned") && !had.type.includes("SystemAssigned"),
  };
}

function identityOf(body: Json): { readonly type: string; readonly users: JsonObject } {
  const identity = isJsonObject(body) && isJsonObject(body["identity"]) ? body["identity"] : {};
  const { type, userAssignedIdentities } = identity;
  return {
    type: typeof type === "string" ? type : "None",
    users: isJsonObject(userAssignedIdentities) ? userAssignedIdentities : {},
  };
}

function withOrder(found: readonly Omit<CreatedResource, "after">[]): readonly CreatedResource[] {
  const byName = new Map<string, string>();
  for (const { id, marks } of found) {
    byName.set(id.toLowerCase(), id);
    // A role assignment names its principal by this, not by the identity's id.
    if (marks["principalId"] !== undefined && !/roleAssignments/i.test(id))
      byName.set(marks["principalId"].toLowerCase(), id);
  }
  const after = new Map(found.map(({ id }) => [id, new Set<string>()]));
  for (const { id, body } of found) {
    const texts = [id];
    walk(body, (value) => texts.push(value));
    walkKeys(body, (key) => texts.push(key));
    for (const text of texts) {
      for (const name of namesIn(text.toLowerCase())) {
        const other = byName.get(name);
        if (other !== undefined && other !== id) after.get(other)?.add(id);
      }
    }
  }
  return found.map((one) => ({ ...one, after: [...after.get(one.id)!] }));
}

/** A text itself, and, if it is a path, every path above it. */
function namesIn(text: string): readonly string[] {
  if (!text.startsWith("/")) return [text];
  const names = [text];
  for (let at = text.lastIndexOf("/"); at > 0; at = text.lastIndexOf("/", at - 1)) names.push(text.slice(0, at));
  return names;
}

function walk(value: Json, visit: (text: string, key: string) => void, key = ""): void {
  if (typeof value === "string") visit(value, key);
  else if (Array.isArray(value)) for (const item of value) walk(item as Json, visit, key);
  else if (isJsonObject(value)) for (const [name, member] of Object.entries(value)) walk(member, visit, name);
}

function walkKeys(value: Json, visit: (key: string) => void): void {
  if (Array.isArray(value)) for (const item of value) walkKeys(item as Json, visit);
  else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      visit(name);
      walkKeys(member, visit);
    }
  }
}
