// Taking back what a run made, as steps like any others: they get retries, polling, events and a journal without more code.
// Every one reads before it removes, so that doing it twice, or after a kill, is the same as once.

import { defineStep, type StepRegistry } from "../../steps/definition.ts";
import { find, list, remove, update } from "../../steps/operation.ts";
import { RESOURCES, virtualMachineAt, type VmAnswer } from "../../steps/resources.ts";
import { Type } from "../../steps/type.ts";
import type { Json, JsonObject } from "../../value/json.ts";
import type { ScheduledStep } from "../scheduler.ts";
import type { AssignedIdentity, CreatedResource, Made } from "./created.ts";

const GROUP_TYPE = "Microsoft.Resources/resourceGroups";

interface Listed {
  readonly id: string;
  readonly type: string;
}

const open = { examples: [], outputs: Type.Object({}, { additionalProperties: true }) };

const removeResource = defineStep({
  ...open,
  name: "remove-resource",
  summary: "Remove a resource that a run created, if it is still the one.",
  inputs: Type.Object({
    type: Type.String(),
    id: Type.String(),
    apiVersion: Type.Optional(Type.String()),
    marks: Type.Unknown(),
    body: Type.Unknown(),
    alongside: Type.Array(Type.String()),
  }),
  *run({ type, id, apiVersion, marks, body, alongside }) {
    const place = { type, id, ...(apiVersion !== undefined && { apiVersion }) };
    const answer = yield* remove(place, { marks: marks as Record<string, string>, body: body as JsonObject });
    if (answer.kept === undefined && alongside.length > 0) yield* removeAlongside(groupOf(id), alongside);
    return answer;
  },
});

/** What Azure made along with a resource is listed in its group once, and removed by the id that it has there. */
function* removeAlongside(group: string, alongside: readonly string[]) {
  if ((yield* find({ type: GROUP_TYPE, id: group })) === null) return;
  const wanted = new Set(alongside.map((id) => id.toLowerCase()));
  for (const one of yield* list<Listed>(RESOURCES, group, "")) {
    if (wanted.has(one.id.toLowerCase())) yield* remove({ type: one.type, id: one.id }, { marks: {} });
  }
}

const removeGroup = defineStep({
  ...open,
  name: "remove-group",
  summary: "Remove a resource group that a run created, unless it holds something foreign.",
  inputs: Type.Object({ id: Type.String() }),
  *run({ id }) {
    if ((yield* find({ type: GROUP_TYPE, id })) === null) return { removed: false };
    const foreign = yield* list<Listed>(RESOURCES, id, "");
    if (foreign.length > 0) {
      const names = foreign.map((one) => `${one.type}/${one.id.slice(one.id.lastIndexOf("/") + 1)}`);
      return { removed: false, kept: `it holds what this run did not make: ${names.toSorted().join(", ")}` };
    }
    return yield* remove({ type: GROUP_TYPE, id }, { marks: {} });
  },
});

const takeOffIdentities = defineStep({
  ...open,
  name: "take-off-identities",
  summary: "Take identities off a VM that a run put there; those that it had before stay.",
  inputs: Type.Object({ vm: Type.String(), identities: Type.Array(Type.String()), systemAssigned: Type.Boolean() }),
  *run({ vm: id, identities, systemAssigned }) {
    const vm: VmAnswer | null = yield* find(virtualMachineAt(id));
    const held = Object.keys(vm?.identity?.userAssignedIdentities ?? {});
    const mine = new Set(identities.map((one) => one.toLowerCase()));
    const going = held.filter((one) => mine.has(one.toLowerCase()));
    const hasSystem = vm?.identity?.type.includes("SystemAssigned") ?? false;
    if (vm === null || (going.length === 0 && !(systemAssigned && hasSystem))) return { removed: false };
    const keepsSystem = hasSystem && !systemAssigned;
    const keepsUsers = held.length > going.length;
    const kinds = [keepsSystem ? "SystemAssigned" : "", keepsUsers ? "UserAssigned" : ""].filter((kind) => kind !== "");
    const type = kinds.length === 0 ? "None" : kinds.join(", ");
    // `null` takes one off; a VM that keeps none is sent no list.
    const gone = keepsUsers ? { userAssignedIdentities: Object.fromEntries(going.map((one) => [one, null])) } : {};
    yield* update(virtualMachineAt(id), { identity: { type, ...gone } });
    return { removed: true };
  },
});

export const removalSteps: StepRegistry = new Map(
  [removeResource, removeGroup, takeOffIdentities].map((step) => [step.name, step]),
);

/** Steps named after what they remove, with what must be gone before; what is independent goes at once. */
export function stepsToDestroy({ resources, identities }: Made): readonly ScheduledStep[] {
  const names = stepNames([...resources.map(({ id }) => id), ...identities.map(({ vm }) => `${vm}/identities`)]);
  const nameOf = (id: string): string => names.get(id)!;
  const takingOff = identities.map((one): ScheduledStep => {
    const { vm, identities: taken, systemAssigned } = one;
    const inputs = { vm, identities: taken, systemAssigned } as unknown as Json;
    return { id: nameOf(`${vm}/identities`), uses: "take-off-identities", dependencies: [], inputs: () => inputs };
  });
  const removing = resources.toReversed().map((one): ScheduledStep => {
    const { id, type, apiVersion, marks, body, alongside } = one;
    const place = { type, id, ...(apiVersion !== undefined && { apiVersion }) };
    const isGroup = type === GROUP_TYPE;
    return {
      id: nameOf(id),
      uses: isGroup ? "remove-group" : "remove-resource",
      dependencies: [...one.after.map(nameOf), ...usersOf(one, identities).map(({ vm }) => nameOf(`${vm}/identities`))],
      inputs: () => (isGroup ? { id } : ({ ...place, marks, body, alongside } as unknown as Json)),
    };
  });
  return [...takingOff, ...removing];
}

function usersOf({ id }: CreatedResource, identities: readonly AssignedIdentity[]): readonly AssignedIdentity[] {
  return identities.filter((one) => one.identities.some((used) => used.toLowerCase() === id.toLowerCase()));
}

const groupOf = (id: string): string => /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0] ?? "";

/** `virtualMachines.myVM`; a number is added where two would have the same. */
function stepNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const id of ids) {
    const [kind = "", name = ""] = id.split("/").slice(-2);
    const plain = `${kind}.${name}`.replaceAll(/[^A-Za-z0-9._-]/g, "-");
    let free = plain;
    for (let n = 2; taken.has(free); n++) free = `${plain}.${n}`;
    taken.add(free);
    names.set(id, free);
  }
  return names;
}
