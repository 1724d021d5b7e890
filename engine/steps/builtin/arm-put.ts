// `arm-put`: any resource of Azure Resource Manager, as it is described or confirmed to be so.

import type { Json, JsonObject } from "../../value/json.ts";
import { placeAt, resourceIdProblems } from "../arm-id.ts";
import { defineStep, type InputProblem } from "../definition.ts";
import { ensure } from "../operation.ts";
import type { Resource } from "../resource.ts";
import { Type } from "../type.ts";
import { apiVersion, bodySecrets, resourceId, withSecrets } from "./arm-inputs.ts";
import { regionProblems } from "./fields.ts";

interface Shown {
  readonly id?: string;
  readonly name?: string;
  readonly [member: string]: Json | undefined;
}

export const armPut = defineStep({
  name: "arm-put",
  summary: "Create any resource by its id, or change what differs from its description; the rest of it stays.",
  inputs: Type.Object(
    {
      id: resourceId,
      apiVersion,
      body: Type.Record(Type.String(), Type.Unknown(), {
        description: "The resource as Resource Manager takes it: location, tags, sku, properties and so on.",
      }),
      secrets: bodySecrets,
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    id: Type.String({ description: "ARM id as Azure writes it." }),
    name: Type.String(),
    body: Type.Unknown({ description: "The resource as Azure shows it." }),
  }),
  examples: [
    {
      title: "A public IP address",
      with: {
        id: "${{ steps.group.outputs.id }}/providers/Microsoft.Network/publicIPAddresses/myAddress",
        apiVersion: "2024-10-01",
        body: {
          location: "eastus",
          sku: { name: "Standard" },
          properties: { publicIPAllocationMethod: "Static" },
        },
      },
    },
  ],
  check: (known) => [...resourceIdProblems("/id", known.id), ...bodyRegionProblems(known.body)],
  *run({ id, apiVersion: version, body, secrets }) {
    const resource: Resource<JsonObject, Shown> = placeAt(id, version);
    const shown = yield* ensure(resource, withSecrets(body as JsonObject, secrets));
    return { id: shown.id ?? id, name: shown.name ?? id.slice(id.lastIndexOf("/") + 1), body: shown };
  },
});

/** Some resources are everywhere, and say so. */
function bodyRegionProblems(body: unknown): readonly InputProblem[] {
  const region: unknown = ((body ?? {}) as JsonObject)["location"];
  return typeof region === "string" && region.toLowerCase() !== "global"
    ? regionProblems(region, "/body/location")
    : [];
}
