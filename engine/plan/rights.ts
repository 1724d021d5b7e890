// The rights that a run uses, who gives them, and what would be refused without the roles that the run grants.

import type { Caller } from "../azure/caller.ts";
import type { GuestRunInput } from "../run/activities.ts";
import { secretsOwner } from "../run/operation-key.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { type Access, allowing, type Assignment, type Denial, denying, type Role } from "./access.ts";
import type { Plan, Right } from "./model.ts";
import type { Rehearsal, SentRequest } from "./rehearse.ts";
import { requirementsOf, requirementOfStatus } from "./requirements.ts";
import { guestRunsOf, isMutation, pathOfUrl } from "./slots.ts";
import type { Template } from "./template.ts";

/** Gives what is known of a text of the base rehearsal. */
export type Templating = (text: string) => Template;

/** An action that a step takes, and in whose name. */
export interface Use {
  readonly principal: string;
  /** `caller`, or whose identity it is. */
  readonly who: string;
  readonly action: string;
  readonly scope: string;
  readonly step: string;
}

interface Granted extends Assignment {
  readonly principal: string;
  readonly step: string;
}

export async function rightsOf(
  base: Rehearsal,
  caller: Caller,
  access: Access,
  templating: Templating,
  order: readonly string[],
): Promise<Pick<Plan, "rights" | "counterfactuals">> {
  // In the order written: which of two steps came first in a rehearsal is chance.
  const found = usesIn(base, caller);
  const uses = distinct(
    found.toSorted((a, b) => order.indexOf(a.step) - order.indexOf(b.step) || compareTexts(textOf(a), textOf(b))),
  );
  const granted = await grantedIn(base, access);
  const held = new Map<string, readonly Assignment[] | undefined>();
  for (const principal of new Set(uses.map((use) => use.principal))) {
    // Nobody holds anything whom the run itself brings into being.
    const isThere = typeof templating(principal) === "string";
    held.set(principal, isThere ? await access.assignmentsOf(principal) : []);
  }
  const denials = uses.length === 0 ? [] : await access.denials();
  const judged = uses.map((use) => ({ use, ...judge(use, held.get(use.principal), granted, denials) }));
  const rights = judged.map(({ use, right }): Right => {
    const { principal, who, action, scope, step } = use;
    return { principal: templating(principal), who, action, scope: templating(scope), step, ...right };
  });
  const counterfactuals = granted.map((grant) => ({
    step: grant.step,
    role: grant.role.name,
    scope: templating(grant.scope),
    refused: judged
      .filter(({ by, use }) => {
        if (by !== grant) return false;
        const without = granted.filter((other) => other !== grant && other.principal === use.principal);
        return allowing(without, use.action, use.scope) === undefined;
      })
      .map(({ use }) => ({ step: use.step, action: use.action })),
  }));
  return { rights, counterfactuals };
}

function judge(
  use: Use,
  held: readonly Assignment[] | undefined,
  granted: readonly Granted[],
  denials: readonly Denial[],
): { readonly right: Pick<Right, "state" | "assignment" | "role" | "grantedBy">; readonly by?: Assignment } {
  const denial = denying(denials, use.principal, use.action, use.scope);
  if (denial) return { right: { state: "denied", assignment: denial.id, role: denial.name } };
  const now = held && allowing(held, use.action, use.scope);
  if (now) return { right: { state: "held", assignment: now.id, role: now.role.name }, by: now };
  const own = granted.filter(({ principal }) => principal === use.principal);
  const later = allowing(own, use.action, use.scope);
  if (later?.step !== undefined) {
    return { right: { state: "granted", role: later.role.name, grantedBy: later.step }, by: later };
  }
  return { right: { state: held === undefined ? "unknown" : "missing" } };
}

/** All of them, each as often as it is made. */
export function usesIn(base: Rehearsal, caller: Caller): readonly Use[] {
  return [...usesOfCaller(base, caller), ...usesInVms(base)];
}

function* usesOfCaller(base: Rehearsal, { objectId }: Caller): Generator<Use> {
  /** By operation: what it changed last. */
  const changed = new Map<string, string>();
  for (const sent of base.sent) {
    const { method, url, body, step, key, path } = sent;
    if (isTokenOfRunbook(base, key)) continue;
    if (isMutation(sent)) changed.set(path, pathOfUrl(url));
    const status = requirementOfStatus(url, changed.get(path));
    for (const requirement of status ? [status] : requirementsOf(method, url, body))
      yield { principal: objectId, who: "caller", step, ...requirement };
  }
}

/** A read with a token of the runbook's is not the caller's. */
function isTokenOfRunbook(base: Rehearsal, key: string): boolean {
  const performed = base.performed.find(({ operation }) => operation.key === key);
  return performed?.operation.name === "arm-get" && performed.operation.input["token"] !== undefined;
}

function* usesInVms(base: Rehearsal): Generator<Use> {
  for (const { operation, step } of guestRunsOf(base).values()) {
    if (operation.name !== "guest-run") continue;
    const { request, vm } = operation.input as unknown as GuestRunInput;
    if (request.kind !== "arm-get") continue;
    const owner = ownerOf(base, vm, request.token);
    if (owner === undefined) continue;
    for (const requirement of requirementsOf("GET", request.path, null)) {
      yield { principal: owner.objectId, who: "identity in a VM", step, ...requirement };
    }
  }
}

type GuestToken = Extract<GuestRunInput["request"], { kind: "arm-get" }>["token"];

/** Whose token a request in a VM carries: found among the tokens that the rehearsal was given. */
function ownerOf(base: Rehearsal, vm: string, token: GuestToken): Caller | undefined {
  if (token.from === "secret") return token.token.ref === undefined ? undefined : base.tokens.get(token.token.ref);
  for (const { operation, path } of guestRunsOf(base).values()) {
    if (operation.name !== "guest-run") continue;
    const { request, vm: other } = operation.input as unknown as GuestRunInput;
    if (request.kind !== "token" || other.toLowerCase() !== vm.toLowerCase()) continue;
    if (request.resource !== token.resource) continue;
    if (JSON.stringify(request.identity) !== JSON.stringify(token.identity)) continue;
    for (const [ref, owner] of base.tokens) if (ref.startsWith(`${secretsOwner(path)}#`)) return owner;
  }
  return undefined;
}

async function grantedIn(base: Rehearsal, access: Access): Promise<readonly Granted[]> {
  const found = base.sent.filter(
    (sent) => isMutation(sent) && sent.method === "PUT" && ASSIGNMENT.test(pathOfUrl(sent.url)),
  );
  const granted = await Promise.all(found.map((sent) => grantedBy(sent, access)));
  return granted.filter((one) => one !== undefined);
}

const ASSIGNMENT = /\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/i;
/** A role that may not be read gives nothing that can be counted on. */
const UNREADABLE: Role = { name: "a role that cannot be read", permissions: [] };

async function grantedBy(sent: SentRequest, access: Access): Promise<Granted | undefined> {
  const id = pathOfUrl(sent.url);
  const properties = isJsonObject(sent.body) ? sent.body["properties"] : undefined;
  if (!isJsonObject(properties)) return undefined;
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  const role = (await access.role(text(properties["roleDefinitionId"]))) ?? UNREADABLE;
  const principal = text(properties["principalId"]);
  return { id, scope: id.replace(ASSIGNMENT, ""), role, principal, step: sent.step };
}

const textOf = ({ who, action, scope }: Use): string => `${who} ${action} ${scope}`;
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each right once, with the step that needs it first. */
function distinct(uses: Iterable<Use>): readonly Use[] {
  const found = new Map<string, Use>();
  for (const use of uses) {
    const key = `${use.principal}|${use.action}|${use.scope}`.toLowerCase();
    if (!found.has(key)) found.set(key, use);
  }
  return [...found.values()];
}
