// `get-imds-token`: an access token for one of a VM's identities, from the VM's metadata service.

import { idProblems } from "../arm-id.ts";
import { defineStep, type InputProblem, SecretString } from "../definition.ts";
import { guestToken, type IdentitySelector, localToken } from "../operation.ts";
import { Type } from "../type.ts";
import { Guid, Patterned, vmId } from "./fields.ts";

const SELECTORS = ["clientId", "objectId", "resourceId"] as const;

export const getImdsToken = defineStep({
  name: "get-imds-token",
  summary: "Get an access token for an identity of a VM, inside that VM, or on this machine when no VM is named.",
  inputs: Type.Object(
    {
      vm: Type.Optional(vmId),
      resource: Type.Optional(
        Patterned(
          "^[A-Za-z][A-Za-z0-9+.-]*://\\S+$|^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
          "expected a URI such as https://management.azure.com/, or the GUID of an application",
          "For whom the token is. Default: the cloud's Resource Manager, such as https://management.azure.com/.",
        ),
      ),
      clientId: Type.Optional(Guid("Client id of the identity.")),
      objectId: Type.Optional(Guid("Object id of the identity.")),
      resourceId: Type.Optional(Type.String({ description: "ARM id of the identity.", minLength: 1 })),
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
      after: ["assign"],
    },
  ],
  check(known, written) {
    const given = SELECTORS.filter((name) => written.has(name));
    const message = `${given.join(" and ")} each choose an identity`;
    const second =
      given[1] === undefined ? [] : [{ at: `/${given[1]}`, message, hint: "give one of them", isAboutKey: true }];
    return [
      ...idProblems("/vm", known.vm, "Microsoft.Compute/virtualMachines"),
      ...idProblems("/resourceId", known.resourceId, "Microsoft.ManagedIdentity/userAssignedIdentities"),
      ...resourceProblems(known.resource),
      ...second,
    ];
  },
  *run({ vm, resource, clientId, objectId, resourceId }) {
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

/** IMDS takes resources, as the first version of Entra's interface does, and no scopes. */
function resourceProblems(resource: string | undefined): readonly InputProblem[] {
  if (resource?.endsWith("/.default") !== true) return [];
  const hint = `write ${resource.slice(0, -".default".length)}`;
  return [{ at: "/resource", message: `"${resource}" is a scope, expected the resource alone`, hint }];
}
