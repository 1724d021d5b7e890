/** Documents that anyone may read: what a cloud is made of, and short names of images. */
import { AzureError, type Answer } from "./wire.ts";

/** `undefined`: no such document. */
export function discovery(method: string, path: string, origin: string, tenantId: string): Answer | undefined {
  if (path !== "/metadata/endpoints" && path !== "/aliases.json") return undefined;
  if (method !== "GET" && method !== "HEAD") {
    const message = `The HTTP method '${method}' is not supported on the resource '${path}'.`;
    throw new AzureError(405, "MethodNotAllowed", message, {}, { allow: "GET, HEAD" });
  }
  return { status: 200, body: path === "/aliases.json" ? aliases : [cloud(origin, tenantId)] };
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

/** `az` reads all five members of each, and gives up where one is missing. */
const image = (urn: string) => {
  const [publisher, offer, sku] = urn.split(":");
  return { publisher, offer, sku, version: "latest", architecture: "x64" };
};
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
          Ubuntu2404: image("Canonical:ubuntu-24_04-lts:server"),
          Ubuntu2204: image("Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2"),
          Debian12: image("Debian:debian-12:12-gen2"),
          Debian11: image("Debian:debian-11:11-backports-gen2"),
          RHELRaw8LVMGen2: image("RedHat:RHEL:8-lvm-gen2"),
          FlatcarLinuxFreeGen2: image("kinvolk:flatcar-container-linux-free:stable-gen2"),
        },
        Windows: {
          Win2025Datacenter: image("MicrosoftWindowsServer:WindowsServer:2025-datacenter-g2"),
          Win2022Datacenter: image("MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2"),
          Win2022AzureEdition: image("MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition"),
          Win2022AzureEditionCore: image("MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition-core"),
          Win2019Datacenter: image("MicrosoftWindowsServer:WindowsServer:2019-datacenter-gensecond"),
          Win2016Datacenter: image("MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond"),
        },
      },
    },
  },
};
