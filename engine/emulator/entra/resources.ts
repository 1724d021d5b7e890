/** Resource principals: what a token can be for. Those of Azure's own services are in every tenant. */

const withoutSlash = (text: string): string => text.toLowerCase().replace(/\/+$/, "");

/** https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/services-id-authentication-support */
const services = new Set(
  [
    "https://management.azure.com",
    "https://management.core.windows.net",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013", // Azure Service Management
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000", // Microsoft Graph
    "https://graph.windows.net",
    "https://vault.azure.net",
    "https://managedhsm.azure.net",
    "https://storage.azure.com",
    "https://database.windows.net",
    "https://ossrdbms-aad.database.windows.net",
    "https://cosmos.azure.com",
    "https://servicebus.azure.net",
    "https://eventhubs.azure.net",
    "https://eventgrid.azure.net",
    "https://relay.azure.net",
    "https://cognitiveservices.azure.com",
    "https://ai.azure.com",
    "https://search.azure.com",
    "https://batch.core.windows.net",
    "https://datalake.azure.net",
    "https://dev.azuresynapse.net",
    "https://api.loganalytics.io",
    "https://monitor.azure.com",
    "https://metrics.monitor.azure.com",
    "https://prometheus.monitor.azure.com",
    "https://containerregistry.azure.net",
    "https://azconfig.io",
    "https://redis.azure.com",
    "https://digitaltwins.azure.net",
    "https://iothubs.azure.net",
    "https://kusto.kusto.windows.net",
    "https://analysis.windows.net/powerbi/api",
    "https://ml.azure.com",
    "https://purview.azure.net",
    "https://webpubsub.azure.com",
    "https://azurehealthcareapis.com",
    "api://azureadtokenexchange",
  ].map(withoutSlash),
);
/** Accounts that have a principal each. */
const accounts =
  /^https:\/\/[a-z0-9-]+\.((blob|queue|table|file|dfs)\.core\.windows\.net|azconfig\.io|servicebus\.windows\.net|documents\.azure\.com|azurehealthcareapis\.com|[a-z0-9-]+\.kusto\.windows\.net)$/;
/** An emulator's own Resource Manager, as clients ask that derive the audience from the address. */
const loopback = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** `origin` is that of the request, which stands for Resource Manager and for Graph. */
export function isResource(name: string, origin?: string): boolean {
  const given = withoutSlash(name);
  return services.has(given) || accounts.test(given) || loopback.test(given) || given === origin;
}

export const unknownResource = (name: string, tenant: string): string =>
  `The resource principal named ${name} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`;
