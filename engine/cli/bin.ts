// The command's start: gives the process to `main` and ends it with the exit code. No other file exits.

import { systemClock } from "../run/clock.ts";
import { putConsoleAside } from "./console-aside.ts";
import type { Io } from "./io.ts";
import { main } from "./main.ts";

putConsoleAside();

for (const stream of [process.stdout, process.stderr]) {
  // Whoever read our output has gone (`| head`). The work goes on; nobody is told of it any more.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const io: Io = {
  // Opened when it is asked for: most commands read nothing.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  onInterrupt(listener) {
    const signals = ["SIGINT", "SIGTERM"] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
};

void main(process.argv.slice(2), io).then(async (code) => {
  // What was written must be out before the process ends, and idle connections must not hold it up.
  await Promise.all([process.stdout, process.stderr].map((stream) => flushed(stream)));
  process.exit(code);
});

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
