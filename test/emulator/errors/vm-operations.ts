/** What the compute provider refuses to do to a VM: because of its state, of another operation, of too many, of its identities. */
import type { SdkWorld } from "../../support/sdk-world.ts";
import { createVm } from "./bodies.ts";
import type { Row, Rows } from "./row.ts";

const refused = (what: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code: "OperationNotAllowed",
  status: 409,
  what,
  message,
  provoke,
  ...more,
});
const vms = (w: SdkWorld) => w.clients.compute.virtualMachines;
const script = { commandId: "RunPowerShellScript", script: ["Get-Date"] };
/** Asks for it, and lets it come to its end unless it is to be under way. */
const after = async (w: SdkWorld, verb: string, ms = 1000): Promise<void> => {
  await w.azure.post(`${w.vm}/${verb}`);
  w.azure.now += ms;
};
const alone = "since another operation is in progress.";
const going =
  "since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).";
const notRunning = "The operation requires the VM to be running (or set to run).";
const tooMany = (group: string, allowed: number, minutes: number): Record<string, unknown> => ({
  details: [
    {
      code: "TooManyRequests",
      target: group,
      message: JSON.stringify({
        operationGroup: group,
        startTime: "2026-01-01T00:00:02.0000000+00:00",
        endTime: `2026-01-01T00:0${minutes}:02.0000000+00:00`,
        allowedRequestCount: allowed,
        measuredRequestCount: allowed + 1,
      }),
    },
  ],
});
const throttled = "The server rejected the request because too many requests have been received for this subscription.";

export const vmOperations: Rows = [
  {
    code: "Conflict",
    status: 409,
    message:
      "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    provoke: async (w) => {
      await w.azure.post(`${w.vm}/runCommand`, script);
      return vms(w).runCommand("Lab", "vm", script);
    },
  },
  refused("Run Command in a VM that is off", notRunning, async (w) => {
    await after(w, "powerOff");
    return vms(w).runCommand("Lab", "vm", script);
  }),
  refused("a restart of a VM that is off", notRunning, async (w) => {
    await after(w, "powerOff");
    return vms(w).restart("Lab", "vm");
  }),
  refused(
    "Run Command where extensions are not allowed",
    "This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM Agent is installed on the VM and the osProfile.allowExtensionOperations property is true.",
    async (w) => {
      await w.whileTimePasses(() =>
        createVm(w, (b) => void Object.assign(b.properties.osProfile, { allowExtensionOperations: false }), "closed"),
      );
      return vms(w).runCommand("Lab", "closed", script);
    },
  ),
  {
    code: "InvalidParameter",
    status: 400,
    what: "a command of the other system",
    message: "The emulator knows no command 'RunShellScript' for Windows.",
    more: { target: "commandId" },
    provoke: async (w) => vms(w).runCommand("Lab", "vm", { ...script, commandId: "RunShellScript" }),
  },
  {
    code: "NotEmulated",
    status: 200,
    what: "a script",
    message:
      "The emulated guest runs only the engine's own request script for Windows; it does not know the script with SHA-256 51e2649fdc977f40c2d62cfe7b530411cbc0044d25192ae45f5a6818b8e2f9d8.",
    provoke: (w) => w.whileTimePasses(async () => vms(w).runCommand("Lab", "vm", script)),
  },
  refused(
    "a deallocated VM",
    "Operation 'restart' is not allowed on VM 'vm' since the VM is either deallocated or marked to be deallocated.",
    async (w) => {
      await after(w, "deallocate");
      return vms(w).restart("Lab", "vm");
    },
  ),
  refused(
    "a power change under way",
    "An ongoing operation is changing power state of Virtual Machine vm to deallocated. Please perform operation start after some time.",
    async (w) => {
      await after(w, "deallocate", 0);
      return vms(w).start("Lab", "vm");
    },
  ),
  refused("another operation", `Operation 'restart' is not allowed on VM 'vm' ${alone}`, async (w) => {
    await after(w, "redeploy", 0);
    return vms(w).restart("Lab", "vm");
  }),
  refused(
    "an update during another operation",
    `Operation 'Update VM' is not allowed on VM 'vm' ${alone}`,
    async (w) => {
      await after(w, "reapply", 0);
      return vms(w).update("Lab", "vm", { tags: { a: "b" } });
    },
  ),
  refused("a restart of a VM that is going", `Operation 'restart' is not allowed on VM 'vm' ${going}`, async (w) => {
    await w.azure.delete(w.vm);
    return vms(w).restart("Lab", "vm");
  }),
  refused("an update of a VM that is going", `Operation 'Update VM' is not allowed on VM 'vm' ${going}`, async (w) => {
    await w.azure.delete(w.vm);
    return vms(w).update("Lab", "vm", { tags: { a: "b" } });
  }),
  refused("a generalized VM", "Operation 'start' is not allowed on VM 'vm' since the VM is generalized.", async (w) => {
    await after(w, "powerOff");
    await vms(w).generalize("Lab", "vm");
    return vms(w).start("Lab", "vm");
  }),
  refused("a running VM", "Please power off the Virtual Machine 'vm' before setting it as Generalized.", async (w) =>
    vms(w).generalize("Lab", "vm"),
  ),
  refused("an eviction", "Operation 'simulateEviction' is allowed only for Spot Virtual Machines", async (w) =>
    vms(w).simulateEviction("Lab", "vm"),
  ),
  refused(
    "too many lists",
    throttled,
    async (w) => {
      const all = `${w.azure.subscription}/providers/Microsoft.Compute/virtualMachines`;
      for (let n = 1; n <= 160; n++) await w.azure.get(all);
      return vms(w).listAll().next();
    },
    {
      status: 429,
      options: { throttling: "azure" },
      more: tooMany("HighCostGet3Min", 160, 3),
      headers: {
        "retry-after": "180",
        "x-ms-ratelimit-remaining-resource":
          "Microsoft.Compute/HighCostGet3Min;0,Microsoft.Compute/HighCostGet30Min;639",
      },
    },
  ),
  {
    code: "FailedIdentityOperation",
    status: 400,
    message:
      "Identity operation for resource 'RG/providers/Microsoft.Compute/virtualMachines/vm' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: '{\"error\":{\"code\":\"BadRequest\",\"message\":\"Resource 'RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/none' was not found.\"}}'.'",
    provoke: async (w) =>
      vms(w).update("Lab", "vm", {
        identity: { type: "UserAssigned", userAssignedIdentities: { [w.names.identity("none")]: {} } },
      }),
  },
  {
    code: "MissingIdentityIds",
    status: 400,
    message: "The identity ids must not be null or empty for 'UserAssigned' identity type.",
    provoke: async (w) => vms(w).update("Lab", "vm", { identity: { type: "UserAssigned" } }),
  },
  {
    code: "InvalidParameter",
    status: 400,
    what: "a kind of identity",
    message: "The value 'Borrowed' of parameter 'identity.type' is invalid.",
    more: { target: "identity.type" },
    provoke: async (w) => vms(w).update("Lab", "vm", { identity: { type: "Borrowed" as never } }),
  },
];
