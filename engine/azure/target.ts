// Where a run goes: Azure, or the embedded emulator. The same clients speak to both.

import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";

export interface Target {
  readonly kind: "azure" | "emulator";
  /** One line for a person, for example `emulator (.runbook/emulator)`. */
  readonly description: string;
  readonly subscriptionId: string;
  /** The Resource Manager's address without a slash at the end, for example `https://management.azure.com`. */
  readonly resourceManager: string;
  /** The cloud as it was named to the engine, by name or file; absent: it was not named, or there is none. */
  readonly cloud?: string;
  /** Whom tokens are for, without a slash at the end; absent: `resourceManager`. */
  readonly audience?: string;
  readonly credential: TokenCredential;
  /** Absent: the SDKs' own, over the network. */
  readonly httpClient?: HttpClient;
  /** A certificate authority to trust besides the usual ones, PEM. */
  readonly ca?: string;
  /** Whether the machine that the engine runs on can have an IMDS of this target. */
  readonly localImds: boolean;
  /** Emulator: what runs scripts in its VMs, as it was named to the engine; absent: nothing does. */
  readonly guest?: string;
  /** Does some work while no injected fault strikes: they are for the run, not for its plan. Absent: there are none. */
  undisturbed?<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What a token for the target's Resource Manager is asked for. */
export function tokenScope(target: Target): string {
  return `${tokenResource(target)}.default`;
}

/** The target's Resource Manager as IMDS is told for whom a token is. */
export function tokenResource({ audience, resourceManager }: Target): string {
  return `${audience ?? resourceManager}/`;
}

/** Replaces the placeholder with which steps write ids before the subscription is known. */
export function inSubscription(text: string, subscriptionId: string): string {
  return text.replaceAll("{subscriptionId}", subscriptionId);
}
