// `arm-get`: reads anything of Azure Resource Manager.

import { Type } from "typebox";
import { defineStep, SecretString } from "../definition.ts";
import { armGet as get, guestArmGet } from "../operation.ts";
import { armScope, vmId } from "./fields.ts";

export const armGet = defineStep({
  name: "arm-get",
  summary: "Read an ARM path, from inside a VM or from here, with a given token or the engine's own credential.",
  inputs: Type.Object(
    {
      path: armScope,
      apiVersion: Type.String({
        description: "For example 2021-04-01.",
        pattern: "^\\d{4}-\\d{2}-\\d{2}(-preview|-alpha|-beta|-rc|-privatepreview)?$",
      }),
      token: Type.Optional(SecretString({ description: "An access token. Default: the engine's own credential." })),
      vm: Type.Optional(vmId),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    status: Type.Integer({ description: "HTTP status." }),
    body: Type.Unknown({ description: "What Azure answered." }),
    requestId: Type.String({ description: "Azure's own id of the request, for support." }),
  }),
  examples: [{ title: "A resource group", with: { path: "${{ steps.group.outputs.id }}", apiVersion: "2021-04-01" } }],
  *run({ path, apiVersion, token, vm }) {
    if (vm === undefined) {
      const { status, body, requestId } = yield* get(path, apiVersion, token);
      return { status, body, requestId };
    }
    if (token === undefined)
      throw new Error("a request from inside a VM needs a `token`: the engine's own credential stays here");
    const { status, body, requestId } = yield* guestArmGet(vm, path, apiVersion, token);
    return { status, body, requestId };
  },
});
