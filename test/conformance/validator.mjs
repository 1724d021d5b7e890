// Microsoft's live validator (npm: oav) over the documents in a directory, without a network.
import { join } from "node:path";
import oav from "oav";

const root = "specification";
const files = [
  "compute/resource-manager/Microsoft.Compute/ComputeRP/stable/2025-04-01/ComputeRP.json",
  "compute/resource-manager/Microsoft.Compute/DiskRP/stable/2025-01-02/DiskRP.json",
  "compute/resource-manager/Microsoft.Compute/Skus/stable/2021-07-01/skus.json",
  ...["virtualNetwork", "networkSecurityGroup", "publicIpAddress", "networkInterface"].flatMap((n) =>
    ["2024-10-01", "2022-01-01"].map((v) => `network/resource-manager/Microsoft.Network/stable/${v}/${n}.json`),
  ),
  "msi/resource-manager/Microsoft.ManagedIdentity/ManagedIdentity/stable/2024-11-30/ManagedIdentity.json",
  "msi/resource-manager/Microsoft.ManagedIdentity/ManagedIdentity/preview/2022-01-31-preview/ManagedIdentity.json",
  ...["RoleAssignments", "RoleDefinitions", "DenyAssignment"].map(
    (n) => `authorization/resource-manager/Microsoft.Authorization/stable/2022-04-01/authorization-${n}Calls.json`,
  ),
  "authorization/resource-manager/Microsoft.Authorization/preview/2020-04-01-preview/authorization-RoleAssignmentsCalls.json",
  "authorization/resource-manager/Microsoft.Authorization/preview/2018-01-01-preview/authorization-RoleDefinitionsCalls.json",
  "resources/resource-manager/Microsoft.Resources/stable/2025-04-01/resources.json",
  "resources/resource-manager/Microsoft.Resources/stable/2021-04-01/resources.json",
  "resources/resource-manager/Microsoft.Resources/stable/2022-12-01/subscriptions.json",
  "resources/resource-manager/Microsoft.Resources/stable/2019-11-01/subscriptions.json",
  "resources/resource-manager/Microsoft.Resources/deployments/stable/2025-04-01/deployments.json",
  "resources/resource-manager/Microsoft.Resources/deployments/stable/2021-04-01/deployments.json",
  ...["virtualMachine", "computeRPCommon", "runCommand", "virtualMachineImage"].map(
    (n) => `compute/resource-manager/Microsoft.Compute/ComputeRP/stable/2022-11-01/${n}.json`,
  ),
  "compute/resource-manager/Microsoft.Compute/DiskRP/stable/2022-07-02/disk.json",
  "compute/resource-manager/Microsoft.Compute/Skus/stable/2019-04-01/skus.json",
];
export const documents = (specs) => files.map((file) => join(specs, root, file));

/**
 * Requests that no document describes (statuses of operations, evictions, and those whose documents are not among the stored ones), and those that the validator cannot place: it
 * looks for `/providers/X/register` and for permissions of a resource in the documents of X.
 */
const undescribed =
  /\/locations\/[^/]+\/(operations|operationResults|DiskOperations)\/|Microsoft\.Network\/locations\/[^/]+\/usages|\/vmextension\/types\b|\/operationresults\/|\/operationStatuses\/|Microsoft\.Storage\/|\/simulateEviction|\/providers\/[^/?]+(\/(un)?register)?\?|denyAssignments\?api-version=2020|virtualMachines\/[^/]+\/providers\/Microsoft\.Authorization\/permissions/i;

export async function openValidator(specs) {
  const live = new oav.LiveValidator(
    {
      directory: specs,
      swaggerPaths: documents(specs),
      git: { shouldClone: false },
      isPathCaseSensitive: false,
      loadValidatorInBackground: false,
      loadValidatorInInitialize: false,
      isArmCall: true,
    },
    () => {},
  );
  await live.initialize();
  return {
    /**
     * The operation that a document describes, and what is wrong with request or answer. The request of an example is the
     * document's own affair.
     */
    async check({ method, url, body, reply }, isExample = false) {
      if (/\/operationresults\//i.test(url)) return { operation: undefined, errors: [], isUnexpected: false };
      const query = Object.fromEntries(new URL(url).searchParams);
      const result = await live.validateLiveRequestResponse({
        liveRequest: {
          method,
          url,
          query,
          headers: { "content-type": "application/json" },
          ...(body === undefined ? {} : { body }),
        },
        liveResponse: { statusCode: String(reply.status), headers: reply.headers, body: reply.body },
      });
      const both = [result.requestValidationResult, result.responseValidationResult];
      const missing = both.find((r) => r.runtimeException?.code?.startsWith("OPERATION_NOT_FOUND"));
      if (missing) return { operation: undefined, errors: [], isUnexpected: !isExample && !undescribed.test(url) };
      const errors = both.flatMap((r, index) => [
        ...(index === 0 && isExample ? [] : (r.errors ?? [])).map(
          (e) => `${e.code}: ${e.message} (${(e.pathsInPayload ?? []).join(", ")})`,
        ),
        ...(r.runtimeException ? [`${r.runtimeException.code}: ${r.runtimeException.message}`] : []),
      ]);
      // oav asks for this only where the answer has a body too.
      if (reply.status === 202 && !reply.headers["location"] && !reply.headers["azure-asyncoperation"])
        errors.push("LRO_RESPONSE_HEADER: neither Location nor Azure-AsyncOperation on a 202");
      return {
        operation: both[0].operationInfo?.operationId ?? both[1].operationInfo?.operationId,
        errors,
        isUnexpected: false,
      };
    },
  };
}
