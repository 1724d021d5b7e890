// The SDK clients of a target, each loaded when it is first needed: importing one costs a tenth of a second or more.

import type { AuthorizationManagementClient } from "@azure/arm-authorization";
import type { ComputeManagementClient } from "@azure/arm-compute";
import type { ManagedServiceIdentityClient } from "@azure/arm-msi";
import type { ResourceManagementClient } from "@azure/arm-resources";
import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import { type Target, tokenScope } from "./target.ts";
import { revealPolicy, wirePolicy } from "./wire.ts";

export interface Clients {
  /** What a request goes to once it has passed the pipeline of a client. */
  readonly transport: () => HttpClient;
  /** Its address. */
  readonly resourceManager: string;
  resources(): Promise<ResourceManagementClient>;
  compute(): Promise<ComputeManagementClient>;
  identities(): Promise<ManagedServiceIdentityClient>;
  authorization(): Promise<AuthorizationManagementClient>;
}

/** Loads all of them, for whoever has something else to wait for meanwhile. */
export async function preloadClients(): Promise<void> {
  await Promise.all([
    import("@azure/arm-resources"),
    import("@azure/arm-compute"),
    import("@azure/arm-msi"),
    import("@azure/arm-authorization"),
  ]);
}

export function clientsFor(target: Target): Clients {
  const { credential, subscriptionId } = target;
  const scopes = [tokenScope(target)];
  const options = {
    endpoint: target.resourceManager,
    ...(target.httpClient && { httpClient: target.httpClient }),
    ...(target.ca !== undefined && { tlsOptions: { ca: target.ca } }),
    // The engine alone retries: two owners would multiply the attempts.
    retryOptions: { maxRetries: 0 },
    // Two spellings: the newer clients read the first, the older ones the second.
    credentials: { scopes },
    credentialScopes: scopes,
    // Inside the retry phase, so that the token has been added before the secrets are.
    additionalPolicies: [
      { policy: wirePolicy, position: "perRetry" as const },
      { policy: revealPolicy, position: "perRetry" as const },
    ],
  };
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
  };
  let transport = target.httpClient;
  return {
    resourceManager: target.resourceManager,
    transport: () => (transport ??= createDefaultHttpClient()),
    resources: once(async () => {
      const sdk = await import("@azure/arm-resources");
      return new sdk.ResourceManagementClient(credential, subscriptionId, options);
    }),
    compute: once(async () => {
      const sdk = await import("@azure/arm-compute");
      return new sdk.ComputeManagementClient(credential, subscriptionId, options);
    }),
    identities: once(async () => {
      const sdk = await import("@azure/arm-msi");
      return new sdk.ManagedServiceIdentityClient(credential, subscriptionId, options);
    }),
    authorization: once(async () => {
      const sdk = await import("@azure/arm-authorization");
      return new sdk.AuthorizationManagementClient(credential, subscriptionId, options);
    }),
  };
}
