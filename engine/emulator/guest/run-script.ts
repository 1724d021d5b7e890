// What a VM does with a script that Run Command gives it: the one constant script is answered as it would answer, and
// nothing else is run. No script is ever executed on the machine that the emulator runs on.

import type { Keys } from "../entra/keys.ts";
import { imdsRequest } from "../imds.ts";
import type { Transaction } from "../store.ts";
import { tail } from "./frame.ts";
import { recognise, scriptHash } from "./known-scripts.ts";
import { type GuestNetwork, runRequest } from "./request.ts";

/** How a request from inside a VM reaches Resource Manager: the emulator's own door for guests. */
export type GuestDoor = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  tx: Transaction,
) => { readonly status: number; readonly body: string; readonly requestId: string };

export interface Machine {
  readonly vmId: string;
  readonly os: "Linux" | "Windows";
  readonly keys: Keys;
  readonly door: GuestDoor;
  /** Scheme and host that Resource Manager has for this VM, as its client called it. */
  readonly resourceManager: string;
}

export interface Script {
  readonly text: string | readonly string[];
  /** By name, the protected ones among them. */
  readonly parameters: ReadonlyMap<string, string>;
}

export type ScriptRun =
  | { readonly known: true; readonly stdout: string; readonly ranMs: number }
  | { readonly known: false; readonly why: string };

/** `tx` as of the moment when the script starts. */
export function runScript(tx: Transaction, machine: Machine, script: Script): ScriptRun {
  const sha256 = scriptHash(script.text);
  if (recognise(sha256)?.os !== machine.os) {
    return {
      known: false,
      why: `The emulated guest runs only the engine's own request script for ${machine.os}; it does not know the script with SHA-256 ${sha256}.`,
    };
  }
  const { stdout, waitedMs } = runRequest(script.parameters, { os: machine.os, network: networkOf(tx, machine) });
  return { known: true, stdout: tail(stdout), ranMs: waitedMs };
}

/** From the VM its metadata service and Resource Manager can be reached, and nothing else. */
function networkOf(tx: Transaction, machine: Machine): GuestNetwork {
  return (address, headers, afterMs) => {
    const url = new URL(address);
    const then = tx.at(tx.now + afterMs);
    if (url.origin === "http://169.254.169.254") {
      const { vmId, keys } = machine;
      const answer = imdsRequest(then, vmId, { path: url.pathname, query: url.searchParams, headers }, keys);
      return { status: answer.status, body: answer.body === undefined ? "" : JSON.stringify(answer.body) };
    }
    if (url.origin === machine.resourceManager) return machine.door(url, headers, then);
    return url.hostname === "127.0.0.1" ? "refused" : "no-host";
  };
}
