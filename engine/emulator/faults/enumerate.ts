/** Every single fault that a run could have met: for a drill, which tries them one by one. */
import type { AnsweredRequest } from "./injector.ts";
import { FAULT_KINDS, type Fault, type FaultKind } from "./kinds.ts";
import { patternOf } from "./pattern.ts";

export interface PossibleFault {
  readonly fault: Fault;
  /** The request that it strikes, counted in the order in which they were answered, from 0. */
  readonly request: number;
}

/**
 * One for each request and each kind that can strike it, with the settings that a kind has by itself; where it matters
 * whether the effect is there, one for each. The faults are aimed by pattern and count, so that they strike the same
 * request when the same run is repeated.
 */
export function possibleFaults(requests: readonly AnsweredRequest[]): readonly PossibleFault[] {
  return requests.flatMap((request, index) => {
    const on = aimAt(request);
    const matches = patternOf(on);
    const earlier = requests.slice(0, index);
    return kindsFor(request).map((kind) => {
      // Kinds count only what they can strike, so the count is each kind's own.
      const nth = 1 + earlier.filter((one) => matches(one) && canStrike(kind.kind, one)).length;
      return { request: index, fault: { ...kind, on, ...(nth > 1 && { nth }) } as Fault };
    });
  });
}

function kindsFor(request: AnsweredRequest): readonly Pick<Fault, "kind">[] {
  return (Object.keys(FAULT_KINDS) as FaultKind[])
    .filter((kind) => canStrike(kind, request))
    .flatMap((kind) => ("when" in FAULT_KINDS[kind].settings ? moments(kind, request) : [{ kind }]));
}

/** A read has no effect that could be there or not. */
function moments(kind: FaultKind, { method }: AnsweredRequest): readonly Pick<Fault, "kind">[] {
  const isRead = method === "GET" || method === "HEAD";
  return isRead ? [{ kind }] : (["before", "after"] as const).map((when) => ({ kind, when }));
}

function canStrike(kind: FaultKind, { strikes }: AnsweredRequest): boolean {
  return strikes.includes(FAULT_KINDS[kind].strikes);
}

const guid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Without what another run would not have: the subscription, ids of operations, names made up on the way. */
function aimAt({ method, path }: AnsweredRequest): string {
  const loose = path
    .replace(/^\/subscriptions\/[^/]+(?=\/)/i, "*")
    .replaceAll(guid, "*")
    .replaceAll(/\s/g, "*");
  return `${method} ${loose.replaceAll(/\*+/g, "*")}`;
}
