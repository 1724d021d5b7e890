// `create-rg`: a resource group.

import { defineStep } from "../definition.ts";
import { ensure } from "../operation.ts";
import { resourceGroup } from "../resources.ts";
import { Type } from "../type.ts";
import { groupName, location, regionProblems, tagProblems, tags } from "./fields.ts";

export const createRg = defineStep({
  name: "create-rg",
  summary: "Create a resource group, or confirm that it is as described.",
  inputs: Type.Object({ name: groupName, location, tags }, { additionalProperties: false }),
  outputs: Type.Object({
    id: Type.String({ description: "ARM id of the group." }),
    name: Type.String(),
    location: Type.String({ description: "Region as Azure writes it, for example eastus." }),
  }),
  examples: [{ title: "A group with a tag", with: { name: "myGroup", location: "eastus", tags: { owner: "me" } } }],
  check: (known) => [...regionProblems(known.location), ...tagProblems(known.tags)],
  *run({ name, location: region, tags: labels }) {
    const group = yield* ensure(resourceGroup(name), { location: region, ...(labels && { tags: labels }) });
    return { id: group.id, name: group.name, location: group.location };
  },
});
