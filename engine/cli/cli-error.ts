// An end that the user can do something about: it is told in a sentence, never with a stack trace.

import type { ExitCode } from "./exit-code.ts";

export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  /** What to do. */
  readonly hint: string | undefined;

  /** `message`: lower case, no full stop; further lines are details. */
  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
