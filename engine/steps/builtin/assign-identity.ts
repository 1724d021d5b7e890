// `assign-identity`: puts identities on a VM, beside those that it has.

import { idProblems } from "../arm-id.ts";
import { defineStep } from "../definition.ts";
import { read, update } from "../operation.ts";
import { isFailedState } from "../resource.ts";
import { type VmAnswer, virtualMachineAt } from "../resources.ts";
import { Type } from "../type.ts";
import { vmId } from "./fields.ts";

export const assignIdentity = defineStep({
  name: "assign-identity",
  summary: "Assign identities to a VM; those that it already has stay.",
  inputs: Type.Object(
    {
      vm: vmId,
      identity: Type.Optional(Type.String({ description: "ARM id of a user assigned identity.", minLength: 1 })),
      systemAssigned: Type.Optional(
        Type.Boolean({
          description: "Whether the VM gets an identity of its own too. Default false; never takes one away.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    identities: Type.Array(Type.String(), { description: "ARM ids of all user assigned identities of the VM." }),
    principalId: Type.Optional(Type.String({ description: "Object id of the VM's own identity, if it has one." })),
    tenantId: Type.Optional(Type.String()),
  }),
  examples: [
    {
      title: "A user assigned identity",
      with: { vm: "${{ steps.vm.outputs.id }}", identity: "${{ steps.identity.outputs.id }}" },
    },
    { title: "An identity of the VM's own", with: { vm: "${{ steps.vm.outputs.id }}", systemAssigned: true } },
  ],
  check(known, written) {
    const vm = idProblems("/vm", known.vm, "Microsoft.Compute/virtualMachines");
    const identity = idProblems("/identity", known.identity, "Microsoft.ManagedIdentity/userAssignedIdentities");
    const isSystemAssigned = written.has("systemAssigned") && known.systemAssigned !== false;
    if (written.has("identity") || isSystemAssigned) return [...vm, ...identity];
    const message = "assign-identity is given neither `identity` nor `systemAssigned: true`";
    return [...vm, { at: "", message, hint: "give at least one of them" }];
  },
  *run({ vm: id, identity, systemAssigned = false }) {
    const vm = yield* read(virtualMachineAt(id));
    const now = assigned(vm);
    const hasUser = identity === undefined || now.some((one) => one.toLowerCase() === identity.toLowerCase());
    const hasSystem = !systemAssigned || (vm.identity?.type.includes("SystemAssigned") ?? false);
    // After an update that failed the identities are there, and Azure says of the VM that it is not as it should be.
    if (hasUser && hasSystem && !isFailedState(vm.properties?.provisioningState)) return answer(vm);
    // A PATCH merges `userAssignedIdentities`, so naming the new one keeps the others; `type` must name both kinds.
    const system = systemAssigned || (vm.identity?.type.includes("SystemAssigned") ?? false);
    const user = identity !== undefined || now.length > 0;
    const type = [system ? "SystemAssigned" : "", user ? "UserAssigned" : ""].filter((kind) => kind !== "").join(", ");
    const added = identity !== undefined && !hasUser ? { userAssignedIdentities: { [identity]: {} } } : {};
    return answer(yield* update(virtualMachineAt(id), { identity: { type, ...added } }));
  },
});

function assigned(vm: VmAnswer): string[] {
  return Object.keys(vm.identity?.userAssignedIdentities ?? {});
}

function answer(vm: VmAnswer): { identities: string[]; principalId?: string; tenantId?: string } {
  const { principalId, tenantId } = vm.identity ?? {};
  return { identities: assigned(vm), ...(principalId && { principalId }), ...(tenantId && { tenantId }) };
}
