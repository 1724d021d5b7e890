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

const API = "2022-04-01";

/** Reads roles and assignments of a target; each is asked for once. */
export class Access {
  readonly #reader: TargetReader;
  readonly #subscription: string;
  readonly #assignments = new Map<string, Promise<readonly Assignment[] | undefined>>();
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

function roleOf(properties: JsonObject): Role {
  const { permissions, roleName } = properties;
  const texts = (value: Json | undefined): readonly string[] =>
    Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === "string") : [];
  return {
    name: typeof roleName === "string" ? roleName : "a role",
    permissions: (Array.isArray(permissions) ? (permissions as readonly Json[]) : [])
      .filter(isJsonObject)
      .map(({ actions, notActions }) => ({ actions: texts(actions), notActions: texts(notActions) })),
  };
}

/** The first assignment that allows an action at a scope. A role's notActions take away from that role only. */
export function allowing(assignments: readonly Assignment[], action: string, scope: string): Assignment | undefined {
  return assignments.find(
    (one) =>
      isWithin(scope, one.scope) &&
      one.role.permissions.some(
        ({ actions, notActions }) =>
          actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action)),
      ),
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
