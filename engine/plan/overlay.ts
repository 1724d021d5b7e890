// A copy-on-write copy of a target: the emulator in memory, which asks the target for what it has never heard of.
// Whatever is written stays in it.

import type { KeyObject } from "node:crypto";
import type { Caller } from "../azure/caller.ts";
import { overlayTarget } from "../azure/overlay-target.ts";
import type { Target } from "../azure/target.ts";
import { currentKey } from "../azure/wire.ts";
import { Emulator } from "../emulator/emulator.ts";
import type { LatencySettings } from "../emulator/latency.ts";
import type { Upstream } from "../emulator/store.ts";
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
  /** Whether a path holds a name that was made up, so that nothing can be there. */
  readonly isMadeUp: (path: string) => boolean;
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

/** Makes the key of all overlays, unless this process has an emulator's already. What answers are sealed for may be the same. */
export async function prepareOverlays(): Promise<KeyObject> {
  return Emulator.prepare();
}

export function openOverlay({ target, caller, snapshot, clock, varied, isMadeUp }: OverlayOptions): Overlay {
  const stepNow = (): string | undefined => {
    const key = currentKey();
    return key === undefined ? undefined : stepOf(key);
  };
  const inventor = new VaryingInventor("rehearsal", varied, stepNow);
  const { tenantId } = caller;
  const now = (): number => clock.now();
  const upstream: Upstream = {
    get: async (id, apiVersion) => (isMadeUp(id) ? null : snapshot.get(id, apiVersion)),
    list: async (scope, type) => (isMadeUp(scope) ? [] : snapshot.list(scope, type)),
  };
  const emulator = Emulator.open({
    subscriptionId: target.subscriptionId,
    tenantId,
    now,
    latency: AT_ONCE,
    inventor,
    upstream,
  });
  const readThrough: Snapshot["readThrough"] = async (path, apiVersion) =>
    isMadeUp(path) ? null : snapshot.readThrough(path, apiVersion);
  return { inventor, target: overlayTarget({ target, tenantId, server: emulator, now, readThrough }) };
}
