/** Documents that anyone may read: what a cloud is made of, and short names of images. */
import type { Answer } from "./wire.ts";

/** `undefined`: no such document. */
export function discovery(method: string, path: string, origin: string, tenantId: string): Answer | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (path === "/metadata/endpoints") return { status: 200, body: [cloud(origin, tenantId)] };
  if (path === "/aliases.json") return { status: 200, body: aliases };
  return undefined;
}

/** As Resource Manager describes its cloud to `az cloud register` and to Terraform's `metadata_host`, from 2022-09-01 on. */
function cloud(origin: string, tenantId: string) {
  const host = origin.replace(/^https?:\/\//, "");
  return {
    name: "RunbookEmulator",
    portal: origin,
    authentication: {
      loginEndpoint: `${origin}/`,
      audiences: ["https://management.core.windows.net/", "https://management.azure.com/"],
      tenant: tenantId,
      identityProvider: "AAD",
    },
    media: origin,
    graphAudience: `${origin}/`,
    graph: `${origin}/`,
    gallery: `${origin}/`,
    activeDirectoryDataLake: "",
    suffixes: { storage: host, keyVaultDns: host, acrLoginServer: host },
    batch: `${origin}/`,
    resourceManager: `${origin}/`,
    microsoftGraphResourceId: `${origin}/`,
    sqlManagement: `${origin}/`,
    vmImageAliasDoc: `${origin}/aliases.json`,
  };
}

const windows = (sku: string) => ({
  publisher: "MicrosoftWindowsServer",
  offer: "WindowsServer",
  sku,
  version: "latest",
});
/** In the form of https://github.com/Azure/azure-rest-api-specs/blob/main/arm-compute/quickstart-templates/aliases.json */
const aliases = {
  $schema: "http://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json",
  contentVersion: "1.0.0.0",
  parameters: {},
  variables: {},
  resources: [],
  outputs: {
    aliases: {
      type: "object",
      value: {
        Linux: {
          Ubuntu2204: {
            publisher: "Canonical",
            offer: "0001-com-ubuntu-server-jammy",
            sku: "22_04-lts-gen2",
            version: "latest",
          },
          Debian11: { publisher: "Debian", offer: "debian-11", sku: "11-backports-gen2", version: "latest" },
        },
        Windows: {
          Win2022Datacenter: windows("2022-Datacenter"),
          Win2019Datacenter: windows("2019-Datacenter"),
          Win2016Datacenter: windows("2016-Datacenter"),
        },
      },
    },
  },
};
