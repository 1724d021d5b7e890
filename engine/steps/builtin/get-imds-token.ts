// `get-imds-token`: an access token for one of a VM's identities, from the VM's metadata service.

import { Type } from "typebox";
import { defineStep, SecretString } from "../definition.ts";
import { guestToken, type IdentitySelector, localToken } from "../operation.ts";
import { vmId } from "./fields.ts";

const SELECTORS = ["clientId", "objectId", "resourceId"] as const;

export const getImdsToken = defineStep({
  name: "get-imds-token",
  summary: "Get an access token for an identity of a VM, inside that VM, or on this machine when no VM is named.",
  inputs: Type.Object(
    {
      vm: Type.Optional(vmId),
      resource: Type.Optional(
        Type.String({
          description: "For whom the token is. Default https://management.azure.com/.",
          pattern: "^[a-z]+:",
        }),
      ),
      clientId: Type.Optional(Type.String({ description: "Client id of the identity." })),
      objectId: Type.Optional(Type.String({ description: "Object id of the identity." })),
      resourceId: Type.Optional(Type.String({ description: "ARM id of the identity." })),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    accessToken: SecretString({ description: "The token; a secret." }),
    expiresOn: Type.String({ description: "When it expires, in seconds since 1970." }),
    resource: Type.String(),
    tokenType: Type.String(),
  }),
  examples: [
    {
      title: "For one of several identities",
      with: { vm: "${{ steps.vm.outputs.id }}", clientId: "${{ steps.identity.outputs.clientId }}" },
    },
  ],
  check(known) {
    const given = SELECTORS.filter((name) => known[name] !== undefined);
    if (given.length <= 1) return [];
    return [
      { at: `/${given[1]}`, message: `${given.join(" and ")} choose an identity twice`, hint: "give one of them" },
    ];
  },
  *run({ vm, resource = "https://management.azure.com/", clientId, objectId, resourceId }) {
    const identity: IdentitySelector | undefined =
      clientId !== undefined
        ? { clientId }
        : objectId !== undefined
          ? { objectId }
          : resourceId !== undefined
            ? { resourceId }
            : undefined;
    const token = yield* vm === undefined ? localToken(resource, identity) : guestToken(vm, resource, identity);
    return {
      accessToken: token.access_token,
      expiresOn: token.expires_on,
      resource: token.resource,
      tokenType: token.token_type,
    };
  },
});
