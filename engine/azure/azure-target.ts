// Azure as a target: the credential and the subscription.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Cloud } from "./clouds.ts";
import type { Target } from "./target.ts";

export interface AzureTargetOptions {
  readonly cloud: Cloud;
  /** Absent: AZURE_SUBSCRIPTION_ID, or the default of the `az` command line. */
  readonly subscriptionId?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Sends nothing. Throws a `NoSubscriptionError` when no subscription can be found. */
export async function openAzureTarget({ cloud, subscriptionId: given, env }: AzureTargetOptions): Promise<Target> {
  const { DefaultAzureCredential } = await import("@azure/identity");
  const subscriptionId = given ?? nonEmpty(env["AZURE_SUBSCRIPTION_ID"]) ?? (await azDefault());
  if (subscriptionId === undefined) throw new NoSubscriptionError("no subscription is chosen");
  const credential = new DefaultAzureCredential({
    authorityHost: nonEmpty(env["AZURE_AUTHORITY_HOST"]) ?? cloud.authority,
    disableInstanceDiscovery: !cloud.instanceDiscovery,
    ...(cloud.ca !== undefined && { tlsOptions: { ca: cloud.ca } }),
  });
  return {
    kind: "azure",
    description: `Azure (${cloud.name}), subscription ${subscriptionId}`,
    subscriptionId,
    resourceManager: cloud.resourceManager,
    ...(cloud.audience !== undefined && { audience: cloud.audience }),
    ...(cloud.ca !== undefined && { ca: cloud.ca }),
    credential,
    localImds: true,
    close: async () => {},
  };
}

export class NoSubscriptionError extends Error {
  override readonly name = "NoSubscriptionError";
}

/** The subscription that `az` uses; absent when `az` is not there or nobody is signed in. */
async function azDefault(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("az", ["account", "show", "--query", "id", "--output", "tsv"]);
    return nonEmpty(stdout.trim());
  } catch {
    return undefined;
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
