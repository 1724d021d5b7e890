// The guest's side of a request made inside a VM: what the constant scripts do, without running them. It opens no socket:
// its network is the one function that the emulator gives it, and it waits by moving that network's clock.

import { frame, type Stage } from "./frame.ts";
import { readParameters, type GuestParameters } from "./parameters.ts";
import { seal } from "./seal.ts";

export interface GuestAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId?: string;
  readonly tookMs?: number;
}
/** What the VM can reach; `afterMs` counts from the script's start. A word: no answer came. */
export type GuestNetwork = (
  url: string,
  headers: Readonly<Record<string, string>>,
  afterMs: number,
) => GuestAnswer | "no-host" | "refused" | "reset";

export interface GuestRun {
  readonly stdout: string;
  /** How long the script slept between its tries and waited for answers. */
  readonly waitedMs: number;
}
export interface Guest {
  readonly os: "Linux" | "Windows";
  readonly network: GuestNetwork;
}

const netWords = {
  Linux: { "no-host": "net-6", refused: "net-7", reset: "net-56", late: "net-28" },
  Windows: {
    "no-host": "net-nameresolutionfailure",
    refused: "net-connectfailure",
    reset: "net-connectionclosed",
    late: "net-timeout",
  },
} as const;

export function runRequest(given: ReadonlyMap<string, string>, guest: Guest): GuestRun {
  const p = readParameters(given);
  let waitedMs = 0;
  const fail = (error: string, stage: Stage, status = 0): GuestRun => ({
    stdout: frame({ id: p.id, error, stage, status, gzip: 0 }, "", guest.os),
    waitedMs,
  });
  if ("error" in p) return fail(p.error, "none");

  const timeoutMs = p.timeoutS * 1000;
  const ask = (stage: "imds" | "arm", url: string, headers: Record<string, string>) => {
    for (let left = p.tries, delayMs = 1000; ; left -= 1, delayMs *= 2) {
      const given = guest.network(url, headers, waitedMs);
      const tookMs = typeof given === "string" ? 0 : (given.tookMs ?? 0);
      const isLate = tookMs >= timeoutMs;
      const answer = isLate ? "late" : given;
      waitedMs += isLate ? timeoutMs : tookMs;
      const again = typeof answer === "string" || (stage === "imds" && p.retry.has(answer.status));
      if (!again || left <= 1) return answer;
      waitedMs += delayMs;
    }
  };
  const sealed = (stage: "imds" | "arm", answer: GuestAnswer): GuestRun => {
    const message = seal({ ...p, stage, status: answer.status, requestId: answer.requestId, body: answer.body });
    const end = { id: p.id, error: "none", stage, status: answer.status, gzip: 1 } as const;
    return { stdout: frame(end, message, guest.os), waitedMs };
  };

  let token = p.token;
  if (p.imds !== undefined) {
    const answer = ask("imds", p.imds, { metadata: "true" });
    if (typeof answer === "string") return fail(netWords[guest.os][answer], "imds");
    if (p.mode === "imds" || answer.status !== 200) return sealed("imds", answer);
    token = tokenIn(answer.body);
    if (token === undefined) return fail("no-token", "imds", answer.status);
  }
  const answer = ask("arm", armOf(p), { authorization: `Bearer ${token ?? ""}`, accept: "application/json" });
  return typeof answer === "string" ? fail(netWords[guest.os][answer], "arm") : sealed("arm", answer);
}

function armOf(p: GuestParameters): string {
  if (p.arm === undefined) throw new Error("a request to Resource Manager without its URL passed the checks");
  return p.arm;
}
function tokenIn(body: string): string | undefined {
  try {
    const token: unknown = (JSON.parse(body) as Record<string, unknown>)["access_token"];
    return typeof token === "string" && /^[A-Za-z0-9._~+/=-]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
