/**
 * What all processes of a sandbox use together, seen from outside of it, where none of them can reach: a limit of one
 * process does not bound many.
 */
import { readdirSync, readFileSync, statfsSync } from "node:fs";

export interface Use {
  /** Of processes, also what was swapped out, and of the folders in memory. */
  readonly memoryBytes: number;
  /** Processes and their threads, as the kernel counts them. */
  readonly tasks: number;
}
export interface Watched {
  /** Of the sandbox's first process, by this machine's numbers. */
  readonly pid: number;
  /** Of the process that carries the network, by the sandbox's numbers. */
  readonly bridge: number;
  /** Folders in memory. */
  readonly folders: readonly string[];
}

/** What the bridge itself needs, and is not held against the script. */
export const bridgeBytes = 96 * 1024 * 1024;

/** The sandbox's own list of processes has those that it began in whatever way. Throws when it has ended. */
export function useOf({ pid, bridge, folders }: Watched): Use {
  const root = `/proc/${pid}/root`;
  let memoryBytes = 0;
  let tasks = 0;
  for (const name of readdirSync(`${root}/proc`)) {
    if (name === "1" || !/^\d+$/.test(name)) continue;
    let status: string;
    try {
      status = readFileSync(`${root}/proc/${name}/status`, "utf8");
    } catch {
      continue; // It has ended meanwhile.
    }
    const own = 1024 * sum(status, /^(?:RssAnon|RssShmem|VmSwap|VmPTE):\s*(\d+) kB$/gm);
    if (name === String(bridge)) memoryBytes += Math.max(0, own - bridgeBytes);
    else {
      memoryBytes += own;
      tasks += sum(status, /^Threads:\s*(\d+)$/gm);
    }
  }
  for (const folder of folders) {
    const { blocks, bfree, bsize } = statfsSync(`${root}${folder}`);
    memoryBytes += (blocks - bfree) * bsize;
  }
  return { memoryBytes, tasks };
}

function sum(text: string, pattern: RegExp): number {
  let total = 0;
  for (const [, number] of text.matchAll(pattern)) total += Number(number);
  return total;
}
