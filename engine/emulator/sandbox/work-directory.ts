/** Temporary folders of this process, which whoever comes after a process that was killed can tell from those in use. */
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./process-alive.ts";

/** Made for one script, and to be removed after it. */
export function makeWorkDirectory(): string {
  return mkdtempSync(join(tmpdir(), `runbook-sandbox-${pidNamespace()}-${process.pid}-`));
}

/** Removes those of processes that are no more. A number says something only where it was given. */
export function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, namespace, pid] = /^runbook-sandbox-(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || namespace !== pidNamespace() || isAlive(Number(pid))) continue;
    const directory = join(tmpdir(), name);
    try {
      if (lstatSync(directory).uid === process.getuid?.()) rmSync(directory, { recursive: true, force: true });
    } catch {
      // Somebody else does the same.
    }
  }
}

/** Processes of another container may have the same numbers and share the folder. */
function pidNamespace(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
}
