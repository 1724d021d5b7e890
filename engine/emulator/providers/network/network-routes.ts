/** The operations of Microsoft.Network. */
import { interfaceRoutes } from "./interfaces.ts";
import { publicIpRoutes } from "./public-ip-addresses.ts";
import { securityGroupRoutes } from "./security-groups.ts";
import { virtualNetworkRoutes } from "./virtual-networks.ts";

export const networkRoutes = [...virtualNetworkRoutes, ...securityGroupRoutes, ...publicIpRoutes, ...interfaceRoutes];
