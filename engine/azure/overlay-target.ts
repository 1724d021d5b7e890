// An overlay of a target, to be used in the target's place: the same clients speak to it as to the target.

import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import { systemClock } from "../run/clock.ts";
import { OperationError } from "../run/failure.ts";
import type { JsonObject } from "../value/json.ts";
import { clientSecretCredential } from "./emulator-target.ts";
import { inProcessClient, type InProcessServer } from "./in-process.ts";
import type { Target } from "./target.ts";

export interface OverlayServer extends InProcessServer {
  /** Who may do everything on the overlay. */
  readonly operator: { readonly clientId: string; readonly clientSecret: string };
  close(): void;
}

export interface OverlayTargetOptions {
  readonly target: Target;
  readonly tenantId: string;
  readonly server: OverlayServer;
  /** The overlay's time. */
  readonly now: () => number;
  /** Reads what the overlay does not know how to serve, from the target itself. */
  readonly readThrough: (path: string, apiVersion: string) => Promise<JsonObject | null>;
}

export function overlayTarget(options: OverlayTargetOptions): Target {
  const { target, tenantId, server, now, readThrough } = options;
  const inner = inProcessClient(server);
  // By the overlay's clock, which may go on for days while that of the SDKs stands still.
  const signIn = clientSecretCredential(inner, tenantId, server.operator, now);
  const scope = `${target.resourceManager}/.default`;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const isOperator = request.headers.get("authorization") === `Bearer ${OPERATOR}`;
      if (isOperator) request.headers.set("authorization", `Bearer ${(await signIn.getToken(scope))!.token}`);
      try {
        const response = await inner.sendRequest(request);
        const isUnknown = response.status === NOT_EMULATED && request.method === "GET" && isOperator;
        return isUnknown ? await fromTarget(request, readThrough) : response;
      } catch (thrown) {
        // The target refused a read that the overlay needed; whoever asked is told so in the target's own words.
        if (!(thrown instanceof OperationError)) throw thrown;
        const { status = 500, code = "Unknown", message } = thrown.failure;
        return answer(request, status, { error: { code, message } });
      }
    },
  };
  return {
    kind: "emulator",
    description: "rehearsal",
    subscriptionId: target.subscriptionId,
    resourceManager: target.resourceManager,
    credential: { getToken: async () => ({ token: OPERATOR, expiresOnTimestamp: systemClock.now() + DAY_MS }) },
    httpClient,
    localImds: false,
    close: async () => server.close(),
  };
}

/** Stands for the token of the overlay's operator until a request is on its way. */
const OPERATOR = "operator-of-the-overlay";
const NOT_EMULATED = 501;
const DAY_MS = 86_400_000;

async function fromTarget(
  request: PipelineRequest,
  readThrough: OverlayTargetOptions["readThrough"],
): ReturnType<HttpClient["sendRequest"]> {
  const { pathname, searchParams } = new URL(request.url);
  const body = await readThrough(decodeURIComponent(pathname), searchParams.get("api-version") ?? "");
  if (body !== null) return answer(request, 200, body);
  return answer(request, 404, { error: { code: "ResourceNotFound", message: `${pathname} was not found` } });
}

function answer(
  request: PipelineRequest,
  status: number,
  body: JsonObject,
): Awaited<ReturnType<HttpClient["sendRequest"]>> {
  return { status, headers: createHttpHeaders(), bodyAsText: JSON.stringify(body), request };
}
