// Everything outside that a command may touch. `bin.ts` gives the process; a test gives its own.

import type { Readable, Writable } from "node:stream";
import type { Clock } from "../run/clock.ts";

export type InputStream = Readable & { readonly isTTY?: boolean };
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  /** 0 in a pseudo-terminal that nobody gave a size. */
  readonly columns?: number;
  readonly rows?: number;
};

export interface Io {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Calls the listener at each Ctrl-C and SIGTERM until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}
