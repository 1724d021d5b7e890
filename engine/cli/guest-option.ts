// `--guest sandbox`: scripts that the emulated guest does not know run in bubblewrap, or nowhere.

import { type Command, Option } from "commander";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";

export type GuestOption = "sandbox";

export function addGuestOption(command: Command): void {
  command.addOption(
    new Option("--guest <how>", "emulator: run any script of a Linux VM, in a sandbox").choices(["sandbox"]),
  );
}

export function guestOptionOf(command: Command): GuestOption | undefined {
  return command.opts<{ guest?: GuestOption }>().guest;
}

export async function openGuest() {
  const [{ GuestSandbox }, { NoSandbox }] = await Promise.all([
    import("../emulator/sandbox/guest-sandbox.ts"),
    import("../emulator/sandbox/programs.ts"),
  ]);
  try {
    return new GuestSandbox();
  } catch (thrown) {
    if (!(thrown instanceof NoSandbox)) throw thrown;
    throw new CliError(EXIT.failed, `there is no sandbox here: ${thrown.message}`, "leave --guest out, or install it");
  }
}
