// What a VM does with a script that Run Command gives it: the one constant script is answered as it would answer, and
// nothing else is run, unless a Linux guest has a sandbox. No script is ever executed outside of one.

import type { ImdsRequest } from "../imds/imds.ts";
import type { Transaction } from "../store.ts";
import type { Answer } from "../wire.ts";
import { tail } from "./frame.ts";
import { recognise, scriptHash } from "./known-scripts.ts";
import { type GuestNetwork, runRequest } from "./request.ts";

/** What comes back to a program in a VM, and how long it took. */
export interface GuestReply {
  readonly answer: Answer | "reset";
  readonly delayMs: number;
  readonly requestId: string;
}

/** How requests from inside a VM reach the emulator's own doors. */
export interface GuestDoor {
  /** Otherwise nothing can be brought into the VM. */
  readonly agentIsReady: boolean;
  arm(url: URL, headers: Readonly<Record<string, string>>, tx: Transaction): GuestReply;
  imds(vmId: string, request: ImdsRequest, tx: Transaction): GuestReply;
  /** Runs a job once the request that asks for it has been kept; absent: no unknown script is run. */
  readonly sandbox?: (job: GuestJob, finish: Finish) => void;
  /** Whether it takes those of a Windows VM, too. */
  readonly takesWindows?: boolean;
}

/** A script that only a sandbox may run. */
export interface GuestJob {
  readonly vmId: string;
  readonly hostName: string;
  readonly resourceManager: string;
  readonly script: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** After it the script is ended, where the sandbox does not end it before. */
  readonly timeMs?: number;
}
export interface GuestOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was ended before its end, or never begun. */
  readonly problem?: string;
  /** Ended because its time was over. */
  readonly isLate?: true;
}
/** Writes what came of a job; called in a later transaction. */
export type Finish = (tx: Transaction, output: GuestOutput) => void;

export interface Machine {
  readonly vmId: string;
  readonly os: "Linux" | "Windows";
  readonly door: GuestDoor;
  /** Scheme and host that Resource Manager has for this VM, as its client called it. */
  readonly resourceManager: string;
}

export interface Script {
  /** Values that the script finds as `$1`, `$2`. */
  readonly positional?: readonly string[];
  readonly text: string | readonly string[];
  /** By name, the protected ones among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** How long it may run. */
  readonly timeMs?: number;
}

export type ScriptRun =
  | {
      readonly known: true;
      readonly stdout: string;
      readonly ranMs: number;
      /** Ended because its time was over. */
      readonly isLate?: true;
      /** Present when it runs in the sandbox from now on: to be told how to write down what comes of it. */
      readonly later?: (finish: Finish) => void;
    }
  | { readonly known: false; readonly code: string; readonly why: string };

/** `tx` as of the moment when the script starts. */
export function runScript(tx: Transaction, machine: Machine, script: Script): ScriptRun {
  if (!machine.door.agentIsReady) {
    const name = machine.vmId.slice(machine.vmId.lastIndexOf("/") + 1);
    return { known: false, code: "VMAgentStatusCommunicationError", why: agentText(name) };
  }
  const sha256 = scriptHash(script.text);
  if (recognise(sha256)?.os !== machine.os) {
    const { sandbox, takesWindows = false } = machine.door;
    if ((machine.os === "Linux" || takesWindows) && sandbox !== undefined) {
      const job = jobOf(machine, script);
      return { known: true, stdout: "", ranMs: never, later: (finish) => sandbox(job, finish) };
    }
    return {
      known: false,
      code: "NotEmulated",
      why: `The emulated guest runs only the engine's own request script for ${machine.os}; it does not know the script with SHA-256 ${sha256}.${machine.os === "Linux" ? " Others run in a sandbox when the emulator is started with `--guest sandbox`." : ""}`,
    };
  }
  const { stdout, waitedMs } = runRequest(script.parameters, { os: machine.os, network: networkOf(tx, machine) });
  const { timeMs } = script;
  // Everything that it writes it writes at its end.
  if (timeMs !== undefined && waitedMs > timeMs) return { known: true, stdout: "", ranMs: timeMs, isLate: true };
  return { known: true, stdout: tail(stdout), ranMs: waitedMs };
}

/** A hundred years: nobody knows yet when it will end. */
const never = 100 * 365 * 86_400_000;

/** Named values are in the environment, as far as a shell can name them. */
function jobOf({ vmId, resourceManager }: Machine, { text, parameters, positional = [], timeMs }: Script): GuestJob {
  const lines = typeof text === "string" ? text : text.join("\n");
  const named = [...parameters].filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  return {
    vmId,
    hostName: vmId.slice(vmId.lastIndexOf("/") + 1).replaceAll(/[^A-Za-z0-9-]/g, "-"),
    resourceManager,
    script: lines.replaceAll("\r\n", "\n"),
    argv: positional,
    env: Object.fromEntries(named),
    ...(timeMs !== undefined && { timeMs }),
  };
}

/** Azure's own words: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-vmagent-status */
const agentText = (vm: string): string =>
  `VM '${vm}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.`;

/** From the VM its metadata service and Resource Manager can be reached, and nothing else. */
function networkOf(tx: Transaction, machine: Machine): GuestNetwork {
  return (address, headers, afterMs) => {
    const url = new URL(address);
    const then = tx.at(tx.now + afterMs);
    const isImds = url.origin === "http://169.254.169.254";
    if (!isImds && url.origin !== machine.resourceManager) return url.hostname === "127.0.0.1" ? "refused" : "no-host";
    const { answer, delayMs, requestId } = isImds
      ? machine.door.imds(machine.vmId, { path: url.pathname, query: url.searchParams, headers: { ...headers } }, then)
      : machine.door.arm(url, headers, then);
    if (answer === "reset") return "reset";
    return {
      status: answer.status,
      body: answer.body === undefined ? "" : JSON.stringify(answer.body),
      tookMs: delayMs,
      ...(!isImds && { requestId }),
    };
  };
}
