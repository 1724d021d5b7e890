// Azure as a target: the clouds, the credential and the subscription.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Target } from "./target.ts";

/** Addresses of the clouds (https://learn.microsoft.com/azure/developer/identity/sovereign-clouds). */
export const CLOUDS = {
  public: { resourceManager: "https://management.azure.com", authority: "https://login.microsoftonline.com" },
  usgovernment: {
    resourceManager: "https://management.usgovcloudapi.net",
    authority: "https://login.microsoftonline.us",
  },
  china: { resourceManager: "https://management.chinacloudapi.cn", authority: "https://login.chinacloudapi.cn" },
} as const;

export interface AzureTargetOptions {
  readonly cloud: keyof typeof CLOUDS;
  /** Absent: AZURE_SUBSCRIPTION_ID, or the default of the `az` command line. */
  readonly subscriptionId?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Throws with a sentence for the user when no subscription can be found. */
export async function openAzureTarget(options: AzureTargetOptions): Promise<Target> {
  const { resourceManager, authority } = CLOUDS[options.cloud];
  const { DefaultAzureCredential } = await import("@azure/identity");
  const subscriptionId = options.subscriptionId ?? options.env["AZURE_SUBSCRIPTION_ID"] ?? (await azDefault());
  if (subscriptionId === undefined || subscriptionId === "") {
    throw new Error(
      "no subscription: give --subscription, set AZURE_SUBSCRIPTION_ID, or choose one with `az account set`",
    );
  }
  return {
    kind: "azure",
    description: `Azure (${options.cloud}), subscription ${subscriptionId}`,
    subscriptionId,
    resourceManager,
    credential: new DefaultAzureCredential({ authorityHost: options.env["AZURE_AUTHORITY_HOST"] ?? authority }),
    localImds: true,
    close: async () => {},
  };
}

/** The subscription that `az` uses; absent when `az` is not there or nobody is signed in. */
async function azDefault(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("az", ["account", "show", "--query", "id", "--output", "tsv"]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
