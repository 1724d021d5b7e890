// Addresses of the Azure clouds (https://learn.microsoft.com/azure/developer/identity/sovereign-clouds).

export interface Cloud {
  readonly name: string;
  /** The Resource Manager's address without a slash at the end. */
  readonly resourceManager: string;
  /** Where tokens come from. */
  readonly authority: string;
  /** Whom the tokens are for, without a slash at the end; absent: the Resource Manager's address. */
  readonly audience?: string;
  /** A certificate authority to trust besides the usual ones, PEM. */
  readonly ca?: string;
  /** False where the authority is not one that Microsoft's public login service knows of, such as that of Azure Stack. */
  readonly instanceDiscovery: boolean;
}

const known = (name: string, resourceManager: string, authority: string): Cloud => ({
  name,
  resourceManager,
  authority,
  instanceDiscovery: true,
});

export const CLOUDS: ReadonlyMap<string, Cloud> = new Map(
  [
    known("public", "https://management.azure.com", "https://login.microsoftonline.com"),
    known("usgovernment", "https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
    known("china", "https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
  ].map((cloud) => [cloud.name, cloud]),
);
