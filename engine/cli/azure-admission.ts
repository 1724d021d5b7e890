// Before anything is done on Azure: a person can agree, is signed in, and sees the subscription.

import type { Target } from "../azure/target.ts";
import { OperationError } from "../run/failure.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { hintFor } from "./views/azure-hints.ts";

/** Asked first, so that nobody answers questions in vain. */
export function refuseUnattended(yes: boolean, io: Io): void {
  if (yes || canAsk(io)) return;
  throw new CliError(
    EXIT.usage,
    "a run on Azure is confirmed at a terminal, and here is none",
    "add --yes to run it without being asked",
  );
}

/** Signs in, once and before anything else is sent. Throws a `CliError` when that does not work. */
export async function admitToAzure(target: Target): Promise<void> {
  const { signIn, SignInError } = await import("../azure/sign-in.ts");
  try {
    await signIn(target);
  } catch (thrown) {
    if (thrown instanceof SignInError) {
      const { message, tried, code } = thrown;
      const named = code === undefined ? message : `${message} [${code}]`;
      const hint = hintFor({ origin: "azure", message, ...(code !== undefined && { code }) });
      throw new CliError(
        EXIT.notAllowed,
        [named, ...tried.map((line) => `  ${line}`)].join("\n"),
        hint ?? "sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
      );
    }
    if (thrown instanceof OperationError) {
      throw new CliError(EXIT.failed, `Azure does not answer: ${thrown.message}`, hintFor(thrown.failure));
    }
    throw thrown;
  }
}

function canAsk(io: Io): boolean {
  return io.stdin.isTTY === true && io.stdout.isTTY === true;
}
