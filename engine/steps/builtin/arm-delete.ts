// `arm-delete`: any resource of Azure Resource Manager, gone. Nothing takes it back, `runbook destroy` neither.

import { placeAt, resourceIdProblems } from "../arm-id.ts";
import { defineStep } from "../definition.ts";
import { remove } from "../operation.ts";
import { Type } from "../type.ts";
import { apiVersion, resourceId } from "./arm-inputs.ts";

export const armDelete = defineStep({
  name: "arm-delete",
  summary: "Delete any resource by its id, or confirm that it is not there.",
  inputs: Type.Object({ id: resourceId, apiVersion }, { additionalProperties: false }),
  outputs: Type.Object({ deleted: Type.Boolean({ description: "False when there was no such resource." }) }),
  examples: [
    {
      title: "An identity that nobody uses any more",
      with: { id: "${{ steps.identity.outputs.id }}", apiVersion: "2024-11-30" },
    },
  ],
  check: (known) => resourceIdProblems("/id", known.id),
  *run({ id, apiVersion: version }) {
    const { removed } = yield* remove(placeAt(id, version), { marks: {} });
    return { deleted: removed };
  },
});
