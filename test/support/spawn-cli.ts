// The command as a process of its own, for what can only be seen from outside.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Ended } from "./rig.ts";

const BIN = fileURLToPath(new URL("../../bundle/cli/bin.js", import.meta.url));

export interface SpawnedCli {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
}

/** Its environment is what is given, the path, and an IMDS on loopback where nobody listens. */
export function spawnCli(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  bin = BIN,
  /** A command that is given the command to run. */
  around: readonly string[] = [],
): SpawnedCli {
  const [program = "", ...words] = [...around, process.execPath, bin, ...argv];
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd, AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:9", ...env },
  });
  const code = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve(exitCode ?? (signal === null ? -1 : -2)));
  });
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([exit, stdout, stderr]) => ({
    code: exit,
    stdout,
    stderr,
  }));
  return { process: child, ended };
}
