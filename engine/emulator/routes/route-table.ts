/** Every operation that the emulator serves. What is not here is not emulated, and is answered so. */
import { computeRoutes } from "../providers/compute/compute-routes.ts";
import { deploymentRoutes } from "../providers/deployments/deployments.ts";
import { federatedCredentialRoutes } from "../providers/federated-credentials.ts";
import { genericRoutes } from "../providers/generic-resources.ts";
import { identityRoutes } from "../providers/identities.ts";
import { networkRoutes } from "../providers/network/network-routes.ts";
import { operationRoutes } from "../providers/operations.ts";
import { permissionRoutes } from "../providers/permissions.ts";
import { resourceGroupRoutes } from "../providers/resource-groups.ts";
import { resourceProviderRoutes } from "../providers/resource-providers.ts";
import { roleAssignmentRoutes } from "../providers/role-assignments.ts";
import { roleDefinitionRoutes } from "../providers/role-definitions.ts";
import { subscriptionRoutes } from "../providers/subscriptions.ts";
import { systemIdentityRoutes } from "../providers/system-identity.ts";
import { RouteTable } from "./route.ts";

export const routeTable = new RouteTable([
  ...subscriptionRoutes,
  ...resourceProviderRoutes,
  ...resourceGroupRoutes,
  ...deploymentRoutes,
  ...networkRoutes,
  ...computeRoutes,
  ...identityRoutes,
  ...federatedCredentialRoutes,
  ...systemIdentityRoutes,
  ...roleDefinitionRoutes,
  ...roleAssignmentRoutes,
  ...permissionRoutes,
  ...operationRoutes,
  ...genericRoutes,
]);
