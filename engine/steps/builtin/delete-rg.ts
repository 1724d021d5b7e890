// `delete-rg`: a resource group and everything in it, gone. Nothing takes it back, `runbook destroy` neither.

import { defineStep } from "../definition.ts";
import { find, list, remove } from "../operation.ts";
import { resourceGroup, RESOURCES } from "../resources.ts";
import { Type } from "../type.ts";
import { groupName } from "./fields.ts";

export const deleteRg = defineStep({
  name: "delete-rg",
  summary: "Delete a resource group with everything in it, or confirm that it is not there.",
  inputs: Type.Object({ name: groupName }, { additionalProperties: false }),
  outputs: Type.Object({
    deleted: Type.Boolean({ description: "False when there was no such group." }),
    resources: Type.Array(Type.String(), { description: "ARM ids of what was in it and went with it." }),
  }),
  examples: [{ title: "A group that is no longer needed", with: { name: "${{ steps.group.outputs.name }}" } }],
  *run({ name }) {
    const group = yield* find(resourceGroup(name));
    if (group === null) return { deleted: false, resources: [] };
    // So that a plan shows what goes.
    const inside = yield* list<{ readonly id: string }>(RESOURCES, group.id, "");
    const { removed } = yield* remove(resourceGroup(name), { marks: {} });
    return { deleted: removed, resources: inside.map(({ id }) => id).toSorted() };
  },
});
