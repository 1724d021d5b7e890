/**
 * A bound that the kernel keeps: a scope of systemd's with a control group of its own, where this user may have one. It
 * stands behind the watch over the sandbox, which looks only now and then.
 */
import { spawnSync } from "node:child_process";
import { findProgram, usualPath } from "./programs.ts";

/** What is put before a command, and the environment that this needs. */
export interface Scope {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `undefined` where there is none that really bounds: that is tried, not believed. */
export function findScope(memoryBytes: number, tasks: number, path = usualPath): Scope | undefined {
  const program = findProgram("systemd-run", path);
  if (program === undefined) return undefined;
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? `/run/user/${process.getuid?.()}`;
  const isUser = process.getuid?.() !== 0;
  const properties = [`MemoryMax=${memoryBytes}`, "MemorySwapMax=0", `TasksMax=${tasks}`].flatMap((one) => ["-p", one]);
  const scope: Scope = {
    command: [program, ...(isUser ? ["--user"] : []), "--scope", "--quiet", "--collect", ...properties, "--"],
    env: isUser ? { XDG_RUNTIME_DIR: runtime } : {},
  };
  const [first = "", ...rest] = scope.command;
  const limit = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max" >&3';
  const { status, output } = spawnSync(first, [...rest, "/bin/sh", "-c", limit], {
    env: { PATH: usualPath, ...scope.env },
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: 5000,
  });
  return status === 0 && output[3]?.trim() === String(memoryBytes) ? scope : undefined;
}
