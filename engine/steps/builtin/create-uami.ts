// `create-uami`: a user assigned managed identity.

import { defineStep } from "../definition.ts";
import { ensure } from "../operation.ts";
import { userAssignedIdentity } from "../resources.ts";
import { Type } from "../type.ts";
import { groupName, location, Patterned, regionProblems, tagProblems, tags } from "./fields.ts";

export const createUami = defineStep({
  name: "create-uami",
  summary: "Create a user assigned managed identity, or confirm that it is as described.",
  inputs: Type.Object(
    {
      resourceGroup: groupName,
      name: Patterned(
        "^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$",
        "expected 3 to 128 letters, digits, `-` and `_`, with a letter or digit first",
        "Name of the identity.",
      ),
      location,
      tags,
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    id: Type.String({ description: "ARM id of the identity." }),
    name: Type.String(),
    principalId: Type.String({ description: "Object id in Entra: who is granted a role." }),
    clientId: Type.String({ description: "Application id: who asks for a token." }),
    tenantId: Type.String(),
  }),
  examples: [
    {
      title: "An identity",
      with: { resourceGroup: "${{ steps.group.outputs.name }}", name: "myIdentity", location: "eastus" },
    },
  ],
  check: (known) => [...regionProblems(known.location), ...tagProblems(known.tags)],
  *run({ resourceGroup, name, location: region, tags: labels }) {
    const identity = yield* ensure(userAssignedIdentity(resourceGroup, name), {
      location: region,
      ...(labels && { tags: labels }),
    });
    const { principalId, clientId, tenantId } = identity.properties;
    return { id: identity.id, name: identity.name, principalId, clientId, tenantId };
  },
});
