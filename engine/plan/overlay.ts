// A copy-on-write copy of a target: the emulator in memory, which asks the target for what it has never heard of.
// Whatever is written stays in it.

import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import type { Caller } from "../azure/caller.ts";
import { clientSecretCredential } from "../azure/emulator-target.ts";
import { inProcessClient } from "../azure/in-process.ts";
import type { Target } from "../azure/target.ts";
import { currentKey } from "../azure/wire.ts";
import { Emulator } from "../emulator/emulator.ts";
import type { LatencySettings } from "../emulator/latency.ts";
import { OperationError } from "../run/failure.ts";
import { stepOf } from "../run/operation-key.ts";
import type { VirtualClock } from "../run/virtual-clock.ts";
import { VaryingInventor } from "./inventions.ts";
import type { Snapshot } from "./snapshot.ts";

export interface OverlayOptions {
  readonly target: Target;
  readonly caller: Caller;
  readonly snapshot: Snapshot;
  readonly clock: VirtualClock;
  /** Steps for which other values are invented than usual. */
  readonly varied: ReadonlySet<string>;
}

export interface Overlay {
  /** Takes the place of the target. Its caller may do everything: what the real one may is worked out from its roles. */
  readonly target: Target;
  readonly inventor: VaryingInventor;
}

/** Nothing takes time here: how long Azure takes is none of a plan's business. */
const AT_ONCE: LatencySettings = {
  vmCreateMs: 0,
  vmUpdateMs: 0,
  networkMs: 0,
  runCommandMs: 0,
  principalVisibleMs: 0,
  roleVisibleMs: 0,
  identityOnVmVisibleMs: 0,
  retryAfterMs: 1,
};

export function openOverlay({ target, caller, snapshot, clock, varied }: OverlayOptions): Overlay {
  const stepNow = (): string | undefined => {
    const key = currentKey();
    return key === undefined ? undefined : stepOf(key);
  };
  const inventor = new VaryingInventor("rehearsal", varied, stepNow);
  const emulator = Emulator.open({
    subscriptionId: target.subscriptionId,
    tenantId: caller.tenantId,
    now: () => clock.now(),
    latency: AT_ONCE,
    inventor,
    upstream: snapshot,
  });
  const server = inProcessClient(emulator);
  // By the overlay's clock, which may go on for days while that of the SDKs stands still.
  const signIn = clientSecretCredential(server, caller.tenantId, emulator.operator, () => clock.now());
  const scope = `${target.resourceManager}/.default`;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      if (request.headers.get("authorization") === `Bearer ${OPERATOR}`) {
        request.headers.set("authorization", `Bearer ${(await signIn.getToken(scope))!.token}`);
      }
      try {
        return await server.sendRequest(request);
      } catch (thrown) {
        // The target refused a read that the overlay needed; whoever asked is told so in the target's own words.
        if (!(thrown instanceof OperationError)) throw thrown;
        const { status = 500, code = "Unknown", message } = thrown.failure;
        const bodyAsText = JSON.stringify({ error: { code, message } });
        return { status, headers: createHttpHeaders(), bodyAsText, request };
      }
    },
  };
  return {
    inventor,
    target: {
      kind: "emulator",
      description: "rehearsal",
      subscriptionId: target.subscriptionId,
      resourceManager: target.resourceManager,
      credential: { getToken: async () => ({ token: OPERATOR, expiresOnTimestamp: Date.now() + 86_400_000 }) },
      httpClient,
      localImds: false,
      close: async () => emulator.close(),
    },
  };
}

/** Stands for the token of the overlay's operator until a request is on its way. */
const OPERATOR = "operator-of-the-overlay";
