/** The operations of Microsoft.Network. */
import { interfaceRoutes } from "./interfaces.ts";
import { peeringRoutes } from "./peerings.ts";
import { publicIpRoutes } from "./public-ip-addresses.ts";
import { securityGroupRoutes } from "./security-groups.ts";
import { networkUsageRoutes } from "./usages.ts";
import { virtualNetworkRoutes } from "./virtual-networks.ts";

export const networkRoutes = [
  ...virtualNetworkRoutes,
  ...peeringRoutes,
  ...securityGroupRoutes,
  ...publicIpRoutes,
  ...interfaceRoutes,
  ...networkUsageRoutes,
];
