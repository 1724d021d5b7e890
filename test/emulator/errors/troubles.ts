/** What only Azure's own trouble brings about: a fault says it, in Azure's words, and the client sees it. */
import type { SdkWorld } from "../../support/sdk-world.ts";
import { createVm } from "./bodies.ts";
import type { Rows } from "./row.ts";

const timedOut =
  "The request timed out. Diagnostic information: timestamp '20260101T000002Z', subscription id '11111111', tracking id '22222222', request correlation id '33333333'.";
const putExtension = async (w: SdkWorld) =>
  w.whileTimePasses(async () =>
    w.clients.compute.virtualMachineExtensions.createOrUpdate("Lab", "vm", "setup", {
      location: "eastus",
      publisher: "Microsoft.Compute",
      typePropertiesType: "CustomScriptExtension",
      typeHandlerVersion: "1.10",
    }),
  );
const allocation =
  "Allocation failed. Please try reducing the VM size or number of VMs, retry later, or try deploying to a different Availability Set or different Azure location.";
const provisioning =
  "OS Provisioning for VM 'new' did not finish in the allotted time. The VM may still finish provisioning successfully. Please check provisioning state later.";
const extension = `VM has reported a failure when processing extension 'setup'. Error message: "the script returned 1".`;
const preempted = "The operation has been preempted by a more recent operation.";

export const troubles: Rows = [
  {
    code: "AllocationFailed",
    status: 409,
    message: allocation,
    fault: {
      kind: "fail",
      on: "PUT */virtualMachines/new",
      status: 409,
      code: "AllocationFailed",
      message: allocation,
    },
    provoke: (w) => createVm(w),
  },
  {
    code: "ServerTimeout",
    status: 503,
    message: timedOut,
    isGateway: true,
    fault: { kind: "fail", on: "GET */resourceGroups/Lab", status: 503, code: "ServerTimeout", message: timedOut },
    provoke: async (w) => w.clients.resources.resourceGroups.get("Lab"),
  },
  {
    code: "SubscriptionRequestsThrottled",
    status: 429,
    what: "the storage behind",
    message:
      "Number of requests for subscription 'SUBSCRIPTION' and operation 'GET/SUBSCRIPTIONS/RESOURCEGROUPS' exceeded the backend storage limit. Please try again after '6' seconds.",
    headers: { "retry-after": "6" },
    fault: { kind: "throttle", on: "GET */resourceGroups/Lab", retryAfterMs: 6000 },
    provoke: async (w) => w.clients.resources.resourceGroups.get("Lab"),
  },
  {
    code: "ExpiredAuthenticationToken",
    status: 401,
    what: "by a fault",
    message:
      "The access token expiry UTC time '1/1/2026 12:00:01 AM' is earlier than current UTC time '1/1/2026 12:00:02 AM'.",
    isGateway: true,
    headers: { "www-authenticate": 'Bearer error="invalid_token", error_description="The access token has expired."' },
    fault: { kind: "token-expires", on: "GET */resourceGroups/Lab" },
    provoke: async (w) => w.clients.resources.resourceGroups.get("Lab"),
  },
  {
    code: "OSProvisioningTimedOut",
    status: 200,
    message: provisioning,
    fault: {
      kind: "operation-fails",
      on: "PUT */virtualMachines/new",
      code: "OSProvisioningTimedOut",
      message: provisioning,
    },
    provoke: (w) => w.whileTimePasses(() => createVm(w)),
  },
  {
    code: "VMExtensionProvisioningError",
    status: 200,
    message: extension,
    fault: {
      kind: "operation-fails",
      on: "PUT */extensions/setup",
      code: "VMExtensionProvisioningError",
      message: extension,
    },
    provoke: putExtension,
  },
  {
    code: "OperationPreempted",
    status: 200,
    message: preempted,
    fault: { kind: "operation-canceled", on: "PUT */extensions/setup", message: preempted },
    provoke: putExtension,
  },
  {
    code: "VMAgentStatusCommunicationError",
    status: 200,
    message:
      "VM 'vm' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.",
    fault: { kind: "agent-not-ready" },
    provoke: (w) =>
      w.whileTimePasses(async () =>
        w.clients.compute.virtualMachines.runCommand("Lab", "vm", {
          commandId: "RunPowerShellScript",
          script: ["Get-Date"],
        }),
      ),
  },
];
