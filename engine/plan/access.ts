// Who may do what: role assignments and the roles they give, as the target lists them. Pure but for the reader.

import type { TargetReader } from "../azure/reader.ts";
import { OperationError } from "../run/failure.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";

export interface Role {
  readonly name: string;
  readonly permissions: readonly { readonly actions: readonly string[]; readonly notActions: readonly string[] }[];
}

export interface Assignment {
  /** ARM id. */
  readonly id: string;
  readonly scope: string;
  readonly role: Role;
  /** The step that makes it; absent for one that is there already. */
  readonly step?: string;
}

/** What whoever is named may not do, whatever role is held. */
export interface Denial {
  readonly name: string;
  /** ARM id. */
  readonly id: string;
  readonly scope: string;
  readonly reachesBelow: boolean;
  readonly permissions: Role["permissions"];
  readonly principals: readonly string[];
  readonly excluded: readonly string[];
}

const API = "2022-04-01";
/** Stands among a deny assignment's principals for everybody. */
const EVERYBODY = "00000000-0000-0000-0000-000000000000";

/** Reads roles and assignments of a target; each is asked for once. */
export class Access {
  readonly #reader: TargetReader;
  readonly #subscription: string;
  readonly #assignments = new Map<string, Promise<readonly Assignment[] | undefined>>();
  #denials: Promise<readonly Denial[]> | undefined;
  readonly #roles = new Map<string, Promise<Role | undefined>>();
  /** Sentences about what was read and not understood. */
  readonly notes = new Set<string>();

  constructor(reader: TargetReader, subscriptionId: string) {
    this.#reader = reader;
    this.#subscription = `/subscriptions/${subscriptionId}`;
  }

  /** What a principal holds in the subscription, by itself or by a group; `undefined` when that may not be read. */
  assignmentsOf(principalId: string): Promise<readonly Assignment[] | undefined> {
    let asked = this.#assignments.get(principalId);
    if (asked === undefined) this.#assignments.set(principalId, (asked = this.#readAssignments(principalId)));
    return asked;
  }

  async #readAssignments(principalId: string): Promise<readonly Assignment[] | undefined> {
    try {
      const path = `${this.#subscription}/providers/Microsoft.Authorization/roleAssignments`;
      const found = await this.#reader.list(path, API, { $filter: `assignedTo('${principalId}')` });
      const assignments = await Promise.all(found.map((one) => this.#assignment(one)));
      return assignments.filter((one) => one !== undefined);
    } catch (thrown) {
      if (thrown instanceof OperationError) return undefined;
      throw thrown;
    }
  }

  /** The deny assignments of the subscription and of what is in it; none when they may not be read, which is noted. */
  denials(): Promise<readonly Denial[]> {
    this.#denials ??= this.#readDenials();
    return this.#denials;
  }

  async #readDenials(): Promise<readonly Denial[]> {
    try {
      const path = `${this.#subscription}/providers/Microsoft.Authorization/denyAssignments`;
      return (await this.#reader.list(path, API)).flatMap((shown) => this.#denial(shown) ?? []);
    } catch (thrown) {
      if (!(thrown instanceof OperationError)) throw thrown;
      this.notes.add("deny assignments: the caller may not read them");
      return [];
    }
  }

  #denial({ id, name, properties }: JsonObject): Denial | undefined {
    if (typeof id !== "string" || !isJsonObject(properties)) return undefined;
    const { scope, permissions, denyAssignmentName, doNotApplyToChildScopes, condition } = properties;
    if (typeof scope !== "string") return undefined;
    const called = typeof denyAssignmentName === "string" ? denyAssignmentName : String(name);
    if (typeof condition === "string")
      this.notes.add(`whether the condition of the deny assignment ${called} holds for each call`);
    const principals = principalsIn(properties["principals"]);
    const excluded = principalsIn(properties["excludePrincipals"]);
    if ([...principals, ...excluded].some(({ type }) => /^group$/i.test(type))) {
      this.notes.add(`who is in the groups that the deny assignment ${called} names`);
    }
    return {
      name: called,
      id,
      scope,
      reachesBelow: doNotApplyToChildScopes !== true,
      permissions: permissionsIn(permissions),
      principals: principals.map((one) => one.id),
      excluded: excluded.map((one) => one.id),
    };
  }

  async #assignment(shown: JsonObject): Promise<Assignment | undefined> {
    const { id, properties } = shown;
    if (!isJsonObject(properties)) return undefined;
    const { scope, roleDefinitionId } = properties;
    if (typeof id !== "string" || typeof scope !== "string" || typeof roleDefinitionId !== "string") return undefined;
    const role = await this.role(roleDefinitionId);
    if (role !== undefined && typeof properties["condition"] === "string") {
      const name = id.slice(id.lastIndexOf("/") + 1);
      this.notes.add(`whether the condition of the role assignment ${name} (${role.name}) lets each call through`);
    }
    return role && { id, scope, role };
  }

  /** `undefined` when there is no such role, or it may not be read. */
  role(definitionId: string): Promise<Role | undefined> {
    const guid = definitionId.slice(definitionId.lastIndexOf("/") + 1).toLowerCase();
    let asked = this.#roles.get(guid);
    if (asked === undefined) this.#roles.set(guid, (asked = this.#readRole(guid)));
    return asked;
  }

  async #readRole(guid: string): Promise<Role | undefined> {
    try {
      const path = `${this.#subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
      const shown = await this.#reader.get(path, API);
      const properties = isJsonObject(shown?.["properties"]) ? shown["properties"] : undefined;
      return properties && roleOf(properties);
    } catch (thrown) {
      if (thrown instanceof OperationError) return undefined;
      throw thrown;
    }
  }
}

function roleOf({ permissions, roleName }: JsonObject): Role {
  return { name: typeof roleName === "string" ? roleName : "a role", permissions: permissionsIn(permissions) };
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  (Array.isArray(value) ? (value as readonly Json[]) : []).filter(isJsonObject);

function permissionsIn(value: Json | undefined): Role["permissions"] {
  const texts = (list: Json | undefined): readonly string[] =>
    Array.isArray(list) ? (list as readonly Json[]).filter((item) => typeof item === "string") : [];
  return objectsIn(value).map(({ actions, notActions }) => ({
    actions: texts(actions),
    notActions: texts(notActions),
  }));
}

function principalsIn(value: Json | undefined): readonly { readonly id: string; readonly type: string }[] {
  return objectsIn(value).map(({ id, type }) => ({ id: String(id).toLowerCase(), type: String(type) }));
}

/** A role's, or a deny assignment's, notActions take away from it only. */
function includes(permissions: Role["permissions"], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action)),
  );
}

/** The first assignment that allows an action at a scope. */
export function allowing(assignments: readonly Assignment[], action: string, scope: string): Assignment | undefined {
  return assignments.find((one) => isWithin(scope, one.scope) && includes(one.role.permissions, action));
}

/** The first deny assignment that keeps a principal from an action at a scope. */
export function denying(
  denials: readonly Denial[],
  principal: string,
  action: string,
  scope: string,
): Denial | undefined {
  const names = (list: readonly string[]): boolean =>
    list.includes(EVERYBODY) || list.includes(principal.toLowerCase());
  return denials.find(
    (one) =>
      (one.reachesBelow ? isWithin(scope, one.scope) : scope.toLowerCase() === one.scope.toLowerCase()) &&
      names(one.principals) &&
      !names(one.excluded) &&
      includes(one.permissions, action),
  );
}

function isWithin(id: string, scope: string): boolean {
  const [inner, outer] = [id.toLowerCase(), scope.toLowerCase().replace(/\/$/, "")];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** `*` stands for any characters, slashes among them. */
function covers(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  // In `userAssignedIdentities/*/assign/action` the star is a name, which the action itself leaves out.
  return [source, source.replaceAll("/.*/", "/")].some((one) => new RegExp(`^${one}$`, "i").test(action));
}
