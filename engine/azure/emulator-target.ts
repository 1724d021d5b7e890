// The embedded emulator as a target. Its credential asks the emulator's own token endpoint, as one for Azure would ask Entra.

import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { createPipelineRequest } from "@azure/core-rest-pipeline";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { systemClock } from "../run/clock.ts";
import { OperationError } from "../run/failure.ts";
import { inProcessClient } from "./in-process.ts";
import type { Target } from "./target.ts";

/** The emulator is loaded only when it is opened, so the types of what it takes are asked for here. */
// oxlint-disable-next-line typescript/consistent-type-imports -- a type import would be one of the layers' arrows
type Settings = NonNullable<Parameters<typeof import("../emulator/emulator.ts").Emulator.open>[0]>;

export interface EmulatorTargetOptions {
  /** Where the emulator keeps its state; absent: in memory. */
  readonly directory?: string;
  /** In words, or each delay by itself. */
  readonly latency?: NonNullable<Settings["latency"]>;
  /** Absent: as Azure does when the latency is real, and off otherwise. */
  readonly throttling?: NonNullable<Settings["throttling"]>;
  /** What the subscription may have; absent: more than a runbook needs. */
  readonly limits?: NonNullable<Settings["limits"]>;
  /** What strikes requests, and who is told of them. */
  readonly faults?: NonNullable<Settings["faults"]>;
  /** As a person would write it. */
  readonly description: string;
  /** What runs scripts that the emulated guest does not know; absent: they are refused. */
  readonly guest?: NonNullable<Settings["guest"]>;
  readonly now?: () => number;
  /** How a fault that takes time passes it. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export async function openEmulatorTarget(options: EmulatorTargetOptions): Promise<Target> {
  const { Emulator } = await import("../emulator/emulator.ts");
  const { directory, latency, faults, now = () => systemClock.now(), sleep = (ms) => systemClock.sleep(ms) } = options;
  await Emulator.prepare(directory);
  const emulator = Emulator.open({
    ...(directory !== undefined && { directory }),
    ...(latency !== undefined && { latency }),
    ...(options.throttling !== undefined && { throttling: options.throttling }),
    ...(options.limits !== undefined && { limits: options.limits }),
    ...(faults !== undefined && { faults }),
    ...(options.guest !== undefined && { guest: options.guest }),
    now,
    sleep,
  });
  const httpClient = inProcessClient(emulator);
  return {
    kind: "emulator",
    description: options.description,
    subscriptionId: emulator.subscriptionId,
    resourceManager: "https://management.azure.com",
    credential: clientSecretCredential(httpClient, emulator.tenantId, emulator.operator, now),
    httpClient,
    localImds: false,
    ...(faults && { undisturbed: (work) => faults.whilePaused(work) }),
    close: async () => emulator.close(),
  };
}

/**
 * The client-credentials grant (RFC 6749, section 4.4) over the given client. `ClientSecretCredential` takes no client of
 * its own and would open a socket.
 */
export function clientSecretCredential(
  httpClient: HttpClient,
  tenantId: string,
  operator: { readonly clientId: string; readonly clientSecret: string },
  now: () => number,
): TokenCredential {
  let cached: AccessToken | undefined;
  return {
    async getToken(scopes) {
      if (cached !== undefined && cached.expiresOnTimestamp - now() > 300_000) return cached;
      const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: operator.clientId,
        client_secret: operator.clientSecret,
        scope: [scopes].flat().join(" "),
      });
      const request = createPipelineRequest({
        method: "POST",
        url: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
        body: form.toString(),
      });
      request.headers.set("content-type", "application/x-www-form-urlencoded");
      const response = await httpClient.sendRequest(request);
      const answer = JSON.parse(response.bodyAsText ?? "{}") as {
        access_token?: string;
        expires_in?: number;
        error?: string | { code?: string };
      };
      if (answer.access_token === undefined) {
        const { status } = response;
        const code = typeof answer.error === "string" ? answer.error : answer.error?.code;
        const message = `the emulator gave no token (HTTP ${status})`;
        throw new OperationError({ origin: "azure", status, ...(code !== undefined && { code }), message });
      }
      cached = { token: answer.access_token, expiresOnTimestamp: now() + Number(answer.expires_in ?? 0) * 1000 };
      return cached;
    },
  };
}
