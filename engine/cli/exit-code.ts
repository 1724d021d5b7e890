// What the command's end says to whoever started it. Part of the interface: scripts depend on the numbers.

export const EXIT = {
  done: 0,
  /** A step failed, or something was found that should not be. */
  failed: 1,
  /** Only with `--detailed-exitcode`: there is something to do. */
  changesPending: 2,
  /** The command line itself is wrong (EX_USAGE of sysexits). */
  usage: 64,
  /** The runbook or its inputs are wrong (EX_DATAERR). */
  badInput: 65,
  /** Not signed in, or not allowed to start (EX_NOPERM). */
  notAllowed: 77,
  /** Stopped by Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
